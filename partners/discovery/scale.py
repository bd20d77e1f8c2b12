"""Efficient scale: how far a partner or a group helps towards it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def gain(own: Array | float, others: Array, scale: int) -> Array:
    """Share of our way to efficient scale that the pair covers, 0 to 1; 0 when we are there already.

    Measured in logarithms, as unit cost falls.
    """
    size, sizes = np.maximum(own, 1.0), np.maximum(others, 1.0)
    way = np.log(scale / np.minimum(size, scale))
    covered = np.log(np.maximum(np.minimum(size + sizes, scale), size) / size)
    return np.asarray(np.divide(covered, way, out=np.zeros(np.shape(covered)), where=way > 0))


@dataclass(frozen=True, slots=True)
class Tray:
    """The municipalities chosen so far, together with the initiator."""

    chosen: int
    population: int
    scale: int | None

    @property
    def reaches(self) -> bool:
        """Whether the group is large enough; False when no efficient scale is known."""
        return self.scale is not None and self.population >= self.scale

    @property
    def short(self) -> int:
        """Inhabitants missing to efficient scale."""
        return max(0, (self.scale or 0) - self.population)


def tray(own: int, chosen: Iterable[int], scale: int | None) -> Tray:
    """Joint inhabitants against efficient scale."""
    sizes = list(chosen)
    return Tray(len(sizes), own + sum(sizes), scale)
