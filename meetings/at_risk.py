"""Papers that may not come in good time: due within two working days, or past due, and not there."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter

from django.db.models import Q

from imc_portal.core.models import OutgoingEmail
from meetings import leadtime
from meetings.models import Dispatch, Meeting
from partners.models import Participant

WORKING_DAYS = 2
#: Two working days are never longer, whatever holidays lie between.
LOOK_AHEAD = dt.timedelta(days=14)
State = OutgoingEmail.State


def by_case(now: dt.datetime) -> Counter[uuid.UUID]:
    """How many papers of each case are at risk; one query, however many there are."""
    not_there = Q(email=None) | ~Q(email__state__in=[State.SENT, State.CANCELLED])
    waiting = Dispatch.objects.filter(
        not_there,
        due_at__lte=now + LOOK_AHEAD,
        waived_at=None,
        by_hand=None,
        invitation__meeting__state__in=[Meeting.State.PLANNED, Meeting.State.CALLED],
        invitation__meeting__starts_at__gt=now,
        invitation__participant__state__in=Participant.ACTIVE,
    ).select_related("invitation__meeting", "invitation__participant__municipality")
    return Counter(one.invitation.meeting.case_id for one in waiting if _is_near(one, now))


def _is_near(paper: Dispatch, now: dt.datetime) -> bool:
    where = leadtime.Where.of(paper.invitation.participant.municipality)
    return paper.due_at <= leadtime.last_moment(now, WORKING_DAYS, where)
