"""The gates of the talks in words, and the short versions on the page of a case."""

from __future__ import annotations

import datetime as dt

import pytest
from django.template import Context, Template
from django.utils import timezone

from imc_portal.core.models import User
from meetings import gates
from meetings.models import ClarificationRound, Meeting
from meetings.services import answers
from tests.meetings import afterwards, scenes

SECRET = "Our treasurer left and nobody may know"


@pytest.fixture(scope="module")
def one_scene(standing: None) -> scenes.Scene:
    return scenes.make_scene()


def shown(scene: scenes.Scene, tag: str, user: User) -> str:
    template = Template("{% load outcomes %}{% " + tag + " case %}")
    return template.render(Context({"case": scene.case, "user": user}))


def test_two_municipalities_make_a_meeting(scene: scenes.Scene) -> None:
    meeting = scenes.call_informal(scene)
    meeting.invitations.filter(participant=scene.alder).update(present=True)
    assert gates.met(meeting) == ["Only 1 municipality is recorded as present; a meeting needs two."]
    meeting.invitations.filter(participant=scene.birk).update(present=True)
    assert gates.met(meeting) == []


def test_a_paper_not_sent_is_late_only_after_its_due_time(scene: scenes.Scene) -> None:
    meeting = scenes.call_informal(scene)
    now = timezone.now()
    meeting.invitations.get(participant=scene.birk).dispatches.create(due_at=now)
    assert gates.papers_in_time(meeting, now - dt.timedelta(seconds=1)) == []
    assert gates.papers_in_time(meeting, now + dt.timedelta(seconds=1)) == [
        "Birk did not have its paper in good time and has not waived that."
    ]


@pytest.mark.parametrize("state", ["called", "cancelled", "held"])
def test_hand_over_wants_the_closed_record_of_a_formal_meeting(scene: scenes.Scene, state: str) -> None:
    informal = scenes.call_informal(scene)
    Meeting.objects.filter(pk=informal.pk).update(state="held", held_at=timezone.now())
    formal = scenes.call_formal(scene)
    Meeting.objects.filter(pk=formal.pk).update(state=state, held_at=timezone.now(), cancelled_because="Snow")
    assert (gates.hand_over_firm(scene.case) == []) == (state == "held")
    assert gates.hand_over(scene.case)


@pytest.mark.parametrize(
    ("state", "open_gate"),
    [("draft", False), ("sent", False), ("replaced", False), ("agreed", True), ("closed", True)],
)
def test_hand_over_wants_minutes_that_are_agreed_or_closed(
    scene: scenes.Scene, state: str, open_gate: bool
) -> None:
    meeting = afterwards.hold(scene)
    now = timezone.now()
    meeting.minutes.create(state=state, sent_at=now, objections_until=now, closed_at=now, facts={})
    found = gates.hand_over(scene.case)
    assert (found == []) == open_gate
    assert open_gate or "neither agreed nor closed" in found[0]


def test_a_council_resolves_on_each_meeting_anew(scene: scenes.Scene) -> None:
    now = timezone.now()
    for days in (30, 1):
        meeting = afterwards.hold(scene, subject=(scene.birk,))
        meeting.minutes.create(state="agreed", sent_at=now, objections_until=now, closed_at=now, facts={})
        awaited = meeting.ratifications.create(participant=scene.birk)
        assert len(gates.hand_over(scene.case)) == 1, days
        awaited.state, awaited.resolution, awaited.resolved_on = "given", "2026/7", now.date()
        awaited.save()
        assert gates.hand_over(scene.case) == [], days


@pytest.mark.parametrize(
    ("person", "told"),
    [("focal", True), ("guest", True), ("facilitator", True), ("observer", False), ("stranger", False)],
)
def test_the_summary_of_answers_keeps_the_seal(scene: scenes.Scene, person: str, told: bool) -> None:
    scenes.call_informal(scene)
    scenes.answer_all(scene, scene.corn, text=SECRET)
    user = getattr(scene, person)
    summary = shown(scene, "answers_summary", user)
    assert ("7 of 7 answered" in summary) == told
    assert SECRET not in summary
    clarification = ClarificationRound.objects.get()
    answers.open_if_due(clarification=clarification, now=clarification.deadline)
    assert SECRET not in shown(scene, "answers_summary", user)


def test_the_summary_of_outcomes_waits_for_the_closed_record(scene: scenes.Scene) -> None:
    formal = scenes.call_formal(scene)
    formal.none_because = "The state announced a reform."
    formal.save()
    assert "reform" not in shown(scene, "outcomes_summary", scene.focal)
    Meeting.objects.filter(pk=formal.pk).update(state="held", held_at=timezone.now())
    assert "reform" in shown(scene, "outcomes_summary", scene.focal)
    assert "reform" in shown(scene, "outcomes_summary", scene.guest)
    assert "reform" not in shown(scene, "outcomes_summary", scene.stranger)
