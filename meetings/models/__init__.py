"""Records of the third room: when we met, what was said and decided."""

from meetings.models.clarification import Answer, Attitude, ClarificationRound
from meetings.models.handover import HandOver
from meetings.models.meeting import Dispatch, FormalMeeting, InformalMeeting, Invitation, Meeting
from meetings.models.outcome import ExplorationDecision, NextStep, Objective, SelectedArea

__all__ = [
    "Answer",
    "Attitude",
    "ClarificationRound",
    "Dispatch",
    "ExplorationDecision",
    "FormalMeeting",
    "HandOver",
    "InformalMeeting",
    "Invitation",
    "Meeting",
    "NextStep",
    "Objective",
    "SelectedArea",
]
