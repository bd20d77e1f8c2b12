"""Fit the weights of what pairs have by themselves to real cooperation, regions held apart for testing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from partners.discovery.catalogue import Catalogue
from partners.discovery.circles import nearest_to
from partners.discovery.country import factor_scores
from partners.discovery.evaluation import Task
from partners.discovery.measures import in_order, ndcg
from partners.discovery.pairs import looked_up
from partners.discovery.ranking import WEIGHTS, weigh

Array = NDArray[np.float64]
FITTED = ("proximity", "same_area", "track_record", "circle", "size_similarity")
#: A weight is tried at these multiples of itself, again and again until nothing helps.
STEPS = (0.0, 0.5, 0.8, 1.25, 2.0)
#: A step has to bring at least so much: less is chance.
ENOUGH = 1e-4
ROUNDS = 12
#: Rows drawn by lot for each half: more changes the third digit no longer.
SAMPLE = 4000
SEED = 5


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights (sum 100) learnt on some regions, and nDCG@10 there and on the others, against the defaults."""

    weights: Mapping[str, float]
    trained_on: list[int]
    tested_on: list[int]
    train: float
    test: float
    train_by_default: float
    test_by_default: float


@dataclass(frozen=True, slots=True)
class _Half:
    scores: Array
    hits: NDArray[np.bool_]
    true: NDArray[np.int64]

    def ndcg(self, weights: Mapping[str, float]) -> float:
        total = weigh(FITTED, self.scores, weights).score
        return float(ndcg(in_order(total, self.hits), self.true).mean())


def fit(catalogue: Catalogue, task: Task, *, candidates: int = 64) -> Fitted:
    """Search from equal weights on every other region; the rest is only for measuring."""
    regions = np.unique(catalogue.region[task.rows])
    learnt, held = regions[::2], regions[1::2]
    train, test = (_half(catalogue, task, some, candidates) for some in (learnt, held))
    weights = _searched(train)
    whole = sum(weights.values())
    default = {name: WEIGHTS[name] for name in FITTED}
    return Fitted(
        weights={name: round(100 * weight / whole, 2) for name, weight in weights.items()},
        trained_on=learnt.tolist(),
        tested_on=held.tolist(),
        train=train.ndcg(weights),
        test=test.ndcg(weights),
        train_by_default=train.ndcg(default),
        test_by_default=test.ndcg(default),
    )


def _half(catalogue: Catalogue, task: Task, regions: NDArray[np.int32], candidates: int) -> _Half:
    rows = task.rows[np.isin(catalogue.region[task.rows], regions)]
    if len(rows) > SAMPLE:
        rows = np.sort(np.random.default_rng(SEED).choice(rows, SAMPLE, replace=False))
    near = nearest_to(catalogue, rows, candidates)
    found = factor_scores(catalogue, rows, near)
    truth = task.truth[rows]
    return _Half(
        scores=np.stack([found[name] for name in FITTED]),
        hits=looked_up(truth, near) > 0,
        true=np.diff(truth.indptr).astype(np.int64),
    )


def _searched(half: _Half) -> dict[str, float]:
    weights = dict.fromkeys(FITTED, 1.0)
    best = half.ndcg(weights)
    for _round in range(ROUNDS):
        before = best
        for name in FITTED:
            for step in STEPS:
                tried = {**weights, name: weights[name] * step}
                if any(tried.values()) and (reached := half.ndcg(tried)) > best + ENOUGH:
                    weights, best = tried, reached
        if best <= before + ENOUGH:
            break
    return weights
