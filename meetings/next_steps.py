"""How a next step stands today: done, open, overdue, or waiting for another one. Pure, but for the clock."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass

from meetings.models import NextStep

AHEAD = dt.timedelta(days=3)
EVERY = dt.timedelta(days=7)
MOST_REMINDERS = 4


@dataclass(frozen=True, slots=True)
class Standing:
    """A step with what it waits for and since when it is overdue."""

    step: NextStep
    state: str
    waits_for: tuple[NextStep, ...] = ()
    overdue_since: dt.date | None = None
    days_over: int = 0


def standing(step: NextStep, now: dt.datetime) -> Standing:
    """How the step stands where its owner lives; reads what was fetched with it (`depends_on`)."""
    if step.done_at is not None:
        return Standing(step, "done")
    before = tuple(other for other in step.depends_on.all() if other.done_at is None)
    if before:
        return Standing(step, "waits", before)
    day, since = today(step, now), counts_from(step)
    if day > since:
        return Standing(step, "overdue", overdue_since=since, days_over=(day - since).days)
    return Standing(step, "open")


def counts_from(step: NextStep) -> dt.date:
    """The day after which the step is overdue: it is not before what it waited for was done."""
    zone = _zone(step)
    freed = [other.done_at.astimezone(zone).date() for other in step.depends_on.all() if other.done_at]
    again = [step.reopened_at.astimezone(zone).date()] if step.reopened_at else []
    return max([step.due, *freed, *again])


def reminder(standing: Standing, now: dt.datetime) -> str:
    """Which reminder is due today, as the end of its key; nothing when none is."""
    step = standing.step
    # Taken up again, a step is reminded of anew.
    again = f"/{step.reopened_at:%Y%m%d%H%M%S}" if step.reopened_at else ""
    if standing.state == "overdue":
        number = (standing.days_over - 1) // EVERY.days + 1
        return f"overdue-{number}{again}" if number <= MOST_REMINDERS else ""
    if standing.state == "open" and today(step, now) >= step.due - AHEAD:
        return f"ahead{again}"
    return ""


def today(step: NextStep, now: dt.datetime) -> dt.date:
    """The day where the owner lives."""
    return now.astimezone(_zone(step)).date()


def _zone(step: NextStep) -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo(step.owner.municipality.time_zone)
