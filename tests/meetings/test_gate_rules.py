"""The gate "informal phase positive" under every setting of the rules of a case."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from imc_portal.core.audit import Actor
from meetings import chain, gates
from meetings.models import CaseRules, ClarificationRound
from meetings.services import attitudes
from meetings.stances import AreaStance
from partners.models import CandidateArea, Case, Participant
from tests.meetings import scenes

NONE_ELSE = "No other municipality is positive, or positive on conditions, yet."


@pytest.fixture(scope="module")
def one_scene(standing: None) -> scenes.Scene:
    return scenes.make_scene(3, state=Case.State.ATTITUDE)


def rule(scene: scenes.Scene, **settings: object) -> Case:
    """The rules of the case, and the case as it is read then."""
    CaseRules.objects.update_or_create(case=scene.case, defaults=settings)
    return Case.objects.get(pk=scene.case.pk)


def second_area(scene: scenes.Scene) -> CandidateArea:
    return scene.case.areas.create(function_id="SAF-FIR", mode="joint_production", state="agreed")


def say(scene: scenes.Scene, who: Participant, value: str, **areas: str) -> None:
    """Say it as a whole, and for the first area; `other` for the second."""
    first = areas.get("first", value)
    said = [AreaStance(scene.area, first, "If." if first == "conditional" else "")]
    if "other" in areas:
        other = scene.case.areas.get(function_id="SAF-FIR")
        said.append(AreaStance(other, areas["other"], "If."))
    attitudes.state_attitude(
        participant=who,
        value=value,
        conditions="If.",
        by_area=said,
        stated_by="its mayor",
        actor=Actor.person(scene.focal),
    )


def test_a_case_without_rules_goes_by_the_defaults(scene: scenes.Scene) -> None:
    say(scene, scene.alder, "positive")
    assert gates.formal_meeting(scene.case) == [NONE_ELSE]
    say(scene, scene.birk, "conditional")
    assert gates.formal_meeting(scene.case) == []
    assert gates.formal_meeting(rule(scene)) == []


def test_the_initiator_may_be_left_out(scene: scenes.Scene) -> None:
    say(scene, scene.alder, "negative")
    say(scene, scene.birk, "positive")
    assert gates.formal_meeting(rule(scene)) == ["Alder itself is negative."]
    case = rule(scene, gate_initiator=False)
    assert gates.formal_meeting(case) == []
    assert gates.common_areas(case) == {scene.area: [scene.birk]}


def test_more_others_can_be_asked_for(scene: scenes.Scene) -> None:
    say(scene, scene.alder, "positive")
    say(scene, scene.birk, "positive")
    case = rule(scene, gate_others=2)
    [reason] = gates.formal_meeting(case)
    assert reason == ("Only 1 other municipality is positive, or positive on conditions; 2 are needed.")
    say(scene, scene.corn, "conditional")
    assert gates.formal_meeting(case) == []


def test_two_others_have_to_meet_on_the_same_area(scene: scenes.Scene) -> None:
    second_area(scene)
    say(scene, scene.alder, "positive", other="positive")
    say(scene, scene.birk, "positive")
    say(scene, scene.corn, "positive", first="negative", other="positive")
    case = rule(scene, gate_others=2)
    assert gates.formal_meeting(case) == ["There is no area that all who are needed would explore."]
    say(scene, scene.corn, "positive", other="positive")
    assert gates.formal_meeting(case) == []


def test_no_other_need_be_open(scene: scenes.Scene) -> None:
    say(scene, scene.alder, "positive")
    assert gates.formal_meeting(rule(scene, gate_others=0)) == []


def test_conditions_may_not_count(scene: scenes.Scene) -> None:
    say(scene, scene.alder, "conditional")
    say(scene, scene.birk, "conditional")
    assert gates.formal_meeting(rule(scene)) == []
    assert gates.formal_meeting(rule(scene, gate_conditional=False)) == [
        "Alder itself is positive on conditions; by the rules of this case that does not count.",
        "No other municipality is positive without conditions yet.",
    ]
    say(scene, scene.alder, "positive")
    say(scene, scene.birk, "positive", first="conditional")
    case = rule(scene)
    assert gates.formal_meeting(case) == [
        "There is no area that both the initiator and another municipality would explore."
    ]


def test_more_areas_in_common_can_be_asked_for(scene: scenes.Scene) -> None:
    second_area(scene)
    say(scene, scene.alder, "positive", other="positive")
    say(scene, scene.birk, "positive", other="negative")
    case = rule(scene, gate_areas=2)
    assert gates.formal_meeting(case) == ["Only 1 area is open to all who are needed; 2 are needed."]
    say(scene, scene.birk, "conditional", other="conditional")
    assert gates.formal_meeting(case) == []


def test_no_area_in_common_need_be_there(scene: scenes.Scene) -> None:
    second_area(scene)
    say(scene, scene.alder, "positive")
    say(scene, scene.birk, "positive", first="negative", other="positive")
    assert gates.formal_meeting(rule(scene)) != []
    assert gates.formal_meeting(rule(scene, gate_areas=0)) == []


def test_an_area_closed_by_its_own_word_is_not_in_common(scene: scenes.Scene) -> None:
    second_area(scene)
    say(scene, scene.alder, "positive", other="positive")
    say(scene, scene.birk, "positive", first="undecided", other="positive")
    assert [str(area) for area in gates.common_areas(scene.case)] == [
        str(scene.case.areas.get(function_id="SAF-FIR"))
    ]


def test_the_rule_is_told_in_a_sentence(scene: scenes.Scene) -> None:
    assert gates.rule_in_words(CaseRules.of(scene.case)) == (
        "Asked for in this case: the initiator and 1 other municipality positive, or positive on conditions,"
        " on 1 area in common."
    )
    case = rule(scene, gate_initiator=False, gate_others=3, gate_conditional=False, gate_areas=2)
    assert gates.rule_in_words(CaseRules.of(case)) == (
        "Asked for in this case: 3 other municipalities beside the initiator positive, on 2 areas in common."
    )
    assert "Asked for in this case" in scenes.sees(scene.guest, "attitudes", scene.case.pk)[1]


def test_a_later_round_under_seal_keeps_the_gate_closed(scene: scenes.Scene) -> None:
    say(scene, scene.alder, "positive")
    say(scene, scene.birk, "positive")
    later = ClarificationRound.objects.create(
        case=scene.case, number=2, deadline=timezone.now() + dt.timedelta(days=3)
    )
    [reason] = gates.formal_meeting(scene.case)
    assert "later round of questions (no. 2)" in reason
    later.opened_at, later.opened_because = timezone.now(), "The deadline has passed."
    later.save()
    assert gates.formal_meeting(scene.case) == []


@pytest.mark.parametrize(
    ("settings", "label"),
    [
        ({}, "Convene the formal meeting"),
        ({"gate_others": 2}, "See the attitudes"),
        ({"gate_conditional": False}, "See the attitudes"),
    ],
)
def test_the_next_step_goes_by_the_rules(
    scene: scenes.Scene, settings: dict[str, object], label: str
) -> None:
    say(scene, scene.alder, "positive")
    say(scene, scene.birk, "conditional")
    rule(scene, **settings)
    case = chain.with_chain(Case.objects.filter(pk=scene.case.pk)).get()
    act = chain.next_act(case, scene.lead)
    assert act is not None
    assert act.label == label
