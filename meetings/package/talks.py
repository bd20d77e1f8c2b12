"""What was said in the talks: answers behind their seal, attitudes, expectations, the shared goal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from imc_portal.core.models import User
from meetings.models import (
    Answer,
    Attitude,
    ClarificationRound,
    Expectation,
    ExpectationTopic,
    NamedCall,
    OverarchingGoal,
    Responsibility,
    Telling,
)
from meetings.package import people
from partners.models import Case, FundingCall, Participant

Facts = dict[str, Any]


def gather(case: Case, user: User, told: Sequence[Participant]) -> Facts:
    """Rounds, answers that the maker may see, attitudes in their order, expectations and goal."""
    visible = Answer.objects.visible_to(user).filter(round__case=case, participant__in=told)
    answers = visible.select_related("participant__municipality", "round", "call", "body", "area__function")
    attitudes = Attitude.objects.filter(participant__in=told).order_by("stated_at")
    return {
        "rounds": [_round(one) for one in ClarificationRound.objects.filter(case=case).order_by("number")],
        "answers": [_answer(one) for one in answers.prefetch_related("named_calls", "call__functions")],
        "attitudes": [
            _attitude(one)
            for one in attitudes.select_related("participant__municipality").prefetch_related("by_area")
        ],
        "expectations": [_topic(one, told) for one in _topics(case)],
        "goal": _goal(case),
        "responsibilities": [_responsibility(one) for one in _responsibilities(case)],
        "tellings": [_telling(one) for one in _tellings(told)],
    }


def _round(one: ClarificationRound) -> Facts:
    return {
        "number": one.number,
        "deadline": one.deadline.isoformat(),
        "opened_at": one.opened_at.isoformat() if one.opened_at else None,
        "opened_because": one.opened_because,
    }


def _answer(one: Answer) -> Facts:
    return {
        "round": one.round.number,
        "participant": str(one.participant_id),
        "municipality": one.participant.municipality.name,
        "area": str(one.area_id) if one.area_id else None,
        "function": one.area.function_id if one.area else None,
        "call": _call(one.call) if one.call else None,
        "named_calls": [_named(call) for call in one.named_calls.all()],
        "authority": one.body.name if one.body else None,
        "question": one.question,
        "question_text": one.get_question_display(),
        "state": one.state,
        "choice": one.choice,
        "choice_name": one.choice_label,
        "causes": list(one.causes),
        "cause_names": one.cause_labels,
        "text": one.text,
        "detail": one.detail,
        "said_by": people.said(one.said_by, one.body or ""),
        "said_on": one.said_on.isoformat() if one.said_on else None,
        "how": one.how,
        "disputed_by": people.said(one.disputed_by, ""),
        "dispute": one.dispute,
        "owner": people.said(one.owner, one.participant),
        "due": one.due.isoformat() if one.due else None,
        "answered_by": people.said(one.answered_by, one.participant),
        "answered_at": one.answered_at.isoformat() if one.answered_at else None,
    }


def _call(one: FundingCall) -> Facts:
    return {
        "name": one.title,
        "funder": one.funder,
        "functions": sorted(function.pk for function in one.functions.all()),
        "amount": str(one.amount_max) if one.amount_max is not None else None,
        "currency": one.currency,
        "deadline": one.deadline.isoformat(),
        "min_partners": one.min_partners,
        "min_population": one.min_population,
        "min_years": one.min_years,
        "own_share": one.own_share,
        "source": one.url or one.source,
    }


def _named(one: NamedCall) -> Facts:
    return {
        "name": one.name,
        "funder": "",
        "functions": [],
        "amount": str(one.amount) if one.amount is not None else None,
        "currency": "",
        "deadline": one.deadline.isoformat() if one.deadline else None,
        "min_partners": one.min_partners,
        "min_population": one.min_population,
        "min_years": one.min_years,
        "own_share": one.own_share,
        "source": one.source,
    }


def _attitude(one: Attitude) -> Facts:
    return {
        "participant": str(one.participant_id),
        "municipality": one.participant.municipality.name,
        "value": one.value,
        "value_name": one.get_value_display(),
        "conditions": one.conditions,
        "areas": [
            {
                "area": str(row.area_id),
                "value": row.value,
                "value_name": row.get_value_display(),
                "conditions": row.conditions,
            }
            for row in one.by_area.all()
        ],
        "stated_by": people.said(one.stated_by, one.participant),
        "stated_at": one.stated_at.isoformat(),
    }


def _topics(case: Case) -> Sequence[ExpectationTopic]:
    rows = ExpectationTopic.objects.filter(case=case).select_related("raised_by__municipality")
    return list(rows.prefetch_related("expectations__participant__municipality"))


def _topic(topic: ExpectationTopic, told: Sequence[Participant]) -> Facts:
    """What each party said last on a topic."""
    keys = {one.pk for one in told}
    newest: dict[Any, Expectation] = {}
    for one in sorted(topic.expectations.all(), key=lambda row: row.number):
        if one.participant_id in keys:
            newest[one.participant_id] = one
    return {
        "topic": topic.text,
        "raised_by": str(topic.raised_by),
        "closed": topic.closed,
        "said": [_expectation(one) for one in newest.values()],
    }


def _expectation(one: Expectation) -> Facts:
    return {
        "municipality": one.participant.municipality.name,
        "stance": one.stance,
        "stance_name": one.get_stance_display(),
        "interest": one.interest,
        "expectation": one.expectation,
        "success": one.success,
        "limit": one.limit,
        "concession": one.concession,
        "stated_by": people.said(one.stated_by, one.participant),
    }


def _goal(case: Case) -> Facts | None:
    """The newest wording of the shared goal, with each party's word on it."""
    goals = OverarchingGoal.objects.filter(case=case).order_by("-number")
    goal = goals.prefetch_related("voices__participant__municipality").first()
    if goal is None:
        return None
    return {
        "text": goal.text,
        "number": goal.number,
        "voices": [
            {
                "municipality": voice.participant.municipality.name,
                "agrees": voice.agrees,
                "by": people.said(voice.name, voice.participant),
                "remark": voice.remark,
            }
            for voice in goal.voices.all()
        ],
    }


def _responsibilities(case: Case) -> Sequence[Responsibility]:
    return list(Responsibility.objects.filter(case=case).select_related("participant__municipality"))


def _responsibility(one: Responsibility) -> Facts:
    return {
        "task": one.task,
        "municipality": one.participant.municipality.name,
        "who": people.said(one.name, one.participant),
    }


def _tellings(told: Sequence[Participant]) -> Sequence[Telling]:
    return list(Telling.objects.filter(participant__in=told).select_related("participant__municipality"))


def _telling(one: Telling) -> Facts:
    return {
        "municipality": one.participant.municipality.name,
        "audience": one.audience,
        "audience_name": one.get_audience_display(),
        "told_on": one.told_on.isoformat(),
        "how": one.how,
    }
