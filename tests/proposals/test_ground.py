"""What an estimate is reckoned on: whose figure counts before whose, and what is never read."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imc_portal.core.audit import Actor
from partners.models import Baseline, CandidateArea, Evidence, Function, Municipality, Participant
from partners.services.evidence import change_evidence
from proposals import services
from proposals.documents import ground, money, sources
from proposals.documents.facts import Facts, facts_of, gather
from proposals.estimate import Estimate, Grant, Origin, Solo
from proposals.models import ProposalVersion
from tests import makers

pytestmark = pytest.mark.django_db
WASTE = "ENV-WCO"


@pytest.fixture
def partner(version: ProposalVersion) -> Participant:
    return version.annexes.all()[0].participant


def tell(version: ProposalVersion, participant: Participant, **changed: Any) -> None:
    values: dict[str, Any] = {"annual_cost": Decimal(98_000), "year": 2024, "source": "Their treasurer"}
    services.set_input(
        proposal=version.proposal,
        participant=participant,
        function=Function.objects.get(pk=WASTE),
        actor=Actor.portal(),
        **(values | changed),
    )


def terms(version: ProposalVersion, **values: Any) -> None:
    function = Function.objects.get(pk=WASTE)
    services.set_terms(proposal=version.proposal, function=function, actor=Actor.portal(), **values)


def estimate_of(version: ProposalVersion) -> Estimate:
    return gather(version.proposal.case).estimates[0]


def solo(version: ProposalVersion, participant: Participant) -> Solo:
    return next(one for one in estimate_of(version).solos if one.key == str(participant.pk))


def initiator(version: ProposalVersion) -> Participant:
    return version.proposal.case.participants.get(state="initiator")


# --- whose figure counts ------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ["measured", "estimated", "assumed"])
def test_what_a_member_told_counts_before_everything_with_its_origin(
    version: ProposalVersion, partner: Participant, origin: str
) -> None:
    tell(version, partner, origin=origin, confidence="high", volume=Decimal(400))
    terms(version, unit_cost=Decimal(10), unit_cost_source="County statistics")
    found = solo(version, partner)
    assert (found.cost, found.origin, found.volume) == (Decimal(98_000), Origin(origin), Decimal(400))
    assert (found.source, found.confidence) == ("Their treasurer (2024)", "high")


def test_an_assumption_about_a_member_is_not_told_as_a_cost_per_inhabitant(
    version: ProposalVersion, partner: Participant
) -> None:
    other = version.annexes.all()[1].participant
    tell(version, partner, origin="assumed", source="Our working hypothesis")
    assert (solo(version, partner).own, solo(version, other).own) == (True, False)
    unknown, *_rest = money.tell(estimate_of(version), str(partner.pk), "EUR").unknown
    assert other.municipality.name in unknown
    assert version.proposal.case.initiator.name in unknown
    assert "hypothesis" not in unknown
    tables = sources.source_tables([estimate_of(version)], "EUR")
    cells = {cell for table in tables for row in table.rows for cell in row.cells}
    assert "Our working hypothesis (2024)" in cells
    assert f"cost per inhabitant of {version.proposal.case.initiator.name}" in cells


def test_the_initiator_s_own_need_is_measured_until_it_says_otherwise(version: ProposalVersion) -> None:
    own = initiator(version)
    assert (solo(version, own).cost, solo(version, own).origin) == (Decimal(150_000), Origin.MEASURED)
    assert solo(version, own).source == "accounts 2025"
    Baseline.objects.update(volume=Decimal(610))
    assert solo(version, own).volume == Decimal(610)
    tell(version, own, annual_cost=Decimal(142_000), origin="estimated")
    found = solo(version, own)
    assert (found.cost, found.origin, found.volume) == (Decimal(142_000), Origin.ESTIMATED, Decimal(610))


def test_a_volume_alone_leaves_the_cost_to_what_comes_next(
    version: ProposalVersion, partner: Participant
) -> None:
    own = initiator(version)
    tell(version, own, annual_cost=None, volume=Decimal(700))
    found = solo(version, own)
    assert (found.cost, found.origin, found.volume) == (Decimal(150_000), Origin.MEASURED, Decimal(700))
    tell(version, partner, annual_cost=None, volume=Decimal(80))
    other = solo(version, partner)
    assert (other.origin, other.volume) == (Origin.ASSUMED, Decimal(80))


def test_the_terms_stand_in_before_the_initiator_s_cost_does(
    version: ProposalVersion, partner: Participant
) -> None:
    assert solo(version, partner).origin == Origin.ASSUMED
    assert solo(version, partner).source == version.proposal.case.initiator.name
    terms(version, unit_cost=Decimal("61.40"), unit_cost_source="County statistics 2024")
    found = solo(version, partner)
    assert (found.origin, found.source) == (Origin.DEFAULT, "County statistics 2024")
    assert found.cost == Decimal("61.40") * partner.municipality.population
    assert solo(version, initiator(version)).cost == Decimal(150_000)


def test_nothing_known_of_anybody_is_no_figure() -> None:
    need = makers.make_need(makers.make_municipality(), annual_cost=None)
    version = makers.make_draft(makers.make_case(need.municipality, actor=need.owner, need=need))
    assert estimate_of(version).gaps == ("no_baseline",)


def test_another_municipality_s_need_is_never_read(version: ProposalVersion, partner: Participant) -> None:
    secret = makers.make_need(partner.municipality, annual_cost=Decimal("77777"))
    version.proposal.case.needs.add(secret)
    found = solo(version, partner)
    assert found.origin == Origin.ASSUMED
    assert "77777" not in str(gather(version.proposal.case).to_json()["estimates"])


def test_figures_of_another_proposal_do_not_count(version: ProposalVersion, partner: Participant) -> None:
    other = makers.make_draft(makers.make_case(makers.make_municipality()))
    tell(other, initiator(other), annual_cost=Decimal(1))
    terms(other, unit_cost=Decimal(1), unit_cost_source="S")
    assert solo(version, partner).origin == Origin.ASSUMED
    assert solo(version, initiator(version)).cost == Decimal(150_000)


# --- totals, terms, evidence --------------------------------------------------------------------------


def test_fiscal_capacity_and_property_value_are_totals_of_the_municipality(
    version: ProposalVersion, partner: Participant
) -> None:
    Municipality.objects.filter(pk=partner.municipality_id).update(
        fiscal_capacity=Decimal("812.50"), property_value=Decimal(64_000), population=2_000
    )
    found = solo(version, partner)
    assert (found.fiscal_capacity, found.property_value) == (Decimal(1_625_000), Decimal(128_000_000))
    assert solo(version, initiator(version)).fiscal_capacity is None
    assert "fiscal_capacity" in estimate_of(version).missing


def test_the_terms_reach_the_estimate(version: ProposalVersion) -> None:
    terms(
        version,
        share_equal=10,
        share_population=60,
        share_fiscal=30,
        base_share=45,
        grant_amount=Decimal(40_000),
        grant_years=4,
        grant_source="County fund",
    )
    found = estimate_of(version).terms
    assert (found.mixed, found.base_share) == ((10, 60, 30), 45)
    assert found.grant == Grant(Decimal(40_000), 4, "County fund")


def test_the_headline_is_the_key_of_the_version(version: ProposalVersion) -> None:
    assert estimate_of(version).headline == "population"
    ProposalVersion.objects.filter(pk=version.pk).update(cost_key="equal")
    assert estimate_of(version).headline == "equal"
    version.refresh_from_db()
    assert gather(version.proposal.case, version).estimates[0].headline == "equal"


def test_the_curve_is_a_matter_of_evidence() -> None:
    evidence = Evidence.objects.get(key="waste")
    evidence.measured_curve, evidence.studied_from = True, 5_000
    effect = ground.effect_of(evidence)
    assert (effect.curve, effect.studied_from) == (True, 5_000)


# --- frozen -----------------------------------------------------------------------------------------------


def test_what_was_approved_keeps_its_figures_whatever_changes_afterwards(
    version: ProposalVersion, partner: Participant
) -> None:
    tell(version, partner)
    terms(version, grant_amount=Decimal(40_000), grant_source="County fund")
    approved = makers.make_approved(version)
    approved.refresh_from_db()
    before = facts_of(approved)
    assert json.loads(json.dumps(before.to_json())) == approved.figures
    tell(version, partner, annual_cost=Decimal(1))
    terms(version, grant_amount=Decimal(9), base_share=1)
    evidence = Evidence.objects.get(key="waste")
    evidence.central = evidence.high = Decimal("-0.300")
    change_evidence(
        evidence=evidence, functions=evidence.functions.all(), reason="New.", actor=Actor.portal()
    )
    Municipality.objects.update(population=9_999, fiscal_capacity=Decimal(5))
    approved.refresh_from_db()
    assert facts_of(approved) == before
    draft = services.new_version(proposal=version.proposal, actor=Actor.person(version.drafted_by))
    assert facts_of(draft) != before


def test_figures_frozen_before_there_were_terms_are_still_read(version: ProposalVersion) -> None:
    plain = gather(version.proposal.case).to_json()
    for estimate in plain["estimates"]:
        for later in ("terms", "headline", "missing", "grants"):
            del estimate[later]
        del estimate["service"]["effect"]["curve"], estimate["service"]["effect"]["studied_from"]
        for one in estimate["solos"]:
            del one["fiscal_capacity"], one["property_value"], one["own"]
        for scenario in estimate["scenarios"]:
            for key in scenario["keys"]:
                del key["in_core"], key["blocking"], key["error"]
    read = Facts.from_json(plain)
    assert read.estimates[0].headline == "population"
    assert [one.own for one in read.estimates[0].solos] == [True, False, False]
    assert (
        read.estimates[0].scenarios[1].running
        == gather(version.proposal.case).estimates[0].scenarios[1].running
    )


# --- what it costs ------------------------------------------------------------------------------------------


def test_gathering_asks_the_same_for_few_and_for_many() -> None:
    counts = []
    for recipients, codes in ((1, ()), (4, ("ADM-TAX", "REC-LIB"))):
        version = makers.make_draft(makers.make_case(makers.make_municipality()), recipients=recipients)
        case = version.proposal.case
        for code in codes:
            CandidateArea.objects.create(case=case, function_id=code, mode="joint_admin", state="agreed")
        for annex in version.annexes.all():
            tell(version, annex.participant)
        with CaptureQueriesContext(connection) as asked:
            gather(case, version)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 7
