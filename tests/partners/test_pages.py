"""The pages of this room: they open, say what they should, and ask no more with more rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, User
from partners.discovery import WEIGHTS
from partners.models import (
    AuthorityStance,
    CandidateArea,
    Case,
    CaseBody,
    ContactLog,
    CooperationMember,
    ExistingCooperation,
    Municipality,
    Need,
    OfficeHolder,
    Participant,
    RankingSnapshot,
)
from partners.services import areas as area_service
from partners.services import participants as participant_service
from tests import makers

pytestmark = pytest.mark.django_db

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[5.5, 46.6], [5.6, 46.6], [5.6, 46.7], [5.5, 46.7], [5.5, 46.6]]],
}


@pytest.fixture(autouse=True)
def _no_old_lists() -> None:
    cache.clear()


@pytest.fixture
def town() -> Municipality:
    return makers.make_municipality("Arlay-le-Haut", latitude=46.65, longitude=5.55, boundary=SQUARE)


@pytest.fixture
def focal(town: Municipality) -> User:
    return makers.make_member(town)


@pytest.fixture
def lead(town: Municipality) -> User:
    return makers.make_member(town, "lead")


@pytest.fixture
def case(town: Municipality, focal: User) -> Case:
    return makers.make_case(town, actor=focal)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def get(user: User, name: str, status: int = 200, query: str = "", **kwargs: Any) -> str:
    answer = signed_in(user).get(reverse(f"partners:{name}", kwargs=kwargs) + query)
    assert answer.status_code == status, answer.content[:500]
    return answer.content.decode()


def post(user: User, name: str, data: dict[str, Any], status: int = 302, **kwargs: Any) -> str:
    answer = signed_in(user).post(
        reverse(f"partners:{name}", kwargs=kwargs), data, headers={"referer": "http://testserver/cases/"}
    )
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


def statements(user: User, name: str, **kwargs: Any) -> int:
    client = signed_in(user)
    url = reverse(f"partners:{name}", kwargs=kwargs)
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def neighbour_of(town: Municipality, name: str, **fields: Any) -> Municipality:
    other = makers.make_municipality(name, **fields)
    makers.make_neighbours(town, other)
    return other


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
    answer = signed_in(focal).post(reverse("partners:contact_add", args=[town.country, town.code]), data)
    assert answer.headers["Location"] == town.get_absolute_url()


# --- needs and cases -------------------------------

NEED = {
    "function": "ENV-WCO",
    "kind": "performance",
    "severity": "3",
    "causes": ["too_small", "no_money"],
    "statement": "Too dear for us alone.",
    "evidence": "The contract rose by 18 %.",
}


def test_need_is_recorded_with_french_numbers(town: Municipality, focal: User) -> None:
    User.objects.filter(pk=focal.pk).update(language="fr")
    figures = {
        "baseline-annual_cost": "152 300,50",
        "baseline-year": "2025",
        "baseline-volume": "1.250,5",
        "baseline-confidence": "high",
    }
    post(focal, "need_create", NEED | figures | {"municipality": town.pk})
    need = Need.objects.get()
    assert need.causes == ["too_small", "no_money"]
    assert need.owner == focal
    assert float(need.baseline.annual_cost) == 152300.5
    assert float(need.baseline.volume or 0) == 1250.5


def test_need_without_figures_has_no_baseline_and_with_half_of_them_says_so(
    town: Municipality, focal: User
) -> None:
    data = NEED | {"municipality": town.pk, "baseline-confidence": "medium"}
    text = post(focal, "need_create", data | {"baseline-volume": "12"}, status=422)
    assert "A figure of today needs the cost and its year." in text
    assert "Too dear for us alone." in text
    assert not Need.objects.exists()
    post(focal, "need_create", data)
    assert not hasattr(Need.objects.get(), "baseline")


def test_second_need_in_a_function_is_refused_in_words(town: Municipality, focal: User) -> None:
    makers.make_need(town, focal)
    text = post(focal, "need_create", NEED | {"municipality": town.pk}, status=422)
    assert "already recorded a need in this function" in text


def test_need_cannot_be_recorded_for_somebody_else(focal: User) -> None:
    other = makers.make_municipality()
    post(focal, "need_create", NEED | {"municipality": other.pk}, status=422)
    assert not Need.objects.exists()


def test_need_is_edited_and_stays_with_its_municipality(town: Municipality, focal: User) -> None:
    need = makers.make_need(town, focal)
    other = makers.make_municipality()
    post(focal, "need_edit", NEED | {"municipality": other.pk, "statement": "Worse now."}, pk=need.pk)
    need.refresh_from_db()
    assert (need.statement, need.municipality) == ("Worse now.", town)


def test_case_is_opened_on_a_need_with_evidence(town: Municipality, focal: User) -> None:
    need = makers.make_need(town, focal)
    get(focal, "case_open", pk=need.pk)
    post(
        focal,
        "case_open",
        {"title": "Waste together", "trigger": "finances", "lead_time_days": 10},
        pk=need.pk,
    )
    case = Case.objects.get()
    assert case.areas.get().function_id == "ENV-WCO"
    text = get(focal, "case", pk=case.pk)
    assert "No area is taken into the talks yet." in text
    assert "Waste together" in get(focal, "case_list")


def test_case_on_a_need_without_evidence_is_refused_in_words(town: Municipality, focal: User) -> None:
    need = makers.make_need(town, focal, evidence="")
    data = {"title": "Waste together", "trigger": "finances", "lead_time_days": 10}
    assert "A case starts from a need with evidence" in post(focal, "case_open", data, 422, pk=need.pk)
    assert not Case.objects.exists()


# --- areas -------------------------------


def test_area_is_screened_taken_into_the_talks_and_moves_the_case(case: Case, focal: User) -> None:
    area = case.areas.get()
    grades = {"own_competence": "on", "rationale": 3, "need_grade": 3, "savings": 2, "feasibility": 2}
    post(focal, "area_edit", grades, pk=case.pk, area=area.pk)
    post(focal, "area_agree", {}, pk=case.pk, area=area.pk)
    area.refresh_from_db()
    case.refresh_from_db()
    assert (area.screening, area.state, case.state) == (10, "agreed", "areas_screened")


def test_area_outside_own_competence_is_refused(case: Case, focal: User) -> None:
    area = case.areas.get()
    CandidateArea.objects.filter(pk=area.pk).update(own_competence=False)
    post(focal, "area_agree", {}, pk=case.pk, area=area.pk)
    case.refresh_from_db()
    assert case.state == "draft"
    assert "Outside our own competence" in get(focal, "areas", pk=case.pk)


def test_the_same_area_twice_is_refused_in_words(case: Case, focal: User) -> None:
    area = case.areas.get()
    data = {
        "function": area.function_id,
        "mode": area.mode,
        "own_competence": "on",
        "rationale": 2,
        "need_grade": 2,
        "savings": 2,
        "feasibility": 2,
    }
    assert "This area is already in the case." in post(focal, "area_add", data, 422, pk=case.pk)
    post(focal, "area_add", data | {"function": "ADM-TAX"}, pk=case.pk)
    assert case.areas.count() == 2


def test_area_is_set_aside_only_with_a_reason(case: Case, focal: User) -> None:
    area = case.areas.get()
    post(focal, "area_set_aside", {"reason": " "}, pk=case.pk, area=area.pk)
    area.refresh_from_db()
    assert area.state == "candidate"
    post(focal, "area_set_aside", {"reason": "Too early"}, pk=case.pk, area=area.pk)
    assert "Too early" in get(focal, "areas", pk=case.pk)


def test_observer_states_its_own_stance_and_no_other(case: Case) -> None:
    region, other = makers.make_body("Region"), makers.make_body("Other region")
    observer = makers.make_body_member(region)
    CaseBody.objects.create(case=case, body=region)
    data = {"stance": "favour", "said_by": "Director", "said_on": "2026-03-02", "how": "letter"}
    area = case.areas.get()
    post(observer, "stance_record", data | {"body": other.pk}, 422, pk=case.pk, area=area.pk)
    assert not AuthorityStance.objects.exists()
    post(observer, "stance_record", data | {"body": region.pk}, pk=case.pk, area=area.pk)
    assert AuthorityStance.objects.get().body == region


# --- discovery -------------------------------


def agreed(case: Case) -> Case:
    area_service.agree_area(area=case.areas.get(), actor=Actor.portal())
    Case.objects.filter(pk=case.pk).update(state=Case.State.AREAS_SCREENED)
    case.refresh_from_db()
    return case


def test_discovery_lists_every_neighbour_with_reasons_and_map(
    town: Municipality, case: Case, focal: User
) -> None:
    far = neighbour_of(town, "Far Neighbour", latitude=48.9, longitude=2.3, population=9, boundary=SQUARE)
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
    answer = signed_in(focal).post(
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


# --- who sees what -------------------------------

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
