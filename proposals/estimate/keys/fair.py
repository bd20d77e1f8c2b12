"""Keys from the theory of cooperation: separable costs, the Shapley value, and the test of the core."""

from __future__ import annotations

from math import factorial

import numpy as np

from proposals.estimate.keys.games import Floats, Game, every_group


def scrb(game: Game) -> Floats:
    """Separable cost of each, and the rest by the benefit that remains to it: alone less separable.

    The rest may be negative; it is then paid back by the same shares. Where nobody has a benefit left,
    the rest is borne equally.
    """
    separable = game.whole - game.without
    remaining = np.maximum(game.alone - separable, 0.0)
    whole = remaining.sum()
    by = remaining / whole if whole > game.tolerance else np.full(game.count, 1 / game.count)
    shares: Floats = separable + (game.whole - separable.sum()) * by
    return shares


def shapley(game: Game) -> tuple[Floats, float | None]:
    """Average cost added by each over all orders of joining, and the error where orders were sampled."""
    if game.sample is not None:
        spread = game.sample.std(axis=0, ddof=1) / np.sqrt(len(game.sample))
        return game.sample.mean(axis=0), float(spread.max())
    if game.table is None:
        raise ValueError("The Shapley value needs the cost of every part of the group, or a sample.")
    return _exact(game.count, game.table), None


def _exact(count: int, table: Floats) -> Floats:
    sizes = every_group(count).sum(axis=1)
    chance = np.array([factorial(size) * factorial(count - size - 1) for size in range(count)], dtype=float)
    chance /= factorial(count)
    masks = np.arange(len(table))
    shares = np.zeros(count)
    for index in range(count):
        without = masks[masks >> index & 1 == 0]
        added = table[without | 1 << index] - table[without]
        shares[index] = (chance[sizes[without]] * added).sum()
    return shares


def core(game: Game, shares: Floats) -> tuple[bool | None, tuple[int, ...]]:
    """Whether no part of the group would pay less on its own, and else the one that would gain most.

    None where the group is too large for all its parts to be reckoned.
    """
    if game.table is None:
        return None, ()
    groups = every_group(game.count)
    complaints = (groups @ shares - game.table)[1:-1]
    if not len(complaints):
        return True, ()
    worst = int(complaints.argmax())
    if complaints[worst] <= game.tolerance:
        return True, ()
    return False, tuple(int(index) for index in np.flatnonzero(groups[worst + 1]))
