"""Submit, return, approve: two pairs of eyes, then the version is frozen and its papers are printed."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal
from partners.models import Case
from partners.services import participants
from proposals import policies, tasks
from proposals.documents.content import language_for
from proposals.documents.facts import gather
from proposals.models import Document, ProposalVersion
from proposals.services import revisions
from proposals.services.completeness import completeness
from proposals.services.versions import keep_in_step, locked_draft, person

State = ProposalVersion.State


@transaction.atomic
def submit(*, version: ProposalVersion, actor: Actor) -> ProposalVersion:
    """Hand the draft to the lead; refused with the list of what lacks, which nobody can override."""
    keep_in_step(version=version, actor=actor)
    fresh = locked_draft(version)
    lacking = completeness(fresh)
    if lacking:
        raise Refusal(*lacking)
    fresh.state, fresh.returned_because = State.SUBMITTED, ""
    fresh.submitted_at, fresh.submitted_by = timezone.now(), actor.user
    fresh.save(update_fields=["state", "returned_because", "submitted_at", "submitted_by"])
    audit.record(actor, "submitted the proposal", fresh, context=fresh.proposal.case.context)
    return fresh


@transaction.atomic
def return_to_draft(*, version: ProposalVersion, reason: str, actor: Actor) -> ProposalVersion:
    """Give a submitted version back for more work, with the reason."""
    fresh = _locked_submitted(version)
    if not reason.strip():
        raise Refusal(_("Say in a few words what has to change."))
    fresh.state, fresh.returned_because = State.DRAFT, reason.strip()[:500]
    fresh.save(update_fields=["state", "returned_because"])
    audit.record(
        actor,
        "returned the proposal",
        fresh,
        context=fresh.proposal.case.context,
        reason=fresh.returned_because,
    )
    return fresh


@transaction.atomic
def approve(*, version: ProposalVersion, actor: Actor) -> ProposalVersion:
    """Freeze the version with its figures and print one document per recipient, in its language.

    Refused to who submitted it, unless the municipality has no other writing person: then that is recorded.
    """
    fresh = _locked_submitted(version)
    case = fresh.proposal.case
    lacking = completeness(fresh)
    if lacking:
        raise Refusal(*lacking)
    fresh.single_handed = _single_handed(fresh, actor, case)
    fresh.state, fresh.approved_at, fresh.approved_by = State.APPROVED, timezone.now(), actor.user
    fresh.figures = gather(case).to_json()
    fresh.save(update_fields=["state", "approved_at", "approved_by", "single_handed", "figures"])
    audit.record(
        actor,
        "approved the proposal",
        fresh,
        context=case.context,
        after={"version": fresh.number, "single_handed": fresh.single_handed},
    )
    if fresh.number > 1:
        participants.papers_changed(case=case)
    revisions.forget(fresh)
    for document in _documents(fresh):
        tasks.print_soon(document.pk)
    return fresh


def _documents(version: ProposalVersion) -> list[Document]:
    annexes = version.annexes.select_related("participant__municipality", "participant__contact")
    return Document.objects.bulk_create(
        Document(version=version, participant=annex.participant, language=language_for(annex.participant))
        for annex in annexes
    )


def _single_handed(version: ProposalVersion, actor: Actor, case: Case) -> bool:
    user = person(actor)
    if version.submitted_by_id != user.pk:
        return False
    if policies.is_single_handed(user, case):
        return True
    raise Refusal(
        _(
            "You submitted this version yourself, so somebody else has to approve it: "
            "four eyes see more than two."
        )
    )


def _locked_submitted(version: ProposalVersion) -> ProposalVersion:
    fresh = (
        ProposalVersion.objects.select_for_update(of=("self",))
        .select_related("proposal__case__initiator")
        .get(pk=version.pk)
    )
    if fresh.state != State.SUBMITTED:
        raise Refusal(_("This version does not wait for approval."))
    return fresh
