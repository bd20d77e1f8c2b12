"""The three dates of a meeting: approve by, sends on, everybody has it by; each in its own calendar."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings import leadtime
from meetings.countdown import NEAR, Expected, approve_by, countdown, until
from meetings.leadtime import Where
from meetings.services import approvals

PARIS = zoneinfo.ZoneInfo("Europe/Paris")
FRANCE = Where("FR", "Europe/Paris")
PLACES = [
    FRANCE,
    Where("FR", "America/Martinique"),
    Where("FR", "Pacific/Tahiti"),
    Where("FR", "Indian/Reunion"),
    Where("FR", "Europe/Paris", "6AE"),
    Where("DE", "Europe/Berlin", "BY"),
    Where("SE", "Europe/Stockholm"),
    Where("NZ", "Pacific/Auckland"),
    Where("US", "America/Los_Angeles"),
    Where("XX", "Pacific/Kiritimati"),
]
wheres = st.sampled_from(PLACES)
starts = st.datetimes(
    min_value=dt.datetime(2025, 1, 1),  # noqa: DTZ001  # hypothesis adds the zone
    max_value=dt.datetime(2029, 12, 31),  # noqa: DTZ001  # as above
    timezones=st.just(dt.UTC),
)
working_days = st.integers(min_value=0, max_value=25)


def at(month: int, day: int, hour: int = 9, year: int = 2026) -> dt.datetime:
    return dt.datetime(year, month, day, hour, tzinfo=PARIS)


def expected(start: dt.datetime, days: int, *places: Where) -> list[Expected]:
    return [Expected(f"{where}", leadtime.due(start, days, where), where) for where in places]


# --- working days, whatever the calendar, the zone and the clocks -----


@given(starts, working_days, wheres)
def test_due_leaves_exactly_the_lead_time(start: dt.datetime, days: int, where: Where) -> None:
    due = leadtime.due(start, days, where)
    day, meets = where.day(due), where.day(start)
    counted = sum(where.works(day + dt.timedelta(days=n)) for n in range((meets - day).days))
    assert counted == days
    assert not days or where.works(day)
    assert (due.hour, due.minute) == (23, 59)


@given(starts, working_days, wheres)
def test_more_lead_time_is_never_later(start: dt.datetime, days: int, where: Where) -> None:
    assert leadtime.due(start, days + 1, where) < leadtime.due(start, days, where)


@given(starts, working_days, wheres)
def test_without_lead_time_the_day_of_the_meeting_is_in_good_time(
    start: dt.datetime, days: int, where: Where
) -> None:
    assert where.day(leadtime.due(start, 0, where)) == where.day(start)
    assert leadtime.due(start, 0, where) >= start.replace(second=0, microsecond=0)


@given(starts, working_days, wheres)
def test_the_earliest_day_is_in_good_time_and_the_working_day_before_is_not(
    now: dt.datetime, days: int, where: Where
) -> None:
    day = leadtime.earliest_day(now, days, where)
    noon = dt.datetime.combine(day, dt.time(12), where.zone)
    assert leadtime.due(noon, days, where) >= now.replace(second=0, microsecond=0)
    before = leadtime.back(day, 1, where)
    if days:
        assert leadtime.due(dt.datetime.combine(before, dt.time(12), where.zone), days, where) < now


@given(st.dates(dt.date(2025, 1, 1), dt.date(2029, 12, 31)), st.integers(0, 60), wheres)
def test_forward_and_back_count_the_same(day: dt.date, days: int, where: Where) -> None:
    later = leadtime.on(day, days, where)
    assert leadtime.between(day, later, where) == days
    assert leadtime.between(later, day, where) == -days


# --- approve by -----


@given(starts, working_days, st.integers(0, 8), wheres, st.lists(wheres, min_size=1, max_size=4))
def test_who_approves_on_the_last_hour_of_the_day_still_leaves_the_time_asked_for(
    start: dt.datetime, lead: int, days: int, home: Where, places: list[Where]
) -> None:
    first = min(one.due_at for one in expected(start, lead, *places))
    day = approve_by(first, days, home)
    end = dt.datetime.combine(day, leadtime.END_OF_DAY, home.zone)
    assert end <= first
    assert home.works(day)
    whole = first.astimezone(home.zone).date()
    left = sum(home.works(day + dt.timedelta(days=n)) for n in range(1, (whole - day).days + 1))
    assert left >= days - (not home.works(whole)), "a holiday at home counts for nothing"


@pytest.mark.parametrize(
    ("where", "expected_day"),
    [
        pytest.param(FRANCE, dt.date(2026, 11, 19), id="the same clock: two working days before 23 November"),
        pytest.param(Where("FR", "America/Martinique"), dt.date(2026, 11, 19), id="west: its day ends later"),
        pytest.param(
            Where("XX", "Pacific/Auckland"), dt.date(2026, 11, 19), id="east: its day ends while ours goes on"
        ),
    ],
)
def test_approve_by_is_counted_from_the_first_recipients_last_day(
    where: Where, expected_day: dt.date
) -> None:
    [one] = expected(at(12, 7), 10, where)
    assert approve_by(one.due_at, 2, FRANCE) in (expected_day, expected_day - dt.timedelta(days=1))
    if where == FRANCE:
        assert approve_by(one.due_at, 2, FRANCE) == expected_day


def test_a_day_that_ends_earlier_elsewhere_costs_a_day_here() -> None:
    [one] = expected(at(12, 7), 10, Where("XX", "Pacific/Auckland"))
    assert one.day == dt.date(2026, 11, 23)
    assert approve_by(one.due_at, 0, FRANCE) == dt.date(2026, 11, 20), "Monday ends at noon here: Friday"


def test_nothing_to_approve_on_a_holiday_of_those_who_approve() -> None:
    [one] = expected(at(11, 11), 0, Where("SE", "Europe/Paris"))
    assert one.day == dt.date(2026, 11, 11), "Armistice day is none in Sweden"
    assert approve_by(one.due_at, 0, FRANCE) == dt.date(2026, 11, 10)


# --- the dates together -----


def test_recipients_with_other_holidays_have_other_days() -> None:
    found = countdown(
        expected(at(1, 12, year=2027), 10, FRANCE, Where("SE", "Europe/Stockholm")),
        approval_days=2,
        home=FRANCE,
        now=at(12, 1),
    )
    assert found is not None
    assert found.days_differ
    assert (found.first.day, found.last.day) == (dt.date(2026, 12, 24), dt.date(2026, 12, 28))
    assert found.approve is not None
    assert found.approve.day == dt.date(2026, 12, 22)


def test_approved_there_is_nothing_left_to_approve_and_without_recipients_no_dates() -> None:
    found = countdown(expected(at(12, 7), 10, FRANCE), approval_days=None, home=FRANCE, now=at(11, 10))
    assert found is not None
    assert (found.approve, found.next) == (None, found.first)
    assert countdown([], approval_days=2, home=FRANCE, now=at(11, 10)) is None


@pytest.mark.parametrize(
    ("now", "days", "left", "nearness", "mark"),
    [
        (at(11, 2), 17, 12, "far", ""),
        (at(11, 11), 8, 6, "far", ""),
        (at(11, 12), 7, 5, "near", "5"),
        (at(11, 15), 4, 4, "near", "5"),
        (at(11, 17), 2, 2, "near", "2"),
        (at(11, 18), 1, 1, "near", "2"),
        (at(11, 19, 23), 0, 0, "today", "today"),
        (at(11, 20, 0), -1, -1, "past", "passed"),
    ],
)
def test_a_date_comes_nearer_in_days_and_working_days(
    now: dt.datetime, days: int, left: int, nearness: str, mark: str
) -> None:
    date = until(dt.date(2026, 11, 19), FRANCE, now)
    assert (date.days_left, date.working_days_left) == (days, left)
    assert (date.nearness, approvals.mark_of(date)) == (nearness, mark)
    assert (nearness == "far") == (left > NEAR)


# --- public holidays of a part of a country -----


@pytest.mark.parametrize(
    ("country", "region", "county", "part"),
    [
        ("FR", "44", "67", "6AE"),
        ("FR", "44", "68", "6AE"),
        ("FR", "44", "57", "57"),
        ("FR", "04", "974", "974"),
        ("FR", "27", "39", ""),
        ("DE", "BY", "091", "BY"),
        ("DE", "DE-NW", "", "NW"),
        ("DE", "05", "051", ""),
        ("XX", "1", "2", ""),
    ],
)
def test_codes_of_a_municipality_name_the_part_whose_holidays_count(
    country: str, region: str, county: str, part: str
) -> None:
    assert leadtime.part_of(country, region, county) == part


def test_good_friday_is_kept_in_alsace_and_worked_in_the_jura() -> None:
    friday = dt.date(2027, 3, 26)
    assert FRANCE.works(friday)
    assert not Where("FR", "Europe/Paris", "6AE").works(friday)
    start = at(3, 30, year=2027)
    assert leadtime.due(start, 1, FRANCE).date() == friday
    assert leadtime.due(start, 1, Where("FR", "Europe/Paris", "6AE")).date() == dt.date(2027, 3, 25)
