"""Keys that rest on what parts of a group cost: published tables, textbook games, what must always hold."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from itertools import chain, combinations, permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from proposals.estimate import keys
from proposals.estimate.keys.games import sampled

DATA = Path(__file__).parent / "data"
SWEDES = "AHKLMT"


def swedish() -> keys.Game:
    """Six Swedish municipal groups (Young, Okada, Hashimoto 1979)."""
    table = np.zeros(2 ** len(SWEDES))
    with (DATA / "swedish_water_costs.csv").open() as file:
        for row in csv.DictReader(file):
            table[sum(1 << SWEDES.index(name) for name in row["coalition"])] = float(row["cost_million_sek"])
    return keys.from_table(table)


def game(count: int, cost: Mapping[str, float]) -> keys.Game:
    """A game told by the costs of its groups, members called 1, 2, 3."""
    table = np.zeros(2**count)
    for group, amount in cost.items():
        table[sum(1 << int(member) - 1 for member in group)] = amount
    return keys.from_table(table)


def bankruptcy(estate: float, claims: list[float]) -> keys.Game:
    """What is left to a group when all others took their claims, as a cost below nothing."""
    groups = keys.every_group(len(claims))
    left = estate - (~groups) @ np.array(claims)
    return keys.from_table(-np.maximum(left, 0.0))


tables = st.integers(2, 5).flatmap(
    lambda count: st.lists(st.integers(0, 100), min_size=2**count - 1, max_size=2**count - 1).map(
        lambda costs: keys.from_table(np.array([0.0, *map(float, costs)]))
    )
)


def test_shapley_of_the_swedish_groups_is_the_published_one() -> None:
    shares, error = keys.shapley(swedish())
    assert error is None
    assert shares == pytest.approx([20.01, 10.71, 6.61, 10.37, 16.95, 19.18], abs=0.01)


def test_separable_costs_of_the_swedish_groups_are_the_published_ones() -> None:
    shares = keys.scrb(swedish())
    assert shares == pytest.approx([19.54, 13.28, 5.62, 10.90, 16.66, 17.82], abs=0.01)


def test_nucleolus_of_the_swedish_groups_leaves_nobody_a_reason_to_leave() -> None:
    """The published nucleolus; of the three keys it alone lies in the core, as the authors found."""
    found = swedish()
    shares = keys.nucleolus(found)
    assert shares == pytest.approx([20.35, 12.06, 5.00, 8.61, 18.32, 19.49], abs=0.01)
    assert keys.core(found, shares) == (True, ())


@pytest.mark.parametrize("shares", [keys.scrb(swedish()), keys.shapley(swedish())[0]])
def test_h_k_and_l_would_do_better_alone_under_the_two_others(shares: keys.Floats) -> None:
    """Together they could have water for 27.26, and would pay 29.81 and 27.69."""
    assert keys.core(swedish(), shares) == (False, (1, 2, 3))


def test_two_members_halve_what_they_save() -> None:
    """10 and 20 alone, 24 together: 6 saved, so each pays 3 less."""
    assert keys.nucleolus(game(2, {"1": 10, "2": 20, "12": 24})) == pytest.approx([7, 17])


def test_nucleolus_of_the_airport() -> None:
    """Littlechild 1974: runways of 10, 20, 30, the longest serves all.

    The first step takes the least of 10/2, 20/3, 30/3: 5 for the first. What remains is 15 and 25: the
    least of 15/2 and 25/2, 7.5 for the second; the third pays the remaining 17.5.
    """
    runway = {"1": 10, "2": 20, "3": 30, "12": 20, "13": 30, "23": 30, "123": 30}
    assert keys.nucleolus(game(3, runway)) == pytest.approx([5, 7.5, 17.5])


@pytest.mark.parametrize(
    ("estate", "shares"), [(100, [100 / 3] * 3), (200, [50, 75, 75]), (300, [50, 100, 150])]
)
def test_nucleolus_of_the_three_widows(estate: float, shares: list[float]) -> None:
    """Aumann and Maschler 1985: the Talmud divides estates among claims of 100, 200, 300 just so."""
    assert -keys.nucleolus(bankruptcy(estate, [100, 200, 300])) == pytest.approx(shares)


def test_nucleolus_where_the_core_is_empty() -> None:
    """Any two of three save all there is to save: by symmetry a third each."""
    majority = {"1": 1, "2": 1, "3": 1, "12": 1, "13": 1, "23": 1, "123": 2}
    assert keys.nucleolus(game(3, majority)) == pytest.approx([2 / 3] * 3)
    assert keys.core(game(3, majority), np.full(3, 2 / 3))[0] is False


def test_nobody_pays_more_than_alone_under_the_nucleolus_where_the_group_saves() -> None:
    """1 and 2 save 10 without 3, but 6 with it. Least regret alone would be 6, 6, 12: more than 3's own 10.

    Bounded by the cost alone, 3 pays its 10 and the two others halve the rest: 7 each.
    """
    costs = {"1": 10, "2": 10, "3": 10, "12": 10, "13": 20, "23": 20, "123": 24}
    assert keys.nucleolus(game(3, costs)) == pytest.approx([7, 7, 10])


def test_nucleolus_where_the_group_as_a_whole_loses() -> None:
    """30 alone, 33 together, nothing between: the loss is borne alike."""
    costs = {"1": 10, "2": 10, "3": 10, "12": 20, "13": 20, "23": 20, "123": 33}
    assert keys.nucleolus(game(3, costs)) == pytest.approx([11, 11, 11])


def test_what_is_not_separable_may_be_nothing_or_less() -> None:
    """Separable costs 10 and 10 of 24; then 12 and 12 of 20, and the 4 too much go back by benefit left."""
    more = keys.scrb(game(2, {"1": 14, "2": 14, "12": 24}))
    assert more == pytest.approx([12, 12])
    costs = {"1": 9, "2": 9, "3": 9, "12": 14, "13": 14, "23": 14, "123": 24}
    assert keys.scrb(game(3, costs)) == pytest.approx([8, 8, 8])
    nobody_gains = {"1": 5, "2": 7, "12": 15}
    assert keys.scrb(game(2, nobody_gains)) == pytest.approx([6.5, 8.5])


@given(tables)
def test_these_keys_pay_the_whole_cost(found: keys.Game) -> None:
    for shares in (keys.scrb(found), keys.shapley(found)[0], keys.nucleolus(found)):
        assert shares.sum() == pytest.approx(found.whole, abs=1e-6)


@given(tables)
def test_shapley_is_the_average_over_all_orders(found: keys.Game) -> None:
    assert found.table is not None
    shares = np.zeros(found.count)
    orders = list(permutations(range(found.count)))
    for order in orders:
        before = 0
        for member in order:
            shares[member] += found.table[before | 1 << member] - found.table[before]
            before |= 1 << member
    assert keys.shapley(found)[0] == pytest.approx(shares / len(orders))


@given(st.integers(2, 7), st.integers(0, 1000), st.integers(0, 1000))
def test_a_dummy_pays_its_own_cost_and_equals_pay_the_same(count: int, own: int, other: int) -> None:
    """The last member adds its own cost to every group and nothing else; all the others are alike."""
    groups = keys.every_group(count)
    found = keys.from_table(other * np.sqrt(groups[:, :-1].sum(axis=1)) + own * groups[:, -1])
    for shares in (keys.shapley(found)[0], keys.nucleolus(found), keys.scrb(found)):
        assert shares[-1] == pytest.approx(own, abs=1e-6)
        assert shares[:-1] == pytest.approx(np.full(count - 1, shares[0]), abs=1e-6)


@given(tables, st.lists(st.integers(-50, 100), min_size=5, max_size=5))
def test_core_agrees_with_asking_every_group(found: keys.Game, parts: list[int]) -> None:
    assert found.table is not None
    shares = np.array(parts[: found.count], dtype=float)
    everybody = range(found.count)
    proper = chain.from_iterable(combinations(everybody, size) for size in range(1, found.count))
    complaints = {
        group: shares[list(group)].sum() - found.table[sum(1 << member for member in group)]
        for group in proper
    }
    in_core, blocking = keys.core(found, shares)
    assert in_core == all(complaint <= found.tolerance for complaint in complaints.values())
    if not in_core:
        assert complaints[blocking] == pytest.approx(max(complaints.values()))


def core_is_empty(found: keys.Game) -> bool:
    """Whether the most that all groups would pay without leaving is less than the whole cost."""
    assert found.table is not None
    most = linprog(
        -np.ones(found.count),
        A_ub=keys.every_group(found.count)[1:-1].astype(float),
        b_ub=found.table[1:-1],
        bounds=(None, None),
    )
    assert most.fun is not None
    return bool(-most.fun < found.whole - 1e-6)


@settings(max_examples=150)
@given(tables)
def test_nucleolus_is_in_the_core_whenever_there_is_one(found: keys.Game) -> None:
    assume(not core_is_empty(found))
    assert keys.core(found, keys.nucleolus(found)) == (True, ())


@settings(max_examples=150)
@given(tables, st.lists(st.floats(-1, 1), min_size=5, max_size=5), st.floats(0.001, 30))
def test_no_other_shares_leave_less_regret(found: keys.Game, way: list[float], far: float) -> None:
    """From the nucleolus in any way and to any distance, the savings in order are no better."""
    assert found.table is not None
    best = keys.nucleolus(found)
    step = np.array(way[: found.count]) - np.mean(way[: found.count])
    other = best + far * step
    assume(np.abs(far * step).max() > 1e-3)
    if found.alone.sum() >= found.whole:
        assume((other <= found.alone + 1e-9).all())
    groups = keys.every_group(found.count)[1:-1]
    mine, theirs = (np.sort(found.table[1:-1] - groups @ shares) for shares in (best, other))
    first = np.flatnonzero(np.abs(mine - theirs) > 1e-6)
    assert len(first) == 0 or mine[first[0]] > theirs[first[0]]


def joint(groups: keys.Groups) -> keys.Floats:
    """Twelve unlike members who share one thing and differ in all else."""
    sizes = np.arange(1, groups.shape[1] + 1) ** 1.5
    return np.sqrt(groups @ sizes)[None, :] * 100 + (groups @ sizes)[None, :]


def test_sampled_shapley_lies_within_its_error_of_the_exact_one() -> None:
    exact, none = keys.shapley(keys.games(12, joint)[0])
    known = keys.games(12, joint)[0]
    sample = keys.Game(known.whole, known.alone, known.without, None, sampled(12, joint)[0])
    shares, error = keys.shapley(sample)
    assert none is None
    assert error is not None
    assert 0 < error < 0.01 * known.whole / 12
    assert np.abs(shares - exact).max() < 4 * error
    assert shares.sum() == pytest.approx(known.whole)


def test_the_same_orders_are_sampled_every_time() -> None:
    assert (sampled(13, joint) == sampled(13, joint)).all()


def test_beyond_twelve_members_the_core_is_not_tested() -> None:
    found = keys.games(13, joint)[0]
    assert found.table is None
    assert keys.core(found, np.full(13, found.whole / 13)) == (None, ())
    with pytest.raises(ValueError, match="every part"):
        keys.nucleolus(found)
