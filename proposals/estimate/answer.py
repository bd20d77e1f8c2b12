"""The answer to a question put as JSON: plain numbers under names that other programs rely on."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from proposals.estimate import grants
from proposals.estimate.figures import Estimate, KeyResult, Scenario
from proposals.estimate.keys import MIXED


def answer(found: Estimate) -> dict[str, Any]:
    """Figures of the parameters as given on top, and all three scenarios."""
    top = figures_of(found)
    effect = found.service.effect
    return {
        "service": found.service.code,
        "name": found.service.name,
        "figures_of": top,
        "solo": _numbers({solo.key: solo.cost for solo in found.solos}),
        **_steady(found, found.scenario(top)),
        "scenarios": {scenario.name: _scenario(found, scenario) for scenario in found.scenarios},
        "missing": {_named(key, found): list(names) for key, names in found.missing.items()},
        "headline": _named(found.headline, found),
        "grants": _grants(found),
        "population": found.population,
        "reaches_scale": found.reaches_scale,
        "inputs": {
            solo.key: {"origin": solo.origin, "source": solo.source, "confidence": solo.confidence}
            for solo in found.solos
        },
        "evidence": {"source": effect.source, "confidence": effect.confidence, "curve": effect.curve},
    }


def figures_of(found: Estimate) -> str:
    """The scenario of the parameters as given: the curve in full where there is one, else central."""
    return "high" if found.service.effect.curve else "central"


def _steady(found: Estimate, scenario: Scenario) -> dict[str, Any]:
    def by_key(value: Any) -> dict[str, Any]:
        return {_named(result.key, found): value(result) for result in scenario.keys}

    return {
        "joint_with_coordination": float(scenario.joint),
        "group_net_gain": float(scenario.group_net),
        "shares": by_key(lambda result: _numbers(result.pays)),
        "net_gain_by_key": by_key(lambda result: _numbers(result.nets)),
        "losers": by_key(lambda result: list(result.losers)),
        "in_core": by_key(lambda result: result.in_core),
        "blocking": by_key(lambda result: list(result.blocking)),
        "errors": {_named(one.key, found): _error(one) for one in scenario.keys if one.error is not None},
    }


def _scenario(found: Estimate, scenario: Scenario) -> dict[str, Any]:
    return {
        "running": float(scenario.running),
        "coordination": float(scenario.coordination),
        "transition": float(scenario.transition),
        **_steady(found, scenario),
        "years": {key: [float(net) for net in nets] for key, nets in scenario.years.items()},
    }


def _grants(found: Estimate) -> dict[str, Any]:
    grant = found.terms.grant
    if grant is None:
        return {}
    return {
        "amount": float(grant.amount),
        "source": grant.source,
        "by_member": _numbers(found.grants),
        "by_year": {
            key: [float(paid) for paid in grants.by_year(part, grant.years)]
            for key, part in found.grants.items()
        },
    }


def _named(key: str, found: Estimate) -> str:
    """The mixed key is named by its weights."""
    return key if key != MIXED else "_".join([key, *map(str, found.terms.mixed)])


def _numbers(amounts: Mapping[str, Decimal]) -> dict[str, float]:
    return {key: float(amount) for key, amount in amounts.items()}


def _error(result: KeyResult) -> float:
    return float(result.error or 0)
