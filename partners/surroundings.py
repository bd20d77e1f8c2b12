"""The circle of a municipality: its neighbours and the nearest others of its country.

It depends on the map alone, never on who asks: a private question that names the circle tells nothing
about its asker.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from partners.catalogue_data import catalogue
from partners.discovery.catalogue import Catalogue
from partners.models import Municipality

NEAREST = 10
#: With fewer names in a question it would not be blind.
FEWEST = 5


@dataclass(frozen=True, slots=True)
class Circle:
    """Primary keys around a municipality; `askable` are those whose own circle holds it and hides it."""

    around: frozenset[int]
    askable: frozenset[int]


def circle_of(municipality: Municipality) -> Circle:
    """Who lies around it, and whom of them it may ask without giving itself away."""
    country = catalogue(municipality.country)
    here = country.row(municipality.pk)
    around = _around(country, here)
    theirs = {row: _around(country, row) for row in around}
    askable = [row for row, circle in theirs.items() if here in circle and len(circle) >= FEWEST]
    return Circle(_keys(country, around), _keys(country, askable))


def in_alphabetical_order(municipalities: Iterable[Municipality]) -> list[Municipality]:
    """By name, letters with accents beside those without, whatever the collation of the database."""
    return sorted(municipalities, key=lambda m: (_plain(m.name), m.name, m.code))


def _around(country: Catalogue, row: int) -> set[int]:
    return {int(other) for rows in (country.neighbours(row), country.nearest(row, NEAREST)) for other in rows}


def _keys(country: Catalogue, rows: Iterable[int]) -> frozenset[int]:
    return frozenset(int(country.keys[row]) for row in rows)


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
