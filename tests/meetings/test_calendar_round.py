"""A round of request, change and cancel, as real calendars follow it: by UID and SEQUENCE, in two zones."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass, field

import pytest
from django.utils import timezone
from icalendar import Calendar, Event

from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from meetings.models import Meeting
from meetings.services import planning
from partners.models import Case, Municipality
from tests.meetings import papers
from tests.meetings.papers import built
from tests.meetings.scenes import Scene, make_scene

pytestmark = pytest.mark.django_db
PARIS, HELSINKI = zoneinfo.ZoneInfo("Europe/Paris"), zoneinfo.ZoneInfo("Europe/Helsinki")
NEEDED = {
    "UID",
    "DTSTAMP",
    "DTSTART",
    "DTEND",
    "SEQUENCE",
    "ORGANIZER",
    "ATTENDEE",
    "STATUS",
    "LAST-MODIFIED",
}


def number_of(event: Event) -> int:
    """How often it was changed."""
    return int(str(event["SEQUENCE"]))


@dataclass
class Diary:
    """A small receiving calendar: what RFC 5546 has an attendee's calendar do, and no more."""

    kept: dict[str, Event] = field(default_factory=dict)

    def take(self, row: OutgoingEmail) -> None:
        """Apply the message unless a newer one was applied before."""
        part = next(p for p in built(row).walk() if p.get_content_type() == "text/calendar")
        parsed = Calendar.from_ical(part.get_payload(decode=True))  # type: ignore[arg-type]  # bytes of a leaf
        assert part.get_param("method") == parsed["METHOD"]
        [event] = parsed.events
        assert set(event) >= NEEDED
        zones = {str(zone["TZID"]) for zone in parsed.timezones}
        assert event["DTSTART"].params["TZID"] in zones
        uid = str(event["UID"])
        before = self.kept.get(uid)
        if before is not None and number_of(event) <= number_of(before):
            return
        if parsed["METHOD"] == "CANCEL":
            assert event["STATUS"] == "CANCELLED"
        self.kept[uid] = event

    @property
    def only(self) -> Event:
        """The one entry."""
        [event] = self.kept.values()
        return event


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    """Birk lives in Helsinki's time, the meeting in that of Paris."""
    scene = make_scene(state=Case.State.PROPOSAL)
    Municipality.objects.filter(pk=scene.birk.municipality_id).update(time_zone="Europe/Helsinki")
    scene.extra["version"] = papers.draft(scene)
    return scene


def clock() -> None:
    """The clock goes on, and what is queued leaves."""
    papers.tick()
    OutgoingEmail.objects.filter(state="queued").update(state="sent", sent_at=timezone.now())


def letters_to(scene: Scene, about: str) -> OutgoingEmail:
    assert scene.birk.contact is not None
    return OutgoingEmail.objects.get(to_address=scene.birk.contact.email, key__contains=about)


def wall(event: Event, zone: zoneinfo.ZoneInfo) -> str:
    assert isinstance(event.start, dt.datetime)
    return f"{event.start.astimezone(zone):%Y-%m-%d %H:%M}"


def test_a_calendar_follows_from_invitation_to_cancellation(scene: Scene) -> None:
    before = dt.datetime(2027, 3, 26, 9, tzinfo=PARIS)
    scene.extra["meeting"] = papers.planned(scene, start=before)
    papers.approve_draft(scene)
    clock()
    diary = Diary()
    request = letters_to(scene, "/version:")
    diary.take(request)
    assert wall(diary.only, HELSINKI) == "2027-03-26 10:00"
    after = dt.datetime(2027, 3, 29, 9, tzinfo=PARIS)
    planning.change_meeting(
        meeting=Meeting.objects.get(), plan=papers.plan_of(after), actor=Actor.person(scene.focal)
    )
    clock()
    change = letters_to(scene, "/change:1/")
    diary.take(change)
    assert (wall(diary.only, PARIS), wall(diary.only, HELSINKI)) == ("2027-03-29 09:00", "2027-03-29 10:00")
    assert isinstance(diary.only.start, dt.datetime)
    assert diary.only.start.utcoffset() == dt.timedelta(hours=2)  # summer time has begun between the two
    diary.take(request)  # a message that was held up arrives late and changes nothing
    assert wall(diary.only, PARIS) == "2027-03-29 09:00"
    planning.cancel_meeting(
        meeting=Meeting.objects.get(), reason="The hall burnt down.", actor=Actor.person(scene.focal)
    )
    diary.take(letters_to(scene, "/cancelled/"))
    diary.take(change)
    assert (diary.only["STATUS"], diary.only["SEQUENCE"]) == ("CANCELLED", 2)


def test_organizer_and_attendee_stay_the_same_through_the_round(scene: Scene) -> None:
    scene.extra["meeting"] = papers.planned(scene)
    papers.approve_draft(scene)
    clock()
    meeting = Meeting.objects.get()
    planning.change_meeting(
        meeting=meeting,
        plan=papers.plan_of(meeting.starts_at, place="Corn"),
        actor=Actor.person(scene.focal),
    )
    clock()
    planning.cancel_meeting(meeting=meeting, reason="Snow.", actor=Actor.person(scene.focal))
    events = [
        papers.calendar_of(letters_to(scene, key)).events[0]
        for key in ("/version:", "/change:", "/cancelled")
    ]
    assert len({str(event["UID"]) for event in events}) == 1
    assert len({str(event["ORGANIZER"]) for event in events}) == 1
    assert len({str(event["ATTENDEE"]) for event in events}) == 1
    assert [event["SEQUENCE"] for event in events] == [0, 1, 2]
    stamps = [event.DTSTAMP for event in events]
    assert stamps == sorted(stamp for stamp in stamps if stamp)
