"""The ranking of every municipality of a country at once: the same scores, without the words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partners.discovery import scale
from partners.discovery.catalogue import Catalogue
from partners.discovery.circles import nearest_to
from partners.discovery.likeness import proximity, same_area, trust
from partners.discovery.pairs import (
    Pairs,
    Table,
    bordering,
    distances,
    joint_weight,
    overlaps,
    pairs,
    same,
    strengths,
)
from partners.discovery.ranking import WEIGHTS, Totals, alike, trusting, weigh

Array = NDArray[np.float64]
#: Rows ranked at once: few enough for the memory of a small machine.
AT_ONCE = 2048


@dataclass(frozen=True, slots=True)
class First:
    """The first partners of each row; all arrays have the shape (rows, limit)."""

    partners: Table
    totals: Totals
    factors: Mapping[str, Array]
    pairs: Pairs


def candidates_of(catalogue: Catalogue, rows: Table, count: int) -> Table:
    """The nearest others of rows with a point, nearest first."""
    return nearest_to(catalogue, rows, count)


def factor_scores(
    catalogue: Catalogue, rows: Table, candidates: Table, scales: Sequence[int] = ()
) -> dict[str, Array]:
    """Scores of the factors that a catalogue alone knows, each of the shape of the candidates."""
    found = {
        "proximity": proximity(
            distances(catalogue, rows, candidates), bordering(catalogue, rows, candidates)
        ),
        "same_area": same_area(
            same(catalogue.district, rows, candidates), same(catalogue.county, rows, candidates)
        ),
        "track_record": strengths(catalogue, rows, candidates, joint_weight(catalogue, rows, candidates)),
        "circle": overlaps(catalogue, rows, candidates),
        "size_similarity": _like(catalogue, rows, candidates),
    }
    if not np.isnan(catalogue.fiscal[rows]).all():
        found["fiscal_similarity"] = alike(catalogue.fiscal[rows][:, None], catalogue.fiscal[candidates])
    if scales:
        found["scale_gain"] = _gains(catalogue, rows, candidates, scales)
    return found


def first_partners(
    catalogue: Catalogue,
    rows: Table,
    *,
    limit: int = 20,
    count: int = 64,
    scales: Sequence[int] = (),
    weights: Mapping[str, float] = WEIGHTS,
) -> First:
    """The best of the nearest `count` for each row, best first, with the factors and raw values behind."""
    parts = [
        _first(catalogue, rows[first : first + AT_ONCE], limit, count, scales, weights)
        for first in range(0, len(rows), AT_ONCE)
    ]
    return First(
        partners=np.concatenate([part.partners for part in parts]),
        totals=_together(Totals, [part.totals for part in parts]),
        factors={name: np.concatenate([part.factors[name] for part in parts]) for name in parts[0].factors},
        pairs=_together(Pairs, [part.pairs for part in parts]),
    )


def _first(
    catalogue: Catalogue,
    rows: Table,
    limit: int,
    count: int,
    scales: Sequence[int],
    weights: Mapping[str, float],
) -> First:
    near = candidates_of(catalogue, rows, count)
    factors = factor_scores(catalogue, rows, near, scales)
    totals = weigh(list(factors), list(factors.values()), weights_of_rows(catalogue, rows, weights))
    best = best_first(totals.score, limit)

    def chosen(column: Array) -> Array:
        return np.asarray(np.take_along_axis(column, best, axis=1))

    partners = np.asarray(np.take_along_axis(near, best, axis=1))
    return First(
        partners=partners,
        totals=Totals(*(chosen(getattr(totals, name)) for name in Totals.__slots__)),
        factors={name: chosen(column) for name, column in factors.items()},
        pairs=pairs(catalogue, rows, partners),
    )


def _together(kind: type[Any], parts: Sequence[Any]) -> Any:
    names = kind.__slots__
    return kind(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def weights_of_rows(catalogue: Catalogue, rows: Table, weights: Mapping[str, float]) -> dict[str, Any]:
    """The weights, that of the track record by how much the register knows of each row."""
    return trusting(weights, trust(np.diff(catalogue.body_start)[rows])[:, None])


def best_first(score: Array, limit: int) -> Table:
    """Columns of the highest scores of each row, highest first; equal ones in the order they stand."""
    limit = min(limit, score.shape[1])
    # A tiny step down from each column to the next.
    filled = np.nan_to_num(score, nan=-1.0) - np.arange(score.shape[1]) * 1e-12
    some = np.argpartition(-filled, limit - 1, axis=1)[:, :limit] if limit < score.shape[1] else None
    values = filled if some is None else np.take_along_axis(filled, some, axis=1)
    order = np.argsort(-values, axis=1)
    return np.asarray(order if some is None else np.take_along_axis(some, order, axis=1))


def _like(catalogue: Catalogue, rows: Table, candidates: Table) -> Array:
    size = np.log(np.maximum(catalogue.population, 1))
    return np.asarray(1 - np.minimum(1, np.abs(size[candidates] - size[rows][:, None]) / np.log(10)))


def _gains(catalogue: Catalogue, rows: Table, candidates: Table, scales: Sequence[int]) -> Array:
    own, theirs = catalogue.population[rows][:, None], catalogue.population[candidates]
    return np.asarray(np.mean([scale.gain(own, theirs, size) for size in scales], axis=0))
