"""The smallest connected groups around an initiator that are large enough: exact, and the same every time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Masks = NDArray[np.uint32]
Members = NDArray[np.uint8]
Stop = Literal["alone", "size", "distance", "size and distance", "candidates"]

#: Members of a group at most, the initiator included: the more partners, the harder and the smaller the
#: benefit (Blaka 2017; Portuguese associations 2020). Up to here the search is exact.
MOST_MEMBERS = 6
#: Candidates searched at most: with six members some 174,000 sets, all of them looked at.
MOST_CANDIDATES = 30
#: What each partner beyond the first takes off the score: cost benefits fall as partners are added
#: (Blaka 2017). The portal's assumption; four further partners outweigh a fifth of the value.
PARTNER_PENALTY = 0.05
#: What entire unlikeness takes off: the more unlike its members, the harder a cooperation (Portuguese
#: associations 2020). The portal's assumption: as much as two further partners.
UNLIKENESS_PENALTY = 0.10
#: Parts of unlikeness, in the proportion the ranking gives to similar size and similar fiscal capacity.
SIZE_PART, FISCAL_PART = 5.0, 4.0


@dataclass(frozen=True, slots=True)
class Pool:
    """The initiator in row 0 and the candidates below, in any order; nan means not known."""

    codes: Sequence[str]
    population: Floats
    #: Who borders whom, both ways.
    linked: Flags
    #: What each candidate brings and how easy it is, 0 to 1; of the initiator's own row nothing is read.
    value: Floats
    ease: Floats
    #: Place in the ranking by score: decides who is left out when there are too many.
    score: Floats
    fiscal: Floats
    #: Distances between all of them.
    km: Floats

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a group has to reach: inhabitants together, and members with the initiator counted."""

    population: float = 0
    members: int = 1


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a group may be, and how far from the initiator its members may lie (None: any distance)."""

    max_size: int = MOST_MEMBERS
    max_km: float | None = None

    def __post_init__(self) -> None:
        """Beyond the largest size the search would not be exact in time."""
        if not 1 <= self.max_size <= MOST_MEMBERS:
            raise ValueError(f"a group has 1 to {MOST_MEMBERS} members")


@dataclass(frozen=True, slots=True)
class Group:
    """A connected group: rows of the pool, the initiator first, the others by their codes."""

    members: tuple[int, ...]
    codes: tuple[str, ...]
    population: int
    reaches: bool
    #: Means over the partners of whom it is known; None where it is known of none.
    value: float | None
    ease: float | None
    #: Mean unlikeness of its pairs in size and, where known, in fiscal capacity, 0 to 1.
    unlikeness: float
    score: float | None
    #: Greatest distance from the initiator, and between any two members.
    farthest_km: float | None
    diameter_km: float | None


@dataclass(frozen=True, slots=True)
class Found:
    """What the search came to."""

    #: The best groups of the smallest size that reaches the threshold, best first; when there is none,
    #: the connected groups with the most inhabitants within the bounds.
    groups: tuple[Group, ...]
    exists: bool
    #: How many groups of that size reach the threshold.
    count: int
    #: When there is none: which bound stops it.
    stopped_by: Stop | None
    #: Candidates searched, left out because they were more than that, and left out as too far.
    searched: int
    cut: int
    too_far: int


def find_groups(pool: Pool, threshold: Threshold, bounds: Bounds | None = None, limit: int = 10) -> Found:
    """The smallest connected groups with the initiator that reach the threshold, the best `limit` of them.

    No smaller connected group within the bounds reaches it. Value and ease of a group are the means over its
    partners (a mean, not a sum: it stays on the scale of the ranking, and groups of one search are of one
    size, so that their order is the same). Score = value - PARTNER_PENALTY for each partner beyond the first
    - UNLIKENESS_PENALTY x unlikeness. Equal scores stand by ease, then by codes. The partner's penalty
    cannot change the order within one search; it makes scores of different searches comparable.
    """
    bounds = bounds or Bounds()
    near = _within(pool, bounds.max_km)
    reached = _joined(pool, near, bounds.max_size - 1)
    rows = _kept(pool, reached)
    search = _Search(pool, [0, *rows])
    sets, exists = search.smallest(threshold, bounds.max_size)
    count = sets.shape[1] if exists else 0
    if not exists:
        sets = search.largest(min(bounds.max_size, len(rows) + 1), limit)
    return Found(
        groups=search.best(sets, limit, exists),
        exists=exists,
        count=count,
        stopped_by=None if exists else _stop(pool, threshold, bounds, near),
        searched=len(rows),
        cut=int(reached.sum()) - len(rows),
        too_far=len(pool) - 1 - int(near.sum()),
    )


def _within(pool: Pool, max_km: float | None) -> Flags:
    """Candidates near enough; of unknown distance only those that border the initiator."""
    near = np.ones(len(pool), dtype=np.bool_)
    if max_km is not None:
        near = np.where(np.isnan(pool.km[0]), pool.linked[0], pool.km[0] <= max_km)
    near[0] = False
    return near


def _joined(pool: Pool, allowed: Flags, steps: int) -> Flags:
    """Candidates that the initiator reaches over allowed ones in so many steps."""
    joined = np.zeros(len(pool), dtype=np.bool_)
    edge = np.zeros(len(pool), dtype=np.bool_)
    edge[0] = True
    for _step in range(steps):
        edge = pool.linked[edge].any(axis=0) & allowed & ~joined
        if not edge.any():
            break
        joined |= edge
    return joined


def _kept(pool: Pool, reached: Flags) -> list[int]:
    """The candidates to search, by code: of too many the neighbours first, then the best ranked.

    Each that is kept borders the initiator or another that is kept.
    """
    order = sorted(
        np.flatnonzero(reached).tolist(),
        key=lambda row: (not pool.linked[0, row], -np.nan_to_num(pool.score[row]), pool.codes[row]),
    )
    kept: list[int] = []
    joined = pool.linked[0].copy()
    while order and len(kept) < MOST_CANDIDATES:
        row = next((row for row in order if joined[row]), None)
        if row is None:
            break
        order.remove(row)
        kept.append(row)
        joined |= pool.linked[row]
    return sorted(kept, key=lambda row: pool.codes[row])


def _stop(pool: Pool, threshold: Threshold, bounds: Bounds, near: Flags) -> Stop:
    """Which bound keeps every group from the threshold: what would have to give way."""
    if threshold.members > bounds.max_size:
        return "size"
    everyone = _within(pool, None)
    if _together(pool, near, threshold):
        return "size"
    if _together(pool, everyone, threshold):
        far = find_groups(pool, threshold, Bounds(bounds.max_size), limit=1)
        return "distance" if far.exists else "size and distance"
    return "candidates" if _joined(pool, near, 1).any() else "alone"


def _together(pool: Pool, allowed: Flags, threshold: Threshold) -> bool:
    """Whether all that hang together with the initiator would reach it, however many they are."""
    all_of_them = _joined(pool, allowed, len(pool))
    all_of_them[0] = True
    joint = pool.population[all_of_them].sum()
    return bool(joint >= threshold.population and all_of_them.sum() >= threshold.members)


def unlikeness(population: Floats, fiscal: Floats) -> Floats:
    """For each pair, 0 (alike) to 1 (ten times the size, or nothing against something).

    Size on a logarithmic scale, fiscal capacity as a share of the larger; unknown capacity is left out.
    """
    sizes = np.log(np.maximum(population, 1.0))
    size = np.minimum(1.0, np.abs(sizes[:, None] - sizes[None, :]) / np.log(10))
    larger = np.maximum(np.abs(fiscal[:, None]), np.abs(fiscal[None, :]))
    apart = np.abs(fiscal[:, None] - fiscal[None, :])
    money = np.minimum(1.0, np.divide(apart, larger, out=np.zeros_like(apart), where=larger != 0))
    both = (SIZE_PART * size + FISCAL_PART * money) / (SIZE_PART + FISCAL_PART)
    return np.asarray(np.where(np.isnan(money), size, both))


class _Search:
    """All subsets of the candidates, size by size: as bits, as columns of members, and as inhabitants."""

    def __init__(self, pool: Pool, rows: list[int]) -> None:
        self.pool = pool
        self.rows = rows
        self.population = pool.population[rows]
        self.borders = _borders(pool.linked[np.ix_(rows, rows)])
        self.unlike = unlikeness(self.population, pool.fiscal[rows])

    def smallest(self, threshold: Threshold, max_size: int) -> tuple[Members, bool]:
        """Connected groups of the smallest size that reach the threshold; False when there is none."""
        largest_first = np.sort(self.population[1:])[::-1]
        for size in range(max(1, threshold.members), min(max_size, len(self.rows)) + 1):
            if self.population[0] + largest_first[: size - 1].sum() < threshold.population:
                continue
            masks, members = _subsets(len(self.rows) - 1, size - 1)
            enough = np.flatnonzero(self._inhabitants(members) >= threshold.population)
            connected = enough[self._connected(masks[enough], size - 1)]
            if len(connected):
                return members[:, connected], True
        return np.empty((0, 0), dtype=np.uint8), False

    def largest(self, size: int, limit: int) -> Members:
        """The connected groups of this size with the most inhabitants."""
        masks, members = _subsets(len(self.rows) - 1, size - 1)
        connected = np.flatnonzero(self._connected(masks, size - 1))
        order = np.argsort(-self._inhabitants(members[:, connected]), kind="stable")
        return members[:, connected[order[:limit]]]

    def best(self, sets: Members, limit: int, reaches: bool) -> tuple[Group, ...]:
        """The best of them by score, or as they stand when they do not reach the threshold."""
        value, ease = self._mean(self.pool.value, sets), self._mean(self.pool.ease, sets)
        unlike = self._unlikeness(sets)
        score = value - PARTNER_PENALTY * max(0, len(sets) - 1) - UNLIKENESS_PENALTY * unlike
        if not len(sets):  # the initiator alone: nothing is gained, and nothing is in the way
            score = np.zeros(sets.shape[1])
        figures = np.asarray(np.round(np.stack([value, ease, unlike, score]), 4), dtype=np.float64)
        order = np.arange(sets.shape[1])
        if reaches:
            low = np.nan_to_num(figures, nan=-np.inf)
            order = np.lexsort((figures[2], -low[1], -low[3]))
        return tuple(self._group(sets[:, n], figures[:, n], reaches) for n in order[:limit].tolist())

    def _inhabitants(self, members: Members) -> Floats:
        """Joint population, the initiator's own included."""
        joint = np.full(members.shape[1], self.population[0])
        for column in members:
            joint += self.population[column]
        return joint

    def _connected(self, masks: Masks, steps: int) -> Flags:
        """Which sets hang together with the initiator: those that a flood from it fills."""
        filled = masks & self.borders[2]
        for _step in range(steps - 1):
            filled |= masks & (self.borders[0][filled & HALF] | self.borders[1][filled >> HALF_BITS])
        return np.asarray(filled == masks)

    def _mean(self, column: Floats, sets: Members) -> Floats:
        """Mean over the partners of whom it is known; nan where it is known of none."""
        figures = column[self.rows]
        known, plain = (~np.isnan(figures)).astype(np.float64), np.nan_to_num(figures)
        total, count = np.zeros(sets.shape[1]), np.zeros(sets.shape[1])
        for members in sets:
            total += plain[members]
            count += known[members]
        mean = np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0)
        return np.asarray(mean)

    def _unlikeness(self, sets: Members) -> Floats:
        """Mean over all pairs, those with the initiator included."""
        total = np.zeros(sets.shape[1])
        for n, one in enumerate(sets):
            total += self.unlike[0][one]
            for other in sets[n + 1 :]:
                total += self.unlike[one, other]
        pairs = len(sets) * (len(sets) + 1) / 2
        return np.asarray(total / max(1.0, pairs))

    def _group(self, members: Members, figures: Floats, reaches: bool) -> Group:
        rows = (0, *(self.rows[member] for member in members.tolist()))
        km = self.pool.km[np.ix_(rows, rows)]
        value, ease, unlike, score = figures.tolist()
        return Group(
            members=rows,
            codes=tuple(self.pool.codes[row] for row in rows),
            population=int(self.pool.population[list(rows)].sum()),
            reaches=reaches,
            value=_known(value),
            ease=_known(ease),
            unlikeness=unlike,
            score=_known(score),
            farthest_km=_greatest(km[0]),
            diameter_km=_greatest(km),
        )


