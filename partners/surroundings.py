"""The circle of a municipality: its neighbours and the nearest others.

It depends on the map alone, never on who asks: a private question that names the circle tells nothing
about its asker.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from partners.discovery.geography import great_circle_km
from partners.discovery_data import neighbours_of
from partners.models import Municipality, NeighbourLink

NEAREST = 10
#: With fewer names in a question it would not be blind.
FEWEST = 5
#: Half the height of the box searched for the nearest, in degrees: the next one when the last was too small.
BOXES = (0.5, 2.0, 180.0)
KM_PER_DEGREE = 111.19


@dataclass(frozen=True, slots=True)
class Circle:
    """Primary keys around a municipality; `askable` are those whose own circle holds it and hides it."""

    around: frozenset[int]
    askable: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Points:
    keys: NDArray[np.int64]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]

    def nearest(self, n: int) -> tuple[list[int], float]:
        """Positions of the nearest of point n, by distance and then key, and how far the last of them is."""
        km = great_circle_km(self.latitude[n], self.longitude[n], self.latitude, self.longitude)
        km[n] = math.inf
        order = [int(m) for m in np.argsort(km, kind="stable")[:NEAREST] if m != n]
        return order, float(km[order[-1]]) if len(order) == NEAREST else math.inf


def circle_of(municipality: Municipality) -> Circle:
    """Who lies around it, and whom of them it may ask without giving itself away."""
    borders = frozenset(neighbours_of(municipality))
    near, mutual, counted = _nearest(municipality)
    around = borders | near
    # A neighbour abroad or without a point has a circle that is not searched here: its neighbours must do.
    known = mutual | (borders & counted if len(counted) > FEWEST else frozenset())
    return Circle(around, known | _well_surrounded(borders - known))


def in_alphabetical_order(municipalities: Iterable[Municipality]) -> list[Municipality]:
    """By name, letters with accents beside those without, whatever the collation of the database."""
    return sorted(municipalities, key=lambda m: (_plain(m.name), m.name, m.code))


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _nearest(municipality: Municipality) -> tuple[frozenset[int], frozenset[int], frozenset[int]]:
    """The nearest, those of them that have it among their own nearest, and all that were searched."""
    nothing: frozenset[int] = frozenset()
    if municipality.latitude is None or municipality.longitude is None:
        return nothing, nothing, nothing
    for half in BOXES:
        points = _points(municipality, half)
        here = int(np.searchsorted(points.keys, municipality.pk))
        near, far = points.nearest(here)
        theirs = {n: points.nearest(n) for n in near}
        km = great_circle_km(
            municipality.latitude, municipality.longitude, points.latitude[near], points.longitude[near]
        )
        reach = max([far, *(away + theirs[n][1] for n, away in zip(near, km, strict=True))])
        if half == BOXES[-1] or reach < _edge_km(municipality.latitude, half):
            break
    enough = len(points.keys) > FEWEST
    mutual = frozenset(int(points.keys[n]) for n in near if enough and here in theirs[n][0])
    return frozenset(int(points.keys[n]) for n in near), mutual, frozenset(points.keys.tolist())


def _points(municipality: Municipality, half: float) -> _Points:
    latitude, longitude = municipality.latitude or 0.0, municipality.longitude or 0.0
    wide = min(360.0, half / max(0.1, math.cos(math.radians(latitude))))
    box = Q(
        latitude__range=(latitude - half, latitude + half),
        longitude__range=(longitude - wide, longitude + wide),
    )
    found = Municipality.objects.filter(box, country=municipality.country).order_by("pk")
    rows = list(found.values_list("pk", "latitude", "longitude"))
    columns = np.array(rows, dtype=np.float64).T
    return _Points(columns[0].astype(np.int64), columns[1], columns[2])


def _edge_km(latitude: float, half: float) -> float:
    """How far the edge of the box is at least; meridians draw together towards the poles."""
    narrow = math.cos(math.radians(min(89.0, abs(latitude) + half))) / math.cos(math.radians(latitude))
    return 0.98 * half * KM_PER_DEGREE * min(1.0, narrow)


def _well_surrounded(borders: frozenset[int]) -> frozenset[int]:
    """Those that have enough neighbours to hide one of them."""
    if not borders:
        return borders
    count = dict.fromkeys(borders, 0)
    links = NeighbourLink.objects.filter(Q(a__in=borders) | Q(b__in=borders)).values_list("a_id", "b_id")
    for pair in links:
        for end in borders.intersection(pair):
            count[end] += 1
    return frozenset(end for end, links_of_it in count.items() if links_of_it >= FEWEST)
