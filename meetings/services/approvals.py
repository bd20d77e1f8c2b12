"""Remind of an approval that the papers wait for: the leads while there is time, then who runs the case.

Each reminder has the day in its key: a meeting that moves is reminded of anew, and nobody is told twice.
"""

from __future__ import annotations

import datetime as dt
import logging

from django.db import transaction
from django.urls import reverse

from imc_portal.core.models import OutgoingEmail, User
from meetings import chain, clock, notices
from meetings.countdown import Date
from meetings.models import Meeting
from meetings.services import runners
from meetings.troubles import NOTICE
from partners.models import Case
from proposals.models import ProposalVersion

log = logging.getLogger(__name__)

#: Working days before the day, and how a reminder of that time is called.
MARKS = ((0, "today"), (2, "2"), (5, "5"))
PASSED = "passed"


def remind_due(*, now: dt.datetime) -> int:
    """Write the reminders that are due and not written. Returns how many."""
    planned = Meeting.objects.filter(
        kind=Meeting.Kind.INFORMAL, state=Meeting.State.PLANNED, starts_at__gt=now
    ).exclude(case__state__in=Case.RESTING)
    meetings = list(planned)
    cases = chain.with_chain(Case.objects.filter(meetings__in=meetings)).select_related(
        "initiator", "proposal", "rules", "opened_by"
    )
    by_case = {case.pk: case for case in cases}
    for meeting in meetings:
        meeting.case = by_case[meeting.case_id]
    found = clock.clocks(meetings, now)
    return sum(_tried(one.meeting, one.dates.approve) for one in found.values() if one.dates.approve)


def mark_of(date: Date) -> str:
    """Which reminder is due at this distance; nothing while the day is far."""
    if date.days_left < 0:
        return PASSED
    return next((name for days, name in MARKS if date.working_days_left <= days), "")


def _tried(meeting: Meeting, date: Date) -> int:
    try:
        return _remind(meeting, date)
    except Exception:
        # One case's fault must not hold up the others.
        log.exception("no reminder of the approval for meeting %s can be written", meeting.pk)
        return 0


@transaction.atomic
def _remind(meeting: Meeting, date: Date) -> int:
    mark = mark_of(date)
    if not mark or not chain.open_version(meeting.case):
        return 0
    host = runners.runner(meeting.case)
    people = ([host] if host else []) if mark == PASSED else runners.leads(meeting.case)
    return sum(_tell(meeting, date, mark, person) for person in people)


def _tell(meeting: Meeting, date: Date, mark: str, person: User) -> bool:
    key = f"{NOTICE}approve:{meeting.pk}:{date.day.isoformat()}:{mark}:{person.pk}"
    if OutgoingEmail.objects.filter(key=key).exists():
        return False
    with runners.speaking_to(person):
        notice = notices.approval(
            meeting, day=date.day, left=date.working_days_left, mark=mark, path=_page(meeting, mark)
        )
        runners.tell(meeting.case, person, notice, each=True)
    return True


def _page(meeting: Meeting, mark: str) -> str:
    version = chain.open_version(meeting.case)
    if mark == PASSED or version is None:
        return meeting.get_absolute_url()
    if version.state == ProposalVersion.State.SUBMITTED:
        return reverse("proposals:approval", args=[version.proposal_id])
    return version.proposal.get_absolute_url()
