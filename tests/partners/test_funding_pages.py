"""Funding calls on the pages: who sees what, what the form takes, what a case's group still lacks."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from imc_portal.core.models import AuditEntry, User
from partners.discovery.funding import Rule
from partners.discovery.funding_words import Names, sentence
from partners.funding_data import group_of, open_calls
from partners.models import Case, FundingCall, Municipality, Participant
from tests import makers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_old_lists() -> None:
    cache.clear()


@pytest.fixture
def town() -> Municipality:
    return makers.make_municipality("Arlay-le-Haut", population=5400, region="27", region_name="Bourgogne")


@pytest.fixture
def focal(town: Municipality) -> User:
    return makers.make_member(town)


@pytest.fixture
def case(town: Municipality, focal: User) -> Case:
    """Waste collection, with one partner of 3,000 inhabitants chosen."""
    case = makers.make_case(town, actor=focal)
    makers.make_participant(
        case, makers.make_municipality("Bracon", region="27"), state=Participant.State.SELECTED
    )
    return case


@pytest.fixture
def curator() -> User:
    return makers.make_user("Curator", is_staff=True)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def get(user: User, name: str, status: int = 200, query: str = "", **kwargs: Any) -> str:
    answer = signed_in(user).get(reverse(f"partners:{name}", kwargs=kwargs) + query)
    assert answer.status_code == status, answer.content[:500]
    return answer.content.decode()


# --- what comes from the database ----------------------------------------


def test_open_calls_of_a_country_and_function() -> None:
    today = timezone.localdate()
    makers.make_call("For waste", functions=["ENV-WCO"])
    makers.make_call("For all")
    makers.make_call("For fire", functions=["SAF-FIR"])
    makers.make_call("Elsewhere", country="SI")
    makers.make_call("Closed", deadline=today - dt.timedelta(days=1))
    makers.make_call("Coming", opens_on=today + dt.timedelta(days=1))
    makers.make_call("Draft", published=False)
    assert [call.title for call in open_calls("FR", ["ENV-WCO"])] == ["For all", "For waste"]
    assert {call.title for call in open_calls("FR")} == {"For waste", "For all", "For fire"}


@pytest.mark.parametrize("count", [1, 3])
def test_open_calls_ask_twice_however_many(count: int) -> None:
    for _number in range(count):
        makers.make_call(functions=["ENV-WCO", "SAF-FIR"])
    with CaptureQueriesContext(connection) as captured:
        assert len(open_calls("FR", ["ENV-WCO"])) == count
    assert len(captured) == 2


def test_a_group_reads_its_municipalities(town: Municipality) -> None:
    group = group_of([town, makers.make_municipality(population=900)], ["ENV-WCO"])
    assert (group.country, list(group.populations), list(group.regions)) == (
        "FR",
        [5400.0, 900.0],
        ["27", ""],
    )


# --- the list ----------------------------------------


def test_the_list_shows_what_is_published_and_ahead(focal: User) -> None:
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    makers.make_call("Still ahead")
    makers.make_call("Long past", deadline=yesterday)
    makers.make_call("Not yet published", published=False)
    page = get(focal, "funding_list")
    assert "Still ahead" in page
    assert "Long past" not in page
    assert "Not yet published" not in page
    past = get(focal, "funding_list", query="?when=closed")
    assert "Long past" in past
    assert "Still ahead" not in past


def test_filters_keep_calls_that_are_for_all(focal: User, town: Municipality) -> None:
    makers.make_call("Fire alone", functions=["SAF-FIR"])
    makers.make_call("Anything")
    makers.make_call("Bourgogne alone", regions=["27"])
    makers.make_call("Other region", regions=["84"])
    page = get(focal, "funding_list", query="?function=ENV-WCO&region=FR-27")
    assert "Anything" in page
    assert "Bourgogne alone" in page
    assert "Fire alone" not in page
    assert "Other region" not in page
    assert "No call fits" in get(focal, "funding_list", query="?region=SI-1")


def test_an_empty_list_says_how_it_begins(focal: User, curator: User) -> None:
    assert "A curator records" in get(focal, "funding_list")
    assert reverse("partners:funding_create") in get(curator, "funding_list")
    assert reverse("partners:funding_create") not in get(focal, "funding_list")


@pytest.mark.parametrize("query", ["?function=%27&region=x", "?region=FR-&page=abc", "?when=never&page=9999"])
def test_odd_filters_are_no_error(focal: User, query: str) -> None:
    makers.make_call()
    get(focal, "funding_list", query=query)


# --- one call ----------------------------------------


def test_a_call_shows_its_rules_with_their_source(focal: User, town: Municipality) -> None:
    call = makers.make_call(
        functions=["ENV-WCO"], regions=["27"], min_population=10_000, min_years=5, own_share=20
    )
    page = get(focal, "funding_call", pk=call.pk)
    for words in ("Bourgogne", "10,000", "5 years", "20 % at least", "Official journal, 2 November 2026"):
        assert words in page


def test_own_cases_are_held_against_the_call(focal: User, case: Case) -> None:
    call = makers.make_call(functions=["ENV-WCO"], min_partners=3)
    page = get(focal, "funding_call", pk=call.pk)
    assert case.title in page
    assert "Needs 3 municipalities: you are 2, 1 more." in page
    partner = makers.make_member(case.participants.get(state="selected").municipality)
    assert case.title not in get(partner, "funding_call", pk=call.pk)


def test_a_draft_is_not_found_by_others(focal: User, curator: User) -> None:
    call = makers.make_call(published=False)
    get(focal, "funding_call", 404, pk=call.pk)
    assert "draft" in get(curator, "funding_call", pk=call.pk)


# --- the form ----------------------------------------

GOOD = {
    "title": "Joint works",
    "funder": "Ministry",
    "deadline": "2099-01-31",
    "country": "fr",
    "min_partners": "3",
    "min_population": "10 000",
    "functions": ["ENV-WCO"],
    "regions": ["27"],
    "amount_max": "250,000",
    "currency": "eur",
    "source": "Official journal",
    "published": "on",
}


def test_a_curator_records_and_publishes(curator: User, town: Municipality) -> None:
    answer = signed_in(curator).post(reverse("partners:funding_create"), GOOD)
    call = FundingCall.objects.get()
    assert answer.headers["Location"] == call.get_absolute_url()
    assert (call.country, call.currency, call.min_population, call.regions) == ("FR", "EUR", 10_000, ["27"])
    assert [function.pk for function in call.functions.all()] == ["ENV-WCO"]
    assert AuditEntry.objects.filter(verb="published a funding call").exists()


def test_a_change_keeps_what_was_ticked_and_goes_on_the_trail(curator: User, town: Municipality) -> None:
    call = makers.make_call("Before", functions=["SAF-FIR"], regions=["99"])
    form = get(curator, "funding_edit", pk=call.pk)
    assert 'value="SAF-FIR" id="id_functions_' in form
    assert form.count("checked") >= 3, "function, region that no municipality has, and published"
    data = {key: value for key, value in GOOD.items() if key != "published"}
    url = reverse("partners:funding_edit", kwargs={"pk": call.pk})
    assert signed_in(curator).post(url, data | {"title": "After"}).status_code == 302
    call.refresh_from_db()
    assert (call.title, call.published) == ("After", False)
    assert AuditEntry.objects.filter(verb="withdrew a funding call").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"min_partners": "1"}, "greater than or equal to 2"),
        ({"min_partners": "99999999999"}, "less than or equal to 500"),
        ({"min_population": "1e30"}, "id_min_population_error"),
        ({"min_population": "many"}, "Enter a number"),
        ({"own_share": "101"}, "less than or equal to 100"),
        ({"amount_max": "9" * 40}, "id_amount_max_error"),
        ({"opens_on": "2099-02-01"}, "A call opens before its deadline."),
        ({"country": "1"}, "Two letters are needed"),
        ({"functions": ["NO-SUCH"]}, "NO-SUCH"),
        ({"regions": ["nowhere"]}, "nowhere"),
        ({"url": "javascript:alert(1)"}, "valid URL"),
        ({"deadline": "soon"}, "valid date"),
        ({"source": ""}, "required"),
    ],
)
def test_bad_rules_are_refused_in_words(
    curator: User, town: Municipality, change: dict[str, Any], said: str
) -> None:
    answer = signed_in(curator).post(reverse("partners:funding_create"), GOOD | change)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not FundingCall.objects.exists()
    assert "Joint works" in answer.content.decode(), "nothing typed is lost"


# --- a case ----------------------------------------


def test_a_case_reads_each_rule_in_words(focal: User, case: Case) -> None:
    makers.make_call(
        functions=["ENV-WCO"],
        regions=["27"],
        min_partners=3,
        min_population=10_000,
        max_member_population=6000,
        min_years=6,
        own_share=20,
    )
    page = get(focal, "case_funding", pk=case.pk)
    for words in (
        "Needs 3 municipalities: you are 2, 1 more.",
        "Needs 10,000 inhabitants together: you have 8,400, 1,600 short.",
        "Nobody above 6,000 inhabitants: the largest of you has 5,400.",
        "Only in Bourgogne: all of you are.",
        "Lasts at least 6 years: nobody has promised a duration yet.",
        "You pay at least 20 % yourselves; nobody has decided on that yet.",
        "not eligible yet",
        "not known",
        "not met",
    ):
        assert words in page, words


def test_a_case_names_who_would_make_the_group_eligible(focal: User, case: Case, town: Municipality) -> None:
    small = makers.make_municipality("Trop-Petite", population=1000, region="27")
    large = makers.make_municipality("Assez-Grande", population=1600, region="27")
    away = makers.make_municipality("Hors-Region", population=9000, region="84")
    for other in (small, large, away):
        makers.make_neighbours(town, other)
    makers.make_call(functions=["ENV-WCO"], regions=["27"], min_partners=3, min_population=10_000)
    page = get(focal, "case_funding", pk=case.pk)
    assert "1 more municipality and 1,600 more inhabitants" in page
    assert "Assez-Grande" in page
    assert "Trop-Petite" not in page
    assert "Hors-Region" not in page


def test_more_members_are_not_named_where_they_would_not_help(focal: User, case: Case) -> None:
    """The initiator itself is larger than the call allows: no further municipality mends that."""
    makers.make_call(functions=["ENV-WCO"], max_member_population=5000, min_partners=3)
    page = get(focal, "case_funding", pk=case.pk)
    assert "No further municipality does" in page
    assert "more municipalit" not in page.split("What would make you eligible")[1]


def test_nobody_on_the_list_is_said_too(focal: User, case: Case) -> None:
    makers.make_call(functions=["ENV-WCO"], min_population=900_000)
    assert "Nobody on your list" in get(focal, "case_funding", pk=case.pk)


def test_an_eligible_group_is_told_so(focal: User, case: Case) -> None:
    makers.make_call("Fits", functions=["ENV-WCO"])
    page = get(focal, "case_funding", pk=case.pk)
    assert ">eligible<" in page
    assert "What would make you eligible" not in page


def test_calls_for_something_else_are_not_shown(focal: User, case: Case) -> None:
    makers.make_call("Fire alone", functions=["SAF-FIR"])
    page = get(focal, "case_funding", pk=case.pk)
    assert "Fire alone" not in page
    assert "No open call pays for these functions" in page


def test_the_page_of_the_case_leads_there(focal: User, case: Case) -> None:
    assert reverse("partners:case_funding", kwargs={"pk": case.pk}) in get(focal, "case", pk=case.pk)


def test_a_country_is_called_by_its_name_in_the_readers_language() -> None:
    curator = makers.make_user(is_staff=True, language="fr")
    client = Client()
    client.force_login(curator)
    found = {code: makers.make_call(f"Call {code}", country=code) for code in ("DE", "QQ")}
    pages = {code: client.get(call.get_absolute_url()).content.decode() for code, call in found.items()}
    assert "<dd>Allemagne</dd>" in pages["DE"]
    assert "<dd>QQ</dd>" in pages["QQ"]
    foreign = Rule("country", met=False, raw={"needed": "DE", "own": "FR"})
    with translation.override("fr"):
        assert "Allemagne" in sentence(foreign, Names())
        assert "France" in sentence(foreign, Names())
