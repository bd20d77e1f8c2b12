"""The forms of the page of figures: what they keep, and what they refuse without losing it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from imc_portal.core.models import AuditEntry
from partners.models import Participant
from proposals.models import AreaTerms, MemberInput, ProposalVersion
from proposals.services.inputs import seen_mark
from tests import makers
from tests.proposals.told import (
    WASTE,
    agreed,
    clear,
    page,
    save,
    signed_in,
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


def test_what_a_partner_told_is_typed_kept_corrected_and_taken_out(
    version: ProposalVersion, author: Client, partner: Participant
) -> None:
    assert 'name="annual_cost"' not in author.get(page(version)).content.decode()
    form = author.get(page(version, function=WASTE, member=partner.pk)).content.decode()
    assert 'name="annual_cost"' in form
    assert "EUR a year" in form
    answer = author.post(save(version, partner), typed())
    assert answer.headers["Location"] == page(version, function=WASTE) + "#known"
    kept = MemberInput.objects.get()
    assert (kept.annual_cost, kept.volume, kept.origin) == (Decimal("98000.50"), Decimal(412), "measured")
    again = author.get(page(version, function=WASTE, member=partner.pk)).content.decode()
    assert 'value="98,000.50"' in again
    author.post(clear(version, partner))
    assert not MemberInput.objects.exists()
    assert author.post(clear(version, partner)).status_code == 302
    assert AuditEntry.objects.filter(verb="took out the figures of a member").count() == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"annual_cost": "", "volume": ""}, "Give a cost, a volume, or both."),
        ({"annual_cost": "a lot"}, "Enter a number."),
        ({"annual_cost": "-5"}, "greater than or equal to 0"),
        ({"annual_cost": "9" * 40}, "no more than 14 digits"),
        ({"volume": "1e400"}, "digits"),
        ({"year": "25"}, "greater than or equal to 1990"),
        ({"year": "soon"}, "Enter a whole number."),
        ({"origin": "guessed"}, "not one of the available choices"),
        ({"confidence": "none"}, "not one of the available choices"),
        ({"source": ""}, "This field is required."),
        ({"source": "x" * 201}, "at most 200 characters"),
        ({"seen": "0123"}, "Somebody else changed these figures"),
    ],
)
def test_what_is_wrong_stands_beside_the_field_and_nothing_typed_is_lost(
    version: ProposalVersion, author: Client, partner: Participant, changed: dict[str, str], words: str
) -> None:
    answer = author.post(save(version, partner), typed(**({"source": "Typed by me"} | changed)))
    body = answer.content.decode()
    assert answer.status_code == (409 if "seen" in changed else 422)
    assert words in body
    assert "source" in changed or "Typed by me" in body
    assert not MemberInput.objects.exists()


def test_the_second_to_enter_is_told_and_may_then_keep_theirs(
    version: ProposalVersion, author: Client, partner: Participant
) -> None:
    first = typed(source="First")
    author.post(save(version, partner), first)
    clash = author.post(save(version, partner), typed(source="Second", annual_cost="1"))
    body = clash.content.decode()
    assert clash.status_code == 409
    assert "Nothing was overwritten" in body
    assert MemberInput.objects.get().source == "First"
    mark = seen_mark(MemberInput.objects.get())
    assert f'value="{mark}"' in body
    author.post(save(version, partner), typed(source="Second", seen=mark))
    assert MemberInput.objects.get().source == "Second"


def test_terms_are_typed_and_kept(version: ProposalVersion, author: Client) -> None:
    data = agreed(
        unit_cost="61,40",
        unit_cost_source="County statistics",
        share_equal="0",
        share_population="70",
        base_share="40",
        grant_amount="40 000",
        grant_years="4",
        grant_source="County fund",
    )
    assert (
        author.post(terms_of(version), data).headers["Location"] == page(version, function=WASTE) + "#terms"
    )
    terms = AreaTerms.objects.get()
    assert (terms.unit_cost, terms.share_equal, terms.base_share) == (Decimal("61.40"), 0, 40)
    body = author.get(page(version)).content.decode()
    assert "0 % in equal shares, 70 % by inhabitants, 30 % by fiscal capacity" in body
    assert "County statistics" in body
    assert "Grant, in all" in body


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"share_equal": "21"}, "add up to 101, not to 100"),
        ({"share_equal": "-10", "share_population": "80"}, "greater than or equal to 0"),
        ({"share_fiscal": ""}, "This field is required."),
        ({"base_share": "101"}, "less than or equal to 100"),
        ({"unit_cost": "61"}, "Say where the cost per inhabitant comes from."),
        ({"unit_cost": "9" * 30, "unit_cost_source": "S"}, "no more than 12 digits"),
        ({"grant_amount": "5"}, "Say which grant it is and who gives it."),
        ({"grant_amount": "0"}, "Leave it empty where there is no grant."),
        ({"grant_years": "21"}, "less than or equal to 20"),
        ({"seen": "0123"}, "Somebody else changed these figures"),
    ],
)
def test_terms_that_do_not_hold_are_told_beside_the_field(
    version: ProposalVersion, author: Client, changed: dict[str, str], words: str
) -> None:
    answer = author.post(terms_of(version), agreed(**changed))
    assert answer.status_code == (409 if "seen" in changed else 422)
    assert words in answer.content.decode()
    assert not AreaTerms.objects.exists()


def test_only_agreed_areas_and_members_of_the_group_have_an_address(
    version: ProposalVersion, author: Client, partner: Participant
) -> None:
    other = makers.make_draft(makers.make_case(makers.make_municipality()))
    stranger = other.annexes.all()[0].participant
    for address in (save(version, stranger), clear(version, stranger), save(version, partner, "ADM-TAX")):
        assert author.post(address, typed()).status_code == 404
    assert author.post(terms_of(version, "ADM-TAX"), agreed()).status_code == 404
    asked = makers.make_participant(version.proposal.case, state=Participant.State.SET_ASIDE, reason="far")
    author.post(save(version, asked), typed(), headers={"referer": f"http://testserver{page(version)}"})
    assert "is not in the group" in author.get(page(version)).content.decode()
    assert not MemberInput.objects.exists()
