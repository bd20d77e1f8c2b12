"""Members' own figures and the terms of areas: kept with a trail, refused where they do not belong."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry
from imc_portal.core.problems import Refusal
from partners.models import Function, Membership, Participant
from partners.services import participants
from proposals import services
from proposals.models import AreaTerms, MemberInput, Proposal, ProposalVersion
from tests import makers

pytestmark = pytest.mark.django_db


@pytest.fixture
def proposal(version: ProposalVersion) -> Proposal:
    return version.proposal


@pytest.fixture
def waste() -> Function:
    return Function.objects.get(pk="ENV-WCO")


@pytest.fixture
def partner(version: ProposalVersion) -> Participant:
    return version.annexes.all()[0].participant


@pytest.fixture
def actor(version: ProposalVersion) -> Actor:
    return Actor.person(version.drafted_by)


def told(
    proposal: Proposal, partner: Participant, function: Function, actor: Actor, **changed: Any
) -> MemberInput:
    values: dict[str, Any] = {
        "annual_cost": Decimal("98000"),
        "volume": Decimal("412.5"),
        "year": 2025,
        "origin": "measured",
        "source": "Budget 2025, told by the treasurer",
        "confidence": "high",
    }
    return services.set_input(
        proposal=proposal, participant=partner, function=function, actor=actor, **(values | changed)
    )


def test_a_figure_is_kept_and_the_trail_tells_what_stood_before(
    proposal: Proposal, partner: Participant, waste: Function, actor: Actor
) -> None:
    told(proposal, partner, waste, actor)
    told(proposal, partner, waste, actor, annual_cost=Decimal(91_500), source="Accounts 2025")
    kept = MemberInput.objects.get()
    assert (kept.annual_cost, kept.volume, kept.source) == (
        Decimal(91_500),
        Decimal("412.50"),
        "Accounts 2025",
    )
    second, first = AuditEntry.objects.filter(verb="entered the figures of a member")
    assert first.before == {}
    assert first.after["annual_cost"] == "98000.00"
    assert second.before["annual_cost"] == "98000.00"
    assert second.after["annual_cost"] == "91500.00"
    assert second.before["source"] == "Budget 2025, told by the treasurer"
    assert {entry.context for entry in (first, second)} == {proposal.case.context}
    assert first.actor_key == actor.key


def test_the_same_figure_again_leaves_no_trace(
    proposal: Proposal, partner: Participant, waste: Function, actor: Actor
) -> None:
    told(proposal, partner, waste, actor)
    told(
        proposal,
        partner,
        waste,
        actor,
        annual_cost=Decimal("98000.00"),
        source="  Budget 2025, told by the treasurer ",
    )
    assert AuditEntry.objects.filter(verb="entered the figures of a member").count() == 1


def test_a_figure_is_taken_out_and_stays_on_the_trail(
    proposal: Proposal, partner: Participant, waste: Function, actor: Actor
) -> None:
    entry = told(proposal, partner, waste, actor)
    services.clear_input(entry=entry, actor=actor)
    services.clear_input(entry=entry, actor=actor)
    assert not MemberInput.objects.exists()
    gone = AuditEntry.objects.get(verb="took out the figures of a member")
    assert gone.before["annual_cost"] == "98000.00"
    assert gone.target_key == f"proposals.memberinput:{entry.pk}"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"annual_cost": None, "volume": None}, "__all__"),
        ({"annual_cost": Decimal(-1)}, "annual_cost"),
        ({"annual_cost": Decimal(10) ** 13}, "annual_cost"),
        ({"volume": Decimal("NaN")}, "volume"),
        ({"year": 1889}, "year"),
        ({"year": 2101}, "year"),
        ({"source": "   "}, "source"),
        ({"source": "x" * 201}, "source"),
        ({"origin": "guessed"}, "origin"),
        ({"confidence": "certain"}, "confidence"),
    ],
)
def test_what_is_no_figure_is_refused_and_nothing_is_written(
    proposal: Proposal,
    partner: Participant,
    waste: Function,
    actor: Actor,
    changed: dict[str, Any],
    field: str,
) -> None:
    with pytest.raises(ValidationError) as refusal:
        told(proposal, partner, waste, actor, **changed)
    assert field in refusal.value.message_dict
    assert not MemberInput.objects.exists()
    assert not AuditEntry.objects.filter(verb="entered the figures of a member").exists()


def test_only_members_of_this_group_have_figures(
    proposal: Proposal, partner: Participant, waste: Function, actor: Actor
) -> None:
    other = makers.make_draft(makers.make_case(makers.make_municipality()))
    stranger = other.annexes.all()[0].participant
    asked = makers.make_participant(proposal.case, state=Participant.State.CONTACTED)
    participants.leave(participant=partner, state="withdrawn", reason="Elections.", actor=actor)
    partner.refresh_from_db()
    for who in (stranger, asked, partner):
        with pytest.raises(Refusal, match="not in the group"):
            told(proposal, who, waste, actor)
    told(proposal, proposal.case.participants.get(state="initiator"), waste, actor)
    assert MemberInput.objects.count() == 1


def test_only_areas_in_the_talks_have_figures_and_terms(
    proposal: Proposal, partner: Participant, actor: Actor
) -> None:
    tax = Function.objects.get(pk="ADM-TAX")
    with pytest.raises(Refusal, match="not an area"):
        told(proposal, partner, tax, actor)
    with pytest.raises(Refusal, match="not an area"):
        services.set_terms(proposal=proposal, function=tax, base_share=10, actor=actor)


def test_nothing_changes_while_the_lead_reads_and_again_afterwards(
    version: ProposalVersion, partner: Participant, waste: Function, actor: Actor
) -> None:
    proposal = version.proposal
    entry = told(proposal, partner, waste, actor)
    lead = Actor.person(makers.make_member(proposal.case.initiator, Membership.Role.LEAD))
    services.submit(version=version, actor=actor)
    attempts = (
        lambda: told(proposal, partner, waste, actor, annual_cost=Decimal(1)),
        lambda: services.clear_input(entry=entry, actor=actor),
        lambda: services.set_terms(proposal=proposal, function=waste, base_share=10, actor=actor),
    )
    for attempt in attempts:
        with pytest.raises(Refusal, match="waits for the lead"):
            attempt()
    services.approve(version=version, actor=lead)
    told(proposal, partner, waste, actor, annual_cost=Decimal(90_000))
    assert MemberInput.objects.get().annual_cost == Decimal(90_000)


def test_terms_are_kept_in_part_with_what_stood_before(
    proposal: Proposal, waste: Function, actor: Actor
) -> None:
    services.set_terms(
        proposal=proposal,
        function=waste,
        actor=actor,
        unit_cost=Decimal("61.40"),
        unit_cost_source="Statistics of the county 2024",
        grant_amount=Decimal(40_000),
        grant_years=4,
        grant_source="County fund",
    )
    services.set_terms(
        proposal=proposal, function=waste, actor=actor, share_equal=10, share_population=60, share_fiscal=30
    )
    terms = AreaTerms.objects.get()
    assert (terms.unit_cost, terms.share_equal, terms.grant_years) == (Decimal("61.40"), 10, 4)
    last = AuditEntry.objects.filter(verb="set the terms of an area").first()
    assert last is not None
    assert last.before["share_equal"] == 20
    assert last.after["share_equal"] == 10


@pytest.mark.parametrize(
    "values",
    [
        {"share_equal": 20, "share_population": 20, "share_fiscal": 20},
        {"base_share": 101},
        {"unit_cost": Decimal(5), "unit_cost_source": ""},
        {"grant_amount": Decimal(5), "grant_source": ""},
        {"grant_amount": Decimal(0), "grant_source": "County"},
        {"grant_years": 0},
        {"grant_years": 21},
    ],
)
def test_terms_that_do_not_hold_are_refused(
    proposal: Proposal, waste: Function, actor: Actor, values: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError):
        services.set_terms(proposal=proposal, function=waste, actor=actor, **values)
    assert not AreaTerms.objects.exists()


def test_terms_know_no_other_fields(proposal: Proposal, waste: Function, actor: Actor) -> None:
    with pytest.raises(TypeError, match="proposal_id"):
        services.set_terms(proposal=proposal, function=waste, actor=actor, proposal_id=1)
