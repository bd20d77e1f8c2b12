"""Who borders whom: common borders of outlines, with their length in kilometres."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

KM_PER_DEGREE = 111.195
#: Outlines from different hands miss each other by some metres: so far apart they still touch.
GAP = 0.0003
#: With a gap between them, a border counts from this length; less is a corner.
SHORTEST_ACROSS_GAP_KM = 0.15
PAIRS_AT_ONCE = 8_000

Geometries = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Border:
    """Two outlines by their place in the sequence, the first lower, and their common border."""

    first: int
    second: int
    km: float


def borders_of(outlines: Sequence[BaseGeometry]) -> Iterator[Border]:
    """All pairs with a common border; pairs that touch in points alone are no neighbours."""
    shapes: Geometries = np.array(outlines, dtype=object)
    if not len(shapes):
        return
    edges = shapely.boundary(shapes)
    shapely.prepare(shapes)
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes, predicate="dwithin", distance=GAP)
    ordered = first < second
    first, second = first[ordered], second[ordered]
    for start in range(0, len(first), PAIRS_AT_ONCE):
        a, b = first[start : start + PAIRS_AT_ONCE], second[start : start + PAIRS_AT_ONCE]
        lengths = _common_km(shapes, edges, a, b)
        for n in np.flatnonzero(lengths > 0):
            yield Border(int(a[n]), int(b[n]), round(float(lengths[n]), 3))


def _common_km(shapes: Geometries, edges: Geometries, a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """Exact where the outlines share their vertices; measured along the gap where they do not."""
    exact = _kilometres(shapely.intersection(edges[a], edges[b]))
    loose = np.flatnonzero(exact <= 0)
    if len(loose):
        near = shapely.buffer(shapes[b[loose]], GAP, quad_segs=2)
        along = _kilometres(shapely.intersection(edges[a[loose]], near))
        exact[loose] = np.where(along >= SHORTEST_ACROSS_GAP_KM, along, 0)
    return exact


def _kilometres(lines: Geometries) -> NDArray[Any]:
    """Lengths on a local projection: degrees of longitude shrink with the cosine of each line's latitude."""
    points, owner = shapely.get_coordinates(lines, return_index=True)
    if not len(points):
        return np.zeros(len(lines))
    count = np.bincount(owner, minlength=len(lines))
    middle = np.bincount(owner, weights=points[:, 1], minlength=len(lines)) / np.maximum(count, 1)
    points[:, 0] *= KM_PER_DEGREE * np.cos(np.radians(middle[owner]))
    points[:, 1] *= KM_PER_DEGREE
    lengths: NDArray[Any] = shapely.length(shapely.set_coordinates(lines.copy(), points))
    return lengths
