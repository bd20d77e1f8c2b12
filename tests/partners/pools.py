"""Pools of candidates by hand, and whether a group in one hangs together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from partners.discovery.groups import Pool

NAN = math.nan


def pool(
    *population: float, links: Sequence[tuple[int, int]] = (), km: Sequence[float] = (), **columns: Any
) -> Pool:
    """Row 0 looks for partners; who is not linked is not; places lie on one line, `km` from its start."""
    rows = len(population)
    linked = np.zeros((rows, rows), dtype=bool)
    for one, other in links:
        linked[one, other] = linked[other, one] = True
    at = np.array(km or [0.0] * rows)
    blank = [NAN] * rows
    floats = {
        name: np.array(columns.get(name, blank), dtype=float) for name in ("value", "ease", "score", "fiscal")
    }
    return Pool(
        codes=columns.get("codes", [f"c{n}" for n in range(rows)]),
        population=np.array(population, dtype=float),
        linked=linked,
        km=np.abs(at[:, None] - at[None, :]),
        **floats,
    )


def hangs_together(pool: Pool, members: Sequence[int]) -> bool:
    found, edge = {0}, [0]
    while edge:
        one = edge.pop()
        fresh = [other for other in members if other not in found and pool.linked[one, other]]
        found.update(fresh)
        edge += fresh
    return found == set(members)
