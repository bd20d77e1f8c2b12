"""The hours of the story: what happens in it bears its own time, as if the portal had been there."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

from django.utils import timezone

EAST = zoneinfo.ZoneInfo("America/Moncton")
WEST = zoneinfo.ZoneInfo("America/Toronto")
DAYS_AGO = 119


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days of the story, counted from the Monday on which it begins."""

    monday: dt.date

    @classmethod
    def ending(cls, now: dt.datetime) -> Calendar:
        """The story that has just ended: it began on a Monday some four months ago."""
        day = now.astimezone(EAST).date() - dt.timedelta(days=DAYS_AGO)
        return cls(day - dt.timedelta(days=day.weekday()))

    def day(self, number: int) -> dt.date:
        """The date of a day of the story; its first is number 0."""
        return self.monday + dt.timedelta(days=number)

    def at(self, number: int, hour: int, minute: int = 0, zone: zoneinfo.ZoneInfo = EAST) -> dt.datetime:
        """A moment of the story, by the clocks on one of the banks."""
        return dt.datetime.combine(self.day(number), dt.time(hour, minute), zone)


@contextmanager
def standing_at(moment: dt.datetime) -> Iterator[dt.datetime]:
    """Let the portal's clock run on from this moment.

    The trail can never be corrected afterwards, not even by us: it has to be written with its time.
    """
    real, begun = timezone.now, timezone.now()

    def told() -> dt.datetime:
        return moment.astimezone(dt.UTC) + (real() - begun)

    with patch.object(timezone, "now", told):
        yield told()
