"""Open a case and move it along the chain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import GateClosed, Refusal, given
from partners import machine
from partners.machine import CaseEvent
from partners.models import CandidateArea, Case, CaseBody, Need, Participant
from partners.models.municipality import Body

LESSONS_LIMIT = 2000


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

    Reasons against, and steps left out, close the gate (GateClosed) unless a lead overrides with a reason,
    which goes on record. What the table of the case does not allow is refused.
    """
    fresh = locked(case)
    verdict = machine.on_case(fresh.state, machine.REACHES[to])
    if isinstance(verdict, machine.Stay):
        case.state = fresh.state
        return False
    if isinstance(verdict, machine.Refused):
        raise Refusal(verdict.reason)
    against = [*reasons_against, *([verdict.against] if verdict.against else [])]
    if against and not override.strip():
        raise GateClosed(*against)
    before, after = fresh.state, {"state": to, "overridden": against} if against else {"state": to}
    fresh.state = case.state = to
    fresh.save(update_fields=["state"])
    audit.record(
        actor,
        "moved the case",
        fresh,
        context=fresh.context,
        before={"state": before},
        after=after,
        reason=override.strip() if against else "",
    )
    return True


@transaction.atomic
def park(*, case: Case, actor: Actor, reason: str, review_on: dt.date | None = None) -> None:
    """Park a case with a reason, until it is looked at again; it can be reopened where it stood."""
    fresh, to = _loop(case, CaseEvent.PARKED)
    reason = given(reason, missing=_("Say why the case is parked."))
    if review_on is not None and review_on <= timezone.localdate():
        raise Refusal(_("Choose a day to come on which the case is looked at again."))
    before, fresh.parked_from, fresh.review_on = fresh.state, fresh.state, review_on
    fresh.state = case.state = to
    fresh.save(update_fields=["state", "parked_from", "review_on"])
    _note(actor, "parked the case", fresh, before, reason, review_on=review_on and review_on.isoformat())


@transaction.atomic
def close(*, case: Case, actor: Actor, reason: str, lessons: str = "") -> None:
    """Close a case with a reason and what one learnt; its history stays, and it can be reopened."""
    fresh, to = _loop(case, CaseEvent.CLOSED)
    reason = given(reason, missing=_("Say why the case is closed."))
    if len(lessons := lessons.strip()) > LESSONS_LIMIT:
        raise Refusal(_("At most %(limit)d characters, please.") % {"limit": LESSONS_LIMIT})
    end(case=fresh, to=to, actor=actor, verb="closed the case", reason=reason, lessons=lessons)
    case.state = fresh.state


def end(*, case: Case, to: str, actor: Actor, verb: str, reason: str, lessons: str = "") -> None:
    """Lay a locked case to rest for good, inside the caller's transaction; keeps from where."""
    before = case.state
    case.parked_from = case.parked_from or before
    case.state, case.review_on, case.lessons = to, None, lessons or case.lessons
    case.save(update_fields=["state", "parked_from", "review_on", "lessons", "merged_into"])
    _note(actor, verb, case, before, reason, **({"lessons": lessons} if lessons else {}))


@transaction.atomic
def reopen(*, case: Case, actor: Actor, reason: str = "") -> None:
    """Take a parked or closed case up again where it stood; one that was merged goes on in the other."""
    fresh, to = _loop(case, CaseEvent.REOPENED)
    before, fresh.parked_from, fresh.review_on = fresh.state, "", None
    fresh.state = case.state = to
    fresh.save(update_fields=["state", "parked_from", "review_on"])
    _note(actor, "reopened the case", fresh, before, reason.strip()[:500])


def _loop(case: Case, event: CaseEvent) -> tuple[Case, str]:
    """The case, locked, and where the event leads it; refused with the reason of the table."""
    fresh = locked(case)
    return fresh, allowed(fresh, event)


def allowed(case: Case, event: CaseEvent) -> str:
    """Where an event leads a case; Refusal when the table does not allow it."""
    merged = case.merged_into_id is not None
    verdict = machine.on_case(case.state, event, rested_from=case.parked_from, merged=merged)
    if isinstance(verdict, machine.Move):
        return verdict.to
    raise Refusal(verdict.reason if isinstance(verdict, machine.Refused) else _("It is so already."))


def _note(actor: Actor, verb: str, case: Case, before: str, reason: str, **after: object) -> None:
    audit.record(
        actor,
        verb,
        case,
        context=case.context,
        before={"state": before},
        after={"state": case.state, **after},
        reason=reason,
    )


@transaction.atomic
def attach_body(*, case: Case, body: Body, actor: Actor) -> None:
    """Let an observer or facilitator see what is shared in the case."""
    CaseBody.objects.get_or_create(case=case, body=body)
    audit.record(actor, "attached a body", case, context=case.context, after={"body": str(body)})
