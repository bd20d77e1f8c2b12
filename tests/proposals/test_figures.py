"""The page of figures: who sees it, what it shows, what it costs."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from imc_portal.core.audit import Actor
from partners.models import CandidateArea, Function, Membership, Municipality, Participant
from proposals import services
from proposals.models import MemberInput, ProposalVersion
from proposals.services.inputs import seen_mark
from tests import makers
from tests.proposals.told import (
    SECRET,
    WASTE,
    agreed,
    clear,
    grant,
    page,
    save,
    signed_in,
    tell,
    terms_of,
    typed,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(version: ProposalVersion) -> Client:
    return signed_in(version.drafted_by)


@pytest.fixture
def partner(version: ProposalVersion) -> Participant:
    return version.annexes.all()[0].participant


# --- who gets in --------------------------------------------------------------------------------------


def test_only_those_inside_see_what_partners_told(version: ProposalVersion, partner: Participant) -> None:
    tell(version, partner)
    case = version.proposal.case
    body = makers.make_body()
    case.bodies.create(body=body)
    outside = [
        makers.make_member(partner.municipality, "lead"),
        makers.make_member(version.annexes.all()[1].participant.municipality, "focal_point"),
        makers.make_member(makers.make_municipality(), "lead"),
        makers.make_body_member(body),
        makers.make_user(is_staff=True),
    ]
    for user in outside:
        answer = signed_in(user).get(page(version, function=WASTE, member=partner.pk))
        assert answer.status_code == 404
        assert SECRET not in answer.content.decode()
        for address in (save(version, partner), clear(version, partner), terms_of(version)):
            assert signed_in(user).post(address, typed()).status_code == 404
    assert Client().get(page(version)).status_code == 302
    for role in ("lead", "focal_point", "officer", "reader"):
        body_of = signed_in(makers.make_member(case.initiator, role)).get(page(version)).content.decode()
        assert SECRET in body_of
    assert MemberInput.objects.get().source == SECRET


def test_a_reader_has_no_forms_and_no_way_around_them(version: ProposalVersion, partner: Participant) -> None:
    tell(version, partner)
    reader = signed_in(makers.make_member(version.proposal.case.initiator, "reader"))
    body = reader.get(page(version, member=partner.pk)).content.decode()
    assert 'name="annual_cost"' not in body
    assert 'name="base_share"' not in body
    assert reader.post(save(version, partner), typed(annual_cost="1")).status_code == 403
    assert reader.post(clear(version, partner)).status_code == 403
    assert reader.post(terms_of(version), agreed(base_share="1")).status_code == 403
    assert MemberInput.objects.get().annual_cost == Decimal(98_000)


def test_the_history_of_the_case_tells_of_it_inside_alone(
    version: ProposalVersion, partner: Participant
) -> None:
    tell(version, partner)
    history = reverse("partners:history", args=[version.proposal.case_id])
    assert "Entered the figures of a member" in signed_in(version.drafted_by).get(history).content.decode()
    theirs = signed_in(makers.make_member(partner.municipality, "lead")).get(history)
    assert theirs.status_code == 403


# --- what it shows ----------------------------------------------------------------------------------------


def test_every_figure_stands_with_its_origin(
    version: ProposalVersion, author: Client, partner: Participant
) -> None:
    tell(version, partner, origin="estimated", volume=Decimal("412.50"))
    Municipality.objects.filter(pk=partner.municipality_id).update(fiscal_capacity=Decimal(500))
    body = author.get(page(version)).content.decode()
    for words in ("€98,000", "estimated", SECRET, "412.5", "€150,000", "measured", "€1,500,000"):
        assert words in body, words
    assert "assumed" in body
    assert f"cost per inhabitant of {version.proposal.case.initiator.name}" in body


def test_losers_are_named_in_words_and_missing_data_by_member(
    version: ProposalVersion, author: Client, partner: Participant
) -> None:
    tell(version, partner, annual_cost=Decimal(5_000))
    body = " ".join(author.get(page(version)).content.decode().split())
    assert 'class="loss"' in body
    assert ">loses</span>" in body
    assert "would do better alone" in body
    assert "Keys that cannot be formed" in body
    assert "Volume not known of" in body
    assert "Fiscal capacity not known of" in body


def test_all_eleven_keys_stand_side_by_side_once_all_is_known(
    version: ProposalVersion, author: Client
) -> None:
    Municipality.objects.update(fiscal_capacity=Decimal(500), property_value=Decimal(60_000))
    for participant in version.proposal.case.participants.all():
        tell(version, participant, volume=Decimal(100))
    grant(version)
    body = author.get(page(version)).content.decode()
    assert "Keys that cannot be formed" not in body
    table = body.split("keys-table")[1].split("</table>")[0]
    assert table.count('scope="row"') == 12
    assert "Grant, in all" in table
    assert "Nobody has promised it." in table
    assert "first page" in table


def test_each_scenario_can_be_looked_at_and_an_unknown_one_is_the_central(
    version: ProposalVersion, author: Client
) -> None:
    found = {
        name: author.get(page(version, scenario=name)).content.decode().split("keys-table")[1]
        for name in ("low", "central", "high", "nonsense")
    }
    assert len({found["low"], found["central"], found["high"]}) == 3
    assert found["nonsense"] == found["central"]


def test_areas_are_chosen_by_tabs_and_an_unknown_one_is_the_first(
    version: ProposalVersion, author: Client
) -> None:
    CandidateArea.objects.create(
        case=version.proposal.case, function_id="REC-LIB", mode="joint_admin", state="agreed"
    )
    library = author.get(page(version, function="REC-LIB")).content.decode()
    assert "<h2>Library museum culture</h2>" in library
    assert "What the function costs today is not known" in library
    for code in (WASTE, "", "NO-SUCH"):
        assert "<h2>Waste collection" in author.get(page(version, function=code)).content.decode()


def test_without_an_agreed_area_the_page_says_where_to_begin(
    version: ProposalVersion, author: Client
) -> None:
    CandidateArea.objects.update(state="candidate")
    assert "No area is agreed yet" in author.get(page(version)).content.decode()


def test_where_the_key_of_the_first_page_cannot_be_formed_it_says_so(
    version: ProposalVersion, author: Client
) -> None:
    ProposalVersion.objects.filter(pk=version.pk).update(cost_key="usage")
    body = author.get(page(version)).content.decode()
    assert "“By use” cannot be formed here, so the first page uses “By inhabitants”." in body


def test_a_function_without_evidence_has_no_figure_but_its_costs_stand(
    version: ProposalVersion, author: Client, partner: Participant
) -> None:
    Function.objects.filter(pk=WASTE).update(evidence=Function.objects.get(pk="ADM-ELE").evidence)
    tell(version, partner)
    body = author.get(page(version)).content.decode()
    assert "No study gives a number" in body
    assert "€98,000" in body
    assert "keys-table" not in body


def test_while_the_lead_reads_the_page_only_shows(
    version: ProposalVersion, author: Client, partner: Participant
) -> None:
    tell(version, partner)
    services.submit(version=version, actor=Actor.person(version.drafted_by))
    body = author.get(page(version, member=partner.pk)).content.decode()
    assert "change only once it is back in draft" in body
    assert 'name="annual_cost"' not in body
    assert 'name="base_share"' not in body
    author.post(save(version, partner), typed(seen=seen_mark(MemberInput.objects.get())))
    assert MemberInput.objects.get().annual_cost == Decimal(98_000)


def test_after_approval_the_page_says_what_it_counts_for(version: ProposalVersion, author: Client) -> None:
    makers.make_approved(
        version, lead=makers.make_member(version.proposal.case.initiator, Membership.Role.LEAD)
    )
    body = author.get(page(version)).content.decode()
    assert "Version 1 keeps the figures it was approved with." in body
    assert 'name="base_share"' in body


def test_the_desk_leads_here(version: ProposalVersion, author: Client) -> None:
    desk = author.get(reverse("proposals:desk", args=[version.proposal_id])).content.decode()
    assert reverse("proposals:figures", args=[version.proposal_id]) in desk
    figures = author.get(page(version)).content.decode()
    nav = figures.split("desk-sections")[1].split("</nav>")[0]
    assert nav.count("aria-current") == 1


# --- what it costs ------------------------------------------------------------------------------------------


def test_the_page_costs_the_same_for_one_recipient_and_for_three() -> None:
    counts = []
    for recipients, codes in ((1, ()), (3, ("ADM-TAX", "REC-LIB"))):
        version = makers.make_draft(makers.make_case(makers.make_municipality()), recipients=recipients)
        for code in codes:
            CandidateArea.objects.create(
                case=version.proposal.case, function_id=code, mode="joint_admin", state="agreed"
            )
        for annex in version.annexes.all():
            tell(version, annex.participant)
        client, address = signed_in(version.drafted_by), page(version, member=annex.participant_id)
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[0] <= 40
