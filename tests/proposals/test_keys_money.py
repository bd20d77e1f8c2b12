"""Shares in money: every key sums to the cost to the cent, and says whose datum it lacks."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proposals.estimate import Effect, Member, Terms, estimate, keys
from tests.proposals.estimates import GOODS, TAX, WASTE, members, service

amounts = st.decimals(-(10**9), 10**9, places=2)
weights = st.lists(st.floats(0, 10**6), min_size=1, max_size=40)
shares = st.lists(st.floats(-(10**9), 10**9), min_size=1, max_size=40)


def named(parts: list[float]) -> dict[str, float]:
    return {str(n): part for n, part in enumerate(parts)}


@settings(max_examples=60)
@given(members(), st.sampled_from([TAX, WASTE, GOODS]))
def test_every_key_sums_to_the_cost_to_the_cent(group: list[Member], effect: Effect) -> None:
    for scenario in estimate(service(effect), group).scenarios:
        for result in scenario.keys:
            assert sum(result.pays.values()) == scenario.joint
            assert sum(result.nets.values()) == scenario.group_net
            assert list(result.pays) == [one.key for one in group]


@settings(max_examples=5)
@given(members(least=13, most=15))
def test_sampled_keys_sum_to_the_cost_too(group: list[Member]) -> None:
    for scenario in estimate(service(WASTE), group).scenarios:
        assert all(sum(result.pays.values()) == scenario.joint for result in scenario.keys)


@given(amounts, weights)
def test_split_loses_no_cent(amount: Decimal, parts: list[float]) -> None:
    assert sum(keys.split(amount, named(parts)).values()) == amount


@given(st.decimals(0, 10**12, places=2), st.lists(st.integers(0, 10**9), min_size=1, max_size=40))
def test_split_is_never_a_cent_off(amount: Decimal, parts: list[int]) -> None:
    whole = sum(parts) or len(parts)
    for key, paid in keys.split(amount, named([float(part) for part in parts])).items():
        exact = amount * (parts[int(key)] if sum(parts) else 1) / whole
        assert abs(paid - exact) < Decimal("0.0101")


@given(amounts, shares)
def test_settling_shares_of_any_sign_loses_no_cent(amount: Decimal, parts: list[float]) -> None:
    assert sum(keys.settle(amount, named(parts)).values()) == amount


def test_settled_shares_stay_what_they_are() -> None:
    assert keys.settle(Decimal("10.00"), {"A": -5.004, "B": 15.004, "C": 0.0}) == {
        "A": Decimal("-5.00"),
        "B": Decimal("15.00"),
        "C": Decimal("0.00"),
    }


@given(amounts, st.lists(amounts, min_size=1, max_size=9))
def test_the_bill_of_another_year_is_spread_to_the_cent(bill: Decimal, pays: list[Decimal]) -> None:
    steady = {str(n): part for n, part in enumerate(pays)}
    assert sum(keys.spread(bill, steady).values()) == bill
    if min(pays) < 0:
        assert keys.spread(sum(pays, Decimal(0)), steady) == steady


def test_odd_cents_fall_the_same_way_in_whatever_order_members_are_asked() -> None:
    one, two = (dict.fromkeys(order, 1.0) for order in ("ABC", "CBA"))
    assert keys.split(Decimal("0.05"), one) == keys.split(Decimal("0.05"), two)


def pays(key: str, terms: Terms | None = None, **facts: tuple[str, str]) -> list[Decimal]:
    """What A and B pay under a key when together they pay 102 in the central scenario of a plain service."""
    flat = Effect("flat", None, 0.0, 0.0, 0.0, "", "low")
    given = {name: [Decimal(value) for value in values] for name, values in facts.items()}
    group = [
        Member(
            name,
            name,
            people,
            own_cost=Decimal(50),
            **{fact: values[n] for fact, values in given.items()},  # type: ignore[arg-type]  # all Decimal
        )
        for n, (name, people) in enumerate({"A": 1_000, "B": 3_000}.items())
    ]
    return list(
        estimate(service(flat), group, terms=terms or Terms()).scenario("central").key(key).pays.values()
    )


def money(*values: str) -> list[Decimal]:
    return [Decimal(value) for value in values]


def test_proportional_keys_divide_by_their_measure() -> None:
    assert pays("equal") == money("51.00", "51.00")
    assert pays("population") == money("25.50", "76.50")
    assert pays("solo_cost") == money("51.00", "51.00")
    assert pays("usage", volume=("2", "1")) == money("68.00", "34.00")
    assert pays("fiscal_capacity", fiscal_capacity=("5", "1")) == money("85.00", "17.00")
    assert pays("property_value", property_value=("0", "7")) == money("0.00", "102.00")


def test_the_mixed_key_and_the_base_fee_go_by_their_weights() -> None:
    """Mixed 20/50/30: 10 + 12.5 + 15 % for A. Base fee 30: 15 % + 70 % of two thirds."""
    assert pays("mixed", fiscal_capacity=("1", "1")) == money("38.25", "63.75")
    assert pays("mixed", Terms(mixed=(0, 100, 0))) == pays("population")
    assert pays("base_usage", volume=("2", "1")) == money("62.90", "39.10")
    assert pays("base_usage", Terms(base_share=100)) == pays("equal")
    assert pays("base_usage", Terms(base_share=0), volume=("2", "1")) == pays("usage", volume=("2", "1"))


def test_keys_that_cannot_be_formed_name_those_whose_datum_lacks() -> None:
    group = [
        Member("a", "Aarau", 5_000, own_cost=Decimal(10), volume=Decimal(3), property_value=Decimal(0)),
        Member("b", "Biel", 5_000, own_cost=Decimal(10), property_value=Decimal(0)),
    ]
    found = estimate(service(WASTE), group)
    assert found.missing == {
        "usage": ("Biel",),
        "fiscal_capacity": ("Aarau", "Biel"),
        "property_value": ("Aarau", "Biel"),
        "mixed": ("Aarau", "Biel"),
        "base_usage": ("Biel",),
    }
    formed = [result.key for result in found.scenario("central").keys]
    assert formed == ["equal", "population", "solo_cost", "scrb", "shapley", "nucleolus"]


@pytest.mark.parametrize(("count", "left_out"), [(10, False), (11, True)])
def test_the_nucleolus_is_left_out_of_larger_groups_and_said_to_be(count: int, left_out: bool) -> None:
    group = [Member(f"{n:02}", str(n), 1_000 + n, own_cost=Decimal(10_000)) for n in range(count)]
    found = estimate(service(WASTE), group)
    assert ("nucleolus" in found.missing) is left_out
    assert ("nucleolus" in {key.key for key in found.scenario("central").keys}) is not left_out


def test_what_small_members_save_does_not_drown_beside_a_large_one() -> None:
    """Each saves 1 %: 105 million and 6; shares that give the small ones less would not keep them."""
    costs = {"A": "10527012230.97", "B": "641.40", "C": "19139.54"}
    group = [Member(key, key, 5_000, own_cost=Decimal(cost)) for key, cost in costs.items()]
    nucleolus = estimate(service(GOODS), group).scenario("central").key("nucleolus")
    assert nucleolus.in_core
    assert 0 < nucleolus.nets["B"] < 641
