"""Partners by page: chosen or set aside, contacted, and leaving with their reason."""

from __future__ import annotations

import pytest
from django.urls import reverse

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, User
from partners.discovery import WEIGHTS
from partners.models import (
    Case,
    ContactLog,
    Municipality,
    RankingSnapshot,
)
from partners.services import areas as area_service
from partners.services import participants as participant_service
from tests import makers
from tests.partners.pages import client_of, get, post
from tests.partners.scenes import neighbour_of, square

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_old_lists")]

# --- discovery -------------------------------


def agreed(case: Case) -> Case:
    area_service.agree_area(area=case.areas.get(), actor=Actor.portal())
    Case.objects.filter(pk=case.pk).update(state=Case.State.AREAS_SCREENED)
    case.refresh_from_db()
    return case


def test_discovery_lists_every_neighbour_with_reasons_and_map(
    town: Municipality, case: Case, focal: User
) -> None:
    far = neighbour_of(
        town, "Far Neighbour", latitude=48.9, longitude=2.3, population=9, boundary=square(5.5, 46.6)
    )
    text = get(focal, "discover", pk=case.pk)
    assert "Far Neighbour" in text
    assert f'data-code="{far.code}"' in text
    assert "Borders you" in text
    assert "not known" in text
    assert "short of efficient scale" in text


def test_first_choice_freezes_the_ranking_and_moves_the_case(
    town: Municipality, case: Case, focal: User
) -> None:
    one, two = neighbour_of(town, "Bornay"), neighbour_of(town, "Courbette")
    post(focal, "select", {"chosen": [one.pk]}, status=409, pk=case.pk)
    assert not RankingSnapshot.objects.exists()
    agreed(case)
    post(focal, "select", {"chosen": [one.pk]}, pk=case.pk)
    case.refresh_from_db()
    assert case.state == "partners_ranked"
    snapshot = RankingSnapshot.objects.get()
    assert {row["code"] for row in snapshot.rows} == {one.code, two.code}
    assert snapshot.weights == WEIGHTS
    post(focal, "select", {"chosen": [two.pk]}, pk=case.pk)
    # Whoever is chosen counts in the next ranking: the second choice has figures of its own.
    used = dict(case.participants.filter(state="selected").values_list("municipality", "ranking"))
    assert used[one.pk] == snapshot.pk != used[two.pk]


def test_nothing_ticked_and_nonsense_are_refused(town: Municipality, case: Case, focal: User) -> None:
    agreed(case)
    post(focal, "select", {}, pk=case.pk)
    post(focal, "select", {"chosen": ["x", str(town.pk), "99999999"]}, pk=case.pk)
    assert case.participants.count() == 1


def test_contacting_waits_for_every_neighbour_unless_a_lead_says_why(
    town: Municipality, case: Case, focal: User, lead: User
) -> None:
    chosen, rest = neighbour_of(town, "Bornay"), neighbour_of(town, "Courbette")
    agreed(case)
    post(focal, "select", {"chosen": [chosen.pk]}, pk=case.pk)
    text = post(focal, "begin_contacting", {"override": "I want to"}, status=409, pk=case.pk)
    assert "1 neighbour is neither selected nor set aside with a reason." in text
    assert "Go on all the same" not in text
    assert "Go on all the same" in post(lead, "begin_contacting", {}, status=409, pk=case.pk)
    post(lead, "begin_contacting", {"override": "The talks cannot wait."}, pk=case.pk)
    case.refresh_from_db()
    assert case.state == "contacting"
    entry = AuditEntry.objects.get(verb="moved the case", after__state="contacting")
    assert entry.reason == "The talks cannot wait."
    assert rest.pk not in set(case.participants.values_list("municipality", flat=True))


def test_the_rest_is_set_aside_with_one_reason(town: Municipality, case: Case, focal: User) -> None:
    chosen, rest = neighbour_of(town, "Bornay"), neighbour_of(town, "Courbette")
    agreed(case)
    post(focal, "select", {"chosen": [chosen.pk]}, pk=case.pk)
    post(focal, "set_rest_aside", {"reason": ""}, pk=case.pk)
    assert case.participants.filter(state="set_aside").count() == 0
    post(focal, "set_rest_aside", {"reason": "Served by another centre"}, pk=case.pk)
    assert case.participants.get(state="set_aside").municipality == rest
    post(focal, "begin_contacting", {}, pk=case.pk)
    case.refresh_from_db()
    assert case.state == "contacting"
    assert "Served by another centre" in get(focal, "discover", pk=case.pk)


