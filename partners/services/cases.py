"""Open a case and move it along the chain."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import GateClosed, Refusal
from partners.models import CandidateArea, Case, CaseBody, Need, Participant
from partners.models.municipality import Body


@transaction.atomic
def open_case(*, need: Need, title: str, trigger: str, lead_time_days: int, actor: Actor) -> Case:
    """Open a case on a need: the initiator takes part, the need's function is the first candidate area."""
    if not need.evidence.strip():
        raise Refusal(_("A case starts from a need with evidence: say first what shows the need."))
    case = Case.objects.create(
        title=title,
        initiator=need.municipality,
        trigger=trigger,
        lead_time_days=lead_time_days,
        opened_by=actor.signed_in(),
    )
    case.needs.add(need)
    Participant.objects.create(case=case, municipality=need.municipality, state=Participant.State.INITIATOR)
    CandidateArea.objects.create(case=case, function=need.function, mode=need.function.modes[0])
    audit.record(
        actor, "opened the case", case, context=case.context, after={"title": title, "need": str(need)}
    )
    return case


def locked(case: Case) -> Case:
    """The case, locked until the end of the transaction: every move starts here."""
    return Case.objects.select_for_update().get(pk=case.pk)


@transaction.atomic
def advance(
    *, case: Case, to: str, actor: Actor, reasons_against: Sequence[str] = (), override: str = ""
) -> bool:
    """Move the case forward to a step; False when it already stands there or beyond.

    Reasons against close the gate (GateClosed) unless a lead overrides with a reason, which goes on record.
    """
    fresh = locked(case)
    if fresh.state in (Case.State.PARKED, Case.State.CLOSED):
        raise Refusal(_("The case is parked or closed: reopen it first."))
    if fresh.has_reached(to):
        case.state = fresh.state
        return False
    if reasons_against and not override.strip():
        raise GateClosed(*reasons_against)
    before = fresh.state
    fresh.state = case.state = to
    fresh.save(update_fields=["state"])
    audit.record(
        actor,
        "moved the case",
        fresh,
        context=fresh.context,
        before={"state": before},
        after={"state": to, "overridden": list(reasons_against)} if reasons_against else {"state": to},
        reason=override,
    )
    return True


@transaction.atomic
def park(*, case: Case, actor: Actor, reason: str) -> None:
    """Park a case with a reason; it can be reopened where it stood."""
    fresh = locked(case)
    if not reason.strip():
        raise Refusal(_("Say why the case is parked."))
    if fresh.state in (Case.State.PARKED, Case.State.CLOSED):
        raise Refusal(_("The case is already parked or closed."))
    fresh.parked_from, fresh.state = fresh.state, Case.State.PARKED
    fresh.save(update_fields=["state", "parked_from"])
    audit.record(actor, "parked the case", fresh, context=fresh.context, reason=reason)


@transaction.atomic
def reopen(*, case: Case, actor: Actor) -> None:
    """Take a parked case up again where it stood."""
    fresh = locked(case)
    if fresh.state != Case.State.PARKED:
        raise Refusal(_("The case is not parked."))
    fresh.state, fresh.parked_from = fresh.parked_from, ""
    fresh.save(update_fields=["state", "parked_from"])
    audit.record(actor, "reopened the case", fresh, context=fresh.context)


@transaction.atomic
def attach_body(*, case: Case, body: Body, actor: Actor) -> None:
    """Let an observer or facilitator see what is shared in the case."""
    CaseBody.objects.get_or_create(case=case, body=body)
    audit.record(actor, "attached a body", case, context=case.context, after={"body": str(body)})
