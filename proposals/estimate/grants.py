"""The grant on its own line: each member's part, and what of it arrives in each year."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from proposals.estimate.figures import Grant
from proposals.estimate.keys import split


def shared(grant: Grant, pays: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Each member's part, by what it pays; a member that pays nothing gets nothing."""
    return split(grant.amount, {key: float(max(part, Decimal(0))) for key, part in pays.items()})


def by_year(part: Decimal, years: int) -> tuple[Decimal, ...]:
    """An amount in equal yearly instalments that sum to it to the cent; odd cents come first."""
    span = range(1, max(years, 1) + 1)
    paid = split(part, {f"{year:03}": 1.0 for year in span})
    return tuple(paid.values())
