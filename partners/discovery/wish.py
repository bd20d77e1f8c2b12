"""What somebody wishes to see of a ranking; ranks stay those of the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from partners.discovery import words
from partners.discovery.ranking import Ranked


@dataclass(frozen=True, slots=True)
class Where:
    """County and region of a candidate by name, and in which direction it lies."""

    county: str = ""
    region: str = ""
    way: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """Filters of the list; one left empty hides nobody."""

    max_km: float | None = None
    county: str = ""
    region: str = ""
    size_from: int | None = None
    size_to: int | None = None
    offer: bool = False
    funding: bool = False
    neighbours: bool = False


def fitting(rows: Sequence[Ranked], places: Mapping[int, Where], wish: Wish) -> list[Ranked]:
    """The rows that fit, in their order and with their ranks."""
    return [row for row in rows if _fits(row, places.get(row.key, Where()), wish)]


def _fits(row: Ranked, place: Where, wish: Wish) -> bool:
    """What is not known does not fit a wish for it."""
    return (
        (wish.max_km is None or (row.km is not None and row.km <= wish.max_km))
        and (not wish.county or place.county == wish.county)
        and (not wish.region or place.region == wish.region)
        and (wish.size_from is None or row.population >= wish.size_from)
        and (wish.size_to is None or row.population <= wish.size_to)
        and (not wish.offer or bool(words.offers_of(row)))
        and (not wish.funding or bool(words.calls_of(row)))
        and (not wish.neighbours or row.neighbour)
    )