def test_one_is_set_aside_with_a_reason_and_chosen_after_all(
    town: Municipality, case: Case, focal: User
) -> None:
    one = neighbour_of(town, "Bornay")
    agreed(case)
    post(focal, "set_aside", {"municipality": one.pk, "reason": "No interest"}, pk=case.pk)
    assert case.participants.get(municipality=one).state == "set_aside"
    post(focal, "select", {"chosen": [one.pk]}, pk=case.pk)
    party = case.participants.get(municipality=one)
    assert (party.state, party.reason) == ("selected", "")


# --- contacts -------------------------------


def test_contact_is_logged_and_the_party_is_open_to_talk(case: Case, focal: User) -> None:
    party = makers.make_participant(case, state="selected", contact=None)
    holder = makers.make_contact(party.municipality)
    data = {
        "contact": holder.pk,
        "channel": "phone",
        "at": "2026-01-05T10:00",
        "result": "open",
        "summary": "Keen.",
    }
    get(focal, "contact_log", pk=case.pk, participant=party.pk)
    assert "Close the short list first" in post(
        focal, "contact_log", data, 422, pk=case.pk, participant=party.pk
    )
    Case.objects.filter(pk=case.pk).update(state=Case.State.CONTACTING)
    post(focal, "contact_log", data, pk=case.pk, participant=party.pk)
    party.refresh_from_db()
    assert (party.state, party.contact) == ("acknowledged", holder)
    text = get(focal, "contacts", pk=case.pk)
    assert "Keen." in text
    assert "Monday 5 January 2026" in text


def test_contact_in_the_future_is_refused_and_what_was_typed_stays(case: Case, focal: User) -> None:
    party = makers.make_participant(case, state="selected", contact=None)
    holder = makers.make_contact(party.municipality)
    data = {
        "contact": holder.pk,
        "channel": "phone",
        "at": "2090-01-05T10:00",
        "result": "open",
        "summary": "Keen.",
    }
    text = post(focal, "contact_log", data, 422, pk=case.pk, participant=party.pk)
    assert "after it happened" in text
    assert "Keen." in text
    assert not ContactLog.objects.exists()


def test_recipient_without_address_is_refused(case: Case, focal: User) -> None:
    party = makers.make_participant(case)
    silent = makers.make_contact(party.municipality, office="legal", email="")
    before = party.contact
    answer = client_of(focal).post(
        reverse("partners:recipient", args=[case.pk, party.pk]),
        {"contact": silent.pk},
        headers={"referer": f"http://testserver{reverse('partners:contacts', args=[case.pk])}"},
        follow=True,
    )
    assert "has no e-mail address" in answer.content.decode()
    party.refresh_from_db()
    assert party.contact == before


def test_recipient_of_another_municipality_is_refused(case: Case, focal: User) -> None:
    party = makers.make_participant(case)
    foreign = makers.make_contact(makers.make_municipality())
    post(focal, "recipient", {"contact": foreign.pk}, pk=case.pk, participant=party.pk)
    party.refresh_from_db()
    assert party.contact != foreign


def test_party_leaves_with_its_reason(case: Case, focal: User) -> None:
    party = makers.make_participant(case)
    post(
        focal, "participant_leave", {"state": "declined", "reason": ""}, 422, pk=case.pk, participant=party.pk
    )
    data = {"state": "declined", "reason": "New council"}
    post(focal, "participant_leave", data, pk=case.pk, participant=party.pk)
    party.refresh_from_db()
    assert (party.state, party.reason) == ("declined", "New council")


def test_case_is_parked_by_the_lead_and_reopened_where_it_stood(case: Case, focal: User, lead: User) -> None:
    post(focal, "case_park", {"reason": "x"}, 403, pk=case.pk)
    post(lead, "case_park", {"reason": "Elections"}, pk=case.pk)
    case.refresh_from_db()
    assert (case.state, case.parked_from) == ("parked", "draft")
    assert "This case is parked" in get(focal, "case", pk=case.pk)
    post(lead, "case_reopen", {}, pk=case.pk)
    case.refresh_from_db()
    assert case.state == "draft"


def test_history_tells_acts_and_reasons(case: Case, focal: User) -> None:
    party = makers.make_participant(case)
    participant_service.leave(
        participant=party, state="withdrawn", reason="Council voted no", actor=Actor.person(focal)
    )
    text = get(focal, "history", pk=case.pk)
    assert "Council voted no" in text
    assert "Opened the case" in text
