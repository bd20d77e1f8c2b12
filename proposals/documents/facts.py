"""What a proposal says about the world: read from the case while drafting, frozen on approval."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from partners.models import CandidateArea, Case
from proposals.documents import ground
from proposals.documents.ground import Ground, recipients
from proposals.estimate import Estimate, record
from proposals.models import ProposalVersion

__all__ = ["AreaFact", "Facts", "MemberFact", "NeedFact", "facts_of", "gather", "recipients", "told_by"]


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


def facts_of(version: ProposalVersion) -> Facts:
    """The frozen facts of an approved version, else those of today."""
    if version.state == ProposalVersion.State.APPROVED and version.figures:
        return Facts.from_json(version.figures)
    return gather(version.proposal.case, version)


def gather(case: Case, version: ProposalVersion | None = None) -> Facts:
    """Read the facts of a case; costs are those entered for the group and of the initiator's own needs."""
    return told_by(case, ground.read(case, version))


def told_by(case: Case, found: Ground) -> Facts:
    """The facts that the records tell, once they are read."""
    return Facts(
        title=case.title,
        country=case.initiator.country,
        members=tuple(
            MemberFact(str(one.pk), one.municipality.name, one.municipality.population, one.is_initiator)
            for one in found.group
        ),
        needs=tuple(
            NeedFact(need.municipality.name, need.function.name, need.severity, need.statement, need.evidence)
            for need in found.needs
        ),
        areas=tuple(_area(area) for area in found.areas),
        estimates=tuple(ground.reckon(found, code) for code in found.functions),
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
