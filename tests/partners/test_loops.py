"""Loops of a case through its pages: rest, back to the areas, two of one, one of two, leave and return."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from django.urls import reverse
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, User
from partners.models import Body, CandidateArea, Case, CaseBody, CaseMerge, Municipality, Participant
from partners.services import areas, merging, participants
from tests import makers
from tests.partners.pages import get, page, post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_old_lists")]


def put(case: Case, state: str) -> Case:
    Case.objects.filter(pk=case.pk).update(state=state)
    case.refresh_from_db()
    return case


def two_areas(case: Case) -> tuple[CandidateArea, CandidateArea]:
    first = makers.make_area(case)
    return first, case.areas.create(function_id="SAF-FIR", mode="joint_production", state="agreed")


def log_call(party: Participant, focal: User) -> None:
    participants.log_contact(
        participant=party,
        contact=makers.make_contact(party.municipality, office="deputy"),
        channel="phone",
        result="open",
        summary="Keen.",
        at=timezone.now(),
        actor=Actor.person(focal),
    )


def favour(area: CandidateArea, body: Body, focal: User) -> None:
    areas.record_stance(
        area=area,
        body=body,
        stance="favour",
        said_by="Director",
        said_on=timezone.localdate(),
        how="letter",
        actor=Actor.person(focal),
    )


# --- rest, and end ------------------------------


def test_a_parked_case_comes_up_on_the_day_of_its_review(case: Case, focal: User, lead: User) -> None:
    day = timezone.localdate() + dt.timedelta(days=10)
    post(lead, "case_park", {"reason": "Elections", "review_on": day.isoformat()}, pk=case.pk)
    case.refresh_from_db()
    assert (case.state, case.review_on) == ("parked", day)
    assert "Look at the parked case again" not in page(lead, "/")
    Case.objects.filter(pk=case.pk).update(review_on=timezone.localdate() - dt.timedelta(days=1))
    assert "Look at the parked case again" in page(focal, "/")
    post(lead, "case_reopen", {}, pk=case.pk)
    case.refresh_from_db()
    assert (case.state, case.review_on) == ("draft", None)


@pytest.mark.parametrize(
    "data",
    [
        {"reason": "x", "review_on": "2020-01-01"},
        {"reason": "x", "review_on": "no"},
        {"reason": ""},
    ],
)
def test_a_case_is_not_parked_on_nonsense(data: dict[str, str], case: Case, lead: User) -> None:
    post(lead, "case_park", data, pk=case.pk)
    case.refresh_from_db()
    assert case.state == "draft"


def test_a_case_is_closed_with_lessons_and_reopened_with_its_history(
    case: Case, focal: User, lead: User
) -> None:
    put(case, "proposal")
    get(focal, "case_close", 403, pk=case.pk)
    post(lead, "case_close", {"reason": ""}, 422, pk=case.pk)
    post(lead, "case_close", {"reason": "No money", "lessons": "Ask the treasurers first"}, pk=case.pk)
    case.refresh_from_db()
    assert (case.state, case.parked_from, case.lessons) == ("closed", "proposal", "Ask the treasurers first")
    text = get(focal, "case", pk=case.pk)
    assert "This case is closed" in text
    assert "Ask the treasurers first" in text
    post(focal, "area_agree", {}, 403, pk=case.pk, area=case.areas.get().pk)
    post(lead, "case_reopen", {}, pk=case.pk)
    case.refresh_from_db()
    assert case.state == "proposal"
    assert "No money" in get(focal, "history", pk=case.pk)


# --- back to the areas ------------------------------


def test_another_area_is_better(case: Case, focal: User, lead: User) -> None:
    put(case, "clarification")
    party = makers.make_participant(case, state="met")
    gone = makers.make_participant(case, state="declined", reason="Later", left_from="met")
    post(lead, "case_revisit", {"reason": "The fire service is the better start"}, pk=case.pk)
    case.refresh_from_db()
    party.refresh_from_db()
    gone.refresh_from_db()
    assert (case.state, party.state, gone.left_from) == ("areas_screened", "met", "acknowledged")
    assert "The fire service is the better start" in get(focal, "history", pk=case.pk)
    assert "There is nothing to go back to" in get(lead, "case_revisit", pk=case.pk).replace("there", "There")


# --- split ------------------------------


def split_form(
    case: Case, *, go: Sequence[Participant], both: Sequence[Participant] = (), **changes: object
) -> dict[str, object]:
    ways = {f"partner-{p.pk}": "stay" for p in case.participants.exclude(state="initiator")}
    ways |= {f"partner-{p.pk}": "go" for p in go} | {f"partner-{p.pk}": "both" for p in both}
    return {"title": "Fire service together", "reason": "Two groups", **ways, **changes}


def test_a_case_becomes_two(case: Case, focal: User, lead: User) -> None:
    _waste, fire = two_areas(case)
    put(case, "clarification")
    goes, both, stays = (makers.make_participant(case, state=state) for state in ("met", "clarified", "met"))
    goes.contacts.create(
        contact=goes.contact,
        channel="phone",
        result="open",
        summary="Keen.",
        at=timezone.now(),
        logged_by=focal,
    )  # type: ignore[misc]  # it has a contact
    region = makers.make_body()
    CaseBody.objects.create(case=case, body=region)
    areas.record_stance(
        area=fire,
        body=region,
        stance="favour",
        said_by="Director",
        said_on=timezone.localdate(),
        how="letter",
        actor=Actor.person(focal),
    )
    data = split_form(case, go=[goes], both=[both], areas=[fire.pk])
    get(lead, "case_split", pk=case.pk)
    post(lead, "case_split", data, pk=case.pk)
    new = Case.objects.get(split_from=case)
    assert (new.state, new.title, new.initiator) == ("contacting", "Fire service together", case.initiator)
    assert {(p.municipality, p.state) for p in new.participants.all()} == {
        (case.initiator, "initiator"),
        (goes.municipality, "acknowledged"),
        (both.municipality, "acknowledged"),
    }
    here = {p.municipality: (p.state, p.left_from) for p in case.participants.exclude(state="initiator")}
    assert here == {
        goes.municipality: ("withdrawn", "met"),
        both.municipality: ("clarified", ""),
        stays.municipality: ("met", ""),
    }
    assert new.participants.get(municipality=goes.municipality).contact == goes.contact
    assert new.participants.get(municipality=goes.municipality).contacts.get().summary == "Keen."
    assert new.areas.get().stances.get().said_by == "Director"
    fire.refresh_from_db()
    assert (fire.state, case.areas.filter(state="agreed").count()) == ("set_aside", 1)
    for one in (case, new):
        assert "Two groups" in get(focal, "history", pk=one.pk)
    assert (
        AuditEntry.objects.get(verb="came over from another case", target_text=str(goes.municipality)).before[
            "there"
        ]
        == "met"
    )
    assert new.title in get(focal, "case", pk=case.pk)


def test_a_case_with_one_area_is_told_why_it_cannot_be_split(case: Case, lead: User) -> None:
    makers.make_area(case)
    put(case, "contacting")
    text = get(lead, "case_split", pk=case.pk)
    assert "Only one area is in the talks" in text
    assert "Title of the new case" not in text


def test_no_case_is_left_or_born_empty(case: Case, lead: User) -> None:
    waste, fire = two_areas(case)
    put(case, "contacting")
    party = makers.make_participant(case)
    cold = makers.make_participant(case, state="contacted")
    for data in (
        split_form(case, go=[party], areas=[waste.pk, fire.pk]),
        split_form(case, go=[], areas=[fire.pk]),
        split_form(case, go=[cold], areas=[fire.pk]),
        split_form(case, go=[party], areas=[]),
        split_form(case, go=[party], areas=["99999999999999999999"]),
        split_form(case, go=[party], areas=[fire.pk]) | {f"partner-{party.pk}": "everywhere"},
    ):
        post(lead, "case_split", data, 422, pk=case.pk)
    assert Case.objects.count() == 1
    assert not case.participants.filter(state="withdrawn").exists()


# --- merge ------------------------------


@pytest.fixture
def other(case: Case) -> Case:
    """A neighbour's case on the same function, in which we take part."""
    makers.make_area(case)
    put(case, "contacting")
    host = makers.make_municipality("Corn")
    found = makers.make_case(host, title="Waste of Corn", state="clarification")
    makers.make_area(found)
    makers.make_participant(found, case.initiator, state="met")
    return found


