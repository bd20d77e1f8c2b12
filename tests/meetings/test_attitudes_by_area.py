"""Attitudes area by area: what goes together, what changed, who wrote it, and two who state at once."""

from __future__ import annotations

import threading
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, Stale
from meetings.models import AreaAttitude, Attitude
from meetings.services import attitudes
from meetings.stances import AreaStance, changes, contradictions
from partners.models import CandidateArea, Case, Participant
from tests.meetings import scenes


@pytest.fixture
def scene(db: None) -> scenes.Scene:
    found = scenes.make_scene(state=Case.State.ATTITUDE)
    fire = found.case.areas.create(function_id="SAF-FIR", mode="joint_production", state="agreed")
    found.extra["fire"] = fire
    return found


def fire(scene: scenes.Scene) -> CandidateArea:
    area = scene.extra["fire"]
    assert isinstance(area, CandidateArea)
    return area


def state(
    scene: scenes.Scene, whole: str, waste: str = "", fires: str = "", *, seen: str | None = None
) -> Attitude:
    said = [(scene.area, waste), (fire(scene), fires)]
    return attitudes.state_attitude(
        participant=scene.birk,
        value=whole,
        conditions="One key for all",
        by_area=[AreaStance(area, value, "Exit after a year") for area, value in said if value],
        stated_by="Mayor Birk",
        actor=Actor.person(scene.focal),
        seen=seen,
    )


@pytest.mark.parametrize(
    ("whole", "waste", "fires", "fits"),
    [
        ("positive", "positive", "negative", True),
        ("positive", "conditional", "", True),
        ("conditional", "positive", "undecided", True),
        ("positive", "", "", False),
        ("positive", "negative", "undecided", False),
        ("undecided", "undecided", "negative", True),
        ("undecided", "", "", True),
        ("undecided", "positive", "", False),
        ("negative", "negative", "negative", True),
        ("negative", "", "", True),
        ("negative", "positive", "", False),
        ("negative", "conditional", "negative", False),
        ("negative", "undecided", "", False),
    ],
)
def test_the_whole_and_the_areas_go_together(
    scene: scenes.Scene, whole: str, waste: str, fires: str, fits: bool
) -> None:
    if fits:
        said = state(scene, whole, waste, fires)
        assert said.by_area.count() == bool(waste) + bool(fires)
        return
    with pytest.raises(Refusal):
        state(scene, whole, waste, fires)
    assert not Attitude.objects.exists()
    assert not AreaAttitude.objects.exists()


def test_a_contradiction_is_told_with_the_area_and_the_way_out(scene: scenes.Scene) -> None:
    [text] = contradictions("negative", [AreaStance(scene.area, "positive")])
    assert text.startswith(f"As a whole you are negative, yet open to {scene.area}.")
    assert "change the one or the other" in text


def test_an_area_is_said_once_and_conditions_are_named(scene: scenes.Scene) -> None:
    twice = [AreaStance(scene.area, "positive"), AreaStance(scene.area, "negative")]
    for said in (twice, [AreaStance(scene.area, "conditional", " ")]):
        with pytest.raises(Exception, match=r"Say one thing|Name the conditions"):
            attitudes.state_attitude(
                participant=scene.birk,
                value="positive",
                by_area=said,
                stated_by="X",
                actor=Actor.person(scene.focal),
            )
    assert not AreaAttitude.objects.exists()


def test_what_changed_is_told_area_by_area(scene: scenes.Scene) -> None:
    first = state(scene, "undecided", "undecided")
    second = state(scene, "conditional", "conditional", "negative")
    assert changes(first, None) == []
    assert changes(second, first) == [
        "as a whole: now positive on conditions, before undecided",
        "other conditions as a whole",
        f"{fire(scene)}: now negative, before nothing said",
        f"{scene.area}: now positive on conditions, before undecided",
    ]
    assert changes(second, second) == []


def test_the_history_says_who_stated_and_who_wrote_it_down(scene: scenes.Scene, client: Client) -> None:
    state(scene, "undecided")
    state(scene, "positive", "positive", "negative")
    client.force_login(scene.guest)
    page = client.get(reverse("meetings:attitudes", args=[scene.case.pk])).content.decode()
    assert "Mayor Birk" in page
    assert "recorded by" in page
    assert "Anna Alder" in page
    assert "before undecided" in page


