"""Who lies beside whom where no borders are on record: derived from the points alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from partners.discovery.catalogue import chord_to_km
from partners.discovery.geography import on_the_globe

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def distances(latitude: Floats, longitude: Floats) -> Floats:
    """Great-circle distances between all of them, in km; nan where a point is not known."""
    return chord_to_km(np.sqrt(_squared_chords(latitude, longitude)))


def side_by_side(latitude: Floats, longitude: Floats) -> Flags:
    """Pairs with no third one between them: the Gabriel graph, which stands in for shared borders.

    Two are linked when the ball over the line between them holds no other. That needs no distance that
    fits one country only, and all that have a point hang together.
    """
    squared = _squared_chords(latitude, longitude)
    placed = ~np.isnan(np.diagonal(squared))
    linked = placed[:, None] & placed[None, :] & ~np.eye(len(squared), dtype=np.bool_)
    for third in np.flatnonzero(placed):
        between = squared[:, third, None] + squared[None, third, :] < squared
        linked &= ~between
    return np.asarray(linked)


def _squared_chords(latitude: Floats, longitude: Floats) -> Floats:
    points = on_the_globe(latitude, longitude)
    apart = points[:, None, :] - points[None, :, :]
    return np.asarray((apart * apart).sum(axis=-1))