def test_two_cases_become_one(case: Case, focal: User, lead: User, other: Case) -> None:
    host_lead = makers.make_member(other.initiator, "lead")
    open_one = makers.make_participant(case, makers.make_municipality("Open"))
    makers.make_participant(
        case, makers.make_municipality("Aside"), state="set_aside", reason="SECRET", contact=None
    )
    makers.make_participant(case, makers.make_municipality("Chosen"), state="selected", contact=None)
    gone = makers.make_municipality("Gone")
    makers.make_participant(case, gone)
    makers.make_participant(other, gone, state="declined", reason="No")
    post(lead, "merge_offer", {"into": other.pk, "reason": "One fleet for all"}, pk=case.pk)
    merge = CaseMerge.objects.get()
    for person in (focal, lead, host_lead):
        text = page(person, reverse("partners:merge", args=[merge.pk]))
        assert "One fleet for all" in text
        assert "Open" in text
        assert "SECRET" not in text
        assert "Chosen" not in text
    assert "Answer the offer" in page(host_lead, "/")
    get(host_lead, "case", 404, pk=case.pk)
    post(lead, "merge_accept", {}, 403, pk=merge.pk)
    post(host_lead, "merge_accept", {"word": "Welcome"}, pk=merge.pk)
    case.refresh_from_db()
    assert (case.state, case.merged_into, case.parked_from) == ("closed", other, "contacting")
    there = {str(p.municipality): p.state for p in other.participants.all()}
    assert there[str(open_one.municipality)] == "acknowledged"
    assert (there["Chosen"], there["Gone"], there[str(case.initiator)]) == ("selected", "declined", "met")
    assert "Aside" not in there
    post(lead, "case_reopen", {}, pk=case.pk)
    post(host_lead, "merge_accept", {}, pk=merge.pk)  # a second click changes nothing
    case.refresh_from_db()
    assert case.state == "closed"
    get(host_lead, "case", 404, pk=case.pk)
    assert "It goes on in the case" in get(focal, "case", pk=case.pk)


