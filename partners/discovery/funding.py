"""Whether a group meets the rules of a funding call, rule by rule: plain values in, nothing looked up.

What is not known is neither met nor missed: the duration of a cooperation that nobody has promised yet,
the own share that no council has decided.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NAN = math.nan


@dataclass(frozen=True, slots=True)
class Call:
    """The rules of one call; None or empty: no such rule."""

    title: str
    country: str
    deadline: dt.date
    opens_on: dt.date | None = None
    regions: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    min_partners: int = 2
    min_population: int | None = None
    max_member_population: int | None = None
    min_years: int | None = None
    own_share: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Municipalities that would apply together; nan and empty words mean not known."""

    country: str
    today: dt.date
    populations: Sequence[float]
    regions: Sequence[str]
    functions: frozenset[str] = frozenset()
    #: How long they intend to work together; None while nobody has said so.
    years: int | None = None

    def joined_by(self, population: float, region: str) -> Group:
        """The same group with one more municipality."""
        return replace(self, populations=[*self.populations, population], regions=[*self.regions, region])


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a call and whether the group meets it (None: not known), with the values compared."""

    key: str
    met: bool | None
    raw: Mapping[str, Any] = field(default_factory=dict)


def eligibility(call: Call, group: Group) -> list[Rule]:
    """Every rule the call has, in the order people read a call."""
    rules = [
        _open(call, group),
        Rule("country", call.country == group.country, {"needed": call.country, "own": group.country}),
        _regions(call, group),
        _functions(call, group),
        _members(call, group),
        _population(call, group),
        _largest(call, group),
        _years(call, group),
        Rule("own_share", None, {"needed": call.own_share}) if call.own_share else None,
    ]
    return [rule for rule in rules if rule]


def is_eligible(rules: Iterable[Rule]) -> bool:
    """No rule is missed; what is not known yet is left to be shown."""
    return all(rule.met is not False for rule in rules)


def unlocks(call: Call, without: Group, with_member: Group) -> bool:
    """Whether the group becomes eligible by the member that joins it."""
    return is_eligible(eligibility(call, with_member)) and not is_eligible(eligibility(call, without))


def unlocked_by(call: Call, group: Group, populations: Floats, regions: Sequence[str]) -> Flags:
    """For each candidate: whether the group becomes eligible by this one alone.

    The same answer as `unlocks` for each of them, without asking the rules that candidates share again.
    """
    candidates = np.asarray(populations, dtype=np.float64)
    none = np.zeros(len(candidates), dtype=np.bool_)
    now = {rule.key: rule.met for rule in eligibility(call, group)}
    missed = {key for key, met in now.items() if met is False}
    # A further member mends the number and the sum; it mends nothing else.
    if not missed or missed - {"members", "population"}:
        return none
    fits = ~none
    if call.regions:
        fits &= np.array([not region or region in call.regions for region in regions], dtype=np.bool_)
    if call.max_member_population is not None:
        fits &= ~(candidates > call.max_member_population)
    if len(group.populations) + 1 < call.min_partners:
        return none
    if call.min_population is not None:
        joint = float(np.nansum(np.asarray(group.populations, dtype=np.float64))) + candidates
        unknown = np.isnan(joint) | bool(np.isnan(np.asarray(group.populations, dtype=np.float64)).any())
        fits &= unknown | (joint >= call.min_population)
    return np.asarray(fits, dtype=np.bool_)


def lacking(call: Call, group: Group) -> tuple[int, float]:
    """How many members and how many inhabitants the group is short of; 0 when it is not."""
    members = max(0, call.min_partners - len(group.populations))
    known = sum(p for p in group.populations if not math.isnan(p))
    return members, max(0.0, (call.min_population or 0) - known)


def _open(call: Call, group: Group) -> Rule:
    raw = {"opens_on": call.opens_on, "deadline": call.deadline, "today": group.today}
    opened = call.opens_on is None or call.opens_on <= group.today
    return Rule("open", opened and group.today <= call.deadline, raw)


def _regions(call: Call, group: Group) -> Rule | None:
    """All of them lie in the regions of the call."""
    if not call.regions:
        return None
    outside = sorted({region for region in group.regions if region and region not in call.regions})
    unknown = sum(not region for region in group.regions)
    met = False if outside else None if unknown else True
    return Rule("regions", met, {"needed": sorted(call.regions), "outside": outside, "unknown": unknown})


def _functions(call: Call, group: Group) -> Rule | None:
    """At least one function of the group is one the call pays for."""
    if not call.functions:
        return None
    shared = sorted(call.functions & group.functions)
    met = bool(shared) if group.functions else None
    return Rule("functions", met, {"needed": sorted(call.functions), "shared": shared})


def _members(call: Call, group: Group) -> Rule:
    own = len(group.populations)
    return Rule("members", own >= call.min_partners, {"needed": call.min_partners, "own": own})


def _population(call: Call, group: Group) -> Rule | None:
    """Enough inhabitants together; with unknown ones only a sum that reaches it anyway counts."""
    if call.min_population is None:
        return None
    known = [population for population in group.populations if not math.isnan(population)]
    own, unknown = sum(known), len(group.populations) - len(known)
    met = True if own >= call.min_population else None if unknown else False
    return Rule("population", met, {"needed": call.min_population, "own": own, "unknown": unknown})


def _largest(call: Call, group: Group) -> Rule | None:
    """No member has more inhabitants than the call allows."""
    if call.max_member_population is None:
        return None
    known = [population for population in group.populations if not math.isnan(population)]
    largest, unknown = max(known, default=NAN), len(group.populations) - len(known)
    met = False if largest > call.max_member_population else None if unknown else True
    raw = {"allowed": call.max_member_population, "largest": largest, "unknown": unknown}
    return Rule("largest", met, raw)


def _years(call: Call, group: Group) -> Rule | None:
    if call.min_years is None:
        return None
    met = None if group.years is None else group.years >= call.min_years
    return Rule("years", met, {"needed": call.min_years, "own": group.years})


def beyond_numbers(found: Sequence[Rule]) -> bool:
    """Whether a rule is broken that no further municipality can mend."""
    return any(rule.met is False and rule.key not in ("members", "population") for rule in found)


def completing(call: Call, group: Group, populations: Floats, regions: Sequence[str]) -> list[int]:
    """The fewest candidates that make the group eligible, the first ones of the list where there is choice.

    Rows of the candidates in their order; empty when the group is eligible, or no candidates can mend it.
    """
    candidates = np.asarray(populations, dtype=np.float64)
    found = eligibility(call, group)
    if is_eligible(found) or beyond_numbers(found):
        return []
    members, inhabitants = lacking(call, group)
    able = [row for row in range(len(candidates)) if _may_join(call, candidates[row], regions[row])]
    largest = sorted((float(candidates[row]) for row in able), reverse=True)
    count = next((n for n in range(max(members, 1), len(able) + 1) if sum(largest[:n]) >= inhabitants), None)
    return [] if count is None else _first_fitting(candidates, able, count, inhabitants)


def _may_join(call: Call, population: float, region: str) -> bool:
    """Known to have inhabitants, within the call's size, and not known to lie outside its regions."""
    if math.isnan(population):
        return False
    small = call.max_member_population is None or population <= call.max_member_population
    return small and (not call.regions or not region or region in call.regions)


def _first_fitting(populations: Floats, able: list[int], count: int, inhabitants: float) -> list[int]:
    """So many rows, as early in the list as the inhabitants needed allow."""
    chosen: list[int] = []
    joint = 0.0
    for place, row in enumerate(able):
        later = sorted((float(populations[other]) for other in able[place + 1 :]), reverse=True)
        left = count - len(chosen) - 1
        if joint + float(populations[row]) + sum(later[:left]) >= inhabitants and len(later) >= left:
            chosen.append(row)
            joint += float(populations[row])
        if len(chosen) == count:
            break
    return chosen
