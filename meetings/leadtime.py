"""In good time: working days counted back from a meeting, in the recipient's country and time zone.

Pure: takes and returns plain values. The day of the meeting does not count; a paper is in good time when it
arrives on the last allowed day, at any hour of that day where the recipient lives.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import holidays

ONE_DAY = dt.timedelta(days=1)
END_OF_DAY = dt.time(23, 59)


@dataclass(frozen=True, slots=True)
class Where:
    """Where a recipient lives, as far as the calendar is concerned."""

    country: str
    time_zone: str


def due(start: dt.datetime, working_days: int, where: Where) -> dt.datetime:
    """The last moment at which a paper for a meeting with this start is in good time."""
    zone = zoneinfo.ZoneInfo(where.time_zone)
    day = start.astimezone(zone).date()
    for _step in range(working_days):
        day = _next_working_day(day, where.country, -ONE_DAY)
    return dt.datetime.combine(day, END_OF_DAY, zone)


def earliest_day(now: dt.datetime, working_days: int, where: Where) -> dt.date:
    """The first working day on which a meeting still leaves the lead time for a paper that arrives now."""
    day = now.astimezone(zoneinfo.ZoneInfo(where.time_zone)).date()
    if not is_working_day(day, where.country):
        day = _next_working_day(day, where.country, ONE_DAY)
    for _step in range(working_days):
        day = _next_working_day(day, where.country, ONE_DAY)
    return day


def earliest_day_for_all(now: dt.datetime, working_days: int, places: Iterable[Where]) -> dt.date | None:
    """The first day that leaves everybody the lead time; None without anybody."""
    return max((earliest_day(now, working_days, where) for where in set(places)), default=None)


def last_moment(now: dt.datetime, working_days: int, where: Where) -> dt.datetime:
    """The end of the last of so many working days after today, where somebody lives."""
    zone = zoneinfo.ZoneInfo(where.time_zone)
    day = now.astimezone(zone).date()
    for _step in range(working_days):
        day = _next_working_day(day, where.country, ONE_DAY)
    return dt.datetime.combine(day, END_OF_DAY, zone)


def is_working_day(day: dt.date, country: str) -> bool:
    """Neither weekend nor public holiday of the country; an unknown country has weekends alone."""
    calendar = _holidays(country)
    return day.weekday() < 5 if calendar is None else calendar.is_working_day(day)


def _next_working_day(day: dt.date, country: str, step: dt.timedelta) -> dt.date:
    day += step
    while not is_working_day(day, country):
        day += step
    return day


@lru_cache(maxsize=64)
def _holidays(country: str) -> holidays.HolidayBase | None:
    try:
        return holidays.country_holidays(country)
    except NotImplementedError:
        return None
