"""Calendar entries, read again by a parser that is not the writer's template."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import replace

from icalendar import Calendar

from meetings import calendar
from meetings.calendar import Entry, Person

PARIS = zoneinfo.ZoneInfo("Europe/Paris")
ENTRY = Entry(
    uid="1234@portal.example.org",
    sequence=0,
    starts_at=dt.datetime(2026, 12, 7, 8, tzinfo=dt.UTC),
    ends_at=dt.datetime(2026, 12, 7, 10, tzinfo=dt.UTC),
    time_zone="Europe/Paris",
    summary="Informal meeting: shared waste collection",
    description="1. Do we share the same problems?\n2. What next?",
    place="Town hall, Lons-le-Saunier; room 2, first floor",
    url="https://video.example.org/room?a=1,2",
    stamp=dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC),
    organizer=Person("Alderney (IMC portal)", "portal@example.org"),
    attendee=Person("Mayor Fictitious", "mayor@example.org"),
)


def test_request_says_who_when_where_in_local_time() -> None:
    parsed = Calendar.from_ical(calendar.request(ENTRY))
    event = parsed.events[0]
    assert parsed["METHOD"] == "REQUEST"
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (ENTRY.uid, 0, "CONFIRMED")
    assert event["DTSTART"].params["TZID"] == "Europe/Paris"
    assert event.start == dt.datetime(2026, 12, 7, 9, tzinfo=PARIS)
    assert event.end == ENTRY.ends_at
    assert event["LOCATION"] == ENTRY.place
    assert event["DESCRIPTION"] == ENTRY.description
    assert event["URL"] == ENTRY.url
    assert event["ORGANIZER"] == "mailto:portal@example.org"
    assert event["ATTENDEE"] == "mailto:mayor@example.org"
    assert event["ATTENDEE"].params["RSVP"] == "TRUE"
    assert [str(zone["TZID"]) for zone in parsed.timezones] == ["Europe/Paris"]


def test_its_time_zone_knows_both_changes_of_the_clock() -> None:
    summer = replace(
        ENTRY,
        starts_at=dt.datetime(2027, 7, 5, 7, tzinfo=dt.UTC),
        ends_at=dt.datetime(2027, 7, 5, 9, tzinfo=dt.UTC),
    )
    for entry, hour, offset in ((ENTRY, 9, 1), (summer, 9, 2)):
        parsed = Calendar.from_ical(calendar.request(entry))
        start = parsed.events[0].start
        assert isinstance(start, dt.datetime)
        assert start.hour == hour
        zone = parsed.timezones[0].to_tz()
        assert start.replace(tzinfo=zone).utcoffset() == dt.timedelta(hours=offset)


def test_a_change_keeps_the_uid_and_raises_the_sequence() -> None:
    parsed = Calendar.from_ical(calendar.request(replace(ENTRY, sequence=3)))
    assert (parsed.events[0]["UID"], parsed.events[0]["SEQUENCE"]) == (ENTRY.uid, 3)


def test_cancel_takes_the_entry_out() -> None:
    parsed = Calendar.from_ical(calendar.cancel(replace(ENTRY, sequence=1)))
    assert parsed["METHOD"] == "CANCEL"
    assert parsed.events[0]["STATUS"] == "CANCELLED"
    assert "ATTENDEE" in parsed.events[0]


def test_publish_names_no_attendee() -> None:
    parsed = Calendar.from_ical(calendar.publish(ENTRY))
    assert parsed["METHOD"] == "PUBLISH"
    assert "ATTENDEE" not in parsed.events[0]


def test_names_and_texts_cannot_add_lines() -> None:
    evil = 'Ann\r\nATTENDEE:mailto:evil@example.org\r\nX: "quoted"'
    entry = replace(ENTRY, summary=evil, place=evil, attendee=Person(evil, "mayor@example.org"))
    content = calendar.request(entry)
    event = Calendar.from_ical(content).events[0]
    assert not any(line.startswith(b"X") for line in content.splitlines())
    assert event["ATTENDEE"] == "mailto:mayor@example.org"
    assert content.replace(b"\r\n ", b"").count(b"\r\nATTENDEE") == 1


def test_lines_are_folded_and_end_as_the_standard_wants() -> None:
    content = calendar.request(replace(ENTRY, description="é" * 300))
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
