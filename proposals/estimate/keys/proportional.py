"""Keys that divide by a measure of each member, or by several with weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from proposals.estimate.figures import Member, Solo, Terms
from proposals.estimate.keys import names

Measures = Mapping[str, float]
#: A key as parts: so much of the cost by this measure.
Recipe = Sequence[tuple[float, str]]
ONE = "one"
#: Measures that a member may not have told; where all tell nothing, there is nothing to divide by.
TOLD = ("volume", "fiscal_capacity", "property_value")


def recipes(terms: Terms) -> dict[str, Recipe]:
    """What each key divides by; a part without weight asks for no datum."""
    equal, population, fiscal = terms.mixed
    base = terms.base_share
    found: dict[str, Recipe] = {
        names.EQUAL: ((1, ONE),),
        names.POPULATION: ((1, "population"),),
        names.USAGE: ((1, "volume"),),
        names.FISCAL_CAPACITY: ((1, "fiscal_capacity"),),
        names.PROPERTY_VALUE: ((1, "property_value"),),
        names.MIXED: ((equal, ONE), (population, "population"), (fiscal, "fiscal_capacity")),
        names.BASE_USAGE: ((base, ONE), (100 - base, "volume")),
        names.SOLO_COST: ((1, "cost"),),
    }
    return {key: tuple(part for part in recipe if part[0] > 0) for key, recipe in found.items()}


def lacking(members: Sequence[Member | Solo], terms: Terms) -> dict[str, tuple[str, ...]]:
    """Keys that cannot be formed, each with the names of the members whose datum lacks."""
    found = {}
    for key, recipe in recipes(terms).items():
        if without := [name for _part, measure in recipe for name in _without(members, measure)]:
            found[key] = tuple(without)
    return found


def weights(solos: Sequence[Solo], terms: Terms) -> dict[str, Measures]:
    """The weights of every key that can be formed from what is known of the members."""
    missing = lacking(solos, terms)
    return {
        key: _joined([(part, _shares(solos, measure)) for part, measure in recipe])
        for key, recipe in recipes(terms).items()
        if key not in missing
    }


def _without(members: Sequence[Member | Solo], measure: str) -> list[str]:
    if measure not in TOLD:
        return []
    told: list[Decimal | None] = [getattr(member, measure) for member in members]
    if not any(told) or any(value is not None and value < 0 for value in told):
        return [member.name for member, value in zip(members, told, strict=True) if not value or value < 0]
    return [member.name for member, value in zip(members, told, strict=True) if value is None]


def _shares(solos: Sequence[Solo], measure: str) -> Measures:
    values = {solo.key: 1.0 if measure == ONE else float(getattr(solo, measure)) for solo in solos}
    whole = sum(values.values())
    if whole <= 0:
        return dict.fromkeys(values, 1 / len(values))
    return {key: value / whole for key, value in values.items()}


def _joined(parts: Sequence[tuple[float, Measures]]) -> Measures:
    keys = parts[0][1]
    return {key: sum(part * shares[key] for part, shares in parts) for key in keys}
