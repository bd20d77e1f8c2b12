"""What every part of a group would cost: the ground of the keys that no sub-group has reason to leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from proposals.estimate.keys.names import EXACT_LIMIT

Floats = npt.NDArray[np.float64]
#: Groups as rows, members as columns: true where the member is in the group.
Groups = npt.NDArray[np.bool_]
#: The cost of each group, once per scenario: scenarios as rows, groups as columns.
Cost = Callable[[Groups], Floats]

#: Orders of joining that are sampled, at most and at least; fewer the larger the group.
MOST_ORDERS, LEAST_ORDERS, SAMPLED_CELLS = 8_000, 20, 2_000_000
CENT = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Game:
    """Costs of the whole group, of each member alone, of the group without it, and of all its parts."""

    whole: float
    alone: Floats
    without: Floats
    #: By bit mask of the members; None where the group is too large.
    table: Floats | None
    #: For larger groups: cost added by each member, one row for each bundle of sampled orders.
    sample: Floats | None = None

    @property
    def count(self) -> int:
        """Members."""
        return len(self.alone)

    @property
    def tolerance(self) -> float:
        """A cent, or less where the unit of money is large; never finer than floats are."""
        size = max(abs(self.whole), float(np.abs(self.alone).sum()))
        return max(min(CENT, 1e-6 * size), 1e-9 * size)


def every_group(count: int) -> Groups:
    """All groups of so many members, the empty one first, in the order of their bit masks."""
    masks = np.arange(2**count)[:, None]
    return (masks >> np.arange(count) & 1).astype(np.bool_)


def from_table(table: Floats) -> Game:
    """The game of a table of costs by bit mask."""
    whole = len(table) - 1
    bits = 1 << np.arange(whole.bit_length())
    return Game(float(table[whole]), table[bits], table[whole ^ bits], table)


def games(count: int, cost: Cost) -> list[Game]:
    """One game for each scenario of the cost; all parts of a group are reckoned once for all of them."""
    if count <= EXACT_LIMIT:
        return [from_table(table) for table in cost(every_group(count))]
    one = np.eye(count, dtype=np.bool_)
    ends = cost(np.concatenate([np.ones((1, count), dtype=np.bool_), one, ~one]))
    samples = sampled(count, cost)
    return [
        Game(float(end[0]), end[1 : count + 1], end[count + 1 :], None, sample)
        for end, sample in zip(ends, samples, strict=True)
    ]


def sampled(count: int, cost: Cost) -> Floats:
    """Cost added by each member, one row for each bundle of orders of joining; always the same orders.

    A bundle holds an order, its rotations and their reverses, so that each member joins early, in the
    middle and late about equally often: most of the variance lies there.
    """
    orders = min(MOST_ORDERS, max(LEAST_ORDERS, SAMPLED_CELLS // count**2))
    turns = min(count, max(1, orders // (2 * LEAST_ORDERS)))
    bundles = orders // (2 * turns)
    first = np.random.default_rng(count).permuted(np.tile(np.arange(count), (bundles, 1)), axis=1)
    offsets = np.arange(turns) * count // turns
    turned = first[:, (np.arange(count) + offsets[:, None]) % count].reshape(-1, count)
    added = (_added(turned, cost) + _added(turned[:, ::-1], cost)) / 2
    means: Floats = added.reshape(-1, bundles, turns, count).mean(axis=2)
    return means


def _added(orders: npt.NDArray[np.int64], cost: Cost) -> Floats:
    """Scenarios by orders by members: what each adds to those before it."""
    places = np.argsort(orders, axis=1)
    rows, count = orders.shape
    before = places[:, None, :] <= np.arange(count)[None, :, None]
    costs = cost(before.reshape(rows * count, count)).reshape(-1, rows, count)
    steps = np.diff(costs, axis=2, prepend=0.0)
    found: Floats = np.take_along_axis(steps, np.broadcast_to(places, steps.shape), axis=2)
    return found
