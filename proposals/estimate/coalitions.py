"""Shares of a cost of which every part of the group is known beforehand, as in a published table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from imc_portal.core.problems import Refusal
from proposals.estimate import keys
from proposals.estimate.reading import MOST_MONEY, Reader, is_name, shown

JOINED_BY = "+"
#: Such tables often count in millions, so shares are given finer than to the cent.
FINER = 10_000


def shares_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Separable costs, Shapley value and nucleolus of the table, and whether anyone has reason to leave."""
    members, game = _game(data)
    divisions = keys.fair(members, game)
    found = {one.key: _exact(one, game.whole) for one in divisions}
    alone = dict(zip(members, game.alone.tolist(), strict=True))
    cores = {one.key: keys.core(game, one.shares(members, game.whole)) for one in divisions}
    nets = {key: {one: round(alone[one] - paid[one], 6) for one in members} for key, paid in found.items()}
    return {
        "members": members,
        "solo": alone,
        "joint_with_coordination": game.whole,
        "group_net_gain": round(sum(alone.values()) - game.whole, 6),
        "shares": found,
        "net_gain_by_key": nets,
        "losers": {
            key: [one for one, net in by.items() if net < -game.tolerance] for key, by in nets.items()
        },
        "in_core": {key: core for key, (core, _blocking) in cores.items()},
        "blocking": {key: [members[index] for index in worst] for key, (_core, worst) in cores.items()},
        "missing": {} if keys.has_nucleolus(len(members)) else {keys.NUCLEOLUS: []},
    }


def _exact(division: keys.Division, whole: float) -> dict[str, float]:
    fine = {key: part * FINER for key, part in division.parts.items()}
    amount = keys.cents(Decimal(repr(whole)) * FINER)
    return {key: float(part / FINER) for key, part in keys.settle(amount, fine).items()}


def _game(data: Mapping[str, Any]) -> tuple[list[str], keys.Game]:
    reasons: list[str] = []
    costs = data.get("coalition_costs")
    if not isinstance(costs, dict) or not costs:
        raise Refusal("coalition_costs: an object with the cost of every group is needed.")
    most = 2**keys.EXACT_LIMIT
    if len(costs) >= most:
        raise Refusal(f"coalition_costs: at most {most - 1} groups, of {keys.EXACT_LIMIT} members.")
    members = _members(data.get("members"), list(costs))
    reader = Reader(costs, "coalition_costs", reasons)
    table: dict[int, float] = {}
    for name in costs:
        mask = _mask(name, members, reasons)
        cost = reader.number(name, least=-MOST_MONEY, needed=True)
        if mask in table:
            reasons.append(f"coalition_costs, {shown(name)}: this group stands there twice.")
        table[mask] = float(cost or 0)
    _all_there(table, members, reasons)
    if reasons:
        raise Refusal(*reasons)
    return members, keys.from_table(np.array([table.get(mask, 0.0) for mask in range(2 ** len(members))]))


def _members(given: Any, groups: Sequence[str]) -> list[str]:
    """In alphabetical order; read from the names of the groups where they are not listed."""
    if given is None:
        given = list(dict.fromkeys(name for group in groups for name in _parts(group, groups)))
    if not isinstance(given, list) or not all(isinstance(name, str) and is_name(name) for name in given):
        raise Refusal("members: a list of names is needed.")
    if len(set(given)) < len(given):
        raise Refusal("members: a name stands there twice.")
    if not 2 <= len(given) <= keys.EXACT_LIMIT:
        raise Refusal(f"members: 2 to {keys.EXACT_LIMIT} are needed where each group has its own cost.")
    return sorted(given)


def _parts(group: str, groups: Sequence[str]) -> list[str]:
    return group.split(JOINED_BY) if any(JOINED_BY in name for name in groups) else list(group)


def _mask(group: str, members: Sequence[str], reasons: list[str]) -> int:
    """A group is one member, names joined by +, or the letters of members named by one letter."""
    names = [group] if group in members else group.split(JOINED_BY)
    if not set(names) <= set(members):
        names = list(group)
    if not names or not set(names) <= set(members) or len(set(names)) < len(names):
        reasons.append(f"coalition_costs, {shown(group)}: no group of the members.")
        return 0
    return sum(1 << members.index(name) for name in names)


def _all_there(table: Mapping[int, float], members: Sequence[str], reasons: list[str]) -> None:
    missing = [mask for mask in range(1, 2 ** len(members)) if mask not in table]
    if missing and not reasons:
        first = JOINED_BY.join(name for index, name in enumerate(members) if missing[0] >> index & 1)
        reasons.append(f"coalition_costs: {len(missing)} groups are missing, {first} is the first of them.")
