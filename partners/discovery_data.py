"""Bring what the ranking needs from the database, in a number of statements that does not grow with rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from partners.catalogue_data import catalogue
from partners.discovery import WEIGHTS, Candidates, Initiator, Question, Ranked, rank
from partners.discovery.catalogue import Catalogue
from partners.discovery.pairs import apart, pairs
from partners.models import CandidateArea, Case, Function, Municipality, Need, NeighbourLink, Participant
from partners.signs import signs_of

NEAREST = 30
MOST_SEVERE = 4
Rows = NDArray[np.int32]


def rank_partners(
    municipality: Municipality,
    *,
    functions: Sequence[Function] = (),
    case: Case | None = None,
    nearest: int = NEAREST,
    weights: Mapping[str, float] = WEIGHTS,
    also: Collection[int] = (),
) -> list[Ranked]:
    """All neighbours, the nearest others and those named besides as partners, best first.

    In a case the ranking is that of a group: whoever is chosen already counts as the initiator does where
    two municipalities are compared.
    """
    parties = list(case.participants.all()) if case else []
    whole = catalogue(municipality.country)
    here = whole.row(municipality.pk)
    rows = _around(whole, here, nearest, also)
    group = np.array([here, *_chosen(whole, parties)], dtype=np.int32)
    fiscal = whole.fiscal[here]
    initiator = Initiator(
        municipality.population, None if np.isnan(fiscal) else float(fiscal), len(whole.bodies(here))
    )
    scales = [f.evidence.efficient_scale for f in functions if f.evidence.efficient_scale]
    keys = whole.keys[rows].tolist()
    shared = _shared_needs(parties, municipality, functions)
    columns = Candidates(
        keys=keys,
        codes=whole.codes[rows].tolist(),
        names=whole.names[rows].tolist(),
        population=np.asarray(whole.population[rows]),
        fiscal=np.asarray(whole.fiscal[rows]),
        pairs=apart(pairs(whole, group, np.tile(rows, (len(group), 1))), group, rows),
        shared=np.array([shared.get(key, np.nan) for key in keys], dtype=np.float64),
        known=signs_of(municipality, keys, functions, parties),
    )
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


def _around(whole: Catalogue, here: int, nearest: int, also: Collection[int]) -> Rows:
    """Neighbours always, whoever is named, and of the others the nearest."""
    named = [int(row) for row in np.searchsorted(whole.keys, sorted(also)) if row < len(whole)]
    named = [row for row in named if whole.keys[row] in also and row != here]
    sure = list(dict.fromkeys([*whole.neighbours(here).tolist(), *named]))
    near = [row for row in whole.nearest(here, nearest + len(sure)).tolist() if row not in set(sure)]
    return np.array([*sure, *near[:nearest]], dtype=np.int32)


def _chosen(whole: Catalogue, parties: Sequence[Participant]) -> list[int]:
    """Rows of those chosen in the case besides its initiator; partners from abroad have none."""
    keys = {
        party.municipality_id
        for party in parties
        if party.state in Participant.ACTIVE and not party.is_initiator
    }
    return np.flatnonzero(np.isin(whole.keys, list(keys))).tolist() if keys else []


def _shared_needs(
    parties: Sequence[Participant], municipality: Municipality, functions: Sequence[Function]
) -> dict[int, float]:
    """Shared severity with those who take part in the case: needs of others stay their own."""
    in_touch = [party.municipality_id for party in parties if party.state in Participant.IN_TOUCH]
    if not in_touch:
        return {}
    needs = Need.objects.filter(
        municipality__in=[municipality.pk, *in_touch], function__in=[function.pk for function in functions]
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
