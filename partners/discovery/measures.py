"""How good an order of candidates is, against the partners that somebody really has."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Hits = NDArray[np.bool_]
DEPTH = 10


def in_order(score: Array, hits: Hits) -> Hits:
    """Hits in the order of falling scores, row by row; equal scores in the order they stand."""
    filled = np.nan_to_num(score, nan=-np.inf, neginf=-np.inf)
    order = np.argsort(-filled, axis=1, kind="stable")
    return np.asarray(np.take_along_axis(hits, order, axis=1))


def ndcg(ordered: Hits, true: NDArray[np.int64], depth: int = DEPTH) -> Array:
    """Discounted gain of the first `depth` against the best possible with so many true partners, per row."""
    discount = 1 / np.log2(np.arange(2, depth + 2))
    gained = ordered[:, :depth] @ discount[: ordered.shape[1]]
    return np.asarray(gained / np.cumsum(discount)[np.minimum(true, depth) - 1])


def measured(ordered: Hits, true: NDArray[np.int64], ks: Sequence[int]) -> dict[str, Array]:
    """Precision and recall at k and at the true size, first hit, nDCG: each with a value per row."""
    gained = np.cumsum(ordered, axis=1)
    width = ordered.shape[1]

    def first(count: NDArray[np.int64] | int) -> Array:
        place = np.broadcast_to(np.minimum(count, width), true.shape) - 1
        return np.asarray(np.take_along_axis(gained, place[:, None], axis=1)[:, 0], dtype=np.float64)

    found: dict[str, Array] = {}
    for k in ks:
        found[f"precision@{k}"] = first(k) / k
        found[f"recall@{k}"] = first(k) / true
    found["recall@size-1"] = first(true) / true
    found["mrr"] = np.where(ordered.any(axis=1), 1 / (1 + ordered.argmax(axis=1)), 0.0)
    found["ndcg@10"] = ndcg(ordered, true)
    return found
