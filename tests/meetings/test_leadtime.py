"""Working days back from a meeting: weekends, holidays by country, clocks that change, zones that differ."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest

from meetings import leadtime
from meetings.leadtime import Where

PARIS = zoneinfo.ZoneInfo("Europe/Paris")
FRANCE = Where("FR", "Europe/Paris")


def at(year: int, month: int, day: int, hour: int = 9) -> dt.datetime:
    return dt.datetime(year, month, day, hour, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        pytest.param(at(2026, 12, 7), 10, dt.date(2026, 11, 23), id="two plain weeks"),
        pytest.param(at(2026, 11, 16), 5, dt.date(2026, 11, 6), id="armistice day does not count"),
        pytest.param(at(2027, 1, 4), 10, dt.date(2026, 12, 17), id="christmas and new year"),
        pytest.param(at(2027, 5, 18), 2, dt.date(2027, 5, 13), id="whit monday"),
        pytest.param(at(2026, 12, 6), 1, dt.date(2026, 12, 4), id="a sunday meeting"),
        pytest.param(at(2026, 12, 7), 0, dt.date(2026, 12, 7), id="no lead time: the day itself"),
    ],
)
def test_due_counts_working_days_back(start: dt.datetime, days: int, expected: dt.date) -> None:
    assert leadtime.due(start, days, FRANCE) == dt.datetime.combine(expected, dt.time(23, 59), PARIS)


def test_due_is_the_end_of_the_recipients_own_day() -> None:
    start = at(2026, 12, 7)
    assert leadtime.due(start, 10, FRANCE) - leadtime.due(
        start, 10, Where("FR", "Indian/Reunion")
    ) == dt.timedelta(hours=3)


def test_the_meetings_day_is_the_day_it_has_where_the_recipient_lives() -> None:
    start = dt.datetime(2026, 12, 7, 23, tzinfo=dt.UTC)
    assert leadtime.due(start, 1, Where("FR", "UTC")).date() == dt.date(2026, 12, 4)
    assert leadtime.due(start, 1, FRANCE).date() == dt.date(2026, 12, 7)


def test_due_keeps_the_wall_clock_over_the_change_of_clocks() -> None:
    due = leadtime.due(at(2026, 11, 2), 10, FRANCE)
    assert (due.date(), due.hour, due.utcoffset()) == (dt.date(2026, 10, 19), 23, dt.timedelta(hours=2))
    assert due.astimezone(dt.UTC).hour == 21


def test_an_unknown_country_has_weekends_alone() -> None:
    assert leadtime.due(at(2026, 11, 16), 5, Where("XX", "Europe/Paris")).date() == dt.date(2026, 11, 9)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(2026, 11, 22), dt.date(2026, 12, 7)),
        (at(2026, 11, 23, 23), dt.date(2026, 12, 7)),
        (at(2026, 11, 24), dt.date(2026, 12, 8)),
        (at(2026, 12, 18), dt.date(2027, 1, 5)),
    ],
)
def test_earliest_day_is_the_first_that_is_in_good_time(now: dt.datetime, expected: dt.date) -> None:
    assert leadtime.earliest_day(now, 10, FRANCE) == expected
    noon = dt.datetime.combine(expected, dt.time(12), PARIS)
    assert leadtime.due(noon, 10, FRANCE) >= now
    before = noon - dt.timedelta(days=1)
    while not leadtime.is_working_day(before.date(), "FR"):
        before -= dt.timedelta(days=1)
    assert leadtime.due(before, 10, FRANCE) < now


def test_earliest_day_for_all_is_the_latest_of_them() -> None:
    belgium = Where("BE", "Europe/Brussels")
    now = at(2027, 7, 12)
    assert leadtime.earliest_day(now, 5, FRANCE) == dt.date(2027, 7, 20)
    assert leadtime.earliest_day(now, 5, belgium) == dt.date(2027, 7, 19)
    assert leadtime.earliest_day_for_all(now, 5, [FRANCE, belgium]) == dt.date(2027, 7, 20)
    assert leadtime.earliest_day_for_all(now, 5, []) is None
