"""Calendar addresses: whose meetings they hold, that they change only when a meeting does, and renewal."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from imc_portal.core import links
from imc_portal.core.audit import Actor
from imc_portal.core.models import PersonalLink, User
from meetings.models import Meeting
from meetings.services import feeds, planning
from partners.models import Participant
from tests.meetings import papers
from tests.meetings.scenes import Scene, call_informal, link_of, make_scene

pytestmark = pytest.mark.django_db
ACTOR = Actor.portal()


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    """A called informal meeting with an agenda that must not travel."""
    built = make_scene()
    meeting = call_informal(built)
    Meeting.objects.filter(pk=meeting.pk).update(
        agenda=[{"title": "SECRET-AGENDA", "minutes": 5}], cancelled_because=""
    )
    built.extra["meeting"] = meeting
    return built


def of_user(user: User) -> str:
    return links.token_of(feeds.renew_for_user(user=user, actor=ACTOR))


def of_link(participant: Participant) -> str:
    parent = links.find(link_of(participant))
    assert parent is not None
    return links.token_of(feeds.renew_for_holder(link=parent, actor=ACTOR))


def fetch(token: str, **headers: str) -> tuple[int, bytes, str]:
    answer = Client().get(reverse("calendar_feed", args=[token]), headers=headers)
    return answer.status_code, answer.content, answer.headers.get("ETag", "")


def uids(token: str) -> set[str]:
    status, content, _etag = fetch(token)
    assert status == 200
    return {str(event["UID"]).partition("@")[0] for event in Calendar.from_ical(content).events}


def test_each_holder_gets_the_meetings_they_may_see_and_no_other(scene: Scene) -> None:
    other = make_scene(1)
    theirs = call_informal(other)
    mine = str(scene.extra["meeting"].pk)  # type: ignore[attr-defined]  # a meeting
    for user in (scene.focal, scene.reader, scene.guest, scene.observer, scene.facilitator):
        assert uids(of_user(user)) == {mine}
    assert uids(of_user(scene.stranger)) == set()
    assert uids(of_link(scene.birk)) == {mine}
    assert uids(of_link(other.birk)) == {str(theirs.pk)}


def test_it_says_title_time_and_place_alone(scene: Scene) -> None:
    for token in (of_user(scene.focal), of_link(scene.birk)):
        content = fetch(token)[1]
        [event] = Calendar.from_ical(content).events
        assert b"SECRET" not in content
        assert {"DESCRIPTION", "ATTENDEE", "COMMENT", "URL"} & set(event) == set()
        assert event["LOCATION"] == "Town hall"
        assert Calendar.from_ical(content).timezones


def test_a_planned_meeting_is_in_no_feed_a_cancelled_one_is_marked(scene: Scene) -> None:
    token = of_link(scene.birk)
    meeting = Meeting.objects.get()
    planning.cancel_meeting(meeting=meeting, reason="SECRET-REASON", actor=Actor.person(scene.focal))
    content = fetch(token)[1]
    [event] = Calendar.from_ical(content).events
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 1)
    assert b"SECRET" not in content
    Meeting.objects.update(state=Meeting.State.PLANNED)
    assert uids(token) == set()


def test_what_is_known_is_not_sent_again_until_the_meeting_changes(scene: Scene) -> None:
    token = of_link(scene.birk)
    status, first, etag = fetch(token)
    assert (status, bool(etag)) == (200, True)
    assert fetch(token)[1:] == (first, etag)
    assert fetch(token, if_none_match=etag)[:2] == (304, b"")
    plan = papers.plan_of(timezone.now() + dt.timedelta(days=40))
    planning.change_meeting(meeting=Meeting.objects.get(), plan=plan, actor=Actor.person(scene.focal))
    status, _content, newer = fetch(token, if_none_match=etag)
    assert (status, newer != etag) == (200, True)


def test_renewing_closes_the_old_address(scene: Scene, client: Client) -> None:
    old = of_user(scene.focal)
    client.force_login(scene.focal)
    assert old in client.get(reverse("meetings:meeting_list")).content.decode()
    assert client.get(reverse("meetings:calendar_renew")).status_code == 405
    client.post(reverse("meetings:calendar_renew"))
    assert fetch(old)[0] == 410
    link = feeds.of_user(scene.focal)
    assert link is not None
    assert fetch(links.token_of(link))[0] == 200


def test_looking_at_a_page_makes_no_address(scene: Scene, client: Client) -> None:
    client.force_login(scene.focal)
    client.get(reverse("meetings:meeting_list"))
    client.get(reverse("profile"))
    client.get(reverse("personal:home", args=[link_of(scene.birk)]))
    assert not PersonalLink.objects.filter(purpose__startswith="calendar").exists()


def test_by_link_it_is_made_on_the_own_page(scene: Scene, client: Client) -> None:
    token = link_of(scene.birk)
    assert client.post(reverse("personal:calendar_renew", args=[token])).status_code == 302
    made = PersonalLink.objects.get(purpose=feeds.OF_PARTICIPANT)
    assert links.token_of(made) in client.get(reverse("personal:home", args=[token])).content.decode()


def test_each_address_opens_one_thing_alone(scene: Scene, client: Client) -> None:
    assert fetch(link_of(scene.birk))[0] == 404
    for token in (of_link(scene.birk), of_user(scene.focal)):
        assert client.get(reverse("personal:home", args=[token])).status_code == 404
    assert fetch("x" * 43)[0] == 404


def test_it_closes_with_what_it_belongs_to(scene: Scene) -> None:
    user, by_link, left = of_user(scene.guest), of_link(scene.birk), of_link(scene.corn)
    User.objects.filter(pk=scene.guest.pk).update(is_active=False)
    PersonalLink.objects.filter(purpose="participant", subject=scene.birk.pk).update(
        revoked_at=timezone.now()
    )
    Participant.objects.filter(pk=scene.corn.pk).update(state=Participant.State.DECLINED, reason="No.")
    assert [fetch(token)[0] for token in (user, by_link, left)] == [410, 410, 410]
