"""The answers side by side, and what they say together: plain values in, plain values out.

Knows no database and no request. A sealed cell comes in without content and stays so. Nothing depends on the
order in which municipalities come in.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

SAME_PROBLEMS, MISSING, CAUSES, SOLUTION, FINANCING, SERIOUS, AUTHORITIES = range(1, 8)
PER_FUNCTION = (SAME_PROBLEMS, MISSING, CAUSES)
STANCES = ("favour", "neutral", "against")
NOTABLE = 2
SHARED_BY = 2


@dataclass(frozen=True, slots=True)
class Said:
    """What one municipality says in one cell; sealed: that it is not to be seen yet."""

    who: str
    question: int
    area: str = ""
    state: str = "open"
    choice: str = ""
    causes: Sequence[str] = ()
    text: str = ""
    owner: str = ""
    due: dt.date | None = None
    sealed: bool = False
    function: str = ""
    call: str = ""
    body: str = ""
    said_by: str = ""
    said_on: dt.date | None = None
    how: str = ""
    disputed_by: str = ""
    dispute: str = ""
    #: What the cell is about, in words.
    about: str = ""


@dataclass(frozen=True, slots=True)
class Stance:
    """What an authority said on an area, with its evidence; told by a municipality, or on record."""

    area: str
    body: str
    stance: str
    said_by: str = ""
    said_on: dt.date | None = None
    how: str = ""
    told_by: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Topics:
    """What is talked about: areas with their functions, calls, authorities, and stances on record."""

    areas: Mapping[str, str]
    calls: Sequence[str] = ()
    bodies: Sequence[str] = ()
    stances: Sequence[Stance] = ()


@dataclass(frozen=True, slots=True)
class FunctionFindings:
    """What the answers on one function say together."""

    function: str
    shared_problem: Mapping[str, int] = field(default_factory=dict)
    common_causes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    #: Who wants a service that is missing, wholly or partly; two or more could begin it together.
    new_service: Sequence[str] = ()

    @property
    def joint_new_service(self) -> bool:
        """Whether two or more lack it."""
        return len(self.new_service) >= SHARED_BY


@dataclass(frozen=True, slots=True)
class AreaFindings:
    """What the answers on one area say together."""

    area: str
    no_refusal: bool = False
    everyone_but: str = ""
    #: Who seriously envisages it, when two or more do: then it stands on the intersection list.
    serious: Sequence[str] = ()
    stances: Sequence[Stance] = ()
    #: Authorities whose stance nobody knows; an empty word: no authority is named yet.
    ask: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class CallFindings:
    """Who would join an application to one call."""

    call: str
    joining: Sequence[str] = ()
    perhaps: Sequence[str] = ()
    refusing: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that the open answers say together, and what is not settled."""

    functions: Sequence[FunctionFindings]
    areas: Sequence[AreaFindings]
    calls: Sequence[CallFindings]
    disputed: Sequence[Said]
    deferred: Sequence[Said]

    @property
    def intersection(self) -> list[AreaFindings]:
        """Areas seriously envisaged by two or more, those of most first."""
        return sorted((one for one in self.areas if one.serious), key=lambda one: -len(one.serious))


def findings(said: Iterable[Said], topics: Topics) -> Findings:
    """What is shared, wanted, refused by nobody, taken seriously, unsettled, and still to be asked.

    An unknown stance becomes a question to ask and is never assumed.
    """
    seen = sorted((one for one in said if not one.sealed), key=lambda one: (one.who, one.question, one.about))
    answered = [one for one in seen if one.state == "answered"]
    functions = list(dict.fromkeys(topics.areas.values()))
    return Findings(
        functions=[_function(function, answered, topics) for function in functions],
        areas=[_area(area, answered, topics) for area in topics.areas],
        calls=[_call(call, answered) for call in topics.calls],
        disputed=[one for one in seen if one.state == "disputed"],
        deferred=[one for one in seen if one.state == "deferred"],
    )


def _function(function: str, answered: list[Said], topics: Topics) -> FunctionFindings:
    here = [one for one in answered if one.question in PER_FUNCTION and _function_of(one, topics) == function]
    return FunctionFindings(
        function=function,
        shared_problem=_shared_problem(_to(here, SAME_PROBLEMS)),
        common_causes=_common_causes(_to(here, CAUSES)),
        new_service=_who(one for one in _to(here, MISSING) if one.choice in ("yes", "partly")),
    )


def _area(area: str, answered: list[Said], topics: Topics) -> AreaFindings:
    here = [one for one in answered if one.area == area]
    spoken = _to(here, SOLUTION)
    refusing = _who(one for one in spoken if one.choice == "no")
    serious = _who(one for one in _to(here, SERIOUS) if one.choice == "seriously")
    stances = [one for one in topics.stances if one.area == area] + _told(here)
    return AreaFindings(
        area=area,
        no_refusal=len(spoken) >= SHARED_BY and not refusing,
        everyone_but=refusing[0] if len(refusing) == 1 and len(spoken) > SHARED_BY else "",
        serious=serious if len(serious) >= SHARED_BY else [],
        stances=stances,
        ask=_to_ask(topics.bodies, stances),
    )


def _call(call: str, answered: list[Said]) -> CallFindings:
    here = [one for one in _to(answered, FINANCING) if one.call == call]
    return CallFindings(
        call=call,
        joining=_who(one for one in here if one.choice == "join"),
        perhaps=_who(one for one in here if one.choice == "maybe"),
        refusing=_who(one for one in here if one.choice == "no"),
    )


def _function_of(one: Said, topics: Topics) -> str:
    return one.function or topics.areas.get(one.area, "")


def _to(said: Iterable[Said], question: int) -> list[Said]:
    return [one for one in said if one.question == question]


def _who(said: Iterable[Said]) -> list[str]:
    """Each municipality once, by name."""
    return sorted({one.who for one in said})


def _shared_problem(said: list[Said]) -> dict[str, int]:
    """Severity by municipality, the most severe first, if it is notable in two or more."""
    notable: dict[str, int] = {}
    for one in said:
        if one.choice.isdecimal() and int(one.choice) >= NOTABLE:
            notable[one.who] = max(notable.get(one.who, 0), int(one.choice))
    worst_first = dict(sorted(notable.items(), key=lambda item: (-item[1], item[0])))
    return worst_first if len(notable) >= SHARED_BY else {}


def _common_causes(said: list[Said]) -> dict[str, list[str]]:
    """Causes named by two or more, most named first."""
    named: dict[str, set[str]] = defaultdict(set)
    for one in said:
        for cause in one.causes:
            named[cause].add(one.who)
    common = {cause: sorted(who) for cause, who in named.items() if len(who) >= SHARED_BY}
    return dict(sorted(common.items(), key=lambda item: (-len(item[1]), item[0])))


def _told(here: list[Said]) -> list[Stance]:
    """Stances that municipalities have heard of."""
    return [
        Stance(one.area, one.body, one.choice, one.said_by, one.said_on, one.how, one.who, one.text)
        for one in _to(here, AUTHORITIES)
        if one.choice in STANCES
    ]


def _to_ask(bodies: Sequence[str], stances: list[Stance]) -> list[str]:
    """Bodies without a stance; where none is attached, whichever it is, unless some stance is known."""
    if not bodies:
        return [] if stances else [""]
    known = {one.body for one in stances}
    return [body for body in bodies if body not in known]
