"""Who sees what of a case and of a need."""

from __future__ import annotations

import pytest

from imc_portal.core.models import User
from partners.models import (
    CandidateArea,
    Case,
    Municipality,
    Participant,
)
from tests import makers
from tests.partners.pages import get, post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_old_lists")]

INSIDE_ONLY = ("discover", "contacts", "history")


def test_participant_sees_the_case_but_nothing_of_the_inside(
    town: Municipality, case: Case, focal: User
) -> None:
    party = makers.make_participant(case)
    partner = makers.make_member(party.municipality)
    aside = makers.make_participant(case, state="set_aside", reason="SECRET-ASIDE", contact=None)
    CandidateArea.objects.create(
        case=case, function_id="ADM-TAX", mode="joint_admin", state="set_aside", reason="SECRET-AREA"
    )
    assert party.contact
    party.contacts.create(
        contact=party.contact,
        channel="phone",
        result="open",
        summary="SECRET-LOG",
        at=party.since,
        logged_by=focal,
    )
    for name in ("case", "areas"):
        text = get(partner, name, pk=case.pk)
        assert case.title in text
        assert "SECRET" not in text
        assert aside.municipality.name not in text
        assert "screening" not in text
    for name in INSIDE_ONLY:
        get(partner, name, 403, pk=case.pk)
    post(partner, "select", {"chosen": [1]}, 403, pk=case.pk)
    assert case.title in get(partner, "case_list")


def test_long_listed_selected_and_strangers_do_not_know_of_the_case(case: Case) -> None:
    for state in ("longlisted", "selected"):
        party = makers.make_participant(case, state=state, contact=None)
        member = makers.make_member(party.municipality)
        for name in ("case", "areas", *INSIDE_ONLY):
            get(member, name, 404, pk=case.pk)
        assert case.title not in get(member, "case_list")


def test_curator_sees_no_case_and_no_need(case: Case) -> None:
    curator = makers.make_user("Curator", is_staff=True)
    get(curator, "case", 404, pk=case.pk)
    get(curator, "need", 404, pk=case.needs.get().pk)
    assert case.title not in get(curator, "case_list")


def test_reader_reads_and_changes_nothing(town: Municipality, case: Case) -> None:
    reader = makers.make_member(town, "reader")
    for name in ("case", "areas", *INSIDE_ONLY):
        get(reader, name, pk=case.pk)
    area = case.areas.get()
    post(reader, "area_agree", {}, 403, pk=case.pk, area=area.pk)
    post(reader, "set_rest_aside", {"reason": "x"}, 403, pk=case.pk)
    get(reader, "need_create", 403)
    get(reader, "area_add", 403, pk=case.pk)


def test_needs_of_others_are_not_found(town: Municipality, focal: User) -> None:
    other = makers.make_need(makers.make_municipality(), statement="SECRET-NEED")
    get(focal, "need", 404, pk=other.pk)
    get(focal, "need_edit", 404, pk=other.pk)
    get(focal, "case_open", 404, pk=other.pk)
    assert "SECRET-NEED" not in get(focal, "need_list")


def test_things_of_another_case_are_not_found_through_ones_own(case: Case, focal: User) -> None:
    foreign = makers.make_case(makers.make_municipality())
    area, party = foreign.areas.get(), makers.make_participant(foreign)
    post(focal, "area_agree", {}, 404, pk=case.pk, area=area.pk)
    get(focal, "contact_log", 404, pk=case.pk, participant=party.pk)
    assert Participant.objects.get(pk=party.pk).state == "acknowledged"
