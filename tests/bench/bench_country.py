"""The first 20 partners of every commune of France, explained, against a bare search tree."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from partners.catalogue_data import catalogue
from partners.discovery.catalogue import Catalogue
from partners.discovery.circles import with_circles
from partners.discovery.country import first_partners
from tests import france

FIRST, NEAREST = 20, 150
GOAL = 3.0
ROUNDS = 5


def run() -> list[dict[str, Any]]:
    """Ratios, or one row that says why there are none."""
    if reason := france.missing():
        return [_row(f"skipped: {reason}", None, None, None, 0)]
    france.load()
    whole = catalogue("FR")
    rows = whole.placed.astype(np.int32)
    first_partners(whole, rows[:10])  # the matrices of the country, which a process makes once
    points = whole.points[whole.placed]
    return [
        _compare(
            f"first {FIRST} of {len(rows)} communes, out of the nearest 64",
            lambda: first_partners(whole, rows, limit=FIRST),
            lambda: whole.tree.query(points, k=NEAREST),
            GOAL,
        ),
        _compare(
            f"first {FIRST} of {len(rows)} communes, out of the nearest {NEAREST}",
            lambda: first_partners(whole, rows, limit=FIRST, count=NEAREST),
            lambda: whole.tree.query(points, k=NEAREST),
            None,
        ),
        _compare(
            "drawing all circles, once for a revision of the data",
            lambda: with_circles(_bare(whole)),
            lambda: whole.tree.query(points, k=NEAREST),
            None,
        ),
    ]


def _bare(whole: Catalogue) -> Catalogue:
    return replace(whole, strongest=np.empty(0))


def _compare(
    name: str, ours: Callable[[], Any], reference: Callable[[], Any], goal: float | None
) -> dict[str, Any]:
    """In turn, A B A B; medians, and the median of the ratios of the pairs."""
    pairs = [(_seconds(ours), _seconds(reference)) for _round in range(ROUNDS)]
    ratio = statistics.median(a / b for a, b in pairs)
    mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    return _row(f"{name}, against cKDTree {NEAREST} neighbours", ratio, mine, theirs, ROUNDS, goal)


def _seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _row(
    name: str,
    ratio: float | None,
    ours: float | None,
    reference: float | None,
    n: int,
    goal: float | None = None,
) -> dict[str, Any]:
    figures = {"ratio": ratio, "goal": goal, "ours": ours, "reference": reference}
    rounded = {key: None if value is None else round(value, 3) for key, value in figures.items()}
    return {"name": name, **rounded, "unit": "s, median", "n": n}
