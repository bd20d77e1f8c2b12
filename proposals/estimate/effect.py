"""How scale changes running cost: along the measured curve where there is one, else the scaled effect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from proposals.estimate.figures import Effect

Sizes = int | npt.NDArray[Any]
Shares = npt.NDArray[np.float64]


def excess(population: Sizes, *, scale: int, at_lower_end: float, studied_from: int) -> Shares:
    """Share by which unit cost exceeds that of efficient scale; held below the smallest size studied."""
    lower, upper = _studied(scale, studied_from)
    return at_lower_end * _way(np.clip(population, lower, upper), upper, lower, upper)


def reach(effect: Effect, population: Sizes, group: Sizes) -> Shares:
    """How much of the full effect a member can expect in a group: 0 at efficient scale, 1 well below it.

    A member smaller than any that was studied is credited with no more than the smallest studied.
    Takes members and groups as arrays too, since the cost of every part of a group has to be reckoned.
    """
    if effect.scale is None:
        return np.ones(np.broadcast_shapes(np.shape(population), np.shape(group)))
    if effect.curve and effect.high < 0:
        alone, joint = (_excess(effect, effect.scale, size) for size in (population, group))
        return (1 - (1 + joint) / (1 + alone)) / -effect.high
    lower, upper = _studied(effect.scale, effect.studied_from)
    small, large = (np.clip(size, 1.0, upper) for size in (population, group))
    return np.clip(_way(small, large, lower, upper), 0.0, 1.0)


def change(effect: Effect, population: int, group: int, scenario: str) -> float:
    """Change of a member's running cost as a share, when it works in a group of that size."""
    return effect.share(scenario) * float(reach(effect, population, group))


def excess_of(effect: Effect, population: int) -> float:
    """Excess cost of a member alone where a curve is known, else nothing."""
    if effect.scale is None or not effect.curve or effect.high >= 0:
        return 0.0
    return float(_excess(effect, effect.scale, population))


def coordination_rate(members: int, base: float = 0.02) -> float:
    """Cost of working together as a share of running cost: the base, and 0.5 % a member above three."""
    return 0.0 if members < 2 else base + 0.005 * max(0, members - 3)


def total(populations: Sequence[int]) -> int:
    """Inhabitants of a group."""
    return sum(populations)


def _excess(effect: Effect, scale: int, population: Sizes) -> Shares:
    return excess(population, scale=scale, at_lower_end=-effect.high, studied_from=effect.studied_from)


def _studied(scale: int, studied_from: int) -> tuple[float, float]:
    """Where the effect begins and ends; from half the efficient scale where only larger ones were studied."""
    upper = max(float(scale), 2.0)
    lower = max(float(studied_from), 1.0)
    return (lower if lower < upper else upper / 2), upper


def _way(start: Any, end: Any, lower: float, upper: float) -> Shares:
    """Part of the way from the smallest size studied to efficient scale, in the logarithm of size."""
    return np.asarray((np.log(end) - np.log(start)) / np.log(upper / lower), dtype=np.float64)