def test_an_offer_is_declined_with_a_word(case: Case, lead: User, other: Case) -> None:
    host_lead = makers.make_member(other.initiator, "lead")
    merge = merging.offer(case=case, into=other, reason="One fleet", actor=Actor.person(lead))
    post(host_lead, "merge_decline", {"word": " "}, pk=merge.pk)
    assert CaseMerge.objects.get().state == "offered"
    post(host_lead, "merge_decline", {"word": "Too early for us"}, pk=merge.pk)
    assert "Too early for us" in page(lead, reverse("partners:merge", args=[merge.pk]))
    case.refresh_from_db()
    assert case.state == "contacting"


def test_strangers_and_partners_of_the_other_case_do_not_know_of_the_offer(
    case: Case, lead: User, other: Case
) -> None:
    merge = merging.offer(case=case, into=other, reason="One fleet", actor=Actor.person(lead))
    guest = makers.make_member(makers.make_participant(other).municipality, "lead")
    for person in (
        guest,
        makers.make_member(makers.make_municipality(), "lead"),
        makers.make_user("C", is_staff=True),
    ):
        get(person, "merge", 404, pk=merge.pk)
        post(person, "merge_accept", {}, 404, pk=merge.pk)


def test_only_a_case_we_take_part_in_is_offered(case: Case, lead: User, other: Case) -> None:
    foreign = makers.make_case(makers.make_municipality(), title="Foreign", state="contacting")
    text = get(lead, "merge_offer", pk=case.pk)
    assert "Waste of Corn" in text
    assert "Foreign" not in text
    for into in (foreign.pk, case.pk, "nonsense"):
        post(lead, "merge_offer", {"into": into, "reason": "x"}, 422, pk=case.pk)
    assert not CaseMerge.objects.exists()


