"""What a proposal says about the world: read from the case while drafting, frozen on approval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from partners.models import CandidateArea, Case, Need, Participant
from proposals.estimate import Effect, Estimate, Member, Service, estimate, record
from proposals.estimate.scenarios import unit_cost_from
from proposals.models import ProposalVersion


@dataclass(frozen=True, slots=True)
class MemberFact:
    """A municipality of the group."""

    key: str
    name: str
    population: int
    initiator: bool


@dataclass(frozen=True, slots=True)
class NeedFact:
    """A need that the case starts from; function name in the source language."""

    member: str
    function: str
    severity: int
    statement: str
    evidence: str


@dataclass(frozen=True, slots=True)
class AreaFact:
    """An area taken into the talks; names in the source language, codes where the model has them."""

    code: str
    function: str
    mode: str
    source: str
    confidence: str
    scale: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything of the case that the paper needs, as plain values."""

    title: str
    country: str
    members: tuple[MemberFact, ...]
    needs: tuple[NeedFact, ...]
    areas: tuple[AreaFact, ...]
    estimates: tuple[Estimate, ...]

    @property
    def initiator(self) -> MemberFact:
        """The municipality that writes."""
        return next(member for member in self.members if member.initiator)

    def member(self, key: str) -> MemberFact:
        """One of the group."""
        return next(member for member in self.members if member.key == key)

    def to_json(self) -> dict[str, Any]:
        """For freezing."""
        plain = asdict(self)
        plain["estimates"] = [record.to_json(one) for one in self.estimates]
        return plain

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Facts:
        """As frozen."""
        return cls(
            title=data["title"],
            country=data["country"],
            members=tuple(MemberFact(**one) for one in data["members"]),
            needs=tuple(NeedFact(**one) for one in data["needs"]),
            areas=tuple(AreaFact(**one) for one in data["areas"]),
            estimates=tuple(record.from_json(one) for one in data["estimates"]),
        )


def recipients(case: Case) -> list[Participant]:
    """Participants who are open to talk and still there: those who get an annex."""
    asked = case.participants.filter(state__in=Participant.ORDER[3:])
    return list(asked.select_related("municipality", "contact"))


def facts_of(version: ProposalVersion) -> Facts:
    """The frozen facts of an approved version, else those of today."""
    if version.state == ProposalVersion.State.APPROVED and version.figures:
        return Facts.from_json(version.figures)
    return gather(version.proposal.case)


def gather(case: Case) -> Facts:
    """Read the facts of a case; costs are those of needs that belong to the case, and no others."""
    initiator = case.participants.select_related("municipality").get(state=Participant.State.INITIATOR)
    group = [initiator, *recipients(case)]
    needs = list(case.needs.select_related("municipality", "function", "baseline"))
    areas = list(case.areas.filter(state=CandidateArea.State.AGREED).select_related("function__evidence"))
    functions = {area.function_id: area for area in areas}
    return Facts(
        title=case.title,
        country=case.initiator.country,
        members=tuple(
            MemberFact(str(one.pk), one.municipality.name, one.municipality.population, one.is_initiator)
            for one in group
        ),
        needs=tuple(
            NeedFact(need.municipality.name, need.function.name, need.severity, need.statement, need.evidence)
            for need in needs
        ),
        areas=tuple(_area(area) for area in areas),
        estimates=tuple(_estimate(area, group, needs) for area in functions.values()),
    )


def _area(area: CandidateArea) -> AreaFact:
    evidence = area.function.evidence
    return AreaFact(
        code=area.function_id,
        function=area.function.name,
        mode=area.mode,
        source=evidence.source,
        confidence=evidence.confidence,
        scale=evidence.efficient_scale,
    )


def _estimate(area: CandidateArea, group: Sequence[Participant], needs: Sequence[Need]) -> Estimate:
    evidence = area.function.evidence
    effect = Effect(
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
    known = {need.municipality_id: need for need in needs if need.function_id == area.function_id}
    members = [_member(participant, known.get(participant.municipality_id)) for participant in group]
    unit = unit_cost_from(effect, members[0], members[0].name)
    return estimate(Service(area.function_id, area.function.name, effect), members, unit)


def _member(participant: Participant, need: Need | None) -> Member:
    municipality = participant.municipality
    baseline = getattr(need, "baseline", None)
    return Member(
        key=str(participant.pk),
        name=municipality.name,
        population=municipality.population,
        own_cost=baseline.annual_cost if baseline else None,
        volume=baseline.volume if baseline else None,
        cost_source=_source(baseline.source, baseline.year) if baseline else "",
        cost_confidence=baseline.confidence if baseline else "none",
    )


def _source(source: str, year: int) -> str:
    return f"{source} ({year})" if source and str(year) not in source else source or str(year)
