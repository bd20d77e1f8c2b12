"""Cost-sharing keys: each divides one sum among the members, to the cent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import combinations
from math import factorial, floor

from proposals.estimate.figures import Solo

CENT = Decimal("0.01")
EQUAL, POPULATION, USAGE = "equal", "population", "usage"
FISCAL_CAPACITY, PROPERTY_VALUE = "fiscal_capacity", "property_value"
MIXED, BASE_USAGE, SOLO_COST = "mixed", "base_usage", "solo_cost"
SCRB, SHAPLEY, NUCLEOLUS = "scrb", "shapley", "nucleolus"
#: In the order in which they are shown.
ORDER = (
    EQUAL,
    POPULATION,
    USAGE,
    FISCAL_CAPACITY,
    PROPERTY_VALUE,
    MIXED,
    BASE_USAGE,
    SOLO_COST,
    SCRB,
    SHAPLEY,
    NUCLEOLUS,
)
#: Exact over all groups up to this many members; beyond, the key is left out and said to be.
SHAPLEY_LIMIT = 12

Cost = Callable[[Sequence[int]], float]


def cents(amount: float | Decimal) -> Decimal:
    """Money at the edge: rounded to the cent."""
    return Decimal(amount).quantize(CENT, ROUND_HALF_EVEN)


def split(amount: Decimal, weights: Mapping[str, float]) -> dict[str, Decimal]:
    """Divide an amount by weights so that the parts sum to it exactly (largest remainders get the cents)."""
    whole = sum(weights.values())
    if whole <= 0:
        weights, whole = dict.fromkeys(weights, 1.0), float(len(weights))
    pence = int(amount / CENT)
    exact = {key: pence * weight / whole for key, weight in weights.items()}
    parts = {key: floor(value) for key, value in exact.items()}
    missing = pence - sum(parts.values())
    by_remainder = sorted(exact, key=lambda key: parts[key] - exact[key])
    for key in by_remainder[:missing]:
        parts[key] += 1
    return {key: part * CENT for key, part in parts.items()}


def weights(members: Sequence[Solo], cost: Cost) -> dict[str, dict[str, float]]:
    """The weights of every key that can be formed from what is known of the members."""
    found = {
        EQUAL: {member.key: 1.0 for member in members},
        POPULATION: {member.key: float(member.population) for member in members},
    }
    volumes = {member.key: float(member.volume) for member in members if member.volume is not None}
    if len(volumes) == len(members) and sum(volumes.values()) > 0:
        found[USAGE] = volumes
    found[SOLO_COST] = {member.key: float(member.cost) for member in members}
    if len(members) <= SHAPLEY_LIMIT:
        found[SHAPLEY] = shapley([member.key for member in members], cost)
    return found


def shapley(keys: Sequence[str], cost: Cost) -> dict[str, float]:
    """Each member's average added cost over all orders in which the group could form."""
    count = len(keys)
    costs = {0: 0.0}
    for size in range(1, count + 1):
        for group in combinations(range(count), size):
            costs[sum(1 << index for index in group)] = cost(group)
    chance = [factorial(size) * factorial(count - size - 1) / factorial(count) for size in range(count)]
    return {
        key: sum(
            chance[group.bit_count()] * (value_with - value)
            for group, value in costs.items()
            if not group >> index & 1
            for value_with in (costs[group | 1 << index],)
        )
        for index, key in enumerate(keys)
    }
