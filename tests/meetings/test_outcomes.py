"""The four outcomes of a formal meeting: each rule, the gate, and that a closed record stays."""

from __future__ import annotations

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.problems import GateClosed, Refusal, Stale
from meetings import gates
from meetings.models import (
    ExplorationDecision,
    FormalMeeting,
    NextStep,
    Objective,
    SelectedArea,
)
from meetings.services import holding, outcomes
from partners.models import Participant
from tests.meetings import scenes
from tests.meetings.decisions import ACTOR, complete, decide, objective, selected, step, voice


@pytest.fixture
def scene(db: None) -> scenes.Scene:
    return scenes.make_scene()


@pytest.fixture
def meeting(scene: scenes.Scene) -> FormalMeeting:
    made = scenes.call_formal(scene)
    scenes.seat_everybody(made)
    return made


# --- rules ----------------------------------------------------------------------------------


def test_an_area_serves_an_objective_of_the_same_meeting(scene: scenes.Scene, meeting: FormalMeeting) -> None:
    other = scenes.call_formal(scenes.make_scene())
    foreign = Objective.objects.create(meeting=other, text="Elsewhere")
    with pytest.raises(Refusal):
        outcomes.select_area(meeting=meeting, area=scene.area, objective=foreign, why="", actor=ACTOR)
    assert not SelectedArea.objects.exists()


def test_an_area_outside_the_talks_is_not_selected(scene: scenes.Scene, meeting: FormalMeeting) -> None:
    outside = scene.case.areas.create(function_id="SAF-FIR", mode="joint_production")
    foreign = scenes.make_scene().area
    goal = objective(meeting)
    for area in (outside, foreign):
        with pytest.raises(Refusal):
            outcomes.select_area(meeting=meeting, area=area, objective=goal, why="", actor=ACTOR)


def test_an_area_is_selected_once(scene: scenes.Scene, meeting: FormalMeeting) -> None:
    first = selected(scene, meeting)
    with pytest.raises(Refusal):
        outcomes.select_area(meeting=meeting, area=scene.area, objective=first.objective, why="", actor=ACTOR)
    assert SelectedArea.objects.count() == 1


def test_an_objective_that_an_area_serves_stays(scene: scenes.Scene, meeting: FormalMeeting) -> None:
    area = selected(scene, meeting)
    with pytest.raises(Refusal):
        outcomes.remove_objective(objective=area.objective, actor=ACTOR)
    outcomes.remove_area(selected=area, actor=ACTOR)
    outcomes.remove_objective(objective=area.objective, actor=ACTOR)
    assert not Objective.objects.exists()


def test_a_decision_bears_the_delegate_s_mandate(scene: scenes.Scene, meeting: FormalMeeting) -> None:
    meeting.invitations.filter(participant=scene.birk).update(mandate="subject_to_council")
    area = selected(scene, meeting)
    decide(meeting, voice(area, scene.birk))
    assert ExplorationDecision.objects.get().mandate == "subject_to_council"


@pytest.mark.parametrize("vote", ["yes", "yes_if", "no"])
def test_who_only_listens_only_abstains(scene: scenes.Scene, meeting: FormalMeeting, vote: str) -> None:
    meeting.invitations.filter(participant=scene.birk).update(mandate="listening")
    area = selected(scene, meeting)
    with pytest.raises(ValidationError):
        decide(meeting, voice(area, scene.birk, vote, condition="X"))
    decide(meeting, voice(area, scene.birk, "abstain"))


def test_yes_if_names_the_condition(scene: scenes.Scene, meeting: FormalMeeting) -> None:
    area = selected(scene, meeting)
    with pytest.raises(ValidationError):
        decide(meeting, voice(area, scene.birk, "yes_if", condition="  "))
    assert not ExplorationDecision.objects.exists()


def test_only_who_is_present_decides(scene: scenes.Scene, meeting: FormalMeeting) -> None:
    meeting.invitations.filter(participant=scene.corn).update(present=False)
    area = selected(scene, meeting)
    with pytest.raises(Refusal):
        decide(meeting, voice(area, scene.birk), voice(area, scene.corn))
    assert not ExplorationDecision.objects.exists()


def test_an_empty_vote_takes_a_decision_back(scene: scenes.Scene, meeting: FormalMeeting) -> None:
    area = selected(scene, meeting)
    decide(meeting, voice(area, scene.birk))
    decide(meeting, voice(area, scene.birk, ""))
    assert not ExplorationDecision.objects.exists()


def test_decisions_saved_in_between_are_not_overwritten(scene: scenes.Scene, meeting: FormalMeeting) -> None:
    area = selected(scene, meeting)
    decide(meeting, voice(area, scene.birk, "no"))
    with pytest.raises(Stale):
        outcomes.decide(meeting=meeting, voices=[voice(area, scene.birk)], revision=0, actor=ACTOR)
    assert ExplorationDecision.objects.get().vote == "no"


