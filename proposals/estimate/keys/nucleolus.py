"""The nucleolus: the shares under which the least satisfied part of the group is as satisfied as can be."""

from __future__ import annotations

import numpy as np
import scipy  # its parts load when asked for

from proposals.estimate.keys.games import Floats, Game, every_group

#: A multiplier above this binds; costs are scaled to one beforehand.
BINDING = 1e-9
DEPENDENT = 1e-8
#: As fine as the solver goes, since members may differ a millionfold in cost; else as fine as is usual.
EXACT = (1e-10, 1e-7)


def nucleolus(game: Game) -> Floats:
    """Largest least saving of all parts of the group, then the next least, until every share is settled.

    One linear program a round, solved in its dual form: it has a row for each member and a column for
    each part of the group. Parts whose multiplier is positive bind in every solution; their saving is
    fixed, and parts that depend on fixed ones alone are settled with them. Nobody pays more than alone
    where the group saves at all; where it does not, that bound is dropped (the prenucleolus).
    """
    if game.table is None:
        raise ValueError("The nucleolus needs the cost of every part of the group.")
    if game.count == 1:
        return game.alone.copy()
    # Costs alone cancel out; without them large members do not drown what small ones save.
    beyond = game.table - every_group(game.count) @ game.alone
    scale = max(float(np.abs(beyond).max()), 1e-300)
    rounds = _Rounds(game.count, beyond / scale, bounded=game.alone.sum() >= game.whole)
    while len(rounds.fixed) < game.count:
        rounds.fix_next()
    shares: Floats = game.alone + rounds.shares() * scale
    return shares


class _Rounds:
    """What is settled so far, and the parts of the group that are still open."""

    def __init__(self, count: int, table: Floats, *, bounded: bool) -> None:
        groups = every_group(count).astype(np.float64)
        self.count = count
        self.groups, self.costs = groups[1:-1], table[1:-1]
        self.singles = np.eye(count) if bounded else np.zeros((0, count))
        self.alone = np.zeros(len(self.singles))
        self.fixed, self.values = groups[-1:], table[-1:]

    def fix_next(self) -> None:
        """One round: the least saving of the open parts is made as large as can be."""
        multipliers, least = self._solve()
        binding, free = multipliers > BINDING, len(self.groups) + len(self.singles)
        open_parts, bound = binding[: len(self.groups)], binding[len(self.groups) : free]
        self._fix(self.groups[open_parts], self.costs[open_parts] - least)
        self._fix(self.singles[bound], self.alone[bound])
        self._drop_settled()

    def _solve(self) -> tuple[Floats, float]:
        rows = np.concatenate([self.groups, self.singles, self.fixed]).T
        saves = np.zeros(rows.shape[1])
        saves[: len(self.groups)] = 1
        free = len(self.groups) + len(self.singles)
        for fine in EXACT:
            found = scipy.optimize.linprog(
                np.concatenate([self.costs, self.alone, self.values]),
                A_eq=np.vstack([rows, saves]),
                b_eq=np.append(np.zeros(self.count), 1.0),
                bounds=[(0, None)] * free + [(None, None)] * len(self.fixed),
                method="highs",
                options={"primal_feasibility_tolerance": fine, "dual_feasibility_tolerance": fine},
            )
            if found.x is not None and found.fun is not None:
                return found.x, float(found.fun)
        raise ArithmeticError(f"No nucleolus: {found.message}")

    def shares(self) -> Floats:
        """The one solution of all that is fixed."""
        shares: Floats = np.linalg.solve(self.fixed, self.values).astype(np.float64)
        return shares

    def _fix(self, rows: Floats, values: Floats) -> None:
        for row, value in zip(rows, values, strict=True):
            if not self._depends(row[None, :])[0]:
                self.fixed = np.vstack([self.fixed, row])
                self.values = np.append(self.values, value)

    def _drop_settled(self) -> None:
        left = ~self._depends(self.groups)
        self.groups, self.costs = self.groups[left], self.costs[left]
        left = ~self._depends(self.singles)
        self.singles, self.alone = self.singles[left], self.alone[left]

    def _depends(self, rows: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which rows are combinations of the fixed ones."""
        basis = np.linalg.qr(self.fixed.T)[0]
        rest = rows - rows @ basis @ basis.T
        dependent: np.ndarray[tuple[int], np.dtype[np.bool_]] = (
            np.abs(rest).max(axis=1, initial=0) < DEPENDENT
        )
        return dependent
