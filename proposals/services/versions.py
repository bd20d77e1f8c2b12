"""Begin a proposal, keep its annexes in step with the participants, begin a new version."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.models import User
from imc_portal.core.problems import Refusal
from partners import gates
from partners.models import Case, Participant
from partners.services import cases
from partners.services.areas import areas_in_talks
from proposals.documents.facts import gather, recipients
from proposals.models import Annex, Proposal, ProposalVersion, Statement
from proposals.services import prefill

State = ProposalVersion.State


@transaction.atomic
def start(*, case: Case, actor: Actor, override: str = "") -> Proposal:
    """Begin the proposal of a case: version 1 prefilled, one annex per recipient; moves the case.

    Raises GateClosed unless somebody is open to talk or a lead goes on with a reason.
    """
    author = person(actor)
    locked = cases.locked(case)
    if Proposal.objects.filter(case=locked).exists():
        raise Refusal(_("This case has a proposal already."))
    if not locked.has_reached(Case.State.CONTACTING):
        raise Refusal(_("Choose partners and begin contacting them first."))
    reasons = gates.proposal(locked)
    cases.advance(case=case, to=Case.State.PROPOSAL, actor=actor, reasons_against=reasons, override=override)
    proposal = Proposal.objects.create(case=locked)
    version = ProposalVersion.objects.create(
        proposal=proposal,
        number=1,
        why=prefill.why(locked)[:5000],
        areas_text=prefill.areas_text(areas_in_talks(locked)),
        next_steps=prefill.next_steps(),
        not_asked=prefill.not_asked(),
        answer_by=prefill.answer_by(),
        drafted_by=author,
    )
    audit.record(actor, "began the proposal", proposal, context=locked.context)
    _step(version, actor)
    return proposal


@transaction.atomic
def keep_in_step(*, version: ProposalVersion, actor: Actor) -> bool:
    """Give each new recipient an annex and drop those of who left; True when something changed."""
    return _step(locked_draft(version), actor)


def _step(version: ProposalVersion, actor: Actor) -> bool:
    case = version.proposal.case
    wanted = {participant.pk: participant for participant in recipients(case)}
    held = {
        annex.participant_id: annex for annex in version.annexes.select_related("participant__municipality")
    }
    if new := [wanted[key] for key in wanted.keys() - held.keys()]:
        _begin_annexes(version, new, actor)
    for key in held.keys() - wanted.keys():
        lost = {"opening": held[key].opening, "statements": [str(one) for one in held[key].statements.all()]}
        audit.record(actor, "dropped an annex", held[key], context=case.context, before=lost)
        held[key].delete()
    return wanted.keys() != held.keys()


def _begin_annexes(version: ProposalVersion, newcomers: list[Participant], actor: Actor) -> None:
    """An annex each, with first words and the suggested statements that rest on data."""
    case = version.proposal.case
    areas = areas_in_talks(case)
    ground = prefill.ground_of(case, gather(case))
    for participant in newcomers:
        annex = Annex.objects.create(
            version=version,
            participant=participant,
            opening=prefill.opening(participant, case.initiator.name),
            open_questions=prefill.open_questions(areas),
        )
        found = prefill.suggestions(participant, ground)
        Statement.objects.bulk_create(prefill.written_in(annex, found))
        audit.record(actor, "added an annex", annex, context=case.context)


def out_of_step(version: ProposalVersion) -> bool:
    """Whether participants and annexes differ."""
    held = {annex.participant_id for annex in version.annexes.all()}
    return {participant.pk for participant in recipients(version.proposal.case)} != held


@transaction.atomic
def new_version(*, proposal: Proposal, actor: Actor) -> ProposalVersion:
    """Begin the next version as a draft that holds what the approved one said.

    A case that went back to its areas comes to its proposal again by this.
    """
    author = person(actor)
    case = cases.locked(proposal.case)
    if case.is_before(Case.State.PROPOSAL):
        reasons = gates.proposal(case)
        cases.advance(case=case, to=Case.State.PROPOSAL, actor=actor, reasons_against=reasons)
    last = proposal.versions.select_for_update().order_by("-number").first()
    if last is None or last.state != State.APPROVED:
        raise Refusal(
            _("Version %(number)s is still open: go on with it.") % {"number": last and last.number}
        )
    version = ProposalVersion.objects.create(
        proposal=proposal,
        number=last.number + 1,
        drafted_by=author,
        answer_by=last.answer_by,
        cost_key=last.cost_key,
        annexes_shared=last.annexes_shared,
        **{section: getattr(last, section) for section in ProposalVersion.SECTIONS},
    )
    for annex in last.annexes.prefetch_related("statements"):
        _copy(annex, version)
    audit.record(
        actor,
        "began a new version",
        version,
        context=proposal.case.context,
        after={"number": version.number},
    )
    _step(version, actor)
    return version


def _copy(annex: Annex, version: ProposalVersion) -> None:
    copied = Annex.objects.create(
        version=version,
        participant_id=annex.participant_id,
        opening=annex.opening,
        open_questions=annex.open_questions,
    )
    statements = list(annex.statements.all())
    for one in statements:
        one.pk, one.annex = None, copied
    Statement.objects.bulk_create(statements)


def person(actor: Actor) -> User:
    """The signed-in person behind an act that needs a name."""
    if actor.user is None:
        raise Refusal(_("Only somebody who has signed in can do this."))
    return actor.user


def locked_draft(version: ProposalVersion) -> ProposalVersion:
    """The version, locked for writing; refused once it left the draft: approved words never change."""
    fresh = (
        ProposalVersion.objects.select_for_update(of=("self",))
        .select_related("proposal__case__initiator")
        .get(pk=version.pk)
    )
    if fresh.state == State.APPROVED:
        raise Refusal(_("This version is approved and frozen: begin a new version to correct it."))
    if fresh.state == State.SUBMITTED:
        raise Refusal(_("This version waits for the lead's approval: take it back to draft first."))
    return fresh
