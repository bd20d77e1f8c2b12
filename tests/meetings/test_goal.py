"""The overarching goal: worded together, shared by each party by name; two who word it at once."""

from __future__ import annotations

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client
from django.urls import reverse

from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, Stale
from meetings import standpoints
from meetings.models import GoalVoice, OverarchingGoal
from meetings.services import goals
from meetings.waiting import outlook
from partners.models import Case, Participant
from tests.meetings import scenes


@pytest.fixture
def scene(db: None) -> scenes.Scene:
    return scenes.make_scene(state=Case.State.ATTITUDE)


def word(
    scene: scenes.Scene, text: str = "Clean streets at a price all can pay", seen: int | None = None
) -> OverarchingGoal:
    return goals.draft(case=scene.case, text=text, actor=Actor.person(scene.focal), seen=seen)


def agree(goal: OverarchingGoal, who: Participant, *, agrees: bool = True, remark: str = "") -> GoalVoice:
    return goals.voice(
        goal=goal,
        participant=who,
        agrees=agrees,
        name=f"Mayor of {who}",
        remark=remark,
        actor=Actor.portal(),
    )


def shown(scene: scenes.Scene) -> standpoints.Goal:
    goal = standpoints.build(scene.case).goal
    assert goal is not None
    return goal


def test_a_goal_is_shared_when_every_party_agreed_by_name(scene: scenes.Scene) -> None:
    goal = word(scene)
    for who in scene.everybody:
        assert not shown(scene).shared
        agree(goal, who)
    assert shown(scene).shared
    assert set(GoalVoice.objects.values_list("name", flat=True)) == {
        f"Mayor of {who}" for who in scene.everybody
    }


def test_who_does_not_share_it_says_what_would_have_to_change(scene: scenes.Scene) -> None:
    goal = word(scene)
    with pytest.raises(ValidationError):
        agree(goal, scene.birk, agrees=False)
    agree(goal, scene.birk, agrees=False, remark="Name the villages")
    assert shown(scene).against == [scene.birk]
    agree(goal, scene.birk)
    assert shown(scene).against == []
    assert GoalVoice.objects.count() == 1


def test_a_new_wording_asks_everybody_anew_and_keeps_what_was_said(scene: scenes.Scene) -> None:
    first = word(scene)
    for who in scene.everybody:
        agree(first, who)
    second = word(scene, "Clean streets and villages", seen=1)
    assert second.number == 2
    assert shown(scene).silent == standpoints.parties_of(scene.case)
    [earlier] = standpoints.build(scene.case).earlier_goals
    assert earlier.shared
    with pytest.raises(Stale, match="newer wording"):
        agree(first, scene.birk)


def test_the_same_words_are_no_new_wording(scene: scenes.Scene) -> None:
    word(scene)
    with pytest.raises(Refusal, match="as it stands"):
        word(scene)
    assert OverarchingGoal.objects.count() == 1


def test_a_wording_waits_for_the_word_of_each_party(scene: scenes.Scene) -> None:
    goal = word(scene)

    def waits() -> bool:
        return any("share the goal" in item.text for item in outlook(scene.guest).for_you)

    assert waits()
    agree(goal, scene.birk)
    assert not waits()
    word(scene, "Other words")
    assert waits()
    assert not any("share the goal" in item.text for item in outlook(scene.observer).for_you)


def test_who_drafts_over_a_newer_wording_is_shown_both(scene: scenes.Scene, client: Client) -> None:
    client.force_login(scene.guest)
    address = reverse("meetings:goal", args=[scene.case.pk])
    word(scene, "THEIR-WORDS")
    answer = client.post(address, {"text": "MY-WORDS", "seen": "0"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Meanwhile Anna Alder has proposed wording no. 1" in page
    assert "THEIR-WORDS" in page
    assert "MY-WORDS" in page
    assert client.post(address, {"text": "MY-WORDS", "seen": "1"}).status_code == 302
    assert list(OverarchingGoal.objects.values_list("text", flat=True)) == ["MY-WORDS", "THEIR-WORDS"]


@pytest.mark.django_db(transaction=True)
def test_two_who_word_it_at_the_same_moment_lose_nothing() -> None:
    scene = scenes.make_scene(state=Case.State.ATTITUDE)
    came: list[str] = []
    gate = threading.Barrier(2)

    def draft(text: str) -> None:
        try:
            gate.wait(timeout=20)
            word(scene, text, seen=0)
            came.append("kept")
        except Stale:
            came.append("stale")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=draft, args=(text,)) for text in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(came) == ["kept", "stale"]
    assert OverarchingGoal.objects.count() == 1


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("guest", 302),
        ("focal", 302),
        ("reader", 403),
        ("facilitator", 403),
        ("observer", 403),
        ("stranger", 404),
    ],
)
def test_parties_word_it(scene: scenes.Scene, client: Client, person: str, status: int) -> None:
    client.force_login(getattr(scene, person))
    answer = client.post(reverse("meetings:goal", args=[scene.case.pk]), {"text": "A goal"})
    assert answer.status_code == status
    assert OverarchingGoal.objects.count() == (status == 302)


def test_a_holder_words_it_and_says_by_name_what_it_thinks(scene: scenes.Scene, client: Client) -> None:
    token = scenes.link_of(scene.birk)
    assert client.post(reverse("personal:goal", args=[token]), {"text": "A goal"}).status_code == 302
    goal = OverarchingGoal.objects.get()
    address = reverse("personal:goal_voice", args=[token])
    refused = client.post(address, {"agrees": "no", "name": "Mayor Birk", "goal": goal.pk})
    assert refused.status_code == 422
    assert "what would have to change" in refused.content.decode()
    assert client.post(address, {"agrees": "yes", "name": "Mayor Birk", "goal": goal.pk}).status_code == 302
    assert GoalVoice.objects.get().name == "Mayor Birk"
    word(scene, "Other words")
    old = client.post(address, {"agrees": "yes", "name": "Mayor Birk", "goal": goal.pk})
    assert old.status_code == 422
    assert "newer wording" in old.content.decode()


@pytest.mark.parametrize(
    "wrong", [{"text": ""}, {"text": "x" * 501}, {"text": "x\0"}, {"seen": "-1"}, {"seen": "9" * 40}]
)
def test_bad_input_is_told_and_nothing_is_written(
    scene: scenes.Scene, client: Client, wrong: dict[str, str]
) -> None:
    client.force_login(scene.guest)
    answer = client.post(reverse("meetings:goal", args=[scene.case.pk]), {"text": "A goal"} | wrong)
    assert answer.status_code == scenes.refusal_of(wrong)
    assert not OverarchingGoal.objects.exists()
