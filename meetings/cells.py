"""Which cells of the seven questions a case asks of whom, and which of them are not asked yet.

Questions 1 to 3 are asked once for each function, 4 and 6 for each area, 5 for each open funding call that
fits the talks and once for other calls, 7 for each authority and area.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q

from meetings.models import Answer
from meetings.models.question import PER_AREA, PER_FUNCTION, Question
from partners.models import Body, CandidateArea, Case, FundingCall, Participant


@dataclass
class _Asked:
    """What one municipality was asked already, in any round."""

    areas: set[Any] = field(default_factory=set)
    functions: dict[str, Any] = field(default_factory=dict)
    calls: set[Any] = field(default_factory=set)
    other_calls: bool = False


@dataclass(frozen=True, slots=True)
class _Talks:
    """What the talks are about."""

    areas: Sequence[CandidateArea]
    calls: Sequence[FundingCall]
    authorities: Sequence[Body]


def missing(case: Case, participants: Iterable[Participant]) -> list[Answer]:
    """Cells, not saved yet, of municipalities that were not asked at all and of areas that came later.

    Nothing is asked twice, and a call or an authority that appears later is no reason to ask again.
    """
    asked = _asked(case)
    talks = _Talks(_areas(case), matching_calls(case), authorities(case))
    standing = _standing(talks.areas, asked.values())
    return [
        cell
        for participant in participants
        for cell in _cells(participant, asked.get(participant.pk, _Asked()), talks, standing)
    ]


def relevant() -> Q:
    """Cells that still count: of areas in the talks and their functions, or of no area at all."""
    shared = CandidateArea.objects.filter(
        case=OuterRef("round__case"),
        function=OuterRef("area__function"),
        state=CandidateArea.State.AGREED,
    )
    of_function = Q(question__in=PER_FUNCTION) & Q(Exists(shared))
    return Q(area=None) | Q(area__state=CandidateArea.State.AGREED) | of_function


def taking_part(case: Case) -> list[Participant]:
    """Who is asked: the initiator, and everybody who knows of the case and has not left it."""
    states = (Participant.State.INITIATOR, *Participant.IN_TOUCH)
    return list(case.participants.filter(state__in=states).select_related("municipality"))


def authorities(case: Case) -> list[Body]:
    """Bodies attached to the case whose stance counts: all but the facilitator."""
    attached = Body.objects.filter(cases__case=case).exclude(kind=Body.Kind.FACILITATOR)
    return list(attached.order_by("name", "pk").distinct())


def matching_calls(case: Case) -> list[FundingCall]:
    """Open calls of a country, a region and for a function of the talks; a rule left empty is no rule."""
    towns = [row.municipality for row in taking_part(case)]
    regions = {town.region for town in towns if town.region}
    functions = {area.function_id for area in _areas(case)}
    found = FundingCall.objects.open().filter(country__in={town.country for town in towns})
    return [
        call
        for call in found.prefetch_related("functions")
        if _fits(functions, [function.pk for function in call.functions.all()])
        and (not regions or _fits(regions, call.regions))
    ]


def _fits(ours: set[str], theirs: Iterable[str]) -> bool:
    named = set(theirs)
    return not named or not named.isdisjoint(ours)


def _areas(case: Case) -> list[CandidateArea]:
    agreed = case.areas.filter(state=CandidateArea.State.AGREED)
    return list(agreed.order_by("function__code", "mode"))


def _asked(case: Case) -> dict[Any, _Asked]:
    """By municipality: areas, functions with the area that stands for them, calls."""
    found: dict[Any, _Asked] = defaultdict(_Asked)
    rows = Answer.objects.filter(round__case=case).order_by("round__number")
    for who, question, area, function, call in rows.values_list(
        "participant", "question", "area", "area__function", "call"
    ):
        asked = found[who]
        if question == Question.FINANCING:
            asked.calls.add(call)
            asked.other_calls |= call is None
        elif question in PER_FUNCTION:
            asked.functions.setdefault(function, area)
        else:
            asked.areas.add(area)
    return found


def _standing(areas: Iterable[CandidateArea], asked: Iterable[_Asked]) -> dict[str, Any]:
    """The area that stands for each function: the same for all, as it was asked first."""
    standing: dict[str, Any] = {}
    for one in asked:
        standing = one.functions | standing
    for area in areas:
        standing.setdefault(area.function_id, area.pk)
    return standing


def _cells(who: Participant, asked: _Asked, talks: _Talks, standing: dict[str, Any]) -> Iterable[Answer]:
    new = [area for area in talks.areas if area.pk not in asked.areas]
    if not new:
        return
    for function in dict.fromkeys(area.function_id for area in new):
        if function not in asked.functions:
            for question in PER_FUNCTION:
                yield Answer(participant=who, question=question, area_id=standing[function])
    for area in new:
        for question in PER_AREA:
            yield Answer(participant=who, question=question, area=area)
        for body in talks.authorities or (None,):
            yield Answer(participant=who, question=Question.AUTHORITIES, area=area, body=body)
    for call in talks.calls:
        if call.pk not in asked.calls:
            yield Answer(participant=who, question=Question.FINANCING, call=call)
    if not asked.other_calls:
        yield Answer(participant=who, question=Question.FINANCING)
