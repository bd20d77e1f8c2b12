"""What the proposal reckoned: members' own figures, and the estimate of the newest approved version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from partners.models import Case, Participant
from proposals.documents.facts import facts_of
from proposals.documents.wording import currency_of
from proposals.estimate import Estimate
from proposals.models import MemberInput, ProposalVersion

Facts = dict[str, Any]


def gather(case: Case, told: Sequence[Participant]) -> Facts:
    """Figures of those who know of the case; whoever was never told is left out."""
    names = {str(one.pk): one.municipality.name for one in told}
    inputs = MemberInput.objects.filter(proposal__case=case, participant__in=told)
    approved = ProposalVersion.objects.filter(proposal__case=case, state=ProposalVersion.State.APPROVED)
    newest = approved.select_related("proposal__case__initiator").order_by("-number").first()
    estimates = facts_of(newest).estimates if newest and newest.figures else ()
    return {
        "currency": currency_of(case.initiator.country),
        "member_figures": [_input(one) for one in inputs.select_related("participant__municipality")],
        "estimates": [_estimate(one, newest.number, names) for one in estimates] if newest else [],
    }


def _input(one: MemberInput) -> Facts:
    return {
        "participant": str(one.participant_id),
        "municipality": one.participant.municipality.name,
        "function": one.function_id,
        "annual_cost": str(one.annual_cost) if one.annual_cost is not None else None,
        "volume": str(one.volume) if one.volume is not None else None,
        "year": one.year,
        "origin": one.origin,
        "source": one.source,
        "confidence": one.confidence,
        "confidence_name": one.get_confidence_display(),
    }


def _estimate(one: Estimate, version: int, names: dict[str, str]) -> Facts:
    return {
        "function": one.service.code,
        "function_name": one.service.name,
        "version": version,
        "gaps": list(one.gaps),
        "inhabitants": one.population,
        "reaches_efficient_scale": one.reaches_scale,
        "headline_key": one.headline,
        "evidence": {"source": one.service.effect.source, "confidence": one.service.effect.confidence},
        "grant": _grant(one),
        "members": [
            {
                "participant": solo.key,
                "municipality": names[solo.key],
                "cost_alone": str(solo.cost),
                "origin": str(solo.origin),
                "source": solo.source,
                "confidence": solo.confidence,
            }
            for solo in one.solos
            if solo.key in names
        ],
        "scenarios": [_scenario(scenario, names) for scenario in one.scenarios],
    }


def _grant(one: Estimate) -> Facts | None:
    grant = one.terms.grant
    if grant is None:
        return None
    return {"amount": str(grant.amount), "years": grant.years, "source": grant.source}


def _scenario(scenario: Any, names: dict[str, str]) -> Facts:
    return {
        "name": scenario.name,
        "running": str(scenario.running),
        "coordination": str(scenario.coordination),
        "transition": str(scenario.transition),
        "group_net": str(scenario.group_net),
        "keys": [
            {
                "key": result.key,
                "in_core": result.in_core,
                "members": [
                    {
                        "municipality": names[key],
                        "pays": str(result.pays[key]),
                        "net": str(result.nets[key]),
                    }
                    for key in result.pays
                    if key in names
                ],
            }
            for result in scenario.keys
        ],
    }
