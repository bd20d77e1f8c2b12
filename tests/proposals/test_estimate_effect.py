"""How scale changes cost: the curve, the studied size, and nobody at efficient scale gaining from it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proposals.estimate import Effect, Member, estimate
from proposals.estimate.effect import change, coordination_rate, excess, excess_of, reach
from tests.proposals.estimates import GOODS, TAX, WASTE, service

effects = st.sampled_from([TAX, WASTE, replace(WASTE, curve=True), replace(TAX, curve=False)])
sizes = st.integers(0, 5_000_000)


def over(size: int) -> float:
    """Excess cost of tax collection."""
    return float(excess(size, scale=60_000, at_lower_end=0.3, studied_from=10_000))


def test_excess_falls_with_the_logarithm_of_size() -> None:
    """ln(60/14) / ln(60/10) of 30 %: as in the worked example, 174,113 for 14,000 at 10 a head."""
    assert over(14_000) * 140_000 + 140_000 == pytest.approx(174_113, abs=1)
    assert over(10_000) == pytest.approx(0.3)
    assert over(60_000) == over(500_000) == 0


def test_excess_is_not_extrapolated_below_the_studied_size() -> None:
    assert over(9_999) == over(500) == over(0) == over(10_000)


def test_the_studied_size_is_that_of_the_evidence() -> None:
    lower = replace(TAX, studied_from=2_000)
    assert excess_of(lower, 2_000) == pytest.approx(0.3)
    assert excess_of(lower, 1_000) == excess_of(lower, 2_000) > excess_of(lower, 5_000)
    assert excess_of(TAX, 2_000) == excess_of(TAX, 5_000)


def test_along_the_curve_a_group_below_the_studied_size_is_promised_nothing() -> None:
    assert change(TAX, 500, 9_000, "high") == 0
    assert change(TAX, 500, 15_000, "high") == pytest.approx(change(TAX, 10_000, 15_000, "high"))
    assert change(TAX, 500, 15_000, "high") < 0


def test_the_scaled_effect_is_never_more_than_that_of_the_smallest_size_studied() -> None:
    """From 10,000 to efficient scale the full effect; half way in the logarithm, half of it."""
    assert change(WASTE, 10_000, 30_000, "high") == pytest.approx(-0.17)
    assert change(WASTE, 500, 30_000, "high") == change(WASTE, 500, 16_000, "high") == -0.17
    assert change(WASTE, 8_000, 13_856, "high") == pytest.approx(-0.085, rel=1e-4)
    assert change(WASTE, 29_000, 90_000, "high") == pytest.approx(-0.17 * np.log(30 / 29) / np.log(3))


def test_whether_a_curve_holds_is_said_by_the_evidence_and_not_by_its_name() -> None:
    named = replace(TAX, curve=False)
    assert excess_of(TAX, 10_000) == pytest.approx(0.3)
    assert excess_of(named, 10_000) == 0
    assert change(TAX, 10_000, 60_000, "high") == pytest.approx(1 / 1.3 - 1)
    assert change(named, 10_000, 60_000, "high") == pytest.approx(-0.3)


@given(effects, sizes, sizes, st.sampled_from(["low", "central", "high"]))
def test_nobody_at_or_above_efficient_scale_gains_from_scale(
    effect: Effect, more: int, others: int, scenario: str
) -> None:
    assert effect.scale is not None
    large = effect.scale + more
    assert change(effect, large, large + others, scenario) == 0


@given(effects, sizes, sizes)
def test_reach_stays_between_nothing_and_all(effect: Effect, population: int, others: int) -> None:
    assert 0 <= reach(effect, population, population + others) <= 1


@given(effects, sizes, sizes, sizes)
def test_a_larger_group_reaches_no_less(effect: Effect, population: int, others: int, more: int) -> None:
    small, large = (reach(effect, population, population + group) for group in (others, others + more))
    assert small <= large + 1e-12


@given(st.integers(0, 60_000), st.integers(0, 60_000), st.booleans())
def test_any_scale_and_studied_size_can_be_reckoned(scale: int, studied: int, curve: bool) -> None:
    effect = replace(TAX, scale=scale, studied_from=studied, curve=curve)
    found = reach(effect, np.array([0, 1, 700, 50_000]), np.array([1, 2, 70_000, 50_001]))
    assert ((found >= 0) & (found <= 1)).all()


def test_where_no_scale_is_known_the_effect_holds_for_every_size() -> None:
    assert change(GOODS, 1_000_000, 2_000_000, "central") == change(GOODS, 10, 20, "central") == -0.03


def test_coordination_grows_with_partners() -> None:
    assert [coordination_rate(n) for n in (1, 2, 3, 4, 6)] == pytest.approx([0, 0.02, 0.02, 0.025, 0.035])
    assert [coordination_rate(n, 0.05) for n in (1, 3, 5)] == pytest.approx([0, 0.05, 0.06])


def test_two_at_efficient_scale_pay_for_coordination_and_gain_nothing() -> None:
    group = [Member(key, key, 80_000, own_cost=Decimal(1_000_000)) for key in "AB"]
    for effect in (TAX, WASTE):
        for scenario in estimate(service(effect), group).scenarios:
            assert scenario.running == 2_000_000
            assert scenario.group_net == -scenario.coordination == -40_000