# --- who leaves for a while ------------------------------


def leave(case: Case, focal: User, party: Participant, status: int = 302, **data: str) -> str:
    return post(
        focal, "participant_leave", {"reason": "So", **data}, status, pk=case.pk, participant=party.pk
    )


def test_a_deferred_partner_comes_up_on_its_day_and_comes_back(case: Case, focal: User) -> None:
    put(case, "clarification")
    party = makers.make_participant(case, state="met")
    leave(case, focal, party, 422, state="deferred")
    leave(case, focal, party, 422, state="deferred", until="2020-01-01")
    day = timezone.localdate() + dt.timedelta(days=20)
    leave(case, focal, party, state="deferred", until=day.isoformat())
    assert "wanted to be asked again" not in page(focal, "/")
    Participant.objects.filter(pk=party.pk).update(deferred_until=timezone.localdate())
    assert "wanted to be asked again" in page(focal, "/")
    assert "came to the informal meeting" in get(
        focal, "participant_return", pk=case.pk, participant=party.pk
    )
    post(focal, "participant_return", {"reason": ""}, 422, pk=case.pk, participant=party.pk)
    post(focal, "participant_return", {"reason": "A new council"}, pk=case.pk, participant=party.pk)
    party.refresh_from_db()
    assert (party.state, party.left_from, party.deferred_until, party.reason) == ("met", "", None, "")
    post(focal, "participant_return", {"reason": "Twice"}, 422, pk=case.pk, participant=party.pk)


def test_who_comes_back_after_new_papers_gets_them_first(case: Case, focal: User) -> None:
    party = makers.make_participant(case, state="met")
    leave(case, focal, party, state="withdrawn")
    participants.papers_changed(case=case)
    post(focal, "participant_return", {"reason": "A new council"}, pk=case.pk, participant=party.pk)
    party.refresh_from_db()
    assert party.state == "acknowledged"


def test_a_call_that_says_open_brings_back_who_had_not_answered(case: Case, focal: User) -> None:
    put(case, "contacting")
    party = makers.make_participant(case, state="no_response", reason="Silence", left_from="contacted")
    data = {
        "contact": party.contact_id,
        "channel": "phone",
        "at": "2026-01-05T10:00",
        "result": "open",
        "summary": "Keen.",
    }
    post(focal, "contact_log", data, pk=case.pk, participant=party.pk)
    party.refresh_from_db()
    assert (party.state, party.reason) == ("acknowledged", "")


def test_who_only_observes_sees_areas_and_stances_and_nothing_said(case: Case, focal: User) -> None:
    area = makers.make_area(case)
    put(case, "clarification")
    body: Body = makers.make_body("Region")
    areas.record_stance(
        area=area,
        body=body,
        stance="favour",
        said_by="Director",
        said_on=timezone.localdate(),
        how="letter",
        actor=Actor.person(focal),
    )
    party = makers.make_participant(case, state="met")
    member = makers.make_member(party.municipality, "lead")
    leave(case, focal, party, state="observing")
    for name in ("case", "areas"):
        text = get(member, name, pk=case.pk)
        assert case.title in text
        assert "Director" in text
    for name in ("contacts", "history", "discover"):
        get(member, name, 403, pk=case.pk)
    town: Municipality = case.initiator
    assert case.title in get(member, "case_list")
    assert town.name in get(member, "case_list")