HALF_BITS = 15
HALF = np.uint32((1 << HALF_BITS) - 1)


def _borders(linked: Flags) -> tuple[Masks, Masks, Masks]:
    """Who borders each set of the lower half of the candidates, each of the upper half, and the initiator.

    Candidate n of the search (row n + 1 of `linked`) is bit n.
    """
    bits = (1 << np.arange(len(linked) - 1, dtype=np.uint32)).astype(np.uint32)
    each = np.zeros(2 * HALF_BITS, dtype=np.uint32)
    for n in range(len(bits)):
        each[n] = bits[linked[n + 1, 1:]].sum(dtype=np.uint32)
    tables = []
    for half in (each[:HALF_BITS], each[HALF_BITS:]):
        table = np.zeros(1, dtype=np.uint32)
        for mask in half:
            table = np.concatenate([table, table | mask])
        tables.append(table)
    return tables[0], tables[1], bits[linked[0, 1:]].sum(dtype=np.uint32)


def _subsets(count: int, size: int) -> tuple[Masks, Members]:
    """All subsets of this size as ascending bits, and their members (1 to count) as rows of columns."""
    masks, members = np.zeros(1, dtype=np.uint32), np.empty((0, 1), dtype=np.uint8)
    for _member in range(size):
        # Sets whose highest member comes before n stand before the first that holds n: a beginning.
        ends = [int(np.searchsorted(masks, 1 << n)) for n in range(count)]
        members = np.vstack(
            [
                np.concatenate([members[:, :end] for end in ends], axis=1),
                np.repeat(np.arange(1, count + 1, dtype=np.uint8), ends),
            ]
        )
        masks = np.concatenate([masks[:end] | np.uint32(1 << n) for n, end in enumerate(ends)])
    return masks, members


def _known(figure: float) -> float | None:
    return None if np.isnan(figure) else figure


def _greatest(km: Floats) -> float | None:
    """The greatest known distance; None when one of them is not known."""
    return None if np.isnan(km).any() else round(float(km.max()), 1)
