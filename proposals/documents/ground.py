"""What estimates are reckoned on: members' own figures, then the terms of the area, then the initiator's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from partners.models import Baseline, CandidateArea, Case, Evidence, Function, Need, Participant
from proposals.estimate import Effect, Estimate, Grant, Member, Origin, Service, Terms, UnitCost, estimate
from proposals.estimate.scenarios import unit_cost_from
from proposals.models import AreaTerms, CostKey, MemberInput, ProposalVersion

ORIGINS = {
    MemberInput.Origin.MEASURED: Origin.MEASURED,
    MemberInput.Origin.ESTIMATED: Origin.ESTIMATED,
    MemberInput.Origin.ASSUMED: Origin.ASSUMED,
}


@dataclass(frozen=True, slots=True)
class Ground:
    """The records behind the estimates of a case, read in a fixed number of questions."""

    #: The initiator, then those who get an annex.
    group: tuple[Participant, ...]
    #: The needs that the case starts from.
    needs: tuple[Need, ...]
    #: The areas taken into the talks; a function stands twice when it has two modes.
    areas: tuple[CandidateArea, ...]
    inputs: Mapping[tuple[UUID, str], MemberInput]
    terms: Mapping[str, AreaTerms]
    #: The key of the one figure, as the newest version has it.
    cost_key: str

    @property
    def functions(self) -> dict[str, Function]:
        """The functions of the areas by code, each once."""
        return {area.function_id: area.function for area in self.areas}

    def baseline(self, participant: Participant, function: str) -> Baseline | None:
        """What the initiator's own need says of its cost; of nobody else's needs a word."""
        if not participant.is_initiator:
            return None
        own = participant.municipality_id
        needs = (one for one in self.needs if one.municipality_id == own and one.function_id == function)
        return next((found for need in needs if (found := getattr(need, "baseline", None))), None)


def recipients(case: Case) -> list[Participant]:
    """Participants who are open to talk and still there: those who get an annex."""
    asked = case.participants.filter(state__in=Participant.ORDER[3:])
    return list(asked.select_related("municipality", "contact"))


def read(case: Case, version: ProposalVersion | None = None) -> Ground:
    """All of a case that its estimates need; without a version, as the newest one has it."""
    version = version or ProposalVersion.objects.filter(proposal__case=case).order_by("-number").first()
    proposal = version.proposal_id if version else None
    initiator = case.participants.select_related("municipality").get(state=Participant.State.INITIATOR)
    agreed = case.areas.filter(state=CandidateArea.State.AGREED)
    inputs = MemberInput.objects.filter(proposal=proposal)
    terms = AreaTerms.objects.filter(proposal=proposal)
    return Ground(
        group=(initiator, *recipients(case)),
        needs=tuple(case.needs.select_related("municipality", "function", "baseline")),
        areas=tuple(agreed.select_related("function__evidence")),
        inputs={(one.participant_id, one.function_id): one for one in inputs},
        terms={one.function_id: one for one in terms},
        cost_key=version.cost_key if version else CostKey.POPULATION,
    )


def reckon(ground: Ground, code: str) -> Estimate:
    """The estimate of one of the areas' functions."""
    function = ground.functions[code]
    effect = effect_of(function.evidence)
    members = [member_of(ground, participant, code) for participant in ground.group]
    held = ground.terms.get(code)
    unit = _unit_cost(held) or unit_cost_from(effect, members[0], members[0].name)
    return estimate(Service(code, function.name, effect), members, unit, terms_of(held, ground.cost_key))


def effect_of(evidence: Evidence) -> Effect:
    """The evidence as the estimate takes it."""
    return Effect(
        key=evidence.key,
        scale=evidence.efficient_scale,
        low=float(evidence.low),
        central=float(evidence.central),
        high=float(evidence.high),
        source=evidence.source,
        confidence=evidence.confidence,
        curve=evidence.measured_curve,
        studied_from=evidence.studied_from,
    )


def member_of(ground: Ground, participant: Participant, code: str) -> Member:
    """A member with what is known of it: what was entered, else the initiator's own need; field by field."""
    entry = ground.inputs.get((participant.pk, code))
    baseline = ground.baseline(participant, code)
    told = entry if entry and entry.annual_cost is not None else baseline
    yields = entry if entry and entry.volume is not None else baseline
    town = participant.municipality
    return Member(
        key=str(participant.pk),
        name=town.name,
        population=town.population,
        own_cost=told.annual_cost if told else None,
        volume=yields.volume if yields else None,
        cost_source=_source(told.source, told.year) if told else "",
        cost_confidence=told.confidence if told else "none",
        origin=ORIGINS[MemberInput.Origin(told.origin)] if isinstance(told, MemberInput) else Origin.MEASURED,
        fiscal_capacity=_total(town.fiscal_capacity, town.population),
        property_value=_total(town.property_value, town.population),
    )


def terms_of(held: AreaTerms | None, cost_key: str) -> Terms:
    """The terms as the estimate takes them; its own defaults where nothing was set."""
    if held is None:
        return Terms(headline=cost_key)
    grant = None
    if held.grant_amount is not None:
        grant = Grant(held.grant_amount, held.grant_years, held.grant_source)
    return Terms(
        mixed=(held.share_equal, held.share_population, held.share_fiscal),
        base_share=held.base_share,
        grant=grant,
        headline=cost_key,
    )


def _unit_cost(held: AreaTerms | None) -> UnitCost | None:
    if held is None or held.unit_cost is None:
        return None
    return UnitCost(held.unit_cost, Origin.DEFAULT, held.unit_cost_source)


def _total(per_head: Decimal | None, population: int) -> Decimal | None:
    return None if per_head is None else per_head * population


def _source(source: str, year: int) -> str:
    return f"{source} ({year})" if source and str(year) not in source else source or str(year)
