"""A question put to the estimate as JSON: who, which service, and what is known of the parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from imc_portal.core.problems import Refusal
from proposals.estimate.figures import Effect, Grant, Member, Origin, Terms, UnitCost
from proposals.estimate.keys import ORDER
from proposals.estimate.reading import MOST_PEOPLE, Reader, is_name, shown

MOST_MEMBERS = 200
#: Fields of the published example that are no question.
NO_QUESTION = ("about", "expected", "tolerance")
#: Central benefit as a part of the curve, where the evidence has no curve of its own.
CENTRAL_OF_CURVE = 0.6
#: Excess cost at the smallest size studied beyond which it is no excess but another service.
MOST_EXCESS = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """A checked question."""

    service: str
    members: tuple[Member, ...]
    unit_cost: UnitCost | None
    scale: int | None
    reference: int | None
    excess: float | None
    terms: Terms
    ignored: tuple[str, ...]

    def effect(self, evidence: Effect) -> Effect:
        """The evidence of the catalogue, with the parameters given put in its place."""
        effect = replace(evidence, scale=self.scale or evidence.scale)
        if self.reference is not None:
            effect = replace(effect, studied_from=self.reference)
        if self.excess is not None:
            effect = _with_curve(effect, self.excess)
        if effect.curve and effect.scale is None:
            raise Refusal("efficient_scale: is missing; a curve needs the size at which it ends.")
        if effect.scale is not None and self.reference is not None and self.reference >= effect.scale:
            raise Refusal("reference_population: has to be smaller than the efficient scale.")
        return effect


def read(data: Mapping[str, Any]) -> Asked:
    """The question; refused with every fault it has."""
    reasons: list[str] = []
    reader = Reader(data, "", reasons)
    for name in NO_QUESTION:
        reader.value(name)
    members, ignored = _members(reader)
    asked = Asked(
        service=reader.text("service", needed=True),
        members=members,
        unit_cost=_unit_cost(reader),
        scale=_whole(reader, "efficient_scale", least=2),
        reference=_whole(reader, "reference_population", least=1),
        excess=_float(reader.number("excess_at_reference", most=MOST_EXCESS)),
        terms=_terms(reader),
        ignored=(),
    )
    if reasons:
        raise Refusal(*reasons)
    _with_a_cost_each(asked)
    return replace(asked, ignored=tuple(dict.fromkeys(reader.ignored + ignored)))


def _with_curve(effect: Effect, excess: float) -> Effect:
    part = effect.central / effect.high if effect.high < 0 else CENTRAL_OF_CURVE
    high, low = -excess, max(effect.low, 0.0)
    central = min(max(part * high, high), low)
    known = effect if effect.known else replace(effect, source="excess_at_reference", confidence="low")
    return replace(known, high=high, central=central, low=low, curve=True)


def _with_a_cost_each(asked: Asked) -> None:
    without = [member.name for member in asked.members if member.own_cost is None]
    if without and asked.unit_cost is None:
        raise Refusal(
            "unit_cost_per_inhabitant: is missing, and so is annual_cost of " + ", ".join(without) + "."
        )


def _members(reader: Reader) -> tuple[tuple[Member, ...], list[str]]:
    value = reader.value("members", needed=True)
    if value is None:
        return (), []
    if not isinstance(value, dict) or not 2 <= len(value) <= MOST_MEMBERS:
        reader.reasons.append(f"members: an object of 2 to {MOST_MEMBERS} members is needed.")
        return (), []
    found, ignored = [], []
    for key, facts in value.items():
        if not is_name(key) or not isinstance(facts, dict):
            reader.reasons.append(f"members, {shown(key)}: a name and an object are needed.")
            continue
        one = Reader(facts, f"members, {key}", reader.reasons)
        found.append(_member(key, one))
        ignored += [f"members: {name}" for name in one.ignored]
    return tuple(found), ignored


def _member(key: str, reader: Reader) -> Member:
    population = reader.number("population", most=MOST_PEOPLE, whole=True, needed=True)
    return Member(
        key=key,
        name=reader.text("name", default=key),
        population=int(population or 0),
        own_cost=reader.number("annual_cost"),
        volume=reader.number("volume"),
        cost_source="annual_cost",
        fiscal_capacity=reader.number("fiscal_capacity"),
        property_value=reader.number("property_value"),
    )


def _unit_cost(reader: Reader) -> UnitCost | None:
    amount = reader.number("unit_cost_per_inhabitant", most=10**6)
    return None if amount is None else UnitCost(amount, Origin.DEFAULT, "unit_cost_per_inhabitant")


def _terms(reader: Reader) -> Terms:
    plain = Terms()
    base = _whole(reader, "base_share", most=100)
    coordination = _float(reader.number("coordination_share_of_joint_cost", most=1))
    headline = reader.text("headline", default=plain.headline)
    if headline not in ORDER:
        reader.reasons.append(f"headline: one of {', '.join(ORDER)} is needed.")
    return Terms(
        mixed=_weights(reader) or plain.mixed,
        base_share=plain.base_share if base is None else base,
        grant=_grant(reader.part("grant")),
        headline=headline,
        coordination=plain.coordination if coordination is None else coordination,
    )


def _weights(reader: Reader) -> tuple[int, int, int] | None:
    value = reader.value("weights")
    if value is None:
        return None
    if isinstance(value, dict) and set(value) <= {"equal", "population", "fiscal_capacity"}:
        value = [value.get(name, 0) for name in ("equal", "population", "fiscal_capacity")]
    if isinstance(value, list) and len(value) == 3 and all(type(part) is int for part in value):
        equal, population, fiscal = value
        if min(value) >= 0 and sum(value) == 100:
            return equal, population, fiscal
    reader.reasons.append(
        "weights: three whole numbers that add up to 100 are needed: equal, population, fiscal_capacity."
    )
    return None


def _grant(reader: Reader | None) -> Grant | None:
    if reader is None:
        return None
    amount = reader.number("amount", least=Decimal("0.01"), needed=True)
    years = _whole(reader, "years", least=1, most=20)
    source = reader.text("source")
    return None if amount is None else Grant(amount, years or 1, source)


def _whole(reader: Reader, name: str, *, least: int = 0, most: int = MOST_PEOPLE) -> int | None:
    number = reader.number(name, least=least, most=most, whole=True)
    return None if number is None else int(number)


def _float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)
