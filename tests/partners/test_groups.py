"""Groups: connected, with the initiator, large enough, none smaller; whatever the order of the rows."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.discovery import groups
from partners.discovery.groups import Bounds, Group, Pool, Threshold, find_groups
from tests.partners.pools import hangs_together, pool

NAN = math.nan


CHAIN = [(0, 1), (1, 2), (2, 3)]
STAR = [(0, 1), (0, 2), (0, 3)]


def codes(found: groups.Found) -> list[tuple[str, ...]]:
    return [group.codes for group in found.groups]


# --- the smallest group -------------------------------------------------------------------


def test_smallest_group_that_hangs_together_wins_over_a_larger_town_out_of_touch() -> None:
    found = find_groups(pool(1000, 2000, 9000, 100, links=CHAIN), Threshold(10_000))
    assert found.exists
    assert codes(found) == [("c0", "c1", "c2")]
    assert found.groups[0].population == 12_000


def test_every_group_of_the_smallest_size_is_found_and_no_larger_one() -> None:
    found = find_groups(pool(1000, 2000, 2500, 500, links=STAR), Threshold(3000))
    assert sorted(codes(found)) == [("c0", "c1"), ("c0", "c2")]
    assert found.count == 2


def test_initiator_at_scale_needs_nobody() -> None:
    found = find_groups(pool(30_000, 2000, links=[(0, 1)]), Threshold(25_000))
    (alone,) = found.groups
    assert found.exists
    assert alone.codes == ("c0",)
    assert (alone.value, alone.ease, alone.score, alone.unlikeness) == (None, None, 0, 0)


def test_a_call_may_ask_for_members_as_well_as_for_inhabitants() -> None:
    found = find_groups(pool(30_000, 2000, 1000, links=CHAIN[:2]), Threshold(25_000, members=3))
    assert codes(found) == [("c0", "c1", "c2")]


def test_members_that_no_group_may_have_are_a_question_of_size() -> None:
    found = find_groups(pool(30_000, 2000, links=[(0, 1)]), Threshold(0, members=7))
    assert not found.exists
    assert found.stopped_by == "size"


# --- the order ------------------------------------------------------------------------------


def test_score_is_value_less_a_penalty_for_each_further_partner_and_for_unlikeness() -> None:
    three = pool(1000, 1000, 10_000, links=CHAIN[:2], value=[NAN, 0.8, 0.6], ease=[NAN, 0.5, NAN])
    (group,) = find_groups(three, Threshold(12_000)).groups
    assert group.value == 0.7
    assert group.ease == 0.5, "what is not known of one is left out, not counted as nothing"
    assert group.unlikeness == pytest.approx(2 / 3, abs=1e-4)  # 0, 1 and 1
    penalty = groups.PARTNER_PENALTY + groups.UNLIKENESS_PENALTY * 2 / 3
    assert group.score == pytest.approx(0.7 - penalty, abs=1e-4)


def test_more_value_stands_first() -> None:
    found = find_groups(pool(1000, 900, 900, 900, links=STAR, value=[NAN, 0.1, 0.9, 0.5]), Threshold(1500))
    assert codes(found) == [("c0", "c2"), ("c0", "c3"), ("c0", "c1")]


def test_of_equal_value_the_more_alike_stands_first() -> None:
    found = find_groups(pool(1000, 9000, 1100, 3000, links=STAR, value=[NAN, 0.5, 0.5, 0.5]), Threshold(1500))
    assert codes(found) == [("c0", "c2"), ("c0", "c3"), ("c0", "c1")]


def test_of_equal_score_the_easier_stands_first() -> None:
    even = {"value": [NAN, 0.5, 0.5, 0.5], "ease": [NAN, 0.2, NAN, 0.9]}
    found = find_groups(pool(1000, 900, 900, 900, links=STAR, **even), Threshold(1500))
    assert codes(found) == [("c0", "c3"), ("c0", "c1"), ("c0", "c2")]


def test_unknown_value_is_no_value_and_stands_last() -> None:
    found = find_groups(pool(1000, 900, 900, 900, links=STAR, value=[NAN, NAN, 0.0, 0.1]), Threshold(1500))
    assert codes(found)[-1] == ("c0", "c1")
    assert found.groups[-1].value is None
    assert found.groups[-1].score is None


def test_fiscal_capacity_counts_where_it_is_known() -> None:
    alike = groups.unlikeness(np.array([1000.0, 1000, 1000]), np.array([500.0, 250, NAN]))
    parts = groups.SIZE_PART + groups.FISCAL_PART
    assert alike[0, 1] == pytest.approx(0.5 * groups.FISCAL_PART / parts)
    assert alike[0, 2] == 0
    assert np.array_equal(alike, alike.T)


def test_only_the_best_are_returned_and_all_are_counted() -> None:
    found = find_groups(
        pool(1000, 900, 900, 900, links=STAR, value=[NAN, 0.1, 0.9, 0.5]), Threshold(1500), limit=1
    )
    assert codes(found) == [("c0", "c2")]
    assert found.count == 3


# --- distance ---------------------------------------------------------------------------------


def test_who_lies_too_far_is_in_no_group() -> None:
    far = pool(1000, 9000, 2000, links=STAR[:2], km=[0, 40, 10])
    assert codes(find_groups(far, Threshold(3000), Bounds(max_km=40))) == [("c0", "c2"), ("c0", "c1")]
    found = find_groups(far, Threshold(3000), Bounds(max_km=39))
    assert codes(found) == [("c0", "c2")]
    assert found.too_far == 1


def test_unknown_distance_holds_for_neighbours_alone() -> None:
    unknown = replace(pool(1000, 900, 900, links=CHAIN[:2]), km=np.full((3, 3), NAN))
    found = find_groups(unknown, Threshold(2500), Bounds(max_km=30))
    assert not found.exists
    assert codes(found) == [("c0", "c1")]
    assert found.groups[0].farthest_km is None


def test_a_group_says_how_far_it_reaches_and_how_wide_it_is() -> None:
    (group,) = find_groups(pool(1000, 1000, 1000, links=STAR[:2], km=[0, -6, 7]), Threshold(3000)).groups
    assert (group.farthest_km, group.diameter_km) == (7, 13)


# --- none -------------------------------------------------------------------------------------


def test_none_comes_with_the_largest_that_is_possible() -> None:
    found = find_groups(pool(1000, 2000, 3000, 4000, links=STAR), Threshold(9000), Bounds(max_size=3))
    assert not found.exists
    assert found.count == 0
    assert codes(found)[0] == ("c0", "c2", "c3")
    assert [group.population for group in found.groups] == [8000, 7000, 6000]
    assert not any(group.reaches for group in found.groups)
    assert found.stopped_by == "size"


@pytest.mark.parametrize(
    ("threshold", "bounds", "stop"),
    [
        (9000, Bounds(2, 100), "size"),  # all four would reach it
        (9000, Bounds(4, 25), "distance"),  # the third lies 30 km away
        (9000, Bounds(2, 25), "size and distance"),
        (99_000, Bounds(4, 100), "candidates"),  # not even all of them
        (9000, Bounds(4, 5), "distance"),
        (99_000, Bounds(4, 5), "alone"),
    ],
)
def test_none_says_which_bound_stops_it(threshold: int, bounds: Bounds, stop: str) -> None:
    chain = pool(1000, 2000, 3000, 4000, links=CHAIN, km=[0, 10, 20, 30])
    assert find_groups(chain, Threshold(threshold), bounds).stopped_by == stop


def test_nobody_beside_us_leaves_us_alone() -> None:
    found = find_groups(pool(1000, 9000), Threshold(3000))
    assert found.stopped_by == "alone"
    assert codes(found) == [("c0",)]
    assert not found.groups[0].reaches


def test_a_group_of_more_than_six_is_not_searched() -> None:
    with pytest.raises(ValueError, match="1 to 6"):
        Bounds(max_size=7)


# --- too many -----------------------------------------------------------------------------------


def test_of_too_many_candidates_neighbours_stay_and_then_the_best_ranked() -> None:
    """40 candidates, all linked: 5 neighbours, ranked last, and 35 behind them."""
    links = [(0, n) for n in range(1, 6)] + list(itertools.combinations(range(1, 41), 2))
    scores = [NAN] + [0.0] * 5 + [n / 100 for n in range(6, 41)]
    many = pool(*[100] * 41, links=links, score=scores, codes=[f"{n:02}" for n in range(41)])
    found = find_groups(many, Threshold(600), limit=100_000)
    members = {code for group in found.groups for code in group.codes}
    assert (found.searched, found.cut) == (30, 10)
    assert members == {f"{n:02}" for n in (*range(6), *range(16, 41))}


def test_on_a_map_where_few_hang_together_all_are_searched() -> None:
    """A field of 11 by 11 around us: sixty within five steps, and the town lies five steps away."""
    places = [(x, y) for x in range(-5, 6) for y in range(-5, 6)]
    places.remove((0, 0))
    at = [(0, 0), *places]
    links = [
        (n, m)
        for (n, one), (m, other) in itertools.combinations(enumerate(at), 2)
        if abs(one[0] - other[0]) + abs(one[1] - other[1]) == 1
    ]
    people = [9000 if place == (5, 0) else 100 for place in at]
    found = find_groups(pool(*people, links=links), Threshold(9500))
    assert (found.searched, found.cut) == (60, 0)
    assert found.exists
    (straight,) = found.groups
    assert sorted(at[row] for row in straight.members if row) == [(x, 0) for x in range(1, 6)]


def test_who_is_kept_hangs_together_with_us() -> None:
    """The best ranked lies behind one that is ranked last: it is kept only when that one is."""
    links = [(0, n) for n in range(1, 32)] + [(31, 32)]
    scores = [NAN, *(1 - n / 100 for n in range(1, 32)), 1.0]
    found = find_groups(pool(*[100] * 33, links=links, score=scores), Threshold(700), Bounds(max_size=6))
    assert (found.searched, found.cut) == (30, 2)
    assert len(found.groups[0].codes) == 6


# --- by brute force -------------------------------------------------------------------------------


@st.composite
def pools(draw: st.DrawFn) -> Pool:
    """Up to ten candidates, linked and placed as it falls."""
    rows = draw(st.integers(1, 11))
    part = st.one_of(st.just(NAN), st.sampled_from([0.0, 0.25, 0.5, 1.0]))
    pairs = list(itertools.combinations(range(rows), 2))
    links = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []

    def column() -> list[float]:
        return draw(st.lists(part, min_size=rows, max_size=rows))

    return pool(
        *draw(st.lists(st.integers(0, 4000), min_size=rows, max_size=rows)),
        links=links,
        km=draw(st.lists(st.integers(0, 60).map(float), min_size=rows, max_size=rows)),
        value=column(),
        ease=column(),
        score=column(),
        fiscal=column(),
    )


questions = st.builds(Threshold, st.integers(0, 20_000), st.integers(1, 4))
limits = st.builds(Bounds, st.integers(1, 6), st.one_of(st.none(), st.just(20.0), st.just(40.0)))


def all_groups(pool: Pool, size: int, max_km: float | None) -> list[tuple[int, ...]]:
    """Every connected group of the initiator and others near enough, by trying every set."""
    near = [n for n in range(1, len(pool)) if max_km is None or pool.km[0, n] <= max_km]
    sets = ((0, *others) for others in itertools.combinations(near, size - 1))
    return [members for members in sets if hangs_together(pool, members)]


def enough(pool: Pool, members: Sequence[int], threshold: Threshold) -> bool:
    return pool.population[list(members)].sum() >= threshold.population and len(members) >= threshold.members


@given(pools(), questions, limits)
def test_groups_are_those_that_brute_force_finds(pool: Pool, threshold: Threshold, bounds: Bounds) -> None:
    found = find_groups(pool, threshold, bounds, limit=1000)
    by_force: list[tuple[int, ...]] = []
    for size in range(1, bounds.max_size + 1):
        by_force = [g for g in all_groups(pool, size, bounds.max_km) if enough(pool, g, threshold)]
        if by_force:
            break
    assert found.exists == bool(by_force)
    if not by_force:
        assert not any(enough(pool, group.members, threshold) for group in found.groups)
        assert found.stopped_by is not None
        return
    assert {frozenset(group.members) for group in found.groups} == {frozenset(g) for g in by_force}
    assert found.count == len(by_force)


@given(pools(), questions, limits)
def test_a_group_is_connected_near_and_holds_the_initiator(
    pool: Pool, threshold: Threshold, bounds: Bounds
) -> None:
    found = find_groups(pool, threshold, bounds)
    assert found.groups, "the initiator alone is always possible"
    for group in found.groups:
        assert group.members[0] == 0
        assert len(set(group.members)) == len(group.members) <= bounds.max_size
        assert hangs_together(pool, group.members)
        assert group.population == pool.population[list(group.members)].sum()
        assert group.reaches == found.exists == enough(pool, group.members, threshold)
        if bounds.max_km is not None:
            assert group.farthest_km is not None
            assert group.farthest_km <= bounds.max_km


@given(pools(), limits)
def test_what_comes_nearest_is_the_largest_that_is_possible(pool: Pool, bounds: Bounds) -> None:
    found = find_groups(pool, Threshold(10**9), bounds)
    possible = [g for size in range(1, bounds.max_size + 1) for g in all_groups(pool, size, bounds.max_km)]
    assert found.groups[0].population == max(pool.population[list(g)].sum() for g in possible)


@given(pools(), questions, limits, st.randoms(use_true_random=False))
def test_order_of_the_rows_changes_nothing(
    pool: Pool, threshold: Threshold, bounds: Bounds, random: Any
) -> None:
    order = list(range(1, len(pool)))
    random.shuffle(order)
    rows = [0, *order]
    shuffled = Pool(
        codes=[pool.codes[row] for row in rows],
        population=pool.population[rows],
        linked=pool.linked[np.ix_(rows, rows)],
        value=pool.value[rows],
        ease=pool.ease[rows],
        score=pool.score[rows],
        fiscal=pool.fiscal[rows],
        km=pool.km[np.ix_(rows, rows)],
    )

    def told(found: groups.Found) -> list[Group]:
        return [replace(group, members=()) for group in found.groups]

    one, other = find_groups(pool, threshold, bounds), find_groups(shuffled, threshold, bounds)
    assert told(one) == told(other)
    assert replace(one, groups=()) == replace(other, groups=())


@given(pools(), questions, limits)
def test_best_stands_first(pool: Pool, threshold: Threshold, bounds: Bounds) -> None:
    found = find_groups(pool, threshold, bounds, limit=1000)
    if not found.exists:
        return
    scores = [-math.inf if group.score is None else group.score for group in found.groups]
    assert scores == sorted(scores, reverse=True)
