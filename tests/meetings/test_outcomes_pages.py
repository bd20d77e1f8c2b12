"""The outcomes by page: who records them, what comes back as typed, and what no page says."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meetings.models import (
    ExplorationDecision,
    FormalMeeting,
    Meeting,
    Objective,
    SelectedArea,
)
from meetings.services import outcomes
from partners.models import Case
from tests.meetings import scenes
from tests.meetings.decisions import ACTOR, complete, decide, selected, step, voice


@pytest.fixture(scope="module")
def one_scene(standing: None) -> scenes.Scene:
    return scenes.make_scene()


@pytest.fixture
def meeting(scene: scenes.Scene) -> FormalMeeting:
    made = scenes.call_formal(scene)
    scenes.seat_everybody(made)
    return made


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
    Meeting.objects.filter(pk=meeting.pk).update(state="held", held_at=timezone.now())
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
