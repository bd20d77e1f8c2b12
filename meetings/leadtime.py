"""In good time: working days counted back from a meeting, in the recipient's calendar and time zone.

Pure: takes and returns plain values. The day of the meeting does not count; a paper is in good time when it
arrives on the last allowed day, at any hour of that day where the recipient lives. Public holidays are those
of the country, and of its part where `holidays` knows that part by the code of the county or the region.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import holidays

ONE_DAY = dt.timedelta(days=1)
END_OF_DAY = dt.time(23, 59)


#: Parts with holidays of their own that statistics number in another way: the two departments of Alsace.
OTHER_CODES = {("FR", "67"): "6AE", ("FR", "68"): "6AE"}


class Place(Protocol):
    """What a municipality says of where it lies."""

    country: str
    region: str
    county: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Where:
    """Where a recipient lives, as far as the calendar is concerned."""

    country: str
    time_zone: str
    part: str = ""

    @classmethod
    def of(cls, place: Place) -> Where:
        """The calendar of a municipality."""
        return cls(place.country, place.time_zone, part_of(place.country, place.region, place.county))

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """Its clock."""
        return zoneinfo.ZoneInfo(self.time_zone)

    def day(self, moment: dt.datetime) -> dt.date:
        """The day that it is there at this moment."""
        return moment.astimezone(self.zone).date()

    def works(self, day: dt.date) -> bool:
        """Whether people work there on this day."""
        return is_working_day(day, self.country, self.part)


def part_of(country: str, region: str, county: str) -> str:
    """The part of the country whose holidays count; nothing where its codes say nothing to `holidays`."""
    known = _parts(country)
    for code in (county, region):
        bare = code.removeprefix(f"{country}-")
        part = OTHER_CODES.get((country, bare), bare)
        if part in known:
            return part
    return ""


def due(start: dt.datetime, working_days: int, where: Where) -> dt.datetime:
    """The last moment at which a paper for a meeting with this start is in good time."""
    day = back(where.day(start), working_days, where)
    return dt.datetime.combine(day, END_OF_DAY, where.zone)


def earliest_day(now: dt.datetime, working_days: int, where: Where) -> dt.date:
    """The first working day on which a meeting still leaves the lead time for a paper that arrives now."""
    day = where.day(now)
    if not where.works(day):
        day = on(day, 1, where)
    return on(day, working_days, where)


def earliest_day_for_all(now: dt.datetime, working_days: int, places: Iterable[Where]) -> dt.date | None:
    """The first day that leaves everybody the lead time; None without anybody."""
    return max((earliest_day(now, working_days, where) for where in set(places)), default=None)


def last_moment(now: dt.datetime, working_days: int, where: Where) -> dt.datetime:
    """The end of the last of so many working days after today, where somebody lives."""
    return dt.datetime.combine(on(where.day(now), working_days, where), END_OF_DAY, where.zone)


def back(day: dt.date, working_days: int, where: Where) -> dt.date:
    """So many working days before a day; that day itself for none."""
    return _steps(day, working_days, where, -ONE_DAY)


def on(day: dt.date, working_days: int, where: Where) -> dt.date:
    """So many working days after a day; that day itself for none."""
    return _steps(day, working_days, where, ONE_DAY)


def between(first: dt.date, last: dt.date, where: Where) -> int:
    """Working days after the first day, up to and with the last; below nought when the last lies before."""
    if last < first:
        return -between(last, first, where)
    days = (first + ONE_DAY * step for step in range(1, (last - first).days + 1))
    return sum(where.works(day) for day in days)


def is_working_day(day: dt.date, country: str, part: str = "") -> bool:
    """Neither weekend nor public holiday of the place; an unknown country has weekends alone."""
    calendar = _holidays(country, part)
    return day.weekday() < 5 if calendar is None else calendar.is_working_day(day)


def _steps(day: dt.date, working_days: int, where: Where, step: dt.timedelta) -> dt.date:
    for _each in range(working_days):
        day += step
        while not where.works(day):
            day += step
    return day


@lru_cache(maxsize=256)
def _holidays(country: str, part: str) -> holidays.HolidayBase | None:
    try:
        return holidays.country_holidays(country, subdiv=part or None)
    except NotImplementedError:
        return None


@lru_cache(maxsize=256)
def _parts(country: str) -> frozenset[str]:
    return frozenset(holidays.list_supported_countries(include_aliases=False).get(country, ()))
