"""All municipalities of a country as columns: what whole-country computations read."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import scipy  # never its parts: it loads them when asked, which most processes never do
from numpy.typing import NDArray

from partners.discovery.geography import EARTH_KM, on_the_globe

Floats = NDArray[np.float64]
Rows = NDArray[np.int32]
Starts = NDArray[np.int64]


@dataclass(frozen=True)
class Catalogue:
    """One country, row by row in the order of the keys; nan, -1 and empty words mean not known.

    Lists of varying length are kept as in a sparse matrix: those of row n lie at
    `start[n]:start[n + 1]` of the column beside it.
    """

    country: str
    #: Primary keys, ascending.
    keys: NDArray[np.int64]
    codes: NDArray[np.str_]
    names: NDArray[np.str_]
    population: Floats
    latitude: Floats
    longitude: Floats
    #: Numbers for the codes of regions, counties and districts; equal numbers, same area.
    region: Rows
    county: Rows
    district: Rows
    fiscal: Floats
    #: Neighbours: rows, each link in both directions, with the length of the common border in km.
    border_start: Starts
    border_to: Rows
    border_km: Floats
    #: Cooperations of each municipality, and members of each cooperation.
    body_start: Starts
    body_of: Rows
    member_start: Starts
    member_of: Rows
    #: Function of each cooperation ("" if not known) and whether it ended in failure.
    body_function: NDArray[np.str_]
    body_failed: NDArray[np.bool_]
    #: Derived by `partners.discovery.circles`: the strongest tie by bodies of each, and its circle of
    #: likely partners with their shares, a row of fixed width each, filled up with itself and share 0.
    strongest: Floats = field(default_factory=lambda: np.empty(0))
    circle_to: Rows = field(default_factory=lambda: np.empty((0, 0), dtype=np.int32))
    circle_share: NDArray[np.float32] = field(default_factory=lambda: np.empty((0, 0), dtype=np.float32))

    def __len__(self) -> int:
        return len(self.keys)

    def row(self, key: int) -> int:
        """Row of a primary key; KeyError when the catalogue does not hold it."""
        place = int(np.searchsorted(self.keys, key))
        if place == len(self.keys) or self.keys[place] != key:
            raise KeyError(key)
        return place

    def neighbours(self, row: int) -> Rows:
        """Rows that share a border with this one."""
        return self.border_to[self.border_start[row] : self.border_start[row + 1]]

    def bodies(self, row: int) -> Rows:
        """Cooperations this one is a member of."""
        return self.body_of[self.body_start[row] : self.body_start[row + 1]]

    def members(self, body: int) -> Rows:
        """Rows of the members of a cooperation."""
        return self.member_of[self.member_start[body] : self.member_start[body + 1]]

    @cached_property
    def placed(self) -> NDArray[np.int64]:
        """Rows that have a point."""
        return np.flatnonzero(~np.isnan(self.latitude) & ~np.isnan(self.longitude))

    @cached_property
    def points(self) -> Floats:
        """Points on the unit sphere, one row each; nan where none is known."""
        return on_the_globe(self.latitude, self.longitude)

    @cached_property
    def tree(self) -> Any:
        """Search tree over the points of `placed`."""
        return scipy.spatial.cKDTree(self.points[self.placed])

    @cached_property
    def membership(self) -> Any:
        """Municipalities × cooperations, sparse: 1 for a member."""
        ones = np.ones(len(self.body_of), dtype=np.float32)
        shape = (len(self), len(self.member_start) - 1)
        return scipy.sparse.csr_matrix((ones, self.body_of, self.body_start), shape=shape)

    @cached_property
    def members_of(self) -> Any:
        """Cooperations × municipalities, the same the other way round."""
        return scipy.sparse.csr_matrix(self.membership.T)

    @cached_property
    def borders(self) -> Any:
        """Municipalities × municipalities, sparse: 1 for neighbours."""
        ones = np.ones(len(self.border_to), dtype=np.float32)
        shape = (len(self), len(self))
        return scipy.sparse.csr_matrix((ones, self.border_to, self.border_start), shape=shape)

    @cached_property
    def border_lengths(self) -> Any:
        """The same with the length of the common border in km, 0 where not known."""
        lengths = np.nan_to_num(self.border_km).astype(np.float32)
        shape = (len(self), len(self))
        return scipy.sparse.csr_matrix((lengths, self.border_to, self.border_start), shape=shape)

    @cached_property
    def circles(self) -> Any:
        """Municipalities × municipalities, sparse: shares in the circle of each, of length 1."""
        count, width = self.circle_to.shape
        starts = np.arange(0, count * width + 1, max(width, 1), dtype=np.int64)[: count + 1]
        parts = (self.circle_share.ravel(), self.circle_to.ravel(), starts)
        # A copy: the columns may be files that are only read.
        found = scipy.sparse.csr_matrix(parts, shape=(len(self), len(self)), copy=True)
        found.eliminate_zeros()
        return found

    @cached_property
    def in_circles(self) -> Any:
        """The same the other way round: in whose circles each is."""
        return scipy.sparse.csr_matrix(self.circles.T)

    def nearest(self, row: int, count: int) -> Rows:
        """The nearest other rows, nearest first; none when this one has no point."""
        if np.isnan(self.latitude[row]) or np.isnan(self.longitude[row]):
            return np.empty(0, dtype=np.int32)
        _chords, found = self.tree.query(self.points[row], k=min(count + 1, len(self.placed)))
        rows = self.placed[np.atleast_1d(found)]
        return np.asarray(rows[rows != row][:count], dtype=np.int32)


def chord_to_km(chords: Floats) -> Floats:
    """Great-circle distances from chords of the unit sphere."""
    return np.asarray(2 * EARTH_KM * np.arcsin(np.clip(chords / 2, 0, 1)))
