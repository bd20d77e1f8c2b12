"""The estimate: against a worked example, and what it must say of savings, losses, years and gaps."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proposals.estimate import Effect, Grant, Member, Origin, Service, Terms, estimate, grants, keys, record
from proposals.estimate.scenarios import RAMP, TRANSITION, unit_cost_from
from tests.proposals.estimates import EXAMPLE, GOODS, NOTHING, TAX, WASTE, example, members, service

#: The mixed key of the example is named by its weights.
EXPECTED = {
    name.removesuffix("_20_50_30"): nets for name, nets in EXAMPLE["expected"]["net_gain_by_key"].items()
}


def test_worked_example_solo_joint_and_gain() -> None:
    found, expected = example(), EXAMPLE["expected"]
    for solo in found.solos:
        assert float(solo.cost) == pytest.approx(expected["solo"][solo.key], abs=2)
        assert solo.origin == Origin.DEFAULT
    high = found.scenario("high")
    assert float(high.joint) == pytest.approx(expected["joint_with_coordination"], abs=2)
    assert float(high.group_net) == pytest.approx(expected["group_net_gain"], abs=2)


@pytest.mark.parametrize("key", EXPECTED)
def test_worked_example_by_key(key: str) -> None:
    result = example().scenario("high").key(key)
    for member, net in EXPECTED[key].items():
        assert float(result.nets[member]) == pytest.approx(net, abs=2)
    losers = {"equal": ("A",), "mixed": ("A",), "fiscal_capacity": ("C",)}.get(key, ())
    assert result.losers == losers
    assert result.in_core is (not losers)
    assert result.blocking == losers


def test_low_scenario_can_show_a_loss_and_says_who() -> None:
    group = [Member(key, key, 12_000, own_cost=Decimal(400_000)) for key in "AB"]
    low = estimate(service(WASTE), group).scenario("low")
    assert low.group_net < 0
    assert low.key("population").losers == ("A", "B")
    assert all(net < 0 for net in low.years["A"])


@pytest.mark.parametrize("origin", [Origin.MEASURED, Origin.ESTIMATED])
def test_own_baselines_stand_before_defaults_and_are_never_averaged(origin: Origin) -> None:
    group = [
        Member("A", "A", 5_000, own_cost=Decimal(300_000), cost_source="accounts", origin=origin),
        Member("B", "B", 5_000),
        Member("C", "C", 5_000, own_cost=Decimal(100_000)),
    ]
    found = estimate(service(WASTE), group, unit_cost_from(WASTE, group[0], "A per head"))
    assert [(solo.cost, solo.origin, solo.source) for solo in found.solos] == [
        (Decimal("300000.00"), origin, "accounts"),
        (Decimal("300000.00"), Origin.ASSUMED, "A per head"),
        (Decimal("100000.00"), Origin.MEASURED, ""),
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
    assert found.grants == {}


def test_without_evidence_there_is_no_figure() -> None:
    group = [Member(key, key, 5_000, own_cost=Decimal(1000)) for key in "AB"]
    assert estimate(service(NOTHING), group).gaps == ("no_evidence",)


def test_one_alone_has_no_estimate() -> None:
    assert estimate(service(WASTE), [Member("A", "A", 5_000, own_cost=Decimal(1))]).gaps == ("alone",)
    assert estimate(service(WASTE), []).gaps == ("alone",)


def test_savings_arrive_over_six_years_and_joining_up_is_paid_first() -> None:
    assert RAMP == (0.0, 0.25, 0.5, 0.75, 0.9, 1.0)
    high = example().scenario("high")
    for member, path in high.years.items():
        assert len(path) == len(RAMP)
        assert path == tuple(sorted(path))
        assert abs(path[-1] - high.key("population").nets[member]) <= Decimal("0.01")
    assert sum(path[0] for path in high.years.values()) == -high.coordination - high.transition


def test_joining_up_costs_a_tenth_to_a_twentieth_of_the_running_cost() -> None:
    assert TRANSITION == {"low": 0.10, "central": 0.075, "high": 0.05}
    for scenario in example().scenarios:
        assert float(scenario.transition) == pytest.approx(
            TRANSITION[scenario.name] * float(scenario.running), abs=0.01
        )


def test_losses_come_at_once() -> None:
    group = [Member(key, key, 12_000, own_cost=Decimal(400_000)) for key in "AB"]
    low = estimate(service(WASTE), group).scenario("low")
    assert len(set(low.years["A"][1:])) == 1
    assert low.years["A"][1] == low.key("population").nets["A"]


@pytest.mark.parametrize("headline", keys.ORDER)
def test_years_lead_to_the_net_of_the_headline_key(headline: str) -> None:
    group = [replace(one, property_value=Decimal(100)) for one in _example_members()]
    found = estimate(service(TAX), group, terms=Terms(headline=headline))
    assert found.headline == headline
    for scenario in found.scenarios:
        for member, path in scenario.years.items():
            assert abs(path[-1] - scenario.key(headline).nets[member]) <= Decimal("0.01")
        assert sum(path[0] for path in scenario.years.values()) == pytest.approx(
            -scenario.coordination - scenario.transition
        )


def _example_members() -> list[Member]:
    facts = {solo.key: solo for solo in example().solos}
    return [
        Member(
            key,
            key,
            solo.population,
            own_cost=solo.cost,
            volume=solo.volume,
            fiscal_capacity=solo.fiscal_capacity,
        )
        for key, solo in facts.items()
    ]


def test_inhabitants_stand_in_for_a_headline_key_that_cannot_be_formed() -> None:
    found = example(Terms(headline="property_value"))
    assert (found.headline, example(Terms(headline="nonsense")).headline) == ("population", "population")
    assert found.missing == {"property_value": ("A", "B", "C")}
    assert found.scenario("central").years == example().scenario("central").years


def test_the_grant_is_shared_by_the_headline_key_and_stays_out_of_the_nets() -> None:
    grant = Grant(Decimal("100000.01"), 3, "a ministry")
    found = example(Terms(grant=grant, headline="usage"))
    assert found.scenarios == example(Terms(headline="usage")).scenarios
    assert sum(found.grants.values()) == grant.amount
    volumes = {key: facts["volume"] for key, facts in EXAMPLE["members"].items()}
    for key, part in found.grants.items():
        share = volumes[key] / sum(volumes.values())
        assert float(part) == pytest.approx(share * float(grant.amount), abs=0.01)
    assert example().grants == {}


@given(st.decimals(0, 10**9, places=2), st.integers(1, 20))
def test_the_grant_arrives_to_the_cent_in_equal_years(part: Decimal, years: int) -> None:
    paid = grants.by_year(part, years)
    assert len(paid) == years
    assert sum(paid) == part
    assert max(paid) - min(paid) <= Decimal("0.01")


@settings(max_examples=60)
@given(members(), st.sampled_from([TAX, WASTE, GOODS]))
def test_low_is_never_better_than_central_nor_central_than_high(group: list[Member], effect: Effect) -> None:
    low, central, high = estimate(service(effect), group).scenarios
    assert low.group_net <= central.group_net <= high.group_net
    assert low.transition >= central.transition >= high.transition
    for member in (one.key for one in group):
        for worse, better in ((low, central), (central, high)):
            cent = Decimal("0.02")
            assert all(a <= b + cent for a, b in zip(worse.years[member], better.years[member], strict=True))


def test_evidence_out_of_order_is_refused() -> None:
    with pytest.raises(ValueError, match="in order"):
        Effect("x", 25_000, low=-0.1, central=0.0, high=0.1, source="", confidence="low")
    with pytest.raises(ValueError, match="in order"):
        Effect("x", 25_000, low=0.1, central=float("nan"), high=-0.1, source="", confidence="low")


@settings(max_examples=40)
@given(members(most=7), st.sampled_from([TAX, WASTE]), st.randoms(use_true_random=False))
def test_no_figure_depends_on_the_order_of_members(group: list[Member], effect: Effect, chance: Any) -> None:
    other = list(group)
    chance.shuffle(other)
    one, two = (estimate(service(effect), asked) for asked in (group, other))
    for mine, theirs in zip(one.scenarios, two.scenarios, strict=True):
        assert (mine.running, mine.group_net) == (theirs.running, theirs.group_net)
        for key in mine.keys:
            same = theirs.key(key.key)
            assert (key.in_core, key.blocking, key.error) == (same.in_core, same.blocking, same.error)
            for member, paid in key.pays.items():
                assert abs(paid - same.pays[member]) <= Decimal("0.01")


def test_an_estimate_survives_its_record() -> None:
    found = example(Terms((0, 60, 40), 25, Grant(Decimal("5000"), 2, "a fund"), "shapley", 0.03))
    assert record.from_json(json.loads(json.dumps(record.to_json(found)))) == found


def test_figures_frozen_before_are_still_read() -> None:
    """As they were written before terms, origins of another kind, core and grants were known."""
    found = example()
    old = record.to_json(found)
    for name in ("terms", "headline", "missing", "grants"):
        del old[name]
    for name in ("curve", "studied_from"):
        del old["service"]["effect"][name]
    for solo in old["solos"]:
        del solo["fiscal_capacity"], solo["property_value"]
    for scenario in old["scenarios"]:
        scenario["keys"] = [
            {name: key[name] for name in ("key", "pays", "nets")} for key in scenario["keys"][:3]
        ]
    read = record.from_json(json.loads(json.dumps(old)))
    assert read.headline == "population"
    assert read.terms == Terms()
    assert read.scenario("high").key("equal").nets == found.scenario("high").key("equal").nets
    assert read.scenario("high").key("equal").in_core is None


def test_estimates_of_sixty_members_stay_within_a_moment() -> None:
    group = [Member(f"m{n}", f"m{n}", 900 + 37 * n, own_cost=Decimal(50_000 + n)) for n in range(60)]
    found = estimate(Service("X", "x", WASTE), group)
    central = found.scenario("central")
    assert found.missing["nucleolus"] == ()
    assert {key.in_core for key in central.keys} == {None}
    assert central.key("shapley").error
    assert central.key("scrb").error is None
    assert all(sum(key.pays.values()) == central.joint for key in central.keys)
