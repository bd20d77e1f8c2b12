"""The pages of next steps: filtered across cases, finished by account and by link, reopened by the host."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core import links
from imc_portal.core.models import User
from meetings.models import FormalMeeting, NextStep
from meetings.services import letters
from meetings.waiting import outlook
from partners.models import Case, Participant
from tests.meetings import afterwards, scenes
from tests.meetings.scenes import Scene

pytestmark = pytest.mark.django_db
LONG_AGO = dt.date(2026, 1, 5)


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    return scenes.make_scene(state=Case.State.FORMAL_CONVENED)


@pytest.fixture
def meeting(scene: Scene) -> FormalMeeting:
    return afterwards.hold(scene)


@pytest.fixture
def step(meeting: FormalMeeting) -> NextStep:
    return meeting.next_steps.get()


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def listed(user: User, **query: str) -> str:
    return as_(user).get(reverse("meetings:steps"), query).content.decode()


def personal(party: Participant, name: str, **more: object) -> str:
    token = links.token_of(letters.link_of(party))
    return reverse(f"personal:{name}", kwargs={"token": token} | more)


def test_the_page_filters_by_state_owner_and_case(
    scene: Scene, meeting: FormalMeeting, step: NextStep
) -> None:
    afterwards.make_step(meeting, scene.alder, action="Write to the lawyer", due=LONG_AGO)
    afterwards.make_step(meeting, scene.alder, action="Told everybody", done_at=timezone.now())
    page = listed(scene.focal)
    assert ("Write to the lawyer" in page, "Told everybody" in page, "Ask the prefecture" in page) == (
        True,
        False,
        False,
    )
    assert "Ask the prefecture" in listed(scene.focal, who="all")
    assert "Told everybody" in listed(scene.focal, state="done")
    overdue = listed(scene.focal, state="overdue", who="all")
    assert ("Write to the lawyer" in overdue, "Ask the prefecture" in overdue) == (True, False)
    assert "Ask the prefecture" in listed(scene.focal, who="all", case=str(scene.case.pk))
    assert "Ask the prefecture" in listed(scene.guest)
    assert "Ask the prefecture" not in listed(scene.stranger, who="all", state="all")


@pytest.mark.parametrize(
    "query", [{"case": "x"}, {"state": "x", "who": "y"}, {"page": "9" * 40}, {"case": "0" * 99}]
)
def test_a_filter_that_is_nothing_of_ours_shows_all(
    scene: Scene, step: NextStep, query: dict[str, str]
) -> None:
    assert "Ask the prefecture" in listed(scene.guest, **query)


def test_before_the_record_is_closed_no_step_is_shown(scene: Scene, step: NextStep) -> None:
    FormalMeeting.objects.update(state="called")
    assert "Ask the prefecture" not in listed(scene.guest, who="all")
    assert as_(scene.guest).get(reverse("meetings:step", args=[step.pk])).status_code == 404


def test_a_step_names_what_it_waits_for(scene: Scene, meeting: FormalMeeting, step: NextStep) -> None:
    first = afterwards.make_step(meeting, scene.corn, action="Count the ploughs")
    step.depends_on.add(first)
    page = as_(scene.guest).get(reverse("meetings:step", args=[step.pk])).content.decode()
    assert "Count the ploughs" in page
    assert "waits" in listed(scene.guest)


def test_the_owner_finishes_and_the_host_reopens(
    scene: Scene, meeting: FormalMeeting, step: NextStep
) -> None:
    page = reverse("meetings:step", args=[step.pk])
    stranger_to_it = afterwards.make_step(meeting, scene.alder, action="Not of Birk")
    other = reverse("meetings:step", args=[stranger_to_it.pk])
    assert as_(scene.guest).post(other, {"note": "x"}).status_code == 403
    assert as_(scene.guest).post(page, {"note": "x" * 501}).status_code == 422
    as_(scene.guest).post(page, {"note": "They agree."})
    step.refresh_from_db()
    assert (step.done_note, step.done_by) == ("They agree.", "Bert Birk")
    again = reverse("meetings:step_reopen", args=[step.pk])
    assert as_(scene.guest).post(again, {"because": "x"}).status_code == 403
    as_(scene.focal).post(again, {"because": ""})
    step.refresh_from_db()
    assert step.done_at is not None
    as_(scene.focal).post(again, {"because": "They changed their mind."})
    step.refresh_from_db()
    assert step.done_at is None


def test_by_link_the_municipality_sees_and_finishes_its_own_alone(
    scene: Scene, meeting: FormalMeeting, step: NextStep
) -> None:
    other = afterwards.make_step(meeting, scene.corn, action="Count the ploughs")
    home = Client().get(personal(scene.birk, "home")).content.decode()
    assert "Ask the prefecture" in home
    assert "Count the ploughs" not in home
    assert Client().get(personal(scene.birk, "step", step=other.pk)).status_code == 404
    page = personal(scene.birk, "step", step=step.pk)
    Client().get(page)
    assert NextStep.objects.get(pk=step.pk).done_at is None
    answer = Client().post(page, {"note": "It is written."}, follow=True)
    assert "It is written." in answer.content.decode()
    step.refresh_from_db()
    assert step.done_by == letters.link_of(scene.birk).holder


def test_the_home_page_shows_what_is_overdue_since_when(
    scene: Scene, meeting: FormalMeeting, step: NextStep
) -> None:
    NextStep.objects.filter(pk=step.pk).update(due=LONG_AGO)
    mine = {item.text: item for item in outlook(scene.guest).for_you}
    assert (mine["Ask the prefecture"].since, mine["Ask the prefecture"].tone) == (LONG_AGO, "trouble")
    others = [item for item in outlook(scene.focal).for_others if "Ask the prefecture" in item.text]
    assert [(item.since, item.tone) for item in others] == [(LONG_AGO, "trouble")]
    first = afterwards.make_step(meeting, scene.corn, action="Count the ploughs")
    step.depends_on.add(first)
    assert any("waits for “Count the ploughs”" in item.text for item in outlook(scene.guest).for_you)
    assert not [item for item in outlook(scene.focal).for_others if "Ask the prefecture" in item.text]


def test_the_home_page_says_whose_word_and_whose_council_is_awaited(scene: Scene) -> None:
    meeting = afterwards.hold(scene, subject=(scene.birk,))
    sent = afterwards.send(scene, meeting)
    assert any("agree to the minutes" in item.text for item in outlook(scene.guest).for_you)
    waits = [item.text for item in outlook(scene.focal).for_others]
    assert "Birk has said nothing to the minutes yet" in waits
    for party in scene.everybody:
        actor = afterwards.by_link(party)
        afterwards.say(sent, party, actor)
    assert any("what our council resolved" in item.text for item in outlook(scene.guest).for_you)
    assert "The council of Birk has not resolved yet" in [
        item.text for item in outlook(scene.focal).for_others
    ]
