"""The smallest connected groups around an initiator that are large enough: exact, and the same every time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Members = NDArray[np.intp]
Stop = Literal["alone", "size", "distance", "size and distance", "candidates"]

#: Members of a group at most, the initiator included: the more partners, the harder and the smaller the
#: benefit (Blaka 2017; Portuguese associations 2020). Up to here the search is exact.
MOST_MEMBERS = 6
#: So many candidates are always searched, whoever borders whom: some 174,000 groups, all looked at.
MOST_CANDIDATES = 30
#: More are searched as long as groups x candidates stay within this: on a real map few groups hang together.
MOST_CELLS = 5_000_000
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
    search = _Search(pool, sorted(np.flatnonzero(reached).tolist(), key=lambda row: pool.codes[row]))
    sets, exists = search.smallest(threshold, bounds.max_size)
    if sets is None:
        search = _Search(pool, _kept(pool, reached))
        sets, exists = search.smallest(threshold, bounds.max_size)
    if sets is None:
        raise AssertionError("so few candidates always fit")
    searched = len(search.rows) - 1
    return Found(
        groups=search.best(sets, limit, exists),
        exists=exists,
        count=sets.shape[1] if exists else 0,
        stopped_by=None if exists else _stop(pool, threshold, bounds, near),
        searched=searched,
        cut=int(reached.sum()) - searched,
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
    """All connected groups of the initiator and these candidates, size by size, each of them once."""

    def __init__(self, pool: Pool, candidates: list[int]) -> None:
        self.pool = pool
        self.rows = [0, *candidates]
        self.population = pool.population[self.rows]
        self.linked = pool.linked[np.ix_(self.rows, self.rows)]
        self.unlike = unlikeness(self.population, pool.fiscal[self.rows])

    def smallest(self, threshold: Threshold, max_size: int) -> tuple[Members | None, bool]:
        """Groups of the smallest size that reach the threshold, as columns of partners, and True.

        When there is none: those of the largest possible size, and False. None: too many to look at.
        """
        sets = np.empty((0, 1), dtype=np.intp)
        for size, grown in enumerate(self._sizes(max_size), start=1):
            if grown is None:
                return None, False
            sets = grown
            if size >= threshold.members:
                enough = self._inhabitants(sets) >= threshold.population
                if enough.any():
                    return sets[:, enough], True
        return sets, False

    def _sizes(self, max_size: int) -> Iterator[Members | None]:
        """Groups of one member, of two, and so on, as long as there are any.

        Each group is found once (Wernicke 2006): a group grows by those who border it, each of them
        only together with such as come after it or were not beside the group before.
        """
        sets = np.empty((0, 1), dtype=np.intp)
        beside = self.linked[:1].copy()
        seen = beside.copy()
        seen[:, 0] = True
        yield sets
        later = np.triu(np.ones_like(self.linked), k=1)
        for size in range(2, max_size + 1):
            group, partner = np.nonzero(beside)
            if not len(group) or len(group) * len(self.rows) > MOST_CELLS:
                if len(group):
                    yield None
                return
            sets = np.vstack([sets[:, group], partner])
            yield sets
            if size == max_size:
                return
            beside = (beside[group] & later[partner]) | (self.linked[partner] & ~seen[group])
            seen = seen[group] | self.linked[partner]

    def best(self, sets: Members, limit: int, reaches: bool) -> tuple[Group, ...]:
        """The best of them by score; those with the most inhabitants when they do not reach the threshold."""
        if not reaches:
            sets = sets[:, _first([-self._inhabitants(sets)], sets, limit)]
        value, ease = self._mean(self.pool.value, sets), self._mean(self.pool.ease, sets)
        unlike = self._unlikeness(sets)
        score = value - PARTNER_PENALTY * max(0, len(sets) - 1) - UNLIKENESS_PENALTY * unlike
        if not len(sets):  # the initiator alone: nothing is gained, and nothing is in the way
            score = np.zeros(sets.shape[1])
        figures = np.asarray(np.round(np.stack([value, ease, unlike, score]), 4), dtype=np.float64)
        low = np.nan_to_num(figures, nan=-np.inf)
        keys = [figures[2], -low[1], -low[3]]
        order = _first(keys, sets, limit) if reaches else range(sets.shape[1])
        return tuple(self._group(np.sort(sets[:, n]), figures[:, n], reaches) for n in order)

    def _inhabitants(self, sets: Members) -> Floats:
        """Joint population, the initiator's own included."""
        joint = np.full(sets.shape[1], self.population[0])
        for members in sets:
            joint += self.population[members]
        return joint

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


def _first(keys: Sequence[Floats], sets: Members, limit: int) -> list[int]:
    """The first columns by the keys, the last key foremost; what is equal stands by its members in order."""
    leading = keys[-1]
    chosen = np.arange(len(leading))
    if limit < len(leading):  # of many only those that can be among the first are put in order
        chosen = np.flatnonzero(leading <= np.partition(leading, limit - 1)[limit - 1])
    members = np.sort(sets[:, chosen], axis=0)
    order = np.lexsort([*members[::-1], *(key[chosen] for key in keys)])
    return [int(n) for n in chosen[order[:limit]]]


def _known(figure: float) -> float | None:
    return None if np.isnan(figure) else figure


def _greatest(km: Floats) -> float | None:
    """The greatest known distance; None when one of them is not known."""
    return None if np.isnan(km).any() else round(float(km.max()), 1)
