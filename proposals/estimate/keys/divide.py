"""All keys that can be formed for a group in one scenario, ready to divide a bill to the cent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from proposals.estimate.figures import KeyResult
from proposals.estimate.keys import names
from proposals.estimate.keys.fair import core, scrb, shapley
from proposals.estimate.keys.games import Floats, Game
from proposals.estimate.keys.nucleolus import nucleolus
from proposals.estimate.keys.proportional import Measures
from proposals.estimate.keys.shares import cents, settle, split, spread


@dataclass(frozen=True, slots=True)
class Division:
    """One key: weights that any bill is divided by, or amounts of any sign that fit one bill alone."""

    key: str
    parts: Measures
    by_weight: bool
    error: float | None = None

    def divide(self, joint: Decimal) -> dict[str, Decimal]:
        """The steady bill, to the cent."""
        return split(joint, self.parts) if self.by_weight else settle(joint, self.parts)

    def divide_year(self, bill: Decimal, joint: Decimal) -> dict[str, Decimal]:
        """The bill of a year on the way, divided as the steady one is."""
        return split(bill, self.parts) if self.by_weight else spread(bill, self.divide(joint))

    def shares(self, members: Sequence[str], whole: float) -> Floats:
        """Exact shares of a cost, before any rounding."""
        shares = np.array([self.parts[member] for member in members])
        return shares * (whole / shares.sum()) if self.by_weight else shares


def divisions(members: Sequence[str], weights: Mapping[str, Measures], game: Game) -> dict[str, Division]:
    """Every key in the order of showing; members in the order of the game."""
    found = {key: Division(key, parts, by_weight=True) for key, parts in weights.items()}
    found |= {division.key: division for division in fair(members, game)}
    return {key: found[key] for key in names.ORDER if key in found}


def fair(members: Sequence[str], game: Game) -> list[Division]:
    """The keys that rest on what parts of the group would cost."""

    def named(key: str, shares: Floats, error: float | None = None) -> Division:
        parts = dict(zip(members, shares.tolist(), strict=True))
        return Division(key, parts, by_weight=False, error=error)

    found = [named(names.SCRB, scrb(game)), named(names.SHAPLEY, *shapley(game))]
    if has_nucleolus(game.count):
        found.append(named(names.NUCLEOLUS, nucleolus(game)))
    return found


def has_nucleolus(count: int) -> bool:
    """Whether the group is small enough for it."""
    return count <= names.NUCLEOLUS_LIMIT


def result(
    division: Division, joint: Decimal, alone: Mapping[str, Decimal], members: Sequence[str], game: Game
) -> KeyResult:
    """Who pays what, who gains and loses, and whether some would do better on their own."""
    pays = division.divide(joint)
    in_core, blocking = core(game, division.shares(members, game.whole))
    return KeyResult(
        key=division.key,
        pays={key: pays[key] for key in alone},
        nets={key: cost - pays[key] for key, cost in alone.items()},
        in_core=in_core,
        blocking=tuple(members[index] for index in blocking),
        error=None if division.error is None else cents(division.error),
    )
