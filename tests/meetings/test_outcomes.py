"""The four outcomes of a formal meeting: each rule, the gate, and that a closed record stays."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry
from imc_portal.core.problems import GateClosed, Refusal, Stale
from meetings import gates
from meetings.models import (
    ExplorationDecision,
    FormalMeeting,
    Meeting,
    NextStep,
    Objective,
    SelectedArea,
)
from meetings.services import holding, outcomes
from partners.models import Case, Participant
from tests.meetings import scenes

ACTOR = Actor.portal()


@pytest.fixture
def scene(db: None) -> scenes.Scene:
    return scenes.make_scene()


@pytest.fixture
def meeting(scene: scenes.Scene) -> FormalMeeting:
    made = scenes.call_formal(scene)
    scenes.seat_everybody(made)
    return made


def objective(meeting: FormalMeeting) -> Objective:
    return outcomes.add_objective(objective=Objective(meeting=meeting, text="Less waste"), actor=ACTOR)


def selected(scene: scenes.Scene, meeting: FormalMeeting) -> SelectedArea:
    return outcomes.select_area(
        meeting=meeting, area=scene.area, objective=objective(meeting), why="", actor=ACTOR
    )


def step(meeting: FormalMeeting, owner: Participant, **fields: object) -> NextStep:
    values = {"action": "Ask the lawyer", "owner_name": "Clerk", "due": dt.date(2031, 1, 6), **fields}
    return outcomes.add_step(step=NextStep(meeting=meeting, owner=owner, **values), actor=ACTOR)


def voice(area: SelectedArea, who: Participant, vote: str = "yes", **fields: str) -> outcomes.Voice:
    return outcomes.Voice(selected_area=area.pk, participant=who.pk, vote=vote, **fields)


def decide(meeting: FormalMeeting, *voices: outcomes.Voice) -> int:
    meeting.refresh_from_db()
    return outcomes.decide(meeting=meeting, voices=voices, revision=meeting.revision, actor=ACTOR)


def complete(scene: scenes.Scene, meeting: FormalMeeting) -> SelectedArea:
    area = selected(scene, meeting)
    decide(
        meeting,
        voice(area, scene.alder),
        voice(area, scene.birk, "yes_if", condition="Exit after two years"),
        voice(area, scene.corn, "no", dissent="We have our own truck"),
    )
    step(meeting, scene.birk)
    return area


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


def test_a_step_is_done_once(scene: scenes.Scene, meeting: FormalMeeting) -> None:
    task = step(meeting, scene.birk)
    first = timezone.now()
    outcomes.finish_step(step=task, actor=ACTOR, now=first)
    outcomes.finish_step(step=task, actor=ACTOR, now=first + dt.timedelta(days=1))
    task.refresh_from_db()
    assert task.done_at == first
    assert AuditEntry.objects.filter(verb="finished a next step").count() == 1


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


# --- pages -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "reads", "writes"),
    [
        ("focal", 200, 302),
        ("lead", 200, 302),
        ("reader", 200, 403),
        ("guest_lead", 200, 403),
        ("observer", 200, 403),
        ("facilitator", 200, 403),
        ("stranger", 404, 404),
    ],
)
def test_who_reads_and_who_records(
    scene: scenes.Scene, meeting: FormalMeeting, client: Client, person: str, reads: int, writes: int
) -> None:
    client.force_login(getattr(scene, person))
    assert client.get(reverse("meetings:outcomes", args=[meeting.pk])).status_code == reads
    add = reverse("meetings:objective_add", args=[meeting.pk])
    assert client.post(add, {"objective-text": "Less waste"}).status_code == writes
    assert Objective.objects.count() == (writes == 302)


def test_the_four_outcomes_by_page(scene: scenes.Scene, meeting: FormalMeeting, client: Client) -> None:
    client.force_login(scene.focal)
    page = reverse("meetings:outcomes", args=[meeting.pk])

    def post(name: str, data: dict[str, object]) -> None:
        response = client.post(reverse(f"meetings:{name}", args=[meeting.pk]), data)
        assert response.status_code == 302, response.content.decode()

    post("objective_add", {"objective-text": "Less waste", "objective-horizon": 2030})
    goal = Objective.objects.get()
    post("area_select", {"area-area": scene.area.pk, "area-objective": goal.pk})
    area = SelectedArea.objects.get()
    data: dict[str, object] = {"revision": 0}
    for who in scene.everybody:
        prefix = f"v{area.pk.hex[:8]}{who.pk.hex[:8]}"
        data |= {f"{prefix}-vote": "yes_if", f"{prefix}-condition": f"If {who} may leave"}
    post("decide", data)
    due = {"step-action": "Ask", "step-owner_name": "Clerk", "step-due": "2031-01-06"}
    post("step_add", due | {"step-owner": scene.birk.pk})
    assert "If Corn may leave" in client.get(page).content.decode()
    post("close_record", {})
    shown = client.get(page).content.decode()
    assert "The record is closed" in shown
    assert "If Corn may leave" in shown
    assert "<textarea" not in shown


def test_a_wrong_cell_brings_the_matrix_back_as_typed(
    scene: scenes.Scene, meeting: FormalMeeting, client: Client
) -> None:
    client.force_login(scene.focal)
    area = selected(scene, meeting)
    birk, corn = (f"v{area.pk.hex[:8]}{who.pk.hex[:8]}" for who in scene.guests)
    data = {"revision": 0, f"{birk}-vote": "yes_if", f"{corn}-vote": "no", f"{corn}-dissent": "Own truck"}
    response = client.post(reverse("meetings:decide", args=[meeting.pk]), data)
    assert response.status_code == 422
    assert "Own truck" in response.content.decode()
    assert "Name the condition." in response.content.decode()
    assert not ExplorationDecision.objects.exists()


def test_stale_decisions_by_page_keep_what_was_typed(
    scene: scenes.Scene, meeting: FormalMeeting, client: Client
) -> None:
    client.force_login(scene.focal)
    area = selected(scene, meeting)
    decide(meeting, voice(area, scene.birk, "no"))
    prefix = f"v{area.pk.hex[:8]}{scene.birk.pk.hex[:8]}"
    data = {"revision": 0, f"{prefix}-vote": "yes", f"{prefix}-dissent": "Typed in vain?"}
    response = client.post(reverse("meetings:decide", args=[meeting.pk]), data)
    assert response.status_code == 409
    assert "Typed in vain?" in response.content.decode()
    assert ExplorationDecision.objects.get().vote == "no"


@pytest.mark.parametrize(
    ("person", "status"), [("guest", 302), ("focal", 302), ("facilitator", 403), ("stranger", 404)]
)
def test_who_may_finish_a_step(
    scene: scenes.Scene, meeting: FormalMeeting, client: Client, person: str, status: int
) -> None:
    task = step(meeting, scene.birk)
    client.force_login(getattr(scene, person))
    assert client.post(reverse("meetings:step_done", args=[task.pk])).status_code == status
    task.refresh_from_db()
    assert bool(task.done_at) == (status == 302)


def test_only_a_lead_closes_past_the_gate(
    scene: scenes.Scene, meeting: FormalMeeting, client: Client
) -> None:
    address = reverse("meetings:close_record", args=[meeting.pk])
    client.force_login(scene.focal)
    assert client.post(address, {"override": "Because"}).status_code == 403
    client.post(address)
    assert Meeting.objects.get(pk=meeting.pk).state == "called"
    client.force_login(scene.lead)
    client.post(address, {"override": "The minutes are on paper"})
    assert Case.objects.get(pk=scene.case.pk).state == "formal_held"


def test_no_page_says_that_anybody_agreed_to_cooperate(
    scene: scenes.Scene, meeting: FormalMeeting, client: Client
) -> None:
    complete(scene, meeting)
    client.force_login(scene.focal)
    address = reverse("meetings:outcomes", args=[meeting.pk])
    before = client.get(address).content.decode()
    outcomes.close_record(meeting=meeting, actor=ACTOR)
    for page in (before, client.get(address).content.decode()):
        assert "xplore" in page
        assert "agreed to cooperate" not in page.lower()
        assert "agree to cooperate" not in page.lower()


def test_the_page_asks_the_same_number_of_queries_for_one_and_three(db: None, client: Client) -> None:
    def prepare(scene: scenes.Scene) -> str:
        meeting = scenes.call_formal(scene)
        scenes.seat_everybody(meeting)
        area = selected(scene, meeting)
        decide(meeting, *(voice(area, who) for who in scene.everybody))
        for who in scene.everybody:
            step(meeting, who)
        return reverse("meetings:outcomes", args=[meeting.pk])

    assert scenes.count_queries(client, 1, prepare) == scenes.count_queries(client, 3, prepare)
