"""The estimate: what each member pays alone, what together, in three scenarios and under each key."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from proposals.estimate import keys
from proposals.estimate.effect import change, coordination_rate, excess_of, total
from proposals.estimate.figures import (
    SCENARIOS,
    Effect,
    Estimate,
    KeyResult,
    Member,
    Origin,
    Scenario,
    Service,
    Solo,
    Terms,
    UnitCost,
)

#: Share of the savings that has arrived in each of the first six years; losses arrive at once.
RAMP = (0.0, 0.25, 0.5, 0.75, 0.9, 1.0)
#: One-off cost of joining up as a share of the joint running cost.
TRANSITION = {"low": 0.10, "central": 0.075, "high": 0.05}
#: The key used where one figure has to stand for all of them.
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
    population = total([member.population for member in members])
    scale = service.effect.scale
    return Estimate(
        service=service,
        solos=tuple(solos),
        scenarios=() if gaps else tuple(_scenario(name, service.effect, solos) for name in SCENARIOS),
        gaps=gaps,
        population=population,
        reaches_scale=None if scale is None else population >= scale,
        terms=terms,
        headline=HEADLINE_KEY,
    )


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
    )


def _gaps(effect: Effect, members: Sequence[Member], solos: Sequence[Solo]) -> tuple[str, ...]:
    gaps = []
    if not effect.known:
        gaps.append("no_evidence")
    if len(solos) < len(members):
        gaps.append("no_baseline")
    if len(members) < 2:
        gaps.append("alone")
    return tuple(gaps)


def _running(solos: Sequence[Solo], effect: Effect, scenario: str) -> float:
    group = total([solo.population for solo in solos])
    return sum(float(solo.cost) * (1 + change(effect, solo.population, group, scenario)) for solo in solos)


def _scenario(name: str, effect: Effect, solos: Sequence[Solo]) -> Scenario:
    def cost(group: Sequence[int]) -> float:
        chosen = [solos[index] for index in group]
        if len(chosen) == 1:
            return float(chosen[0].cost)
        return _running(chosen, effect, name) * (1 + coordination_rate(len(chosen)))

    running = keys.cents(_running(solos, effect, name))
    coordination = keys.cents(float(running) * coordination_rate(len(solos)))
    alone = sum((solo.cost for solo in solos), Decimal(0))
    weights = keys.weights(solos, cost)
    transition = keys.cents(float(running) * TRANSITION[name])
    return Scenario(
        name=name,
        running=running,
        coordination=coordination,
        transition=transition,
        group_net=alone - running - coordination,
        keys=tuple(
            _under(key, running + coordination, weights[key], solos) for key in keys.ORDER if key in weights
        ),
        years=_years(solos, running, coordination, transition, weights[HEADLINE_KEY]),
    )


def _under(key: str, joint: Decimal, weights: dict[str, float], solos: Sequence[Solo]) -> KeyResult:
    pays = keys.split(joint, weights)
    return KeyResult(key=key, pays=pays, nets={solo.key: solo.cost - pays[solo.key] for solo in solos})


def _years(
    solos: Sequence[Solo],
    running: Decimal,
    coordination: Decimal,
    transition: Decimal,
    weights: dict[str, float],
) -> dict[str, tuple[Decimal, ...]]:
    """Each member's net gain in years one to six under the headline key, joining-up cost in the first."""
    alone = sum((solo.cost for solo in solos), Decimal(0))
    saving = alone - running
    path: dict[str, list[Decimal]] = {solo.key: [] for solo in solos}
    for year, arrived in enumerate(RAMP):
        so_far = keys.cents(saving * Decimal(str(arrived))) if saving > 0 else saving
        bill = alone - so_far + coordination + (transition if year == 0 else 0)
        pays = keys.split(bill, weights)
        for solo in solos:
            path[solo.key].append(solo.cost - pays[solo.key])
    return {key: tuple(nets) for key, nets in path.items()}
