"""The pages of this room: they open, say what they should, and ask no more with more rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.urls import reverse

from imc_portal.core.models import AuditEntry, User
from partners.models import (
    AuthorityStance,
    CandidateArea,
    Case,
    CaseBody,
    CooperationMember,
    ExistingCooperation,
    Municipality,
    OfficeHolder,
)
from tests import makers
from tests.partners.pages import client_of, get, post, statements
from tests.partners.scenes import neighbour_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_old_lists")]

# --- lists and details answer with one number of statements -------------------------------


def test_municipality_list_has_few_statements_for_any_number_of_rows(focal: User) -> None:
    one = statements(focal, "municipality_list")
    for _n in range(3):
        makers.make_municipality()
    assert statements(focal, "municipality_list") == one <= 6


def grow_needs(town: Municipality, focal: User, case: Case) -> None:
    makers.make_need(town, focal, function="ADM-TAX")
    makers.make_need(town, focal, function="ADM-ICT")


def grow_cases(town: Municipality, focal: User, case: Case) -> None:
    for function in ("ADM-TAX", "ADM-ICT"):
        other = makers.make_case(town, actor=focal, need=makers.make_need(town, focal, function=function))
        makers.make_participant(other)


def grow_register(town: Municipality, focal: User, case: Case) -> None:
    for n in range(3):
        body = ExistingCooperation.objects.create(country="FR", code=f"G{n}", name=f"Body {n}")
        for member in (town, makers.make_municipality()):
            CooperationMember.objects.create(cooperation=body, municipality=member)


def grow_case(town: Municipality, focal: User, case: Case) -> None:
    for _n in range(2):
        party = makers.make_participant(case, neighbour_of(town, ""))
        assert party.contact
        party.contacts.create(
            contact=party.contact, channel="phone", result="open", at=party.since, logged_by=focal
        )
        area = CandidateArea.objects.create(
            case=case, function_id=f"ADM-{'TAX' if _n else 'ICT'}", mode="joint_admin"
        )
        body = makers.make_body()
        AuthorityStance.objects.create(
            area=area, body=body, stance="favour", said_by="x", said_on=dt.date(2026, 3, 2), how="letter"
        )
        CaseBody.objects.create(case=case, body=body)


@pytest.mark.parametrize(
    ("name", "grow", "of_case"),
    [
        ("need_list", grow_needs, False),
        ("case_list", grow_cases, False),
        ("register", grow_register, False),
        ("case", grow_case, True),
        ("areas", grow_case, True),
        ("discover", grow_case, True),
        ("contacts", grow_case, True),
        ("history", grow_case, True),
    ],
)
def test_statements_do_not_grow(
    name: str,
    grow: Callable[[Municipality, User, Case], None],
    of_case: bool,
    town: Municipality,
    focal: User,
    case: Case,
) -> None:
    kwargs = {"pk": case.pk} if of_case else {}
    makers.make_participant(case, neighbour_of(town, ""))
    body = ExistingCooperation.objects.create(country="FR", code="G", name="Body")
    CooperationMember.objects.create(cooperation=body, municipality=town)
    area = case.areas.get()
    AuthorityStance.objects.create(
        area=area,
        body=makers.make_body(),
        stance="favour",
        said_by="x",
        said_on=dt.date(2026, 3, 2),
        how="letter",
    )
    CaseBody.objects.create(case=case, body=makers.make_body())
    contacted = case.participants.exclude(state="initiator").get()
    assert contacted.contact
    contacted.contacts.create(
        contact=contacted.contact, channel="phone", result="open", at=contacted.since, logged_by=focal
    )
    before = statements(focal, name, **kwargs)
    grow(town, focal, case)
    assert statements(focal, name, **kwargs) == before


def test_municipality_page_has_one_number_of_statements(town: Municipality, focal: User, case: Case) -> None:
    neighbour_of(town, "")
    makers.make_contact(town)
    grow_register(town, focal, case)
    where = {"country": town.country, "code": town.code}
    before = statements(focal, "municipality", **where)
    neighbour_of(town, "")
    makers.make_contact(town, office="deputy")
    body = ExistingCooperation.objects.create(country="FR", code="more", name="More")
    CooperationMember.objects.create(cooperation=body, municipality=town)
    assert statements(focal, "municipality", **where) == before


# --- reference pages -------------------------------


def test_municipality_list_finds_by_name_and_county(focal: User) -> None:
    makers.make_municipality("Zzyzx", county_name="Elsewhere")
    assert "Zzyzx" in get(focal, "municipality_list", query="?q=zzy")
    assert "Arlay-le-Haut" not in get(focal, "municipality_list", query="?county=Elsewhere")
    assert "No municipality fits" in get(focal, "municipality_list", query="?q=nowhere-at-all")


def test_municipality_page_shows_map_neighbours_and_that_a_fact_is_not_known(
    town: Municipality, focal: User
) -> None:
    neighbour_of(town, "Bletterans", boundary=None)
    text = get(focal, "municipality", country=town.country, code=town.code)
    assert "<svg" in text
    assert "Bletterans" in text
    assert "not known" in text


def test_office_holder_is_added_verified_and_a_new_address_is_unverified(
    town: Municipality, focal: User
) -> None:
    data = {
        "office": "mayor",
        "name": "A Person",
        "email": "mayor@town.example",
        "language": "fr",
        "verified": "on",
    }
    post(focal, "contact_add", data, country=town.country, code=town.code)
    holder = OfficeHolder.objects.get(municipality=town)
    assert holder.verified_at is not None
    post(focal, "contact_edit", data | {"email": "other@town.example", "verified": ""}, pk=holder.pk)
    holder.refresh_from_db()
    assert holder.email == "other@town.example"
    assert holder.verified_at is None
    assert AuditEntry.objects.filter(verb="changed an office-holder").exists()


def test_office_holder_of_others_is_added_by_writers_and_edited_by_their_own(town: Municipality) -> None:
    stranger = makers.make_member(makers.make_municipality())
    reader = makers.make_member(town, "reader")
    holder = makers.make_contact(town)
    get(stranger, "contact_add", country=town.country, code=town.code)
    get(stranger, "contact_edit", 403, pk=holder.pk)
    get(reader, "contact_add", 403, country=town.country, code=town.code)


def test_no_open_redirect_after_adding_a_contact(town: Municipality, focal: User) -> None:
    data = {
        "office": "mayor",
        "name": "A",
        "email": "",
        "language": "en",
        "next": "https://elsewhere.example/",
    }
    answer = client_of(focal).post(reverse("partners:contact_add", args=[town.country, town.code]), data)
    assert answer.headers["Location"] == town.get_absolute_url()
