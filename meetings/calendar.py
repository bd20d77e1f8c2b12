"""Calendar entries (.ics) that mail programs follow: the same UID through all changes, a growing SEQUENCE.

Pure: takes plain values, returns bytes.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass

from icalendar import Calendar, Event, vCalAddress

PRODUCT = "-//IMC portal//meetings//EN"
FETCH_EVERY = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an address, as calendars know them."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What a calendar keeps of a meeting."""

    uid: str
    sequence: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    time_zone: str
    summary: str
    description: str
    place: str
    url: str
    stamp: dt.datetime
    organizer: Person
    attendee: Person | None = None
    cancelled: bool = False
    modified: dt.datetime | None = None


def request(entry: Entry) -> bytes:
    """An invitation, or the change of one: it asks the attendee for a reply."""
    return _render(entry, "REQUEST")


def cancel(entry: Entry) -> bytes:
    """Takes the entry out of the attendee's calendar."""
    return _render(entry, "CANCEL")


def publish(entry: Entry) -> bytes:
    """The entry for somebody who fetched it: it asks for nothing."""
    return _render(entry, "PUBLISH")


def feed(entries: Sequence[Entry], name: str) -> bytes:
    """All entries for a calendar that fetches them again and again; the same entries are the same bytes."""
    calendar = _calendar("PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", FETCH_EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", FETCH_EVERY)
    for entry in entries:
        calendar.add_component(_event(entry, "PUBLISH"))
    return _written(calendar, entries)


def _render(entry: Entry, method: str) -> bytes:
    calendar = _calendar(method)
    calendar.add_component(_event(entry, method))
    return _written(calendar, [entry])


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _written(calendar: Calendar, entries: Sequence[Entry]) -> bytes:
    """With the time zones that are used; both changes of the clock around a meeting are enough."""
    years = [entry.starts_at.year for entry in entries]
    if years:
        calendar.add_missing_timezones(
            first_date=dt.date(min(years) - 1, 1, 1), last_date=dt.date(max(years) + 2, 1, 1)
        )
    return bytes(calendar.to_ical())


def _event(entry: Entry, method: str) -> Event:
    zone = zoneinfo.ZoneInfo(entry.time_zone)
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.stamp.astimezone(dt.UTC))
    event.add("last-modified", (entry.modified or entry.stamp).astimezone(dt.UTC))
    event.add("dtstart", entry.starts_at.astimezone(zone))
    event.add("dtend", entry.ends_at.astimezone(zone))
    event.add("summary", entry.summary)
    if entry.description:
        event.add("description", entry.description)
    event.add("location", entry.place or entry.url)
    if entry.url:
        event.add("url", entry.url)
    event.add("status", "CANCELLED" if entry.cancelled or method == "CANCEL" else "CONFIRMED")
    event.add("organizer", _address(entry.organizer), encode=False)
    if entry.attendee and method != "PUBLISH":
        event.add("attendee", _attendee(entry.attendee), encode=False)
    return event


def _attendee(person: Person) -> vCalAddress:
    address = _address(person)
    address.params["CUTYPE"] = "INDIVIDUAL"
    address.params["ROLE"] = "REQ-PARTICIPANT"
    address.params["PARTSTAT"] = "NEEDS-ACTION"
    address.params["RSVP"] = "TRUE"
    return address


def _address(person: Person) -> vCalAddress:
    address = vCalAddress(f"mailto:{person.address}")
    # A parameter has no way to hold a line break or a quote: names lose them.
    address.params["CN"] = " ".join(person.name.replace('"', "").split())
    return address
