"""Close the record of a formal meeting, or say that it came to nothing."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal
from meetings import gates
from meetings.models import FormalMeeting
from meetings.services import holding
from meetings.services.outcomes.decisions import Vote
from meetings.services.outcomes.record import note, open_record
from partners.models import Case, Participant
from partners.services import cases, participants


@transaction.atomic
def give_none(*, meeting: FormalMeeting, because: str, actor: Actor) -> None:
    """Record that the meeting has no outcome, and why; an empty reason takes that back."""
    meeting = open_record(meeting)
    if because.strip() and meeting.selected_areas.exists():
        raise Refusal(_("An area is selected: take it out first, if the meeting has no outcome."))
    meeting.none_because = because.strip()
    meeting.save(update_fields=["none_because"])
    note(actor, "recorded that there is no outcome", meeting, meeting, because=meeting.none_because)


@transaction.atomic
def close_record(
    *, meeting: FormalMeeting, actor: Actor, override: str = "", now: dt.datetime | None = None
) -> None:
    """Close the record of a formal meeting for good: held; who said yes is committed to explore.

    Refused while it is not said of everybody invited whether they came; what else is missing, a lead can
    override with a reason.
    """
    now = now or timezone.now()
    cases.locked(meeting.case)
    fresh = open_record(meeting)
    if firm := firm_reasons(fresh):
        raise Refusal(*firm)
    cases.advance(
        case=fresh.case,
        to=Case.State.FORMAL_HELD,
        actor=actor,
        reasons_against=soft_reasons(fresh, now),
        override=override,
    )
    holding.close(meeting=fresh, actor=actor, now=now)
    ready = Participant.objects.filter(
        decisions__selected_area__meeting=fresh, decisions__vote__in=[Vote.YES, Vote.YES_IF]
    ).distinct()
    for participant in ready:
        participants.step(participant=participant, to=Participant.State.COMMITTED, actor=actor)


def firm_reasons(meeting: FormalMeeting) -> list[str]:
    """What nobody can override: of everybody invited it is known whether they came."""
    return gates.attendance(list(holding.invitations_of(meeting)))


def soft_reasons(meeting: FormalMeeting, now: dt.datetime) -> list[str]:
    """What still keeps the record open, unless a lead goes on; nothing, with no outcome."""
    if meeting.none_because.strip():
        return []
    return [
        *gates.notice(meeting, now),
        *gates.quorum(meeting),
        *gates.delegates(meeting),
        *gates.outcomes(meeting),
    ]
