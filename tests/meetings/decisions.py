"""Outcomes of a formal meeting as tests record them."""

from __future__ import annotations

import datetime as dt

from imc_portal.core.audit import Actor
from meetings.models import (
    FormalMeeting,
    NextStep,
    Objective,
    SelectedArea,
)
from meetings.services import outcomes
from partners.models import Participant
from tests.meetings import scenes

ACTOR = Actor.portal()


def objective(meeting: FormalMeeting) -> Objective:
    """An objective of the meeting."""
    return outcomes.add_objective(objective=Objective(meeting=meeting, text="Less waste"), actor=ACTOR)


def selected(scene: scenes.Scene, meeting: FormalMeeting) -> SelectedArea:
    """The area of the case, selected for an objective."""
    return outcomes.select_area(
        meeting=meeting, area=scene.area, objective=objective(meeting), why="", actor=ACTOR
    )


def step(meeting: FormalMeeting, owner: Participant, **fields: object) -> NextStep:
    """A next step of one of the parties."""
    values = {"action": "Ask the lawyer", "owner_name": "Clerk", "due": dt.date(2031, 1, 6), **fields}
    return outcomes.add_step(step=NextStep(meeting=meeting, owner=owner, **values), actor=ACTOR)


def voice(area: SelectedArea, who: Participant, vote: str = "yes", **fields: str) -> outcomes.Voice:
    """What one party says to an area."""
    return outcomes.Voice(selected_area=area.pk, participant=who.pk, vote=vote, **fields)


def decide(meeting: FormalMeeting, *voices: outcomes.Voice) -> int:
    """Record these voices on the newest state of the meeting."""
    if FormalMeeting.objects.filter(pk=meeting.pk).exists():  # else it is none, and the service has to say so
        meeting.refresh_from_db()
    return outcomes.decide(meeting=meeting, voices=voices, revision=meeting.revision, actor=ACTOR)


def complete(scene: scenes.Scene, meeting: FormalMeeting) -> SelectedArea:
    """Everything that a closed record needs: a yes, a yes with a condition, a no, and a next step."""
    area = selected(scene, meeting)
    decide(
        meeting,
        voice(area, scene.alder),
        voice(area, scene.birk, "yes_if", condition="Exit after two years"),
        voice(area, scene.corn, "no", dissent="We have our own truck"),
    )
    step(meeting, scene.birk)
    return area
