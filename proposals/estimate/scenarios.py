"""The estimate: what each member pays alone, what together, in three scenarios and under each key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from proposals.estimate import grants, keys
from proposals.estimate.effect import excess_of, total
from proposals.estimate.figures import (
    SCENARIOS,
    Effect,
    Estimate,
    Member,
    Origin,
    Scenario,
    Service,
    Solo,
    Terms,
    UnitCost,
)
from proposals.estimate.groups import PartsOfGroup

#: Share of the savings that has arrived in each of the first six years; losses arrive at once.
RAMP = (0.0, 0.25, 0.5, 0.75, 0.9, 1.0)
#: One-off cost of joining up as a share of the joint running cost.
TRANSITION = {"low": 0.10, "central": 0.075, "high": 0.05}
#: The key of the one figure where the one asked for cannot be formed.
HEADLINE_KEY = keys.POPULATION
DEFAULT_TERMS = Terms()


def estimate(
    service: Service,
    members: Sequence[Member],
    unit_cost: UnitCost | None = None,
    terms: Terms = DEFAULT_TERMS,
) -> Estimate:
    """Three scenarios for the group, or the reasons why no figure can be given."""
    solos = [solo for member in members if (solo := _solo(member, service.effect, unit_cost))]
    gaps = _gaps(service.effect, members, solos)
    missing = _missing(members, terms)
    headline = terms.headline if terms.headline in set(keys.ORDER) - set(missing) else HEADLINE_KEY
    population = total([member.population for member in members])
    scale = service.effect.scale
    found = Estimate(
        service=service,
        solos=tuple(solos),
        scenarios=() if gaps else tuple(_scenarios(solos, service.effect, terms, headline)),
        gaps=gaps,
        population=population,
        reaches_scale=None if scale is None else population >= scale,
        terms=terms,
        headline=headline,
        missing=missing,
    )
    return replace(found, grants=_grants(found))


def unit_cost_from(effect: Effect, member: Member, source: str) -> UnitCost | None:
    """Cost per inhabitant at efficient scale, read back from one member's own cost: an assumption."""
    if member.own_cost is None or member.population <= 0:
        return None
    alone = float(member.own_cost) / member.population
    amount = Decimal(alone / (1 + excess_of(effect, member.population)))
    return UnitCost(amount, Origin.ASSUMED, source, "low")


def _solo(member: Member, effect: Effect, unit_cost: UnitCost | None) -> Solo | None:
    if member.own_cost is not None:
        cost, origin = member.own_cost, member.origin
        source, confidence = member.cost_source, member.cost_confidence
    elif unit_cost is not None:
        per_head = float(unit_cost.amount) * (1 + excess_of(effect, member.population))
        cost, origin = Decimal(per_head * member.population), unit_cost.origin
        source, confidence = unit_cost.source, unit_cost.confidence
    else:
        return None
    return Solo(
        key=member.key,
        name=member.name,
        population=member.population,
        cost=keys.cents(cost),
        origin=origin,
        source=source,
        confidence=confidence,
        volume=member.volume,
        fiscal_capacity=member.fiscal_capacity,
        property_value=member.property_value,
        own=member.own_cost is not None,
    )


def _missing(members: Sequence[Member], terms: Terms) -> dict[str, tuple[str, ...]]:
    missing = keys.lacking(members, terms)
    return missing if keys.has_nucleolus(len(members)) else missing | {keys.NUCLEOLUS: ()}


def _gaps(effect: Effect, members: Sequence[Member], solos: Sequence[Solo]) -> tuple[str, ...]:
    gaps = []
    if not effect.known:
        gaps.append("no_evidence")
    if len(solos) < len(members):
        gaps.append("no_baseline")
    if len(members) < 2:
        gaps.append("alone")
    return tuple(gaps)


def _grants(found: Estimate) -> dict[str, Decimal]:
    if found.terms.grant is None or not found.known:
        return {}
    return grants.shared(found.terms.grant, found.scenario("central").key(found.headline).pays)


def _scenarios(solos: Sequence[Solo], effect: Effect, terms: Terms, headline: str) -> list[Scenario]:
    ordered = sorted(solos, key=lambda solo: solo.key)  # no figure depends on the order of asking
    group = PartsOfGroup(ordered, effect, terms)
    whole = np.ones((1, len(solos)), dtype=np.bool_)
    rate = float(group.rates[-1])
    return [
        _scenario(_Bill.of(name, float(running), rate), solos, terms, game, headline)
        for name, running, game in zip(
            SCENARIOS, group.running(whole)[:, 0], keys.games(len(solos), group.joint), strict=True
        )
    ]


@dataclass(frozen=True, slots=True)
class _Bill:
    """What the group pays together in one scenario."""

    name: str
    running: Decimal
    coordination: Decimal
    transition: Decimal

    @classmethod
    def of(cls, name: str, running: float, rate: float) -> _Bill:
        """To the cent."""
        cost = keys.cents(running)
        return cls(
            name,
            cost,
            keys.cents(float(cost) * rate),
            keys.cents(float(cost) * TRANSITION[name]),
        )

    def years(self, alone: Decimal) -> list[Decimal]:
        """The bill of each year: savings arrive slowly, losses at once, joining up is paid in the first."""
        saving = alone - self.running
        arrived = [keys.cents(saving * Decimal(str(part))) if saving > 0 else saving for part in RAMP]
        bills = [alone - part + self.coordination for part in arrived]
        return [bills[0] + self.transition, *bills[1:]]


def _scenario(bill: _Bill, solos: Sequence[Solo], terms: Terms, game: keys.Game, headline: str) -> Scenario:
    members = sorted(solo.key for solo in solos)
    alone = {solo.key: solo.cost for solo in solos}
    whole, joint = sum(alone.values(), Decimal(0)), bill.running + bill.coordination
    divisions = keys.divisions(members, keys.weights(solos, terms), game)
    years = [divisions[headline].divide_year(year, joint) for year in bill.years(whole)]
    return Scenario(
        name=bill.name,
        running=bill.running,
        coordination=bill.coordination,
        transition=bill.transition,
        group_net=whole - joint,
        keys=tuple(keys.result(one, joint, alone, members, game) for one in divisions.values()),
        years={key: tuple(cost - pays[key] for pays in years) for key, cost in alone.items()},
    )
