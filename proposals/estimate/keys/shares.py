"""Money in whole cents: every division sums to what was divided."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from math import floor

CENT = Decimal("0.01")
#: Weights become whole numbers of this fineness, so that no sum depends on rounding of floats.
FINENESS = 2**62


def cents(amount: float | Decimal) -> Decimal:
    """Money at the edge: rounded to the cent."""
    return Decimal(amount).quantize(CENT, ROUND_HALF_EVEN)


def split(amount: Decimal, weights: Mapping[str, float]) -> dict[str, Decimal]:
    """Divide an amount by weights of nothing or more; equally where all are nothing."""
    whole = sum(weights.values())
    if whole <= 0:
        weights, whole = dict.fromkeys(weights, 1.0), float(len(weights))
    fine = {key: int(weight / whole * FINENESS) for key, weight in weights.items()}
    pence, total = int(amount / CENT), sum(fine.values())
    return _largest_remainders(pence, {key: Fraction(pence * part, total) for key, part in fine.items()})


def settle(amount: Decimal, shares: Mapping[str, float]) -> dict[str, Decimal]:
    """Round shares of any sign to cents that sum to the amount; what they miss of it is borne equally."""
    exact = {key: Fraction(share) * 100 for key, share in shares.items()}
    pence = int(amount / CENT)
    each = (pence - sum(exact.values(), Fraction(0))) / len(exact)
    return _largest_remainders(pence, {key: share + each for key, share in exact.items()})


def spread(bill: Decimal, pays: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Divide the bill of another year as the steady one is: in proportion where nobody is paid."""
    if min(pays.values()) >= 0:
        return split(bill, {key: float(part) for key, part in pays.items()})
    return settle(bill, {key: float(part) for key, part in pays.items()})


def _largest_remainders(pence: int, exact: Mapping[str, Fraction]) -> dict[str, Decimal]:
    """Whole cents; those left over go to the largest remainders, and by name where these are equal."""
    parts = {key: floor(value) for key, value in exact.items()}
    left = pence - sum(parts.values())
    for key in sorted(exact, key=lambda key: (parts[key] - exact[key], key))[:left]:
        parts[key] += 1
    return {key: part * CENT for key, part in parts.items()}
