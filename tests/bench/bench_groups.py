"""Groups of 30 candidates against trying every set in plain Python, in one run; the goal is 100 ms."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from partners.discovery.groups import Bounds, Pool, Threshold, find_groups

CANDIDATES = 30
GOAL_MS = 100.0
ROUNDS = 7
OUT_OF_REACH = 10**9


def run() -> list[dict[str, Any]]:
    """The usual case, and the two that leave nothing out: all linked, reached at six or never."""
    usual, dense = _pool(0.15), _pool(1.0)
    six = int(np.sort(dense.population[1:])[-4:].sum() + dense.population[0]) + 1
    even = _pool(1.0, even=True)
    return [
        _compare("some links, reached by few groups of 6", usual, _just_reached(usual)),
        _compare("some links, never reached", usual, OUT_OF_REACH),
        _compare("all linked, reached from 6 on", dense, six),
        _compare("all linked, every group of 6 reaches it", even, 6000),
        _compare("all linked, never reached", dense, OUT_OF_REACH),
    ]


def _pool(share: float, *, even: bool = False) -> Pool:
    rows = CANDIDATES + 1
    draw = np.random.default_rng(7)
    linked = draw.random((rows, rows)) < share
    linked |= linked.T
    np.fill_diagonal(linked, val=False)
    linked[0, 1:4] = linked[1:4, 0] = True
    at = draw.random(rows) * 20
    return Pool(
        codes=[f"{n:02}" for n in range(rows)],
        population=np.full(rows, 1000.0) if even else draw.integers(300, 5000, rows).astype(np.float64),
        linked=linked,
        value=draw.random(rows),
        ease=draw.random(rows),
        score=draw.random(rows),
        fiscal=draw.random(rows) * 1000,
        km=np.abs(at[:, None] - at[None, :]),
    )


def _just_reached(pool: Pool) -> int:
    """Nine tenths of the largest that six can have."""
    return find_groups(pool, Threshold(OUT_OF_REACH), limit=1).groups[0].population * 9 // 10


def _compare(name: str, pool: Pool, inhabitants: int) -> dict[str, Any]:
    found = find_groups(pool, Threshold(inhabitants), Bounds(), limit=10**6)
    started = time.perf_counter()
    by_force = _by_force(pool, inhabitants)
    reference = (time.perf_counter() - started) * 1000
    same = {group.members for group in found.groups} if found.exists else set()
    if {frozenset(members) for members in same} != by_force:
        raise AssertionError(f"{name}: not the groups that brute force finds")
    ours = _median(lambda: find_groups(pool, Threshold(inhabitants), Bounds(), limit=4))
    return {
        "name": f"groups, {name}, against every set in plain Python (goal {GOAL_MS:.0f} ms)",
        "ratio": round(ours / reference, 4),
        "goal": round(GOAL_MS / reference, 4),
        "ours": round(ours, 1),
        "reference": round(reference, 1),
        "unit": "ms, median",
        "n": CANDIDATES,
    }


def _median(act: Callable[[], object]) -> float:
    times = []
    for _round in range(ROUNDS):
        started = time.perf_counter()
        act()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def _by_force(pool: Pool, inhabitants: int) -> set[frozenset[int]]:
    """Every set of the smallest size that reaches it, tried one by one."""
    people = pool.population.tolist()
    beside = [set(np.flatnonzero(row).tolist()) for row in pool.linked]
    for size in range(6):
        sets = itertools.combinations(range(1, len(people)), size)
        enough = (others for others in sets if people[0] + sum(people[n] for n in others) >= inhabitants)
        found = {frozenset((0, *others)) for others in enough if _hangs_together(beside, set(others))}
        if found:
            return found
    return set()


def _hangs_together(beside: list[set[int]], rest: set[int]) -> bool:
    edge = [0]
    while edge:
        fresh = beside[edge.pop()] & rest
        rest -= fresh
        edge += fresh
    return not rest
