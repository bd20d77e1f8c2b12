"""Simple rules to rank by, which the ranking has to beat: one score for each candidate of each row."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import scipy  # its parts load when asked for
from numpy.typing import NDArray

from partners.discovery.catalogue import Catalogue
from partners.discovery.pairs import Table, counts, distances, looked_up, same

Array = NDArray[np.float64]
#: Further than any two municipalities of a country lie apart, in km: what comes first outweighs distance.
FAR = 1e5
#: Borders crossed at most; beyond, distance decides.
HOPS = 8
#: Of the random order: the same in every run.
SEED = 1


def _random(catalogue: Catalogue, rows: Table, near: Table) -> Array:
    return np.random.default_rng(SEED + int(rows[0]) if len(rows) else SEED).random(near.shape)


def _population(catalogue: Catalogue, rows: Table, near: Table) -> Array:
    size = np.log(np.maximum(catalogue.population, 1))
    return np.asarray(-np.abs(size[near] - size[rows][:, None]))


def _gravity(catalogue: Catalogue, rows: Table, near: Table) -> Array:
    km = np.maximum(distances(catalogue, rows, near), 0.1)
    return np.asarray(catalogue.population[near] / km**2)


def _distance(catalogue: Catalogue, rows: Table, near: Table) -> Array:
    return -distances(catalogue, rows, near)


def _hops(catalogue: Catalogue, rows: Table, near: Table) -> Array:
    reached = scipy.sparse.csr_matrix(
        (np.ones(len(rows), dtype=np.float32), (np.arange(len(rows)), rows)),
        shape=(len(rows), len(catalogue)),
    )
    hops = np.zeros(near.shape)
    for _hop in range(HOPS):
        hops += looked_up(reached, near) == 0
        reached = scipy.sparse.csr_matrix(reached + reached @ catalogue.borders)
        reached.data[:] = 1
    return _distance(catalogue, rows, near) - FAR * hops


def _county(catalogue: Catalogue, rows: Table, near: Table) -> Array:
    return _distance(catalogue, rows, near) + FAR * np.nan_to_num(same(catalogue.county, rows, near))


def _district(catalogue: Catalogue, rows: Table, near: Table) -> Array:
    return _county(catalogue, rows, near) + 2 * FAR * np.nan_to_num(same(catalogue.district, rows, near))


def _agreements(catalogue: Catalogue, rows: Table, near: Table) -> Array:
    joint, _failed = counts(catalogue, rows, near)
    return _distance(catalogue, rows, near) + FAR * np.nan_to_num(joint)


RULES: Mapping[str, Callable[[Catalogue, Table, Table], Array]] = {
    "random": _random,
    "population similarity": _population,
    "gravity, population / distance²": _gravity,
    "great-circle distance": _distance,
    "border hops, then distance": _hops,
    "same county, then distance": _county,
    "same district, then distance": _district,
    "joint agreements, then distance": _agreements,
}
