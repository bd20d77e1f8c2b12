"""The dates of a meeting whose papers are not all there: approve by, everybody must have them by. Pure.

"Approve by" leaves the time that the case asks for between the approval and the first day on which a paper is
due; it is counted in the calendar of those who approve. Each recipient's own last day is counted in its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from meetings import leadtime
from meetings.leadtime import END_OF_DAY, ONE_DAY, Where

#: Working days from which a date counts as near.
NEAR = 5


@dataclass(frozen=True, slots=True)
class Expected:
    """One recipient: by when it must have the paper, by its own calendar."""

    name: str
    due_at: dt.datetime
    where: Where

    @property
    def day(self) -> dt.date:
        """The last day in good time where it lives."""
        return self.where.day(self.due_at)


@dataclass(frozen=True, slots=True)
class Date:
    """A day that comes nearer: how far it is, in days and in working days; below nought once it passed."""

    day: dt.date
    days_left: int
    working_days_left: int

    @property
    def nearness(self) -> str:
        """Far, near, today or past."""
        if self.days_left < 0:
            return "past"
        if self.days_left == 0:
            return "today"
        return "near" if self.working_days_left <= NEAR else "far"


@dataclass(frozen=True, slots=True)
class Countdown:
    """What has to happen by when; `approve` is None once it is approved, or where nothing is approved."""

    approve: Date | None
    first: Date
    last: Date
    first_name: str
    last_name: str

    @property
    def days_differ(self) -> bool:
        """Whether recipients have different last days."""
        return self.first.day != self.last.day

    @property
    def next(self) -> Date:
        """The date that counts now."""
        return self.approve or self.first


def approve_by(first_due: dt.datetime, working_days: int, home: Where) -> dt.date:
    """The last day of approval: so many working days before the first paper is due, at any hour of it.

    A day counts whole: where the first paper is due before the day ends at home, the day before is meant.
    """
    local = first_due.astimezone(home.zone)
    day = local.date() if local.time() >= END_OF_DAY else local.date() - ONE_DAY
    day = leadtime.back(day, working_days, home)
    while not home.works(day):
        day -= ONE_DAY
    return day


def countdown(
    expected: Sequence[Expected], *, approval_days: int | None, home: Where, now: dt.datetime
) -> Countdown | None:
    """The dates as they stand; `approval_days` is None once it is approved. None without recipients."""
    if not expected:
        return None
    first, last = (pick(expected, key=lambda one: (one.due_at, one.name)) for pick in (min, max))
    day = None if approval_days is None else approve_by(first.due_at, approval_days, home)
    return Countdown(
        approve=None if day is None else until(day, home, now),
        first=until(first.day, first.where, now),
        last=until(last.day, last.where, now),
        first_name=first.name,
        last_name=last.name,
    )


def until(day: dt.date, where: Where, now: dt.datetime) -> Date:
    """How far a day is, by the calendar of a place."""
    today = where.day(now)
    return Date(day, (day - today).days, leadtime.between(today, day, where))
