"""Outcomes change until the record is closed: objectives, what areas serve, what steps wait for."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from imc_portal.core.problems import GateClosed, Refusal, Stale
from meetings import findings
from meetings.models import (
    CaseRules,
    ExplorationDecision,
    FormalMeeting,
    Invitation,
    NextStep,
    Objective,
    SelectedArea,
)
from meetings.services import outcomes
from tests import makers
from tests.meetings import scenes
from tests.meetings.decisions import ACTOR, complete, decide, objective, selected, step, voice

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def one_scene(standing: None) -> scenes.Scene:
    return scenes.make_scene()


@pytest.fixture
def meeting(scene: scenes.Scene) -> FormalMeeting:
    made = scenes.call_formal(scene)
    scenes.seat_everybody(made)
    return made


# --- objectives and areas ---------------------------------------------------------------------


def test_an_objective_is_put_in_other_words(
    scene: scenes.Scene, meeting: FormalMeeting, client: Client
) -> None:
    goal = objective(meeting)
    client.force_login(scene.focal)
    address = reverse("meetings:objective_edit", args=[goal.pk])
    assert "Less waste" in client.get(address).content.decode()
    assert client.post(address, {"objective-text": ""}).status_code == 422
    assert client.post(address, {"objective-text": "Half the waste"}).status_code == 302
    goal.refresh_from_db()
    assert goal.text == "Half the waste"


def test_what_somebody_took_out_does_not_come_back_by_a_change(
    scene: scenes.Scene, meeting: FormalMeeting
) -> None:
    goal, task = objective(meeting), step(meeting, scene.birk)
    area = selected(scene, meeting)
    stale = (
        Objective.objects.get(pk=goal.pk),
        NextStep.objects.get(pk=task.pk),
        SelectedArea.objects.get(pk=area.pk),
    )
    outcomes.remove_area(selected=area, actor=ACTOR)
    outcomes.remove_objective(objective=goal, actor=ACTOR)
    outcomes.remove_step(step=task, actor=ACTOR)
    for act in (
        lambda: outcomes.change_objective(objective=stale[0], actor=ACTOR),
        lambda: outcomes.change_step(step=stale[1], after=[], actor=ACTOR),
        lambda: outcomes.change_area(
            selected=stale[2], objective=Objective.objects.get(), why="", actor=ACTOR
        ),
    ):
        with pytest.raises(Refusal, match="just taken"):
            act()
    assert not NextStep.objects.exists()


def test_an_area_serves_several_objectives_and_never_none(
    scene: scenes.Scene, meeting: FormalMeeting, client: Client
) -> None:
    one, two = objective(meeting), objective(meeting)
    client.force_login(scene.focal)
    add = reverse("meetings:area_select", args=[meeting.pk])
    base = {"area-area": scene.area.pk}
    assert client.post(add, base).status_code == 422
    assert not SelectedArea.objects.exists()
    both = base | {"area-objective": one.pk, "area-also_serves": [one.pk, two.pk]}
    assert client.post(add, both).status_code == 302
    area = SelectedArea.objects.get()
    assert (area.objective, list(area.also_serves.all())) == (one, [two])
    with pytest.raises(Refusal):
        outcomes.remove_objective(objective=two, actor=ACTOR)
    edit = reverse("meetings:area_edit", args=[area.pk])
    assert client.get(edit).status_code == 200
    assert client.post(edit, {"area-why": "X"}).status_code == 422
    assert client.post(edit, {"area-objective": two.pk, "area-why": "Nearer"}).status_code == 302
    area.refresh_from_db()
    assert (area.objective, area.why, area.also_serves.count()) == (two, "Nearer", 0)


def test_an_objective_of_another_meeting_is_not_served_too(
    scene: scenes.Scene, meeting: FormalMeeting
) -> None:
    other = scenes.call_formal(scenes.make_scene())
    foreign = Objective.objects.create(meeting=other, text="Elsewhere")
    area = selected(scene, meeting)
    with pytest.raises(Refusal):
        outcomes.change_area(
            selected=area, objective=area.objective, also_serves=[foreign], why="", actor=ACTOR
        )
    assert not area.also_serves.exists()


# --- decisions ---------------------------------------------------------------------------------


def test_what_the_other_decided_meanwhile_stays(scene: scenes.Scene, meeting: FormalMeeting) -> None:
    area = selected(scene, meeting)
    decide(meeting, voice(area, scene.corn, "no"))
    mine = [voice(area, scene.birk, was=""), voice(area, scene.corn, "", was="")]
    outcomes.decide(meeting=meeting, voices=mine, revision=0, actor=ACTOR)
    votes = dict(ExplorationDecision.objects.values_list("participant__municipality__name", "vote"))
    assert votes == {"Corn": "no", "Birk": "yes"}


def test_one_cell_changed_by_both_is_shown_and_saved_at_the_second_press(
    scene: scenes.Scene, meeting: FormalMeeting, client: Client
) -> None:
    area = selected(scene, meeting)
    decide(meeting, voice(area, scene.birk, "no", dissent="Own truck"))
    client.force_login(scene.focal)
    prefix = f"v{area.pk.hex[:8]}{scene.birk.pk.hex[:8]}"
    address = reverse("meetings:decide", args=[meeting.pk])
    data = {"revision": "0", f"{prefix}-was": "", f"{prefix}-vote": "abstain"}
    page = client.post(address, data)
    assert page.status_code == 409
    text = page.content.decode()
    assert "On record is now:" in text
    assert "Own truck" in text
    hidden = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', text))
    again = data | {"revision": hidden["revision"], f"{prefix}-was": hidden[f"{prefix}-was"]}
    assert client.post(address, again).status_code == 302
    assert ExplorationDecision.objects.get().vote == "abstain"


def test_a_conflict_without_traces_writes_nothing(scene: scenes.Scene, meeting: FormalMeeting) -> None:
    area = selected(scene, meeting)
    decide(meeting, voice(area, scene.birk, "no"))
    with pytest.raises(Stale):
        outcomes.decide(
            meeting=meeting,
            voices=[voice(area, scene.birk), voice(area, scene.corn)],
            revision=0,
            actor=ACTOR,
        )
    assert ExplorationDecision.objects.get().vote == "no"


def test_words_on_an_area_taken_out_meanwhile_are_told(
    scene: scenes.Scene, meeting: FormalMeeting, client: Client
) -> None:
    area = selected(scene, meeting)
    prefix = f"v{area.pk.hex[:8]}{scene.birk.pk.hex[:8]}"
    outcomes.remove_area(selected=area, actor=ACTOR)
    client.force_login(scene.focal)
    data = {"revision": "0", f"{prefix}-vote": "no", f"{prefix}-dissent": "Own truck"}
    page = client.post(reverse("meetings:decide", args=[meeting.pk]), data, follow=True)
    assert "what was typed on it is not kept. Own truck" in page.content.decode()


@pytest.mark.parametrize("revision", ["", "x", "9" * 40, "-1", "²"])
def test_a_broken_revision_is_no_crash(
    scene: scenes.Scene, meeting: FormalMeeting, client: Client, revision: str
) -> None:
    area = selected(scene, meeting)
    client.force_login(scene.focal)
    prefix = f"v{area.pk.hex[:8]}{scene.birk.pk.hex[:8]}"
    data = {"revision": revision, f"{prefix}-vote": "no", f"{prefix}-was": "?"}
    address = reverse("meetings:decide", args=[meeting.pk])
    assert client.post(address, data).status_code == 409
    assert client.post(address, data | {f"{prefix}-dissent": "nul\x00"}).status_code == 400
    assert not ExplorationDecision.objects.exists()


# --- next steps --------------------------------------------------------------------------------


def test_a_step_waits_for_others_but_never_for_itself(scene: scenes.Scene, meeting: FormalMeeting) -> None:
    one, two, three = (step(meeting, scene.birk, action=name) for name in ("One", "Two", "Three"))
    outcomes.change_step(step=two, after=[one], actor=ACTOR)
    outcomes.change_step(step=three, after=[two], actor=ACTOR)
    with pytest.raises(Refusal, match="“Three” already waits for “One”"):
        outcomes.change_step(step=one, after=[three], actor=ACTOR)
    with pytest.raises(Refusal, match="cannot wait for itself"):
        outcomes.change_step(step=one, after=[one], actor=ACTOR)
    assert not one.depends_on.exists()
    outcomes.remove_step(step=two, actor=ACTOR)
    outcomes.change_step(step=one, after=[three], actor=ACTOR)
    assert list(one.depends_on.all()) == [three]


def test_a_step_of_another_meeting_is_not_waited_for(scene: scenes.Scene, meeting: FormalMeeting) -> None:
    other_scene = scenes.make_scene()
    foreign = step(scenes.call_formal(other_scene), other_scene.birk)
    with pytest.raises(Refusal, match="of this meeting"):
        outcomes.change_step(step=step(meeting, scene.birk), after=[foreign], actor=ACTOR)


def test_a_step_is_changed_by_page(scene: scenes.Scene, meeting: FormalMeeting, client: Client) -> None:
    first, task = step(meeting, scene.birk, action="First"), step(meeting, scene.corn)
    client.force_login(scene.focal)
    address = reverse("meetings:step_edit", args=[task.pk])
    assert "First" in client.get(address).content.decode()
    data = {"step-action": "Ask", "step-owner_name": "Clerk", "step-owner": scene.birk.pk}
    assert client.post(address, data | {"step-due": "2001-01-01"}).status_code == 422
    whole = data | {"step-due": "2031-02-03", "step-depends_on": [first.pk]}
    assert client.post(f"{address}?back=live", whole).headers["location"].endswith("/live/#steps")
    task.refresh_from_db()
    assert (task.action, task.owner, task.due) == ("Ask", scene.birk, dt.date(2031, 2, 3))
    assert list(task.depends_on.all()) == [first]
    assert "comes after" in client.get(reverse("meetings:outcomes", args=[meeting.pk])).content.decode()


def test_what_the_answers_suggest_is_taken_over_with_one_click(
    scene: scenes.Scene, meeting: FormalMeeting, client: Client
) -> None:
    wanted = findings.proposed_steps(scene.case)[0].text
    client.force_login(scene.focal)
    page = reverse("meetings:outcomes", args=[meeting.pk])
    assert "The answers suggest:" in client.get(page).content.decode()
    address = reverse("meetings:step_take_over", args=[meeting.pk])
    for _press in range(2):
        assert client.post(address, {"text": wanted}).status_code == 302
    task = NextStep.objects.get()
    assert (task.action, task.owner, task.owner_name) == (wanted, scene.alder, "Anna Alder")
    assert task.due > meeting.local_start.date()
    refused = client.post(
        address, {"text": "Invented"}, headers={"referer": f"http://testserver{page}"}, follow=True
    )
    assert "no longer suggest this step" in refused.content.decode()
    assert NextStep.objects.count() == 1


# --- closing -----------------------------------------------------------------------------------


def test_quorum_and_delegates_keep_the_record_open_until_a_lead_says_why(
    scene: scenes.Scene, meeting: FormalMeeting
) -> None:
    complete(scene, meeting)
    CaseRules.objects.create(case=scene.case, quorum=4)
    meeting.invitations.filter(participant=scene.birk).update(delegate_office="legal")
    meeting = FormalMeeting.objects.get(pk=meeting.pk)
    with pytest.raises(GateClosed) as closed:
        outcomes.close_record(meeting=meeting, actor=ACTOR)
    assert "3 of the 4 municipalities" in closed.value.reasons[0]
    assert "Birk sends neither its mayor nor a deputy" in closed.value.reasons[1]
    assert FormalMeeting.objects.get().state == "called"
    outcomes.close_record(meeting=meeting, actor=ACTOR, override="The fourth has left the talks")
    assert FormalMeeting.objects.get().state == "held"


def test_who_came_is_known_of_everybody_and_no_override_helps(
    scene: scenes.Scene, meeting: FormalMeeting
) -> None:
    complete(scene, meeting)
    late = makers.make_participant(scene.case, makers.make_municipality("Dorp"))
    Invitation.objects.create(meeting=meeting, participant=late)
    with pytest.raises(Refusal, match="Say whether Dorp was present"):
        outcomes.close_record(meeting=meeting, actor=ACTOR, override="We know better")
    assert FormalMeeting.objects.get().state == "called"


def test_no_outcome_needs_no_quorum(scene: scenes.Scene, meeting: FormalMeeting) -> None:
    meeting.invitations.exclude(participant=scene.alder).update(present=False)
    outcomes.give_none(meeting=meeting, because="Nobody came.", actor=ACTOR)
    outcomes.close_record(meeting=meeting, actor=ACTOR)
    assert FormalMeeting.objects.get().state == "held"


def test_by_which_decision_a_delegate_was_named_is_recorded(
    scene: scenes.Scene, meeting: FormalMeeting, client: Client
) -> None:
    guest = meeting.invitations.get(participant=scene.birk)
    prefix = f"s{guest.pk.hex[:8]}"
    data = {f"s{one.pk.hex[:8]}-mandate": "full" for one in meeting.invitations.all()}
    data |= {f"{prefix}-present": "yes", f"{prefix}-name": "Lena", f"{prefix}-office": "legal"}
    client.force_login(scene.focal)
    address = reverse("meetings:attendance", args=[meeting.pk])
    assert client.post(address, data | {f"{prefix}-appointment": "Council, 3 May"}).status_code == 302
    guest.refresh_from_db()
    assert (guest.delegate_office, guest.appointment) == ("legal", "Council, 3 May")


# --- words ---------------------------------------------------------------------------------------

COOPERATE = re.compile(
    r"(?<!does not )(agree[ds]?|commit(s|ted)?|decide[ds]?|promise[ds]?|will|shall)( themselves| itself)? "
    r"(now )?(to|on)? ?"
    r"(cooperat|co-operat|work together)|cooperation (is|was|has been) (agreed|decided|approved)",
    re.IGNORECASE,
)


@pytest.mark.parametrize("folder", ["templates/meetings", "templates/personal", "meetings"])
def test_no_text_says_that_anybody_agreed_to_cooperate(folder: str) -> None:
    found = [
        f"{path.name}: {match.group()}"
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".html", ".txt", ".py"} and "__pycache__" not in path.parts
        for match in COOPERATE.finditer(" ".join(path.read_text(encoding="utf-8").split()))
    ]
    assert not found


def test_the_rule_on_words_knows_what_it_looks_for() -> None:
    for words in ("Birk agreed to cooperate.", "They commit to work together", "Cooperation is agreed"):
        assert COOPERATE.search(words)
    assert not COOPERATE.search("decided to explore the feasibility of cooperation")
