"""Councils: whose resolution is awaited after a formal meeting, and what they resolved."""

from __future__ import annotations

import datetime as dt
import zoneinfo

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal
from imc_portal.core.templatetags.portal import day as day_in_words
from meetings import minutes_facts
from meetings.models import FormalMeeting, Ratification
from partners.models import Case, Participant
from partners.services import cases, participants

State = Ratification.State


@transaction.atomic
def open_for(*, meeting: FormalMeeting, actor: Actor, now: dt.datetime) -> list[Ratification]:
    """Await the councils of all who decided subject to them; each once. The case waits while one is."""
    case = cases.locked(meeting.case)
    opened = []
    for participant in minutes_facts.subject_to_council(meeting):
        if participant.state not in Participant.ACTIVE:
            continue
        row, created = Ratification.objects.get_or_create(
            meeting=meeting, participant=participant, defaults={"awaited_since": now}
        )
        opened += [row]
        if created:
            audit.record(actor, "awaits the resolution of a council", row, context=case.context)
    if case.has_reached(Case.State.MINUTES_AGREED) and any(row.state == State.AWAITED for row in opened):
        cases.advance(case=case, to=Case.State.RATIFICATION, actor=actor)
    return opened


@transaction.atomic
def resolve(
    *,
    ratification: Ratification,
    ratified: bool,
    resolution: str,
    resolved_on: dt.date,
    text: str,
    actor: Actor,
    how: str = "",
    now: dt.datetime | None = None,
) -> Ratification:
    """Record what a council resolved, once; a municipality whose council refused leaves, with the reason.

    Its decision stays on record. The initiator cannot leave its own case: its refusal keeps the gate shut.
    """
    now = now or timezone.now()
    case = cases.locked(ratification.participant.case)
    if case.state in Case.RESTING:
        raise Refusal(_("The case is parked or closed: reopen it first."))
    row = (
        Ratification.objects.select_for_update(of=("self",))
        .select_related("participant__municipality", "meeting")
        .get(pk=ratification.pk)
    )
    said = (State.GIVEN if ratified else State.REFUSED, resolution.strip(), resolved_on)
    if row.state != State.AWAITED:
        if said == (row.state, row.resolution, row.resolved_on):
            return row
        raise Refusal(_("A resolution of this council is on record already."))
    if row.participant.state not in Participant.ACTIVE:
        raise Refusal(_("%(name)s no longer takes part in this case.") % {"name": row.participant})
    row.state, row.resolution, row.resolved_on = said
    row.text, row.how = text.strip(), how.strip()
    row.recorded_by, row.recorded_at = actor.name[:200], now
    _check(row, now)
    row.save()
    after = {"state": row.state, "number": row.resolution, "date": row.resolved_on.isoformat()}
    audit.record(
        actor, "recorded the resolution of a council", row, context=case.context, after=after, reason=how
    )
    if not ratified and not row.participant.is_initiator:
        _leave(row, actor)
    return row


def _check(row: Ratification, now: dt.datetime) -> None:
    if row.resolved_on is None:
        raise Refusal(_("Give the number and the date of the resolution."))
    zone = zoneinfo.ZoneInfo(row.participant.municipality.time_zone)
    if row.resolved_on > now.astimezone(zone).date():
        raise Refusal(
            _("A resolution is recorded once it is passed: choose a day that is not in the future.")
        )
    # By the council's own calendar, as above: elsewhere the meeting may have begun on another day.
    if row.resolved_on < row.meeting.starts_at.astimezone(zone).date():
        raise Refusal(_("The council resolves after the meeting: choose a later day."))
    row.full_clean(exclude=["meeting", "participant"])


def _leave(row: Ratification, actor: Actor) -> None:
    # The reason is read by the host first: it speaks the language of those who run the case.
    with translation.override(row.meeting.case.opened_by.language):
        reason = _("The council did not ratify: resolution %(number)s, %(day)s.") % {
            "number": row.resolution,
            "day": day_in_words(row.resolved_on),
        }
    participants.leave(
        participant=row.participant, state=Participant.State.WITHDRAWN, reason=reason[:500], actor=actor
    )