def test_one_who_speaks_for_themselves_is_named_once(scene: scenes.Scene) -> None:
    said = attitudes.state_attitude(
        participant=scene.birk,
        value="negative",
        stated_by=str(scene.guest_lead),
        actor=Actor.person(scene.guest_lead),
    )
    assert said.recorded_by == ""


# --- two at once ----------------------------------------------------------------------------


def test_nobody_revises_what_they_have_not_read(scene: scenes.Scene) -> None:
    first = state(scene, "undecided", seen="")
    with pytest.raises(Stale, match="Meanwhile Mayor Birk"):
        state(scene, "negative", seen="")
    state(scene, "negative", seen=str(first.pk))
    assert list(Attitude.objects.values_list("value", flat=True)) == ["negative", "undecided"]


def test_the_page_shows_what_came_between_and_keeps_what_was_typed(
    scene: scenes.Scene, client: Client
) -> None:
    client.force_login(scene.guest_lead)
    address = reverse("meetings:attitude", args=[scene.case.pk, scene.birk.pk])
    typed = {"value": "conditional", "conditions": "MY-WORDS", f"area_{scene.area.pk}": "conditional"}
    state(scene, "undecided")
    answer = client.post(address, typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Meanwhile Mayor Birk has stated" in page
    assert "MY-WORDS" in page
    latest = Attitude.objects.get()
    assert f'value="{latest.pk}"' in page
    assert client.post(address, typed | {"seen": str(latest.pk)}).status_code == 302
    assert AreaAttitude.objects.get().conditions == "MY-WORDS"


@pytest.mark.django_db(transaction=True)
def test_two_who_state_at_the_same_moment_do_not_overwrite_each_other() -> None:
    scene = scenes.make_scene(state=Case.State.ATTITUDE)
    came: list[str] = []
    gate = threading.Barrier(2)

    def speak(value: str) -> None:
        try:
            gate.wait(timeout=20)
            attitudes.state_attitude(
                participant=Participant.objects.get(pk=scene.birk.pk),
                value=value,
                stated_by=value,
                actor=Actor.person(scene.focal),
                seen="",
            )
            came.append("kept")
        except Stale:
            came.append("stale")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=speak, args=(value,)) for value in ("undecided", "negative")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(came) == ["kept", "stale"]
    assert Attitude.objects.count() == 1


# --- bad input, and the way the old records went ------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": "positive\0"},
        {"conditions": "x\0y"},
        {"conditions": "x" * 2001},
        {"stated_by": "x" * 500},
        {"seen": "no-key"},
        {"seen": "\0"},
    ],
)
def test_bad_input_is_told_and_nothing_is_written(
    scene: scenes.Scene, client: Client, wrong: dict[str, str]
) -> None:
    state(scene, "undecided")
    client.force_login(scene.focal)
    address = reverse("meetings:attitude", args=[scene.case.pk, scene.birk.pk])
    typed = {"value": "negative", "stated_by": "Mayor Birk", f"area_{scene.area.pk}": "negative"}
    assert client.post(address, typed | wrong).status_code == scenes.refusal_of(wrong)
    assert client.post(address, typed | {f"area_{scene.area.pk}": "perhaps"}).status_code == 422
    assert Attitude.objects.count() == 1


def test_areas_of_old_statements_become_statements_by_area(scene: scenes.Scene) -> None:
    """The step back writes what the step forward reads: both run on records as they are."""
    said = state(scene, "conditional", "conditional", "negative")
    step = import_module("meetings.migrations.0004_attitude_by_area")
    named: dict[object, list[object]] = {}

    class Old:
        """An attitude with the areas it named, as it was kept before."""

        def __init__(self, row: Attitude) -> None:
            self.row, self.by_area = row, row.by_area
            self.value, self.areas = row.value, self

        def set(self, keys: list[object]) -> None:
            named[self.row.pk] = keys

    class Apps:
        """The records, wrapped."""

        def get_model(self, app: str, name: str) -> object:
            class Manager:
                def using(self, _alias: str) -> Manager:
                    return self

                def prefetch_related(self, *_names: str) -> list[Old]:
                    return [Old(row) for row in Attitude.objects.all()]

            return type("Model", (), {"objects": Manager()})

    with connection.schema_editor() as editor:
        step.named_areas(Apps(), editor)
    assert named == {said.pk: [scene.area.pk]}
    assert apps.get_model("meetings", "AreaAttitude") is AreaAttitude