def test_attendance_follows_the_decisions(scene: scenes.Scene, meeting: FormalMeeting) -> None:
    area = selected(scene, meeting)
    decide(meeting, voice(area, scene.birk))
    guest = meeting.invitations.get(participant=scene.birk)

    def sit(mandate: str, *, present: bool = True) -> None:
        seat = holding.Seat(guest.pk, present, "Bea", "mayor", mandate)
        holding.record_attendance(meeting=meeting, seats=[seat], actor=ACTOR)

    with pytest.raises(Refusal):
        sit("full", present=False)
    with pytest.raises(Refusal):
        sit("listening")
    sit("subject_to_council")
    assert ExplorationDecision.objects.get().mandate == "subject_to_council"


def test_a_step_is_due_after_the_meeting_and_belongs_to_a_guest(
    scene: scenes.Scene, meeting: FormalMeeting
) -> None:
    with pytest.raises(Refusal):
        step(meeting, scene.birk, due=timezone.localdate())
    with pytest.raises(Refusal):
        step(meeting, scenes.make_scene().birk)
    assert not NextStep.objects.exists()


# --- closing ---------------------------------------------------------------------------------


def test_the_gate_names_all_that_is_missing(scene: scenes.Scene, meeting: FormalMeeting) -> None:
    assert gates.outcomes(meeting) == [
        "No objective is recorded.",
        "No area is selected.",
        "No next step is recorded.",
    ]
    area = selected(scene, meeting)
    decide(meeting, voice(area, scene.alder), voice(area, scene.birk))
    step(meeting, scene.alder)
    assert gates.outcomes(meeting) == [f"Corn has not decided on {scene.area}."]
    with pytest.raises(GateClosed):
        outcomes.close_record(meeting=meeting, actor=ACTOR)
    decide(meeting, voice(area, scene.corn, "abstain"))
    assert gates.outcomes(meeting) == []


def test_who_is_absent_need_not_decide_but_two_have_to_be_there(
    scene: scenes.Scene, meeting: FormalMeeting
) -> None:
    complete(scene, meeting)
    ExplorationDecision.objects.filter(participant=scene.corn).delete()
    meeting.invitations.filter(participant=scene.corn).update(present=False)
    assert gates.outcomes(meeting) == []
    meeting.invitations.filter(participant=scene.birk).update(present=False)
    assert "needs two" in gates.outcomes(meeting)[0]


def test_a_closed_record_moves_the_case_and_those_who_said_yes(
    scene: scenes.Scene, meeting: FormalMeeting
) -> None:
    complete(scene, meeting)
    outcomes.close_record(meeting=meeting, actor=Actor.person(scene.focal))
    scene.case.refresh_from_db()
    meeting.refresh_from_db()
    assert (scene.case.state, meeting.state) == ("formal_held", "held")
    states = dict(scene.case.participants.values_list("municipality__name", "state"))
    assert states == {"Alder": "initiator", "Birk": "committed", "Corn": "acknowledged"}


def test_none_because_is_an_outcome_too(scene: scenes.Scene, meeting: FormalMeeting) -> None:
    outcomes.give_none(meeting=meeting, because="The state announced a reform.", actor=ACTOR)
    meeting.refresh_from_db()
    assert gates.outcomes(meeting) == []
    outcomes.close_record(meeting=meeting, actor=ACTOR)
    assert not Participant.objects.filter(state="committed").exists()


def test_none_and_a_selected_area_exclude_each_other(scene: scenes.Scene, meeting: FormalMeeting) -> None:
    selected(scene, meeting)
    with pytest.raises(Refusal):
        outcomes.give_none(meeting=meeting, because="X", actor=ACTOR)


def test_after_closing_nothing_changes(scene: scenes.Scene, meeting: FormalMeeting) -> None:
    area = complete(scene, meeting)
    task = NextStep.objects.get()
    outcomes.close_record(meeting=meeting, actor=ACTOR)
    acts = (
        lambda: objective(meeting),
        lambda: outcomes.remove_objective(objective=area.objective, actor=ACTOR),
        lambda: outcomes.remove_area(selected=area, actor=ACTOR),
        lambda: decide(meeting, voice(area, scene.birk, "no")),
        lambda: step(meeting, scene.birk),
        lambda: outcomes.remove_step(step=task, actor=ACTOR),
        lambda: outcomes.give_none(meeting=meeting, because="X", actor=ACTOR),
        lambda: outcomes.close_record(meeting=meeting, actor=ACTOR),
        lambda: holding.record_attendance(meeting=meeting, seats=[], actor=ACTOR),
    )
    for act in acts:
        with pytest.raises(Refusal):
            act()
    assert (Objective.objects.count(), NextStep.objects.count()) == (1, 1)
    assert ExplorationDecision.objects.get(participant=scene.birk).vote == "yes_if"


@pytest.mark.django_db(transaction=True)
def test_two_recorders_decide_at_once_one_wins_and_the_other_learns_it() -> None:
    scene = scenes.make_scene()
    meeting = scenes.call_formal(scene)
    scenes.seat_everybody(meeting)
    area = selected(scene, meeting)
    barrier, results = threading.Barrier(2), []

    def write(vote: str) -> None:
        try:
            barrier.wait(10)
            outcomes.decide(meeting=meeting, voices=[voice(area, scene.birk, vote)], revision=0, actor=ACTOR)
            results.append(vote)
        except Stale:
            results.append("stale")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(vote,)) for vote in ("no", "abstain")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(results) == sorted([ExplorationDecision.objects.get().vote, "stale"])
