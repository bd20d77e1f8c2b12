"""Circles: whom each municipality would most likely work with, drawn once for a whole country.

Two municipalities whose likely partners are the same ones belong together even where distance, areas and
joint bodies alone leave it open. Measured against real cooperation this tells more than any of those.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from partners.discovery.catalogue import Catalogue
from partners.discovery.likeness import proximity, same_area, trust
from partners.discovery.pairs import (
    Table,
    blocks,
    bordering,
    distances,
    joint_weight,
    same,
    shared_weight,
    strengths,
)

Array = NDArray[np.float64]
#: What draws a circle, and how much; the same proportions as in the weights of the ranking.
DRAWN_BY = (("proximity", 8.0), ("same_area", 10.0), ("track_record", 14.0))
#: Members of a circle besides oneself; the share of the tenth is one half, and falls off around it.
MEMBERS, MIDDLE, SOFTNESS = 20, 10, 0.1
#: Nearest that are looked at for it.
LOOKED_AT = 64


def with_circles(catalogue: Catalogue) -> Catalogue:
    """The same catalogue with the strongest ties and the circles of all its municipalities."""
    known = replace(catalogue, strongest=_strongest(catalogue))
    to = np.repeat(np.arange(len(known), dtype=np.int32)[:, None], MEMBERS + 1, axis=1)
    share = np.zeros(to.shape, dtype=np.float32)
    for part in blocks(len(known.placed)):
        rows = known.placed[part].astype(np.int32)
        found = nearest_to(known, rows, LOOKED_AT)
        if found.shape[1]:
            members, shares = _circle(known, rows, found)
            to[rows, 1 : members.shape[1] + 1] = members
            share[rows, 1 : shares.shape[1] + 1] = shares
            share[rows, 0] = 1.0
            share[rows] /= np.linalg.norm(share[rows], axis=1, keepdims=True)
    return replace(known, circle_to=to, circle_share=share)


def nearest_to(catalogue: Catalogue, rows: Table, count: int) -> Table:
    """The nearest others of rows that have a point, nearest first, shape (rows, up to count)."""
    wanted = min(count + 1, len(catalogue.placed))
    if not len(rows) or wanted < 2:
        return np.empty((len(rows), 0), dtype=np.int32)
    _chords, found = catalogue.tree.query(catalogue.points[rows], k=wanted)
    near = catalogue.placed[found].astype(np.int32)
    # Itself comes first, unless others lie on the same spot: then it changes places with the first.
    late = np.flatnonzero(near[:, 0] != rows)
    near[late, (near[late] == rows[late, None]).argmax(axis=1)] = near[late, 0]
    return np.ascontiguousarray(near[:, 1:])


def _strongest(catalogue: Catalogue) -> Array:
    found = np.zeros(len(catalogue))
    rows = np.arange(len(catalogue), dtype=np.int32)
    for part in blocks(len(catalogue)):
        weight = shared_weight(catalogue, rows[part])
        lines = np.repeat(np.arange(weight.shape[0]), np.diff(weight.indptr))
        weight.data[weight.indices == rows[part][lines]] = 0
        found[part] = weight.max(axis=1).toarray().ravel() if weight.shape[1] else 0
    return found


def _circle(catalogue: Catalogue, rows: Table, near: Table) -> tuple[Table, Array]:
    """The likeliest of the near ones and their shares, shape (rows, up to MEMBERS)."""
    score = _likely(catalogue, rows, near)
    count = min(MEMBERS, near.shape[1])
    best = np.argpartition(-score, count - 1, axis=1)[:, :count]
    values = np.take_along_axis(score, best, axis=1)
    middle = -np.sort(-values, axis=1)[:, min(MIDDLE, count) - 1][:, None]
    return np.take_along_axis(near, best, axis=1), 1 / (1 + np.exp(-(values - middle) / SOFTNESS))


def _likely(catalogue: Catalogue, rows: Table, near: Table) -> Array:
    """Weighted sum of what draws a circle; what is not known adds nothing to anybody."""
    scores = {
        "proximity": proximity(distances(catalogue, rows, near), bordering(catalogue, rows, near)),
        "same_area": same_area(same(catalogue.district, rows, near), same(catalogue.county, rows, near)),
        "track_record": strengths(catalogue, rows, near, joint_weight(catalogue, rows, near)),
    }
    known = trust(np.diff(catalogue.body_start)[rows])[:, None]
    weights = {name: weight * known if name == "track_record" else weight for name, weight in DRAWN_BY}
    total = sum(weights.values())
    return np.asarray(sum(weights[name] * np.nan_to_num(score) for name, score in scores.items()) / total)
