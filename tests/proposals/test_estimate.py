"""The estimator against published and recomputed figures, and against what must always hold."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proposals.estimate import Effect, Estimate, Member, Origin, Service, UnitCost, estimate, keys, record
from proposals.estimate.effect import change, coordination_rate, excess, reach
from proposals.estimate.scenarios import RAMP, unit_cost_from

EXAMPLE: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "worked_example.json").read_text())
TAX = Effect("tax", 60_000, 0.0, -0.18, -0.30, "a study", "high", curve=True)
WASTE = Effect("waste", 30_000, 0.03, -0.07, -0.17, "several studies", "medium")
NOTHING = Effect("none", 25_000, 0.0, 0.0, 0.0, "no evidence", "none")


def service(effect: Effect) -> Service:
    return Service("X", "A service", effect)


def example() -> Estimate:
    members = [
        Member(key, key, facts["population"], volume=Decimal(facts["volume"]))
        for key, facts in EXAMPLE["members"].items()
    ]
    unit = UnitCost(Decimal(str(EXAMPLE["unit_cost_per_inhabitant"])), Origin.DEFAULT, "example")
    return estimate(service(TAX), members, unit)


def test_worked_example_solo_joint_and_gain() -> None:
    found, expected = example(), EXAMPLE["expected"]
    for solo in found.solos:
        assert float(solo.cost) == pytest.approx(expected["solo"][solo.key], abs=2)
        assert solo.origin == Origin.DEFAULT
    high = found.scenario("high")
    assert float(high.joint) == pytest.approx(expected["joint_with_coordination"], abs=2)
    assert float(high.group_net) == pytest.approx(expected["group_net_gain"], abs=2)


@pytest.mark.parametrize("key", ["equal", "population", "usage", "solo_cost", "shapley"])
def test_worked_example_by_key(key: str) -> None:
    result = example().scenario("high").key(key)
    for member, net in EXAMPLE["expected"]["net_gain_by_key"][key].items():
        assert float(result.nets[member]) == pytest.approx(net, abs=2)
    assert result.losers == (("A",) if key == "equal" else ())


def test_excess_is_not_extrapolated_below_the_studied_size() -> None:
    at, below, above = (
        float(excess(size, scale=60_000, at_lower_end=0.3, studied_from=10_000))
        for size in (10_000, 500, 60_000)
    )
    assert at == pytest.approx(0.3)
    assert below == at
    assert above == 0


@given(st.integers(30_000, 5_000_000), st.integers(1, 5_000_000), st.sampled_from(["low", "central", "high"]))
def test_no_scale_effect_at_or_above_efficient_scale(population: int, others: int, scenario: str) -> None:
    assert change(WASTE, population, population + others, scenario) == 0
    big = population + 30_000
    assert change(TAX, big, big + others, scenario) == pytest.approx(0)


@given(st.integers(0, 100_000), st.integers(0, 1_000_000))
def test_reach_stays_between_nothing_and_all(population: int, others: int) -> None:
    assert 0 <= reach(WASTE, population, population + others) <= 1


def test_low_scenario_can_show_a_loss_and_says_who() -> None:
    members = [Member(key, key, 8_000, own_cost=Decimal(400_000)) for key in "AB"]
    low = estimate(service(WASTE), members).scenario("low")
    assert low.group_net < 0
    assert low.key("population").losers == ("A", "B")
    assert all(net < 0 for net in low.years["A"])


def test_own_baselines_stand_before_defaults_and_are_never_averaged() -> None:
    members = [
        Member("A", "A", 5_000, own_cost=Decimal(300_000), cost_source="accounts"),
        Member("B", "B", 5_000),
    ]
    unit = unit_cost_from(WASTE, members[0], "A per head")
    found = estimate(service(WASTE), [*members, Member("C", "C", 5_000, own_cost=Decimal(100_000))], unit)
    assert [(solo.cost, solo.origin) for solo in found.solos] == [
        (Decimal("300000.00"), Origin.MEASURED),
        (Decimal("300000.00"), Origin.ASSUMED),
        (Decimal("100000.00"), Origin.MEASURED),
    ]


def test_unit_cost_read_back_from_a_small_member_is_that_of_efficient_scale() -> None:
    unit = unit_cost_from(TAX, Member("A", "A", 6_000, own_cost=Decimal(78_000)), "A per head")
    assert unit is not None
    assert float(unit.amount) == pytest.approx(10)
    assert unit.origin == Origin.ASSUMED


def test_without_any_baseline_nothing_is_invented() -> None:
    found = estimate(service(WASTE), [Member("A", "A", 5_000), Member("B", "B", 5_000)])
    assert not found.known
    assert found.gaps == ("no_baseline",)


def test_without_evidence_there_is_no_figure() -> None:
    members = [Member(key, key, 5_000, own_cost=Decimal(1000)) for key in "AB"]
    assert estimate(service(NOTHING), members).gaps == ("no_evidence",)


def test_coordination_grows_with_partners() -> None:
    assert [coordination_rate(n) for n in (1, 2, 3, 4, 6)] == pytest.approx([0, 0.02, 0.02, 0.025, 0.035])


def test_savings_arrive_over_six_years_and_joining_up_is_paid_first() -> None:
    high = example().scenario("high")
    for member, path in high.years.items():
        assert len(path) == len(RAMP) == 6
        assert path == tuple(sorted(path))
        assert abs(path[-1] - high.key("population").nets[member]) <= Decimal("0.01")
    assert sum(path[0] for path in high.years.values()) == -high.coordination - high.transition


def test_no_usage_key_while_one_volume_is_unknown() -> None:
    members = [
        Member("A", "A", 5_000, own_cost=Decimal(10), volume=Decimal(3)),
        Member("B", "B", 5_000, own_cost=Decimal(10)),
    ]
    assert [result.key for result in estimate(service(WASTE), members).scenario("central").keys] == [
        "equal",
        "population",
        "solo_cost",
        "shapley",
    ]


def test_beyond_twelve_members_shapley_is_left_out() -> None:
    members = [Member(str(n), str(n), 1_000 + n, own_cost=Decimal(10_000)) for n in range(13)]
    central = estimate(service(WASTE), members).scenario("central")
    assert "shapley" not in {result.key for result in central.keys}


costs = st.lists(st.tuples(st.integers(0, 200_000), st.integers(0, 10**9)), min_size=2, max_size=6)


@given(costs, st.sampled_from([TAX, WASTE]))
def test_every_key_sums_to_the_cost_to_the_cent(facts: list[tuple[int, int]], effect: Effect) -> None:
    members = [
        Member(str(n), str(n), people, own_cost=Decimal(cents) / 100, volume=Decimal(people + 1))
        for n, (people, cents) in enumerate(facts)
    ]
    for scenario in estimate(service(effect), members).scenarios:
        for result in scenario.keys:
            assert sum(result.pays.values()) == scenario.joint
            assert sum(result.nets.values()) == scenario.group_net


@given(st.decimals(-10_000, 10**9, places=2), st.lists(st.floats(0, 10**6), min_size=1, max_size=40))
def test_split_loses_no_cent(amount: Decimal, parts: list[float]) -> None:
    assert sum(keys.split(amount, {str(n): part for n, part in enumerate(parts)}).values()) == amount


@given(st.lists(st.integers(0, 1000), min_size=7, max_size=7))
def test_shapley_is_the_average_over_all_orders(values: list[int]) -> None:
    table: dict[frozenset[int], float] = {frozenset(): 0.0}
    groups = [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)]
    table |= {frozenset(group): float(value) for group, value in zip(groups, values, strict=True)}
    found = keys.shapley("ABC", lambda group: table[frozenset(group)])
    for index, name in enumerate("ABC"):
        added = [
            table[frozenset([*order[: order.index(index)], index])]
            - table[frozenset(order[: order.index(index)])]
            for order in permutations(range(3))
        ]
        assert found[name] == pytest.approx(sum(added) / 6)


@given(st.integers(1, 1000))
def test_shapley_gives_a_dummy_nothing_and_equals_the_same(value: int) -> None:
    found = keys.shapley("ABC", lambda group: float(value * len(set(group) & {0, 1})))
    assert found["C"] == pytest.approx(0)
    assert found["A"] == pytest.approx(found["B"])


def test_an_estimate_survives_its_record() -> None:
    found = example()
    assert record.from_json(json.loads(json.dumps(record.to_json(found)))) == found
