"""Records of the third room: when we met, what was said and decided."""

from meetings.models.attitude import AreaAttitude, Attitude
from meetings.models.clarification import Answer, AnswerVersion, ClarificationRound, NamedCall
from meetings.models.dates import DateAnswer, DatePoll, DateSlot
from meetings.models.delegation import Delegate, MeetingGuest
from meetings.models.delivery import Dispatch, HandDelivery
from meetings.models.expectation import (
    Expectation,
    ExpectationTopic,
    GoalVoice,
    OverarchingGoal,
    Responsibility,
    Telling,
)
from meetings.models.handover import HandOver, HandOverReceiver
from meetings.models.meeting import FormalMeeting, InformalMeeting, Invitation, Meeting
from meetings.models.minutes import Minutes, MinutesRevision, MinutesVoice, Ratification
from meetings.models.notice import ToldTrouble
from meetings.models.outcome import ExplorationDecision, NextStep, Objective, SelectedArea
from meetings.models.paper import MeetingPaper
from meetings.models.preparation import AreaPreparation, PartyPreparation, Stakeholder
from meetings.models.recording import RecordNote, RecordRevision
from meetings.models.rules import CaseRules

__all__ = [
    "Answer",
    "AnswerVersion",
    "AreaAttitude",
    "AreaPreparation",
    "Attitude",
    "CaseRules",
    "ClarificationRound",
    "DateAnswer",
    "DatePoll",
    "DateSlot",
    "Delegate",
    "Dispatch",
    "Expectation",
    "ExpectationTopic",
    "ExplorationDecision",
    "FormalMeeting",
    "GoalVoice",
    "HandDelivery",
    "HandOver",
    "HandOverReceiver",
    "InformalMeeting",
    "Invitation",
    "Meeting",
    "MeetingGuest",
    "MeetingPaper",
    "Minutes",
    "MinutesRevision",
    "MinutesVoice",
    "NamedCall",
    "NextStep",
    "Objective",
    "OverarchingGoal",
    "PartyPreparation",
    "Ratification",
    "RecordNote",
    "RecordRevision",
    "Responsibility",
    "SelectedArea",
    "Stakeholder",
    "Telling",
    "ToldTrouble",
]
