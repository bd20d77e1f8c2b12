"""The answers side by side, and what they say together: plain values in, plain values out.

Knows no database and no request. A sealed cell comes in without content and stays so.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

SAME_PROBLEMS, MISSING, CAUSES, SOLUTION, FINANCING, SERIOUS, AUTHORITIES = range(1, 8)
NOTABLE = 2
SHARED_BY = 2


@dataclass(frozen=True, slots=True)
class Said:
    """What one municipality says to one question about one area; sealed: that it is not to be seen yet."""

    who: str
    question: int
    area: str
    state: str = "open"
    choice: str = ""
    causes: Sequence[str] = ()
    text: str = ""
    owner: str = ""
    due: dt.date | None = None
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class AreaFindings:
    """What the open answers about one area say together."""

    area: str
    shared_problem: Mapping[str, int] = field(default_factory=dict)
    common_causes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    new_service: Sequence[str] = ()
    no_refusal: bool = False
    everyone_but: str = ""
    serious: Sequence[str] = ()
    ask_authorities: bool = False
    disputed: Sequence[tuple[str, int]] = ()
    deferred: Sequence[tuple[str, int, str, dt.date | None]] = ()


def findings(said: Iterable[Said], areas: Sequence[str], stances: Iterable[str] = ()) -> list[AreaFindings]:
    """Per area: what is shared, wanted, refused by nobody, taken seriously, unsettled, and still to be asked.

    `stances` are the areas on which an authority's stance is on record. An unknown stance becomes a question
    to ask and is never assumed.
    """
    known = set(stances)
    by_area: dict[str, list[Said]] = defaultdict(list)
    for one in said:
        if not one.sealed:
            by_area[one.area].append(one)
    return [_area(area, by_area[area], area in known) for area in areas]


def _area(area: str, said: list[Said], stance_known: bool) -> AreaFindings:
    answered = [one for one in said if one.state == "answered"]
    refusing = [one.who for one in _to(answered, SOLUTION) if one.choice == "no"]
    spoken = len(_to(answered, SOLUTION))
    return AreaFindings(
        area=area,
        shared_problem=_shared_problem(_to(answered, SAME_PROBLEMS)),
        common_causes=_common_causes(_to(answered, CAUSES)),
        new_service=[one.who for one in _to(answered, MISSING) if one.choice in ("yes", "partly")],
        no_refusal=spoken >= SHARED_BY and not refusing,
        everyone_but=refusing[0] if len(refusing) == 1 and spoken > SHARED_BY else "",
        serious=_shared([one.who for one in _to(answered, SERIOUS) if one.choice == "seriously"]),
        ask_authorities=bool(said) and not stance_known and not _stance_named(answered),
        disputed=[(one.who, one.question) for one in said if one.state == "disputed"],
        deferred=[(one.who, one.question, one.owner, one.due) for one in said if one.state == "deferred"],
    )


def _to(said: Iterable[Said], question: int) -> list[Said]:
    return [one for one in said if one.question == question]


def _shared(who: list[str]) -> list[str]:
    return who if len(who) >= SHARED_BY else []


def _shared_problem(said: list[Said]) -> dict[str, int]:
    """Severity by municipality, if it is notable in two or more."""
    notable = {one.who: int(one.choice) for one in said if int(one.choice) >= NOTABLE}
    return notable if len(notable) >= SHARED_BY else {}


def _common_causes(said: list[Said]) -> dict[str, list[str]]:
    """Causes named by two or more, most named first."""
    named: dict[str, list[str]] = defaultdict(list)
    for one in said:
        for cause in one.causes:
            named[cause].append(one.who)
    common = {cause: who for cause, who in named.items() if len(who) >= SHARED_BY}
    return dict(sorted(common.items(), key=lambda item: (-len(item[1]), item[0])))


def _stance_named(answered: list[Said]) -> bool:
    return any(one.choice in ("favour", "neutral", "against") for one in _to(answered, AUTHORITIES))
