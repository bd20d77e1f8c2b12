"""Box 13: topics, stances with their numbers, tasks, tellings; who reads, who writes, and two at once."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, Stale
from meetings import standpoints
from meetings.models import Expectation, ExpectationTopic, Responsibility, Telling
from meetings.services import expectations
from meetings.waiting import outlook
from partners.models import Case, Participant
from tests.meetings import scenes

SECRET = "SECRET-INTEREST-OF-BIRK"


@pytest.fixture
def scene(db: None) -> scenes.Scene:
    return scenes.make_scene(state=Case.State.ATTITUDE)


@pytest.fixture
def topic(scene: scenes.Scene) -> ExpectationTopic:
    return expectations.raise_topic(
        participant=scene.alder, text="One price for all", actor=Actor.person(scene.focal)
    )


def say(
    topic: ExpectationTopic, who: Participant, stance: str, *, seen: int | None = None, interest: str = ""
) -> Expectation:
    return expectations.state_expectation(
        topic=topic,
        participant=who,
        stance=stance,
        words={"interest": interest, "limit": "Not above 90 euros"},
        stated_by=f"Mayor of {who}",
        actor=Actor.portal(),
        seen=seen,
    )


def page_of(scene: scenes.Scene, person: str) -> tuple[int, str]:
    return scenes.sees(getattr(scene, person), "expectations", scene.case.pk)


# --- what is said --------------------------------------------------------------------------


def test_words_are_numbered_and_earlier_ones_stay(scene: scenes.Scene, topic: ExpectationTopic) -> None:
    say(topic, scene.birk, "needs")
    say(topic, scene.birk, "cannot", seen=1)
    [shown] = standpoints.build(scene.case).topics
    birk = next(each for each in shown.said if each.party == scene.birk)
    assert birk.now is not None
    assert (birk.now.number, birk.now.stance) == (2, "cannot")
    assert [one.number for one in birk.earlier] == [1]


def test_what_divides_comes_first(scene: scenes.Scene, topic: ExpectationTopic) -> None:
    second = expectations.raise_topic(
        participant=scene.birk, text="A depot in the valley", actor=Actor.portal()
    )
    for who in scene.everybody:
        say(topic, who, "needs")
    say(second, scene.alder, "needs")
    say(second, scene.corn, "cannot")
    shown = standpoints.build(scene.case).topics
    assert [(each.topic.text, each.difference.kind) for each in shown] == [
        ("A depot in the valley", "conflict"),
        ("One price for all", "same"),
    ]
    status, page = page_of(scene, "guest")
    assert status == 200
    assert page.index("A depot in the valley") < page.index("One price for all")
    for words in ("in conflict", "Alder wants it.", "Corn cannot accept it.", "Birk has said nothing."):
        assert words in page


def test_a_topic_stands_once_and_can_be_set_aside(scene: scenes.Scene, topic: ExpectationTopic) -> None:
    with pytest.raises(Refusal, match="in the list already"):
        expectations.raise_topic(participant=scene.birk, text=" one  PRICE for all", actor=Actor.portal())
    expectations.close_topic(topic=topic, actor=Actor.portal())
    with pytest.raises(Refusal, match="set aside"):
        say(topic, scene.birk, "needs")
    page = standpoints.build(scene.case)
    assert (len(page.topics), len(page.set_aside)) == (0, 1)
    expectations.close_topic(topic=topic, actor=Actor.portal(), closed=False)
    assert say(topic, scene.birk, "needs").number == 1


@pytest.mark.parametrize(
    ("state", "opens"),
    [("contacting", False), ("proposal", True), ("ratification", True), ("handed_over", False)],
)
def test_expectations_have_their_time(scene: scenes.Scene, state: str, opens: bool) -> None:
    Case.objects.filter(pk=scene.case.pk).update(state=state)
    scene.case.refresh_from_db()
    assert (expectations.why_not(scene.case) == "") == opens
    if not opens:
        with pytest.raises(Refusal):
            expectations.raise_topic(participant=scene.alder, text="Late", actor=Actor.portal())


def test_who_left_says_nothing_more(scene: scenes.Scene, topic: ExpectationTopic) -> None:
    Participant.objects.filter(pk=scene.birk.pk).update(state="withdrawn", reason="Elections")
    with pytest.raises(Refusal, match="no longer takes part"):
        say(topic, scene.birk, "needs")
    assert scene.birk not in standpoints.build(scene.case).parties


# --- two at once ---------------------------------------------------------------------------


def test_nobody_writes_over_what_they_have_not_read(scene: scenes.Scene, topic: ExpectationTopic) -> None:
    say(topic, scene.birk, "needs", seen=0)
    with pytest.raises(Stale, match="Meanwhile Mayor of Birk"):
        say(topic, scene.birk, "cannot", seen=0)
    assert Expectation.objects.get().stance == "needs"


@pytest.mark.django_db(transaction=True)
def test_two_of_one_party_at_the_same_moment_lose_nothing() -> None:
    scene = scenes.make_scene(state=Case.State.ATTITUDE)
    topic = expectations.raise_topic(participant=scene.alder, text="Price", actor=Actor.portal())
    came: list[str] = []
    gate = threading.Barrier(2)

    def speak(stance: str) -> None:
        try:
            gate.wait(timeout=20)
            say(topic, scene.birk, stance, seen=0)
            came.append("kept")
        except Stale:
            came.append("stale")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=speak, args=(stance,)) for stance in ("needs", "cannot")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(came) == ["kept", "stale"]
    assert Expectation.objects.count() == 1


# --- tasks, and who was told ------------------------------------------------------------------


def test_a_task_has_a_person_of_a_party(scene: scenes.Scene, client: Client) -> None:
    client.force_login(scene.guest)
    address = reverse("meetings:task_add", args=[scene.case.pk])
    typed = {"task": "Ask the prefecture", "participant": scene.corn.pk, "name": "Cora Corn"}
    assert client.post(address, typed).status_code == 302
    assert client.post(address, typed).status_code == 422
    task = Responsibility.objects.get()
    assert (task.participant, task.name) == (scene.corn, "Cora Corn")
    assert client.post(reverse("meetings:task_remove", args=[task.pk])).status_code == 403
    client.force_login(scene.focal)
    assert client.post(reverse("meetings:task_remove", args=[task.pk])).status_code == 302
    assert not Responsibility.objects.exists()


def test_telling_staff_and_council_waits_on_the_home_page_until_it_is_on_record(
    scene: scenes.Scene,
) -> None:
    def waits() -> list[str]:
        return [item.text for item in outlook(scene.guest).for_you if item.text.startswith("Tell our")]

    assert waits() == []
    scene.birk.attitudes.create(value="undecided", stated_by="x")
    assert waits() == ["Tell our staff and our council about the talks: Shared waste collection"]
    for audience in ("staff", "council"):
        expectations.tell(
            participant=scene.birk,
            audience=audience,
            told_on=dt.date(2026, 1, 5),
            actor=Actor.person(scene.guest),
        )
        if audience == "staff":
            assert waits() == ["Tell our council about the talks: Shared waste collection"]
    assert waits() == []


def test_what_is_still_to_come_was_not_told(scene: scenes.Scene) -> None:
    with pytest.raises(Refusal, match="still to come"):
        expectations.tell(
            participant=scene.birk,
            audience="staff",
            told_on=dt.date(2026, 1, 6),
            today=dt.date(2026, 1, 5),
            actor=Actor.portal(),
        )
    assert not Telling.objects.exists()


# --- who reads -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "status"),
    [
        *(("focal", 200), ("reader", 200), ("guest", 200), ("facilitator", 200)),
        *(("observer", 403), ("stranger", 404)),
    ],
)
def test_parties_and_the_facilitator_read_it_and_nobody_else(
    scene: scenes.Scene, topic: ExpectationTopic, person: str, status: int
) -> None:
    say(topic, scene.birk, "needs", interest=SECRET)
    found, page = page_of(scene, person)
    assert found == status
    assert (SECRET in page) == (status == 200)
    client = Client()
    client.force_login(getattr(scene, person))
    case = client.get(scene.case.get_absolute_url()).content.decode()
    assert ("Expectations" in case) == (status == 200)


def test_only_the_own_party_or_the_host_with_a_name_writes(
    scene: scenes.Scene, topic: ExpectationTopic, client: Client
) -> None:
    address = reverse("meetings:expectation", args=[topic.pk, scene.corn.pk])
    typed = {"stance": "needs", "success": "Half the lorries"}
    for person, status in (("guest", 403), ("reader", 403), ("facilitator", 403), ("focal", 422)):
        client.force_login(getattr(scene, person))
        assert client.post(address, typed).status_code == status
    assert not Expectation.objects.exists()
    assert client.post(address, typed | {"stated_by": "Mayor Corn, by telephone"}).status_code == 302
    assert Expectation.objects.get().stated_by == "Mayor Corn, by telephone"


def test_a_holder_sees_all_and_says_its_own(
    scene: scenes.Scene, topic: ExpectationTopic, client: Client
) -> None:
    say(topic, scene.alder, "cannot", interest="ALDERS-REASON")
    token = scenes.link_of(scene.birk)
    address = reverse("personal:expectation", args=[token, topic.pk])
    assert client.post(address, {"stance": "needs", "concession": "The depot"}).status_code == 302
    said = Expectation.objects.get(participant=scene.birk)
    assert (said.stated_by, said.concession) == (str(scene.birk.contact), "The depot")
    page = client.get(reverse("personal:expectations", args=[token])).content.decode()
    for words in ("ALDERS-REASON", "The depot", "in conflict"):
        assert words in page
    stale = client.post(address, {"stance": "cannot"})
    assert stale.status_code == 422
    assert "Meanwhile" in stale.content.decode()
    assert client.get(reverse("personal:home", args=[token])).content.decode().count("in conflict") == 1


@pytest.mark.parametrize(
    "wrong", [{"stance": "perhaps"}, {"stance": "\0"}, {"interest": "x\0"}, {"seen": "9" * 30}, {"seen": "x"}]
)
def test_bad_input_is_told_and_nothing_is_written(
    scene: scenes.Scene, topic: ExpectationTopic, client: Client, wrong: dict[str, str]
) -> None:
    client.force_login(scene.guest)
    address = reverse("meetings:expectation", args=[topic.pk, scene.birk.pk])
    answer = client.post(address, {"stance": "needs", "success": "KEPT"} | wrong)
    assert answer.status_code == scenes.refusal_of(wrong)
    assert "KEPT" in answer.content.decode() or answer.status_code == 400
    assert not Expectation.objects.exists()


def test_the_page_asks_the_same_number_of_queries_for_one_and_three(db: None, client: Client) -> None:
    counts = [scenes.count_queries(client, guests, _said) for guests in (1, 3)]
    assert counts[0] == counts[1]


def _said(scene: scenes.Scene) -> str:
    Case.objects.filter(pk=scene.case.pk).update(state="attitude")
    for who in scene.everybody:
        topic = expectations.raise_topic(participant=who, text=f"Of {who}", actor=Actor.portal())
        say(topic, who, "needs")
    return reverse("meetings:expectations", args=[scene.case.pk])
