"""The pages of the post room: every message of a case, found and counted; how far a dispatch has come."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core import links
from imc_portal.core.models import OutgoingEmail
from meetings.models import Meeting
from meetings.post import progress, room
from meetings.post.belonging import Belonging
from partners.models import Case
from tests import makers
from tests.meetings import papers
from tests.meetings.mails import NEEDS, enclose, make_mail
from tests.meetings.papers import meeting_of
from tests.meetings.posted import address, client_of, listed
from tests.meetings.scenes import Scene, make_scene, queries_of, sees

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    return make_scene(state=Case.State.INFORMAL_MEETING)


# --- the list ------------------------------------------------------------------------------------


def test_an_empty_room_says_what_will_stand_here(scene: Scene) -> None:
    page = listed(scene)
    assert "Nothing has been written yet" in page
    assert "<table" not in page
    assert "hx-get" not in page


def test_trouble_stands_on_top_with_what_to_do(scene: Scene) -> None:
    names = {state: make_mail(scene.case, state, subject=f"Subject {state}") for state in (*NEEDS, "queued")}
    page = listed(scene)
    places = {state: page.index(f"Subject {state}") for state in names}
    trouble = max(places[state] for state in ("failed", "unknown", "bounced"))
    assert trouble < min(places[state] for state in ("retry", "sending", "queued", "sent"))
    assert places["queued"] < places["sent"]
    assert "550 no such mailbox" in page
    assert "5.1.1 user unknown" in page
    assert reverse("meetings:message_again", args=[names["failed"].pk]) in page


def test_what_was_said_again_is_no_trouble_any_more(scene: Scene) -> None:
    bounced = make_mail(scene.case, "bounced", subject="Gone astray")
    make_mail(scene.case, "sent", again_of=bounced, again_because="New address.", subject="Once more")
    page = listed(scene)
    assert page.index("Once more") < page.index("Gone astray")
    assert "sent again as a new message" in page
    assert reverse("meetings:message_again", args=[bounced.pk]) not in page


def test_states_are_counted_and_filter(scene: Scene) -> None:
    for state in ("queued", "retry", "held", "failed", "bounced", "sent", "sent", "cancelled", "sending"):
        make_mail(scene.case, state, subject=f"Subject {state}")
    page = listed(scene)
    counts = dict(re.findall(r'">([A-Z][a-z ]+?) <span class="count">(\d+)</span>', page))
    assert counts == {
        "All": "9",
        "In trouble": "1",
        "Came back": "1",
        "Held back": "1",
        "Waiting": "2",
        "On its way": "1",
        "Sent": "2",
        "Cancelled": "1",
    }
    waiting = listed(scene, state="waiting")
    assert "Subject queued" in waiting
    assert "Subject retry" in waiting
    assert "Subject sent" not in waiting
    assert "Subject sent" in listed(scene, state="nonsense")


def test_a_state_is_an_icon_and_words(scene: Scene) -> None:
    for state in (*NEEDS, "queued", "held", "cancelled"):
        email = make_mail(scene.case, state)
        row = listed(scene, q=email.message_id)
        said = re.findall(r'post-state"><svg[^>]*aria-hidden="true".*?</svg>\s*<span>([^<]+)</span>', row)
        assert said == [str(email.get_state_display())]


def test_words_find_recipient_municipality_subject_and_message_id(scene: Scene) -> None:
    link = links.issue(purpose="participant", subject=scene.birk.pk, holder="x", language="en")
    email = make_mail(
        scene.case, to_name="Berta Birk", to_address="berta@birk.example", subject="Snow ploughs", link=link
    )
    make_mail(scene.case, subject="Something else")
    for words in ("berta", "BIRK.example", "plough", email.message_id, "Birk"):
        page = listed(scene, q=words)
        assert "Snow ploughs" in page, words
        assert "Something else" not in page, words
    assert "No message fits" in listed(scene, q="nowhere")


def test_a_percent_sign_is_a_sign_like_any_other(scene: Scene) -> None:
    make_mail(scene.case, subject="Plain")
    assert "Plain" not in listed(scene, q="%")


def test_messages_are_found_by_their_meeting() -> None:
    scene = papers.called()
    meeting = meeting_of(scene)
    make_mail(scene.case, subject="About no meeting")
    other = Meeting.objects.create(
        case=scene.case,
        kind="informal",
        host=scene.case.initiator,
        starts_at=timezone.now() + dt.timedelta(days=50),
        ends_at=timezone.now() + dt.timedelta(days=50, hours=1),
        time_zone="Europe/Paris",
        place="Elsewhere",
        state="cancelled",
        cancelled_because="Snow",
    )
    make_mail(scene.case, key=f"meeting:{other.pk}/change:1/to:{scene.birk.pk}", subject="The other one")
    page = listed(scene, meeting=str(meeting.pk))
    assert page.count('id="m-') == 2
    assert "The other one" not in page
    assert "About no meeting" not in page
    assert "The other one" in listed(scene, meeting=str(other.pk))


def test_a_message_knows_its_meeting_and_its_municipality_by_its_key(scene: Scene) -> None:
    meeting = Meeting.objects.create(
        case=scene.case,
        kind="informal",
        host=scene.case.initiator,
        starts_at=timezone.now(),
        ends_at=timezone.now() + dt.timedelta(hours=1),
        time_zone="Europe/Paris",
        place="Here",
    )
    belonging = Belonging.of(scene.case)
    email = make_mail(scene.case, key=f"meeting:{meeting.pk}/version:none/to:{scene.corn.pk}/again:1")
    assert belonging.meeting_of(email) == meeting
    assert belonging.participant_of(email) == scene.corn
    guest = make_mail(scene.case, key="receiver:somebody")
    assert belonging.meeting_of(guest) is None
    assert belonging.participant_of(guest) is None


def test_pages_keep_the_filter(scene: Scene) -> None:
    for _number in range(room.PER_PAGE + 1):
        make_mail(scene.case, "sent", subject="Snow")
    page = listed(scene, q="Snow", state="sent")
    assert page.count('id="m-') == room.PER_PAGE
    assert "q=Snow" in page
    assert "state=sent" in page
    assert "page=2" in page
    second = listed(scene, q="Snow", state="sent", page="2")
    assert second.count('id="m-') == 1
    assert listed(scene, page="x").count('id="m-') == room.PER_PAGE


def test_the_list_looks_again_by_itself_while_something_is_on_its_way(scene: Scene) -> None:
    email = make_mail(scene.case, "queued")
    page = listed(scene, state="waiting")
    assert 'hx-trigger="every 4s"' in page
    assert f'hx-get="{address(scene.case)}?state=waiting"' in page
    # Words that somebody types must not be lost: the form stands outside of what is replaced.
    assert page.index('name="q"') < page.index('id="post-room"')
    OutgoingEmail.objects.filter(pk=email.pk).update(state="held")
    assert "hx-get" not in listed(scene)


def test_a_list_asks_the_same_for_one_and_three(scene: Scene) -> None:
    client = client_of(scene)
    link = links.issue(purpose="participant", subject=scene.birk.pk, holder="x", language="en")
    make_mail(scene.case, "failed", link=link)
    one = queries_of(client, address(scene.case))
    for state in ("failed", "sent", "held"):
        make_mail(scene.case, state, link=link)
    assert queries_of(client, address(scene.case)) == one


def test_other_cases_and_private_messages_stay_out(scene: Scene) -> None:
    other = makers.make_case(title="Another case")
    make_mail(other, subject="Of another case")
    make_mail(scene.case, context="interest:1", subject="Of no case")
    page = listed(scene)
    assert "Of another case" not in page
    assert "Of no case" not in page


def test_a_message_of_no_case_has_no_page(scene: Scene) -> None:
    for context in ("", "interest:1", "case:", "case:nobody", f"case:{scene.case.pk}x"):
        email = make_mail(scene.case, context=context)
        assert sees(scene.focal, "message", email.pk)[0] == 404


# --- how far a dispatch has come --------------------------------------------------------------------


def test_a_dispatch_names_what_is_missing_at_each_stage() -> None:
    scene = papers.build(guests=3)
    found = progress.of_case(scene.case)
    assert found is not None
    assert [(stage.label, stage.done, stage.total) for stage in found.stages] == [
        ("Approved", 0, 3),
        ("Rendered", 0, 3),
        ("Queued", 0, 3),
        ("Sent", 0, 3),
    ]
    assert found.stages[0].missing == "missing: Birk, Corn, Dorp 0"
    assert found.stages[1].missing == ""
    papers.approve_draft(scene)
    papers.tick()
    OutgoingEmail.objects.filter(to_name=scene.birk.contact.name).update(  # type: ignore[union-attr]  # has one
        state="sent", sent_at=timezone.now()
    )
    found = progress.of_case(scene.case)
    assert found is not None
    assert [stage.done for stage in found.stages] == [3, 3, 3, 1]
    assert found.stages[-1].missing == "missing: Corn, Dorp 0"
    for page in (listed(scene), sees(scene.focal, "delivery", meeting_of(scene).pk)[1]):
        assert "missing: Corn, Dorp 0" in page
        assert "1 of 3" in page


def test_many_names_are_counted() -> None:
    scene = papers.build(guests=7)
    found = progress.of_case(scene.case)
    assert found is not None
    assert found.stages[0].missing.endswith("and 2 more")


# --- ways in ----------------------------------------------------------------------------------------


def test_the_ways_in_are_for_those_inside() -> None:
    scene = papers.called()
    room_of_case, meeting = address(scene.case), meeting_of(scene)
    case_page = reverse("partners:case", args=[scene.case.pk])
    for user, inside in ((scene.reader, True), (scene.guest, False), (scene.observer, False)):
        client = Client()
        client.force_login(user)
        assert (room_of_case in client.get(case_page).content.decode()) is inside
        assert (room_of_case in sees(user, "meeting", meeting.pk)[1]) is inside
    assert room_of_case in sees(scene.focal, "delivery", meeting.pk)[1]


def test_readers_look_and_do_nothing(scene: Scene) -> None:
    failed = make_mail(scene.case, "failed")
    make_mail(scene.case, "held")
    client = Client()
    client.force_login(scene.reader)
    page = client.get(address(scene.case)).content.decode()
    assert "/hold/" not in page
    assert "/release/" not in page
    assert "/again/" not in page
    assert "/again/" not in sees(scene.reader, "message", failed.pk)[1]


@pytest.mark.parametrize("who", ["guest", "guest_lead", "stranger", "observer", "facilitator"])
def test_nobody_else_finds_a_post_room(scene: Scene, who: str) -> None:
    email = make_mail(scene.case, html="<p>x</p>")
    enclose(email, b"x", "x.txt")
    client = Client()
    client.force_login(getattr(scene, who))
    assert client.get(address(scene.case)).status_code == 404
    for name in ("message", "message_html", "message_again", "message_hold"):
        assert client.get(reverse(f"meetings:{name}", args=[email.pk])).status_code == 404
    assert client.get(reverse("meetings:message_file", args=[email.pk, 0])).status_code == 404
