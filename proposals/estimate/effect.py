"""How scale changes running cost: the studied curve for tax, the scaled effect for all others."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from proposals.estimate.figures import Effect

#: Below this size the studies do not reach, so nothing is extrapolated.
REFERENCE = 10_000
#: Functions whose curve of excess cost by size was measured.
CURVES = frozenset({"tax"})


def excess(population: int, *, scale: int, at_reference: float, reference: float = REFERENCE) -> float:
    """Share by which unit cost exceeds that of efficient scale; none from that scale on."""
    if population >= scale:
        return 0.0
    reference = min(reference, scale / 2)
    return min(at_reference, at_reference * log(scale / max(population, 1)) / log(scale / reference))


def distance(population: int, group: int, *, scale: int | None) -> float:
    """How much of the full effect a member can expect: 0 at efficient scale, 1 well below it."""
    if scale is None:
        return 1.0
    if population >= scale:
        return 0.0
    reference = min(REFERENCE, scale / 2)
    return max(0.0, min(1.0, log(max(min(group, scale), 1) / max(population, 1)) / log(scale / reference)))


def change(effect: Effect, population: int, group: int, scenario: str) -> float:
    """Change of a member's running cost as a share, when it works in a group of that size."""
    if effect.key in CURVES and effect.scale and effect.high < 0:
        alone, joint = (
            excess(size, scale=effect.scale, at_reference=-effect.high) for size in (population, group)
        )
        return ((1 + joint) / (1 + alone) - 1) * effect.share(scenario) / effect.high
    return effect.share(scenario) * distance(population, group, scale=effect.scale)


def excess_of(effect: Effect, population: int) -> float:
    """Excess cost of a member alone where a curve is known, else nothing."""
    if effect.key in CURVES and effect.scale and effect.high < 0:
        return excess(population, scale=effect.scale, at_reference=-effect.high)
    return 0.0


def coordination_rate(members: int) -> float:
    """Cost of working together as a share of running cost: 2 %, and 0.5 % for each member above three."""
    return 0.0 if members < 2 else 0.02 + 0.005 * max(0, members - 3)


def total(populations: Sequence[int]) -> int:
    """Inhabitants of a group."""
    return sum(populations)
