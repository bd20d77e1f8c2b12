"""Bring what the ranking needs from the database, in a number of statements that does not grow with rows."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from django.db.models import F, FloatField, Q, QuerySet, Value
from django.db.models.expressions import ExpressionWrapper
from numpy.typing import NDArray

from partners.discovery import WEIGHTS, Candidates, Initiator, Question, Ranked, rank
from partners.discovery.geography import great_circle_km
from partners.models import (
    CandidateArea,
    Case,
    CooperationMember,
    Function,
    Municipality,
    Need,
    NeighbourLink,
    Participant,
)

NEAREST = 30
#: Half the height of the box in which the nearest are looked for first, in degrees (some 40 km).
BOX = 0.35
MOST_SEVERE = 4
NAN = math.nan


class _Place(NamedTuple):
    pk: int
    code: str
    name: str
    population: int
    latitude: float | None
    longitude: float | None
    county: str
    district: str
    fiscal_capacity: Any


def rank_partners(
    municipality: Municipality,
    *,
    functions: Sequence[Function] = (),
    case: Case | None = None,
    nearest: int = NEAREST,
    weights: Mapping[str, float] = WEIGHTS,
    also: Collection[int] = (),
) -> list[Ranked]:
    """All neighbours, the nearest others and those named besides as partners, best first."""
    initiator = Initiator(
        municipality.population,
        municipality.latitude,
        municipality.longitude,
        municipality.county,
        municipality.district,
        _float_or_none(municipality.fiscal_capacity),
    )
    borders = neighbours_of(municipality)
    places = _candidates(municipality, {**dict.fromkeys(also), **borders}, nearest)
    scales = [f.evidence.efficient_scale for f in functions if f.evidence.efficient_scale]
    columns = _columns(municipality, places, borders, case, functions)
    return rank(initiator, columns, Question(scales), weights)


def functions_of(case: Case) -> list[Function]:
    """The functions in question: of the areas in the talks, else of those not set aside."""
    return functions_among(case.areas.select_related("function__evidence"))


def functions_among(areas: Iterable[CandidateArea]) -> list[Function]:
    """The same of areas that are at hand."""
    kept = [area for area in areas if area.state != CandidateArea.State.SET_ASIDE]
    agreed = [area for area in kept if area.state == CandidateArea.State.AGREED]
    return list({area.function_id: area.function for area in agreed or kept}.values())


def neighbours_of(municipality: Municipality) -> dict[int, float | None]:
    """Primary keys of the neighbours with the length of the common border."""
    links = NeighbourLink.objects.filter(Q(a=municipality) | Q(b=municipality))
    return {
        (b if a == municipality.pk else a): km for a, b, km in links.values_list("a_id", "b_id", "shared_km")
    }


def _candidates(municipality: Municipality, borders: Mapping[int, Any], nearest: int) -> list[_Place]:
    """Neighbours always; of the others the nearest."""
    others = Municipality.objects.filter(country=municipality.country).exclude(pk=municipality.pk).order_by()
    bordering = Q(pk__in=list(borders))
    if municipality.latitude is None or municipality.longitude is None:
        return _places(others.filter(bordering))
    wide = BOX / max(0.1, math.cos(math.radians(municipality.latitude)))
    box = Q(
        latitude__range=(municipality.latitude - BOX, municipality.latitude + BOX),
        longitude__range=(municipality.longitude - wide, municipality.longitude + wide),
    )
    places = _places(others.filter(bordering | box))
    if sum(place.pk not in borders for place in places) < nearest:
        places = _places(others.filter(bordering)) if borders else []
        places += [
            p
            for p in _places(_by_distance(others, municipality)[: nearest + len(borders)])
            if p.pk not in borders
        ]
    return _thinned(municipality, places, borders, nearest)


def _by_distance(others: QuerySet[Municipality], municipality: Municipality) -> QuerySet[Municipality]:
    """Nearest first on a plane that touches the globe here: enough to choose candidates where few live."""
    stretch = math.cos(math.radians(municipality.latitude or 0)) ** 2
    north = F("latitude") - Value(municipality.latitude)
    east = F("longitude") - Value(municipality.longitude)
    squared = ExpressionWrapper(north * north + east * east * Value(stretch), output_field=FloatField())
    return others.exclude(latitude=None).annotate(_away=squared).order_by("_away")


def _places(found: QuerySet[Municipality]) -> list[_Place]:
    return [_Place(*row) for row in found.values_list(*_Place._fields)]


def _thinned(
    municipality: Municipality, places: list[_Place], borders: Mapping[int, Any], nearest: int
) -> list[_Place]:
    km = great_circle_km(
        municipality.latitude or 0.0,
        municipality.longitude or 0.0,
        _numbers(place.latitude for place in places),
        _numbers(place.longitude for place in places),
    )
    order = [places[n] for n in np.argsort(km, kind="stable")]
    near = [place for place in order if place.pk not in borders][:nearest]
    return [place for place in order if place.pk in borders] + near


def _columns(
    municipality: Municipality,
    places: list[_Place],
    borders: Mapping[int, float | None],
    case: Case | None,
    functions: Sequence[Function],
) -> Candidates:
    joint = _joint_cooperations(municipality)
    shared = _shared_needs(case, municipality, functions) if case else {}
    return Candidates(
        keys=[place.pk for place in places],
        codes=[place.code for place in places],
        names=[place.name for place in places],
        population=_numbers(place.population for place in places),
        latitude=_numbers(place.latitude for place in places),
        longitude=_numbers(place.longitude for place in places),
        county=np.array([place.county for place in places], dtype=object),
        district=np.array([place.district for place in places], dtype=object),
        fiscal=_numbers(place.fiscal_capacity for place in places),
        border=_numbers((place.pk in borders) if borders else None for place in places),
        border_km=_numbers(borders.get(place.pk) for place in places),
        joint=_numbers(None if joint is None else joint.get(place.pk, 0) for place in places),
        shared=_numbers(shared.get(place.pk) for place in places),
    )


def _joint_cooperations(municipality: Municipality) -> dict[int, int] | None:
    """How many cooperations each shares with this one; None when the register does not know this one."""
    mine = CooperationMember.objects.filter(municipality=municipality).values("cooperation")
    counts: dict[int, int] = {}
    for member in CooperationMember.objects.filter(cooperation__in=mine).values_list(
        "municipality_id", flat=True
    ):
        counts[member] = counts.get(member, 0) + 1
    return counts if municipality.pk in counts else None


def _shared_needs(case: Case, municipality: Municipality, functions: Sequence[Function]) -> dict[int, float]:
    """Shared severity with those who take part in the case: needs of others stay their own."""
    in_touch = case.participants.filter(state__in=Participant.IN_TOUCH).values("municipality")
    needs = Need.objects.filter(
        Q(municipality=municipality) | Q(municipality__in=in_touch), function__in=functions
    ).values_list("municipality_id", "function_id", "severity")
    severity: dict[int, dict[str, int]] = {}
    for owner, function, degree in needs:
        severity.setdefault(owner, {})[function] = degree
    own = severity.pop(municipality.pk, {})
    return {
        other: sum(min(own[f], theirs[f]) for f in own if f in theirs) / (MOST_SEVERE * len(own))
        for other, theirs in severity.items()
        if own
    }


def _numbers(values: Iterable[Any]) -> NDArray[np.float64]:
    return np.array([NAN if value is None else float(value) for value in values], dtype=np.float64)


def _float_or_none(value: Any) -> float | None:
    return None if value is None else float(value)
