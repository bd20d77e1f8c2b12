"""Rules of funding calls, one by one, and which municipality makes a group eligible."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.discovery.funding import (
    Call,
    Group,
    Rule,
    completing,
    eligibility,
    is_eligible,
    lacking,
    unlocked_by,
    unlocks,
)

TODAY = dt.date(2026, 11, 22)
REGIONS = ("", "27", "84")


def call(**rules: Any) -> Call:
    """An open call of France with these rules."""
    given: dict[str, Any] = {"title": "Joint works", "country": "FR", "deadline": dt.date(2027, 1, 31)}
    return Call(**(given | rules))


def group(*populations: float, **more: Any) -> Group:
    """Municipalities of region 27 with these numbers of inhabitants."""
    given: dict[str, Any] = {"country": "FR", "today": TODAY, "regions": ["27"] * len(populations)}
    return Group(populations=list(populations), **(given | more))


def rule(key: str, rules: list[Rule]) -> Rule:
    """The rule of that key; there is one."""
    (found,) = [rule for rule in rules if rule.key == key]
    return found


@pytest.mark.parametrize(
    ("key", "rules", "members", "met"),
    [
        ("open", {}, {}, True),
        ("open", {"deadline": TODAY}, {}, True),
        ("open", {"deadline": dt.date(2026, 11, 21)}, {}, False),
        ("open", {"opens_on": dt.date(2026, 11, 23)}, {}, False),
        ("open", {"opens_on": TODAY}, {}, True),
        ("country", {}, {}, True),
        ("country", {}, {"country": "SI"}, False),
        ("regions", {"regions": frozenset({"27"})}, {}, True),
        ("regions", {"regions": frozenset({"27"})}, {"regions": ["27", "84"]}, False),
        ("regions", {"regions": frozenset({"27"})}, {"regions": ["27", ""]}, None),
        ("regions", {"regions": frozenset({"27"})}, {"regions": ["84", ""]}, False),
        ("functions", {"functions": frozenset({"ENV-WCO"})}, {"functions": frozenset({"ENV-WCO"})}, True),
        ("functions", {"functions": frozenset({"ENV-WCO"})}, {"functions": frozenset({"SAF-FIR"})}, False),
        ("functions", {"functions": frozenset({"ENV-WCO"})}, {}, None),
        ("members", {"min_partners": 2}, {}, True),
        ("members", {"min_partners": 3}, {}, False),
        ("population", {"min_population": 8400}, {}, True),
        ("population", {"min_population": 8401}, {}, False),
        ("population", {"min_population": 8401}, {"populations": [3400.0, math.nan]}, None),
        ("population", {"min_population": 3400}, {"populations": [3400.0, math.nan]}, True),
        ("largest", {"max_member_population": 5000}, {}, True),
        ("largest", {"max_member_population": 4999}, {}, False),
        ("largest", {"max_member_population": 5000}, {"populations": [3400.0, math.nan]}, None),
        ("largest", {"max_member_population": 3000}, {"populations": [3400.0, math.nan]}, False),
        ("years", {"min_years": 5}, {"years": 5}, True),
        ("years", {"min_years": 5}, {"years": 4}, False),
        ("years", {"min_years": 5}, {}, None),
        ("own_share", {"own_share": 20}, {}, None),
    ],
)
def test_each_rule(key: str, rules: dict[str, Any], members: dict[str, Any], met: bool | None) -> None:
    base: dict[str, Any] = {
        "populations": [3400.0, 5000.0],
        "regions": ["27", "27"],
        "country": "FR",
        "today": TODAY,
    }
    assert rule(key, eligibility(call(**rules), Group(**(base | members)))).met is met


def test_a_rule_the_call_does_not_have_is_not_listed() -> None:
    assert [r.key for r in eligibility(call(), group(3400, 5000))] == ["open", "country", "members"]


def test_what_is_not_known_does_not_stop_a_group() -> None:
    rules = eligibility(call(min_years=5, own_share=20), group(3400, 5000))
    assert {r.key for r in rules if r.met is None} == {"years", "own_share"}
    assert is_eligible(rules)


def test_one_missed_rule_stops_it() -> None:
    assert not is_eligible(eligibility(call(min_population=10_000, min_years=5), group(3400, 5000)))


def test_a_member_unlocks_what_its_number_and_inhabitants_bring() -> None:
    needs = call(min_partners=3, min_population=10_000)
    alone = group(3400, 5000)
    assert unlocks(needs, alone, alone.joined_by(1600, "27"))
    assert not unlocks(needs, alone, alone.joined_by(1599, "27"))
    already = group(3400, 5000, 4000)
    assert not unlocks(needs, already, already.joined_by(1600, "27")), "it was eligible before"


def test_a_member_outside_the_regions_unlocks_nothing() -> None:
    needs = call(regions=frozenset({"27"}))
    assert unlocks(needs, group(3400), group(3400).joined_by(900, "27"))
    assert not unlocks(needs, group(3400), group(3400).joined_by(900, "84"))


def test_what_is_lacking() -> None:
    assert lacking(call(min_partners=3, min_population=10_000), group(3400, 5000)) == (1, 1600)
    assert lacking(call(min_partners=2), group(3400, 5000)) == (0, 0)


people = st.one_of(st.just(math.nan), st.integers(0, 12_000).map(float))
member = st.tuples(people, st.sampled_from(REGIONS))
optional = st.one_of(st.none(), st.integers(1, 12_000))


@given(
    members=st.lists(member, min_size=0, max_size=4),
    candidates=st.lists(member, max_size=6),
    needs=st.builds(
        call,
        deadline=st.sampled_from([TODAY, dt.date(2026, 1, 1)]),
        country=st.sampled_from(["FR", "SI"]),
        regions=st.sampled_from([frozenset(), frozenset({"27"})]),
        functions=st.sampled_from([frozenset(), frozenset({"ENV-WCO"})]),
        min_partners=st.integers(2, 5),
        min_population=optional,
        max_member_population=optional,
        min_years=st.sampled_from([None, 5]),
    ),
    years=st.sampled_from([None, 3, 9]),
    functions=st.sampled_from([frozenset(), frozenset({"ENV-WCO"}), frozenset({"SAF-FIR"})]),
)
def test_many_candidates_at_once_get_the_answer_each_would_get(
    members: list[tuple[float, str]],
    candidates: list[tuple[float, str]],
    needs: Call,
    years: int | None,
    functions: frozenset[str],
) -> None:
    ours = Group(
        "FR", TODAY, [p for p, _region in members], [region for _p, region in members], functions, years
    )
    found = unlocked_by(needs, ours, np.array([p for p, _r in candidates]), [r for _p, r in candidates])
    assert found.tolist() == [unlocks(needs, ours, ours.joined_by(*candidate)) for candidate in candidates]


@given(
    members=st.lists(st.integers(0, 6000).map(float), min_size=1, max_size=3),
    candidates=st.lists(member, max_size=6),
    needs=st.builds(
        call,
        regions=st.sampled_from([frozenset(), frozenset({"27"})]),
        min_partners=st.integers(2, 5),
        min_population=optional,
        max_member_population=optional,
    ),
)
def test_the_fewest_and_first_candidates_that_complete_a_group(
    members: list[float], candidates: list[tuple[float, str]], needs: Call
) -> None:
    ours = group(*members)
    found = completing(needs, ours, np.array([p for p, _r in candidates]), [r for _p, r in candidates])
    known = [row for row, (population, _region) in enumerate(candidates) if not math.isnan(population)]
    if is_eligible(eligibility(needs, ours)):
        assert found == []
        return
    for size in range(1, len(known) + 1):
        for rows in itertools.combinations(known, size):
            joined = ours
            for row in rows:
                joined = joined.joined_by(*candidates[row])
            if is_eligible(eligibility(needs, joined)):
                assert found == list(rows)
                return
    assert found == []
