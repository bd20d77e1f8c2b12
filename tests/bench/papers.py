"""Proposals worth printing, for benchmarks: communes of the Jura with figures, statements and two areas."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal

from imc_portal.core.audit import Actor
from meetings.sample import ground
from partners.models import CandidateArea, Case, Municipality
from partners.services import areas
from proposals.models import Annex, Document, MemberInput, Proposal, ProposalVersion, Statement
from tests import makers

AREAS = ("ENV-WCO", "ECO-ROA")
#: Communes large enough to write proposals, each with its neighbours around.
WRITERS = ("39300", "39198", "39097", "39013", "39434")
#: Writes to all around it.
TO_MANY = "39478"
WHY = (
    "The contract for collection ends in fourteen months, and the offers we have seen are a fifth above what "
    "we pay today. Two of our lorries are older than twelve years. None of us is large enough to be offered "
    "better terms, and each of us plans its rounds alone although they meet at the border of the communes."
)
SAID = (
    ("unit_cost", "Rounds planned across the border would save {name} some forty kilometres a week."),
    ("shared_overheads", "One tender instead of several: {name} would no longer need an adviser of its own."),
    ("minimum_size", "Together with {name} the group is large enough for a depot with two drivers on call."),
    ("control", "{name} would decide on its days of collection together with the others, not alone."),
    ("transition", "In the first year {name} pays its own contract to the end beside the common one."),
)


def lay_ground() -> None:
    """The communes of the Jura with outlines and neighbours, as in the demo; property values made up."""
    ground.lay()
    communes = list(Municipality.objects.filter(country="FR", county="39"))
    dice = random.Random(7)  # noqa: S311  # no secret, only the same figures every time
    for one in communes:
        one.fiscal_capacity = Decimal(one.population * dice.randint(900, 1500))
        one.property_value = Decimal(one.population * dice.randint(38_000, 92_000))
    Municipality.objects.bulk_update(communes, ["fiscal_capacity", "property_value"])


def approved(writer: str, members: int, *, functions: Sequence[str] = AREAS) -> ProposalVersion:
    """An approved version among so many communes around the writer; its documents wait to be printed."""
    initiator = Municipality.objects.get(country="FR", code=writer)
    case = _case(initiator, functions)
    for commune in _around(initiator, members - 1):
        makers.make_participant(case, commune)
    version = makers.make_draft(case, recipients=0)
    ProposalVersion.objects.filter(pk=version.pk).update(why=WHY + "\n\n" + WHY)
    _figures(version.proposal)
    _say(list(version.annexes.select_related("participant__municipality")))
    version.refresh_from_db()
    return makers.make_approved(version)


def queued(versions: Sequence[ProposalVersion]) -> list[Document]:
    """Their documents, in turn: the first of each, the second of each …"""
    by_version = [list(version.documents.all()) for version in versions]
    longest = max(map(len, by_version))
    return [documents[n] for n in range(longest) for documents in by_version if n < len(documents)]


def _case(initiator: Municipality, functions: Sequence[str]) -> Case:
    owner = makers.make_member(initiator)
    first, *others = (
        makers.make_need(initiator, owner, function=code, annual_cost=Decimal(initiator.population * 62))
        for code in functions
    )
    case = makers.make_case(initiator, actor=owner, need=first, title="Collecting waste together")
    makers.make_area(case)
    for need in others:
        case.needs.add(need)
        area = CandidateArea.objects.create(
            case=case, function=need.function, mode=need.function.modes[0], need_grade=3
        )
        areas.agree_area(area=area, actor=Actor.portal())
    return case


def _around(initiator: Municipality, count: int) -> list[Municipality]:
    communes = Municipality.objects.filter(country="FR", county="39").exclude(pk=initiator.pk)

    def far(one: Municipality) -> float:
        north, east = _place(one)[0] - _place(initiator)[0], _place(one)[1] - _place(initiator)[1]
        return north**2 + east**2 / 2

    return sorted(communes, key=far)[:count]


def _place(one: Municipality) -> tuple[float, float]:
    return float(one.latitude or 0), float(one.longitude or 0)


def _figures(proposal: Proposal) -> None:
    dice = random.Random(11)  # noqa: S311  # as above
    members = proposal.case.participants.select_related("municipality")
    functions = [area.function for area in proposal.case.areas.select_related("function")]
    MemberInput.objects.bulk_create(
        MemberInput(
            proposal=proposal,
            participant=member,
            function=function,
            annual_cost=Decimal(member.municipality.population * dice.randint(48, 96)),
            volume=Decimal(member.municipality.population * dice.randint(180, 290) // 1000 + 1),
            year=2025,
            origin=MemberInput.Origin.MEASURED,
            source="administrative account 2025",
        )
        for member in members
        for function in functions
    )


def _say(annexes: Sequence[Annex]) -> None:
    Statement.objects.bulk_create(
        Statement(
            annex=annex,
            kind=kind,
            text=text.format(name=annex.participant),
            indicator="Kilometres and cost a year, reported by the depot every January",
            confidence="medium",
        )
        for annex in annexes
        for kind, text in SAID
    )
