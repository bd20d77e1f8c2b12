"""Two people at one record at the same moment, against PostgreSQL: no lost update, no double move."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connections

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry
from imc_portal.core.problems import Refusal
from meetings.models import (
    ExplorationDecision,
    FormalMeeting,
    NextStep,
    Objective,
    RecordNote,
    RecordRevision,
    SelectedArea,
)
from meetings.services import holding, outcomes, recording
from meetings.services.recording import Words
from tests.meetings import scenes
from tests.meetings.decisions import ACTOR, complete, objective, selected, step, voice

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do all acts at the same moment; what each gave, or the refusal it met."""
    barrier = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(number: int) -> None:
        try:
            barrier.wait(10)
            results[number] = acts[number]()
        except Refusal as refusal:
            results[number] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def formal() -> tuple[scenes.Scene, FormalMeeting]:
    scene = scenes.make_scene()
    meeting = scenes.call_formal(scene)
    scenes.seat_everybody(meeting)
    return scene, meeting


def test_words_on_one_item_are_all_kept() -> None:
    _scene, meeting = formal()

    def write(page: str) -> Callable[[], object]:
        def act() -> object:
            revision = 0
            for number in range(1, 6):
                text = "\n".join(f"{page}{line}" for line in range(1, number + 1))
                kept = recording.keep(
                    meeting=meeting, position=0, words=Words(text, revision, page), actor=ACTOR
                )
                revision = kept.sent
            return None

        return act

    assert at_once(write("anna"), write("bert"), write("cleo")) == [None, None, None]
    lines = RecordNote.objects.get().text.split("\n")
    assert sorted(lines) == sorted(f"{page}{n}" for page in ("anna", "bert", "cleo") for n in range(1, 6))
    assert RecordNote.objects.get().revision == RecordRevision.objects.count()


def test_decisions_on_different_cells_are_both_kept() -> None:
    scene, meeting = formal()
    area = selected(scene, meeting)

    def say(who: object, vote: str) -> Callable[[], object]:
        mine = voice(area, who, vote, was="")  # type: ignore[arg-type]  # a Participant
        return lambda: outcomes.decide(meeting=meeting, voices=[mine], revision=0, actor=ACTOR)

    at_once(say(scene.birk, "yes"), say(scene.corn, "no"))
    votes = dict(ExplorationDecision.objects.values_list("participant__municipality__name", "vote"))
    assert votes == {"Birk": "yes", "Corn": "no"}


def test_no_decision_stands_on_an_area_that_was_taken_out() -> None:
    scene, meeting = formal()
    area = selected(scene, meeting)
    yes, again = voice(area, scene.birk), SelectedArea.objects.get(pk=area.pk)
    decided, removed = at_once(
        lambda: outcomes.decide(meeting=meeting, voices=[yes], revision=0, actor=ACTOR),
        lambda: outcomes.remove_area(selected=again, actor=ACTOR),
    )
    assert removed is None
    assert decided == 1 or "only on selected areas" in str(decided)
    assert not SelectedArea.objects.exists()
    assert not ExplorationDecision.objects.exists()


def test_an_area_is_selected_once_and_keeps_its_objective() -> None:
    scene, meeting = formal()
    goal = objective(meeting)
    again = Objective.objects.get(pk=goal.pk)

    def select() -> object:
        return outcomes.select_area(meeting=meeting, area=scene.area, objective=goal, why="", actor=ACTOR)

    results = at_once(select, select, lambda: outcomes.remove_objective(objective=again, actor=ACTOR))
    assert SelectedArea.objects.count() <= 1
    assert SelectedArea.objects.filter(objective=goal).count() == SelectedArea.objects.count()
    assert SelectedArea.objects.exists() == Objective.objects.exists()
    assert sum(isinstance(one, Refusal) for one in results) == 2


def test_two_steps_cannot_come_to_wait_for_each_other() -> None:
    scene, meeting = formal()
    one, two = step(meeting, scene.birk), step(meeting, scene.corn, action="Ask the region")
    results = at_once(
        lambda: outcomes.change_step(step=NextStep.objects.get(pk=one.pk), after=[two], actor=ACTOR),
        lambda: outcomes.change_step(step=NextStep.objects.get(pk=two.pk), after=[one], actor=ACTOR),
    )
    assert sum("cannot wait for each other" in str(result) for result in results) == 1
    assert NextStep.depends_on.through.objects.count() == 1


def test_the_record_is_closed_once_and_what_comes_late_is_refused() -> None:
    scene, meeting = formal()
    complete(scene, meeting)
    actor = Actor.person(scene.focal)
    results = at_once(
        lambda: outcomes.close_record(meeting=meeting, actor=actor),
        lambda: outcomes.close_record(meeting=meeting, actor=actor),
        lambda: recording.keep(meeting=meeting, position=0, words=Words("Late?", 0), actor=actor),
    )
    assert sum("closed" in str(one) for one in results[:2]) == 1
    moves = AuditEntry.objects.filter(verb="moved the case")
    assert moves.count() == 1
    assert AuditEntry.objects.filter(verb="closed the record of the meeting").count() == 1
    kept = RecordNote.objects.filter(text="Late?").exists()
    assert kept != isinstance(results[2], Refusal)


def test_an_informal_meeting_is_held_once() -> None:
    scene = scenes.make_scene()
    meeting = scenes.call_informal(scene)
    scenes.seat_everybody(meeting)
    results = at_once(
        *[lambda: holding.hold(meeting=meeting, actor=ACTOR)] * 2,
        lambda: holding.record_attendance(meeting=meeting, seats=[], actor=ACTOR),
    )
    assert sum("closed" in str(one) for one in results[:2]) == 1
    assert AuditEntry.objects.filter(verb="closed the record of the meeting").count() == 1
