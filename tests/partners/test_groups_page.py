"""The groups of a case: alternatives side by side, what comes nearest, and the short list one step away."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from imc_portal.core.models import User
from partners.models import Case, FundingCall, Municipality, NeighbourLink, Participant
from tests import makers

pytestmark = pytest.mark.django_db


def square(east: float, north: float = 46.6) -> dict[str, Any]:
    x, y, side = east, north, 0.04
    corners = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    return {"type": "Polygon", "coordinates": [corners]}


def town_of(name: str, population: int, place: int, **fields: Any) -> Municipality:
    """A square in a row of squares."""
    east = 5.5 + place * 0.04
    where = {"latitude": 46.62, "longitude": east + 0.02, "boundary": square(east)}
    return makers.make_municipality(name, population=population, **(where | fields))


@pytest.fixture
def town() -> Municipality:
    return town_of("Arlay-le-Haut", 6000, 0)


@pytest.fixture
def partners(town: Municipality) -> list[Municipality]:
    """Three neighbours; each alone is enough for waste collection (30,000), and a hamlet that is not."""
    names = {"Bracon": 25_000, "Cernans": 26_000, "Dournon": 27_000, "Eternoz": 300}
    found = [town_of(name, people, n) for n, (name, people) in enumerate(names.items(), start=1)]
    for one in found:
        makers.make_neighbours(town, one)
    return found


@pytest.fixture
def focal(town: Municipality) -> User:
    return makers.make_member(town)


@pytest.fixture
def case(town: Municipality, focal: User) -> Case:
    case = makers.make_case(town, actor=focal)
    makers.make_area(case)
    Case.objects.filter(pk=case.pk).update(state=Case.State.AREAS_SCREENED)
    case.refresh_from_db()
    return case


def ask(person: User, case: Case, status: int = 200, **asked: Any) -> str:
    client = Client()
    client.force_login(person)
    answer = client.get(reverse("partners:groups", kwargs={"pk": case.pk}), asked)
    assert answer.status_code == status
    return answer.content.decode()


def cards(text: str) -> list[str]:
    return text.split('<li class="box group"')[1:]


def make_call(**fields: Any) -> FundingCall:
    plain: dict[str, Any] = {
        "title": "Joint waste",
        "funder": "Region",
        "country": "FR",
        "deadline": dt.date(2099, 1, 1),
        "source": "S",
        "published": True,
    }
    return FundingCall.objects.create(**(plain | fields))


# --- alternatives -----------------------------------------------------------------------------------


def test_alternatives_stand_side_by_side(case: Case, focal: User, partners: list[Municipality]) -> None:
    text = ask(focal, case)
    assert "3 groups have at least 30,000 inhabitants together, and no smaller one does." in text
    shown = cards(text)
    assert len(shown) == 3
    for one in (re.sub("<svg.*?</svg>", "", card) for card in shown):
        assert sum(f"<span>{name}" in one for name in ("Bracon", "Cernans", "Dournon")) == 1
        assert "Eternoz" not in one
        assert re.search(r"3[123],000 inhabitants of 30,000", one)
        assert "Arlay-le-Haut" in one
        for figure in ("Score", "Value", "Ease", "Unlikeness", "Farthest from you"):
            assert figure in one


def test_at_most_four_are_shown_and_all_are_counted(
    case: Case, focal: User, town: Municipality, partners: list[Municipality]
) -> None:
    for n in range(3):
        makers.make_neighbours(town, town_of(f"More {n}", 28_000 + n, 5 + n))
    text = ask(focal, case)
    assert "6 groups have" in text
    assert "The best 4 are shown." in text
    assert len(cards(text)) == 4


def test_each_has_a_map_of_its_own_that_says_who_is_in_it(
    case: Case, focal: User, partners: list[Municipality]
) -> None:
    text = ask(focal, case)
    titles = re.findall(r'<title id="[^"]*">(Group [^<]*)</title>', text)
    assert [title.split(":")[0] for title in titles] == ["Group A", "Group B", "Group C"]
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids)), "several maps on one page, no name twice"
    (first, *_rest) = cards(text)
    assert first.count("is-self") == 1
    assert first.count("is-chosen") == 1
    assert first.count("is-context") == 3, "all maps have one frame"
    assert len(re.findall("<svg.*?</svg>", first)[0].encode()) < 60_000


def test_without_outlines_there_is_no_map_and_the_rest_stays(
    case: Case, focal: User, partners: list[Municipality]
) -> None:
    for one in Municipality.objects.filter(outline__isnull=False):
        one.outline.delete()
    text = ask(focal, case)
    assert "<svg" not in "".join(re.findall(r'<div class="group-map">.*?</div>', text))
    assert "No outlines are on record" in text
    assert len(cards(text)) == 3


def test_without_borders_the_page_says_what_stands_in(
    case: Case, focal: User, partners: list[Municipality]
) -> None:
    assert "No borders are on record" not in ask(focal, case)
    NeighbourLink.objects.all().delete()
    assert "No borders are on record" in ask(focal, case)


def test_large_enough_alone(
    case: Case, focal: User, town: Municipality, partners: list[Municipality]
) -> None:
    Municipality.objects.filter(pk=town.pk).update(population=31_000)
    text = ask(focal, case)
    assert "You are large enough alone" in text
    assert not cards(text)


# --- none ---------------------------------------------------------------------------------------------


def test_none_says_what_comes_nearest_and_what_stops_it(
    case: Case, focal: User, partners: list[Municipality]
) -> None:
    Municipality.objects.filter(pk__in=[one.pk for one in partners]).update(population=5000)
    text = ask(focal, case, max_size=3)
    assert "There is no such group" in text
    assert "No group of up to 3 municipalities within 30 km has at least 30,000 inhabitants together." in text
    assert "The largest that is possible has 3 members and 16,000 inhabitants: 14,000 too few." in text
    (nearest,) = cards(text)
    assert "What comes nearest" in nearest


def test_nothing_to_reach(case: Case, focal: User) -> None:
    case.areas.update(function="ECO-DEV")
    text = ask(focal, case)
    assert "Nothing to reach" in text
    assert "no funding call for it is open" in text


def test_general_rule_is_named_as_such(case: Case, focal: User, partners: list[Municipality]) -> None:
    assert "general rule" not in ask(focal, case)
    case.areas.update(function="HOU-CEM")
    assert "25,000 inhabitants is the general rule." in ask(focal, case)


# --- calls ----------------------------------------------------------------------------------------------


def test_a_call_may_be_the_goal(case: Case, focal: User, partners: list[Municipality]) -> None:
    call = make_call(min_partners=4, min_population=40_000)
    text = ask(focal, case, goal=call.pk)
    assert "have at least 4 municipalities and 40,000 inhabitants together" in text
    assert all(one.count("Joint waste") == 1 for one in cards(text)), "the call is unlocked"


def test_calls_that_a_group_unlocks_are_named(case: Case, focal: User, partners: list[Municipality]) -> None:
    make_call(title="For two")
    make_call(title="For five", min_partners=5)
    make_call(title="SECRET-DRAFT", published=False)
    make_call(title="Over", deadline=dt.date(2020, 1, 1))
    make_call(title="Elsewhere", country="CH")
    text = ask(focal, case)
    assert all("For two" in one and "For five" not in one for one in cards(text))
    for hidden in ("SECRET-DRAFT", "Over<", "Elsewhere"):
        assert hidden not in text


def test_a_call_that_does_not_take_us_says_why(case: Case, focal: User, partners: list[Municipality]) -> None:
    call = make_call(max_member_population=500)
    text = ask(focal, case, goal=call.pk)
    assert "The call takes no municipality of more than 500 inhabitants." in text
    assert not cards(text)


# --- the short list ---------------------------------------------------------------------------------------


def test_choosing_a_group_puts_it_on_the_short_list(
    case: Case, focal: User, partners: list[Municipality]
) -> None:
    first = cards(ask(focal, case))[0]
    assert f'action="{reverse("partners:select", kwargs={"pk": case.pk})}"' in first
    keys = re.findall(r'name="chosen" value="(\d+)"', first)
    client = Client()
    client.force_login(focal)
    client.post(reverse("partners:select", kwargs={"pk": case.pk}), {"chosen": keys})
    chosen = case.participants.get(state="selected")
    assert [str(chosen.municipality_id)] == keys
    (again,) = [
        one
        for one in cards(ask(focal, case))
        if chosen.municipality.name in one.split("Funding")[0].split("</svg>")[-1]
    ]
    assert "All of them are on the short list." in again
    assert "Choose these" not in again


def test_those_set_aside_come_back_only_when_asked_for(
    case: Case, focal: User, partners: list[Municipality]
) -> None:
    makers.make_participant(case, partners[0], state=Participant.State.SET_ASIDE, reason="x", contact=None)
    makers.make_participant(case, partners[1], state=Participant.State.DECLINED, reason="x", contact=None)
    text = ask(focal, case)
    assert "1 group has at least" in text
    assert "2 that were set aside or left the case are in no group." in text
    text = ask(focal, case, aside="on")
    assert "2 groups have" in text
    assert ">set aside<" in text.replace("\n", "")


def test_reader_sees_the_groups_and_cannot_choose(
    case: Case, town: Municipality, partners: list[Municipality]
) -> None:
    text = ask(makers.make_member(town, "reader"), case)
    assert len(cards(text)) == 3
    assert "Choose these" not in text


def test_nobody_outside_sees_the_groups(case: Case, partners: list[Municipality]) -> None:
    party = makers.make_participant(case, partners[0])
    ask(makers.make_member(party.municipality), case, 403)
    ask(makers.make_member(partners[1]), case, 404)
    ask(makers.make_user("Curator", is_staff=True), case, 404)


# --- what is asked ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked",
    [
        {"goal": "ENV-XXX"},
        {"goal": "ADM-TAX"},  # a function, but not of the case
        {"goal": "00000000-0000-0000-0000-000000000000"},
        {"max_km": "0"},
        {"max_km": "-1"},
        {"max_km": "1e9"},
        {"max_km": "9" * 5000},
        {"max_km": "nan"},
        {"max_size": "1"},
        {"max_size": "7"},
        {"max_size": "six"},
    ],
)
def test_bad_questions_are_answered_with_what_is_wrong(
    asked: dict[str, str], case: Case, focal: User, partners: list[Municipality]
) -> None:
    text = ask(focal, case, 400, **asked)
    assert "This cannot be searched" in text
    assert "is-invalid" in text
    assert not cards(text)


def test_nul_bytes_are_a_bad_request(case: Case, focal: User) -> None:
    for name in ("goal", "max_km", "max_size", "aside"):
        ask(focal, case, 400, **{name: "a\0b"})


def test_bounds_are_kept(case: Case, focal: User, partners: list[Municipality]) -> None:
    text = ask(focal, case, max_km=5)
    assert "1 group has at least" in text
    assert "All members lie within 5 km of you." in text


def test_statements_do_not_grow_with_alternatives(
    case: Case, focal: User, town: Municipality, partners: list[Municipality]
) -> None:
    make_call(title="For two")
    for one in partners[:2]:
        Municipality.objects.filter(pk=one.pk).update(population=100)
    counts = []
    for groups in (1, 3):
        with CaptureQueriesContext(connection) as queries:
            assert len(cards(ask(focal, case))) == groups
        counts.append(len(queries))
        for one in partners[:2]:
            Municipality.objects.filter(pk=one.pk).update(population=25_000)
        make_call(title="For all")
    assert counts[0] == counts[1]


# --- the suggestion beside the tray ----------------------------------------------------------------------


def suggestion(person: User, case: Case) -> str:
    client = Client()
    client.force_login(person)
    return client.get(reverse("partners:suggested", kwargs={"pk": case.pk})).content.decode()


def test_suggestion_names_whom_to_win(case: Case, focal: User, partners: list[Municipality]) -> None:
    text = suggestion(focal, case)
    (named,) = [one for one in partners if one.name in text]
    assert f"{6000 + named.population:,} inhabitants with you" in text
    assert reverse("partners:groups", kwargs={"pk": case.pk}) in text


def test_suggestion_of_nobody_still_leads_to_the_groups(
    case: Case, focal: User, town: Municipality, partners: list[Municipality]
) -> None:
    Municipality.objects.filter(pk=town.pk).update(population=31_000)
    assert "You are large enough alone." in suggestion(focal, case)
    Municipality.objects.update(population=10)
    text = suggestion(focal, case)
    assert "Look for groups" in text
    assert "large enough" not in text
