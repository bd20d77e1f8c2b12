"""Groups from the database: borders and candidates, goals of functions and of calls, and the command."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imc_portal.core.problems import Refusal
from partners.groups_data import (
    NEAR_KM,
    Goal,
    GroupSearch,
    largest_scale,
    least_of,
    scale_of,
    search_groups,
    suggested_group,
)
from partners.models import Function, FundingCall, Municipality, Participant
from tests import makers

pytestmark = pytest.mark.django_db


def waste() -> Goal:
    """30,000 inhabitants."""
    return scale_of(Function.objects.get(pk="ENV-WCO"))


def chain(*population: int, **fields: Any) -> list[Municipality]:
    """Municipalities in a row, each bordering the next, four kilometres apart; G0 is where it starts."""
    row = [
        makers.make_municipality(
            f"G{n}", code=f"G{n}", population=p, latitude=46.6 + n * 0.036, longitude=5.5, **fields
        )
        for n, p in enumerate(population)
    ]
    for one, other in itertools.pairwise(row):
        makers.make_neighbours(one, other)
    return row


def codes(search: GroupSearch) -> list[list[str]]:
    return [[member.code for member in search.members(group)] for group in search.found.groups]


# --- the search ---------------------------------------------------------------------------------


def test_group_grows_along_borders() -> None:
    start, *_rest = chain(5000, 10_000, 16_000, 60_000)
    search = search_groups(start, waste())
    assert codes(search) == [["G0", "G1", "G2"]]
    assert search.found.exists
    assert search.by_borders
    assert search.found.groups[0].population == 31_000


def test_without_borders_those_side_by_side_stand_in() -> None:
    row = [
        makers.make_municipality(
            f"G{n}", code=f"G{n}", population=p, latitude=46.6 + n * 0.036, longitude=5.5
        )
        for n, p in enumerate((5000, 10_000, 16_000))
    ]
    search = search_groups(row[0], waste())
    assert codes(search) == [["G0", "G1", "G2"]]
    assert not search.by_borders


def test_no_other_country_takes_part() -> None:
    start, *_rest = chain(5000, 10_000)
    abroad = makers.make_municipality("Abroad", country="CH", population=40_000, latitude=46.6, longitude=5.5)
    assert abroad.pk not in {place.pk for place in search_groups(start, waste()).places}


def test_value_and_ease_are_those_of_the_ranking() -> None:
    start, *_rest = chain(15_000, 15_000)
    (group,) = search_groups(start, waste()).found.groups
    assert group.value == 1.0, "together they reach efficient scale"
    assert group.ease is not None


def test_distance_is_bounded_and_where_municipalities_are_wide_neighbours_are_near_enough() -> None:
    start = makers.make_municipality("Wide", latitude=64.0, longitude=20.0, population=5000)
    other = makers.make_municipality("Far", latitude=64.5, longitude=20.0, population=26_000)
    makers.make_neighbours(start, other)
    search = search_groups(start, waste())
    assert search.max_km == 56  # they lie 55.6 km apart
    assert search.found.exists
    bounded = search_groups(start, waste(), max_km=NEAR_KM)
    assert not bounded.found.exists
    assert bounded.found.stopped_by == "distance"
    assert bounded.found.too_far == 1


def test_who_was_set_aside_or_left_the_case_is_in_no_group() -> None:
    start, first, _second = chain(15_000, 15_000, 15_000)
    case = makers.make_case(start)
    gone = makers.make_participant(case, first, state=Participant.State.DECLINED, reason="no")
    search = search_groups(start, waste(), case=case)
    assert not search.found.exists
    assert search.left_out == 1
    Participant.objects.filter(pk=gone.pk).update(state=Participant.State.SET_ASIDE)
    assert not search_groups(start, waste(), case=case).found.exists
    assert search_groups(start, waste(), case=case, aside=True).found.exists, "it may be taken back"
    gone.delete()
    assert search_groups(start, waste(), case=case).found.exists


def test_statements_do_not_grow_with_candidates() -> None:
    counts = []
    for row in (chain(5000, 26_000), None):
        if row is None:
            row = [Municipality.objects.get(code="G0")]
            for n in range(12):
                makers.make_neighbours(row[0], makers.make_municipality(population=100 * n))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            search_groups(row[0], waste())
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- what is to be reached --------------------------------------------------------------------------


def test_function_without_a_scale_is_refused() -> None:
    with pytest.raises(Refusal, match="no efficient scale on record"):
        scale_of(Function.objects.get(pk="ECO-DEV"))


def test_function_without_evidence_goes_by_the_general_rule() -> None:
    cemeteries = scale_of(Function.objects.get(pk="HOU-CEM"))
    assert cemeteries.threshold.population == 25_000
    assert cemeteries.is_general_rule
    assert not waste().is_general_rule


def test_the_largest_scale_serves_all_functions() -> None:
    functions = list(Function.objects.filter(pk__in=["ENV-WCO", "ADM-TAX", "ECO-DEV"]))
    goal = largest_scale(functions)
    assert goal is not None
    assert goal.threshold.population == 60_000
    assert goal.function is not None
    assert goal.function.pk == "ADM-TAX"
    assert largest_scale(list(Function.objects.filter(pk="ECO-DEV"))) is None


def make_call(**fields: Any) -> FundingCall:
    plain: dict[str, Any] = {
        "title": "Joint services",
        "funder": "Region",
        "country": "FR",
        "deadline": dt.date(2099, 1, 1),
        "source": "S",
        "published": True,
    }
    return FundingCall.objects.create(**(plain | fields))


def test_a_call_asks_for_members_and_inhabitants() -> None:
    start, *_rest = chain(5000, 2000, 1000)
    search = search_groups(start, least_of(make_call(min_partners=3)))
    assert codes(search) == [["G0", "G1", "G2"]]
    search = search_groups(start, least_of(make_call(min_partners=2, min_population=7500)))
    assert codes(search) == [["G0", "G1", "G2"]]


def test_whom_a_call_does_not_take_is_in_no_group() -> None:
    start, *_rest = chain(5000, 9000, region="27")
    outside = makers.make_municipality("Outside", code="OUT", region="84", latitude=46.6, longitude=5.52)
    makers.make_neighbours(start, outside)
    call = make_call(regions=["27"], max_member_population=8000)
    search = search_groups(start, least_of(call))
    assert not search.found.exists
    assert [place.code for place in search.places] == ["G0"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"country": "CH"}, "another country"),
        ({"regions": ["84"]}, "other regions"),
        ({"max_member_population": 4999}, "more than 4,999 inhabitants"),
    ],
)
def test_a_call_that_does_not_take_us_is_refused_with_the_reason(fields: dict[str, Any], words: str) -> None:
    start, *_rest = chain(5000, 9000, region="27")
    with pytest.raises(Refusal, match=words):
        search_groups(start, least_of(make_call(**fields)))


def test_suggestion_for_a_case() -> None:
    start, *_rest = chain(5000, 10_000, 16_000)
    case = makers.make_case(start)
    suggestion = suggested_group(case)
    assert suggestion is not None
    _search, group, partners = suggestion
    assert group.population == 31_000
    assert [partner.code for partner in partners] == ["G1", "G2"]
    Municipality.objects.update(population=10)
    assert suggested_group(case) is None


# --- the command --------------------------------------------------------------------------------------


def run(*words: str, **options: Any) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("find_groups", *words, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_command_gives_json_alone_on_standard_output() -> None:
    chain(5000, 10_000, 16_000)
    out, _err = run("G0", "--function", "ENV-WCO", "--format", "json")
    (group,) = json.loads(out)
    assert group["members"] == ["G0", "G1", "G2"]
    assert group["population"] == 31_000
    assert group["reaches_scale"] is True
    assert {"value", "ease", "score", "unlikeness", "diameter_km"} <= set(group)


def test_command_says_what_comes_nearest_when_there_is_none() -> None:
    chain(5000, 1000, 900)
    out, err = run("G0", "--function", "ENV-WCO", "--format", "json", "--limit", "1")
    (nearest,) = json.loads(out)
    assert nearest["reaches_scale"] is False
    assert nearest["members"] == ["G0", "G1", "G2"]
    assert "No group of up to 6 municipalities within 30 km has at least 30,000 inhabitants together." in err
    assert "3 members and 6,900 inhabitants: 23,100 too few." in err
    assert "Not even all candidates together reach it." in err


def test_command_prints_a_table() -> None:
    chain(15_000, 15_500)
    out, _err = run("G0", "--function", "ENV-WCO")
    assert "30,500  G0, G1" in out


def test_command_tells_who_needs_nobody() -> None:
    chain(40_000, 1000)
    out, err = run("G0", "--function", "ENV-WCO", "--format", "json")
    assert [group["members"] for group in json.loads(out)] == [["G0"]]
    assert "no group is needed" in err


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["NONE", "--function", "ENV-WCO"], 1, "No municipality with the code NONE"),
        (["G0", "--function", "NONE"], 1, "NONE is no function"),
        (["G0", "--function", ""], 2, "--function"),
        (["G0", "--function", "ECO-DEV"], 1, "no efficient scale on record"),
        (["G0", "--function", "ENV-WCO", "--limit", "0"], 2, "--limit"),
        (["G0", "--function", "ENV-WCO", "--max-size", "7"], 2, "--max-size"),
        (["G0", "--function", "ENV-WCO", "--max-km", "nan"], 2, "--max-km"),
        (["G0", "--function", "ENV-WCO", "--country", "CH"], 1, "No municipality"),
    ],
)
def test_command_refuses_with_reasons(words: list[str], status: int, message: str) -> None:
    chain(5000, 9000)
    with pytest.raises(CommandError, match=message) as refusal:
        run(*words)
    assert refusal.value.returncode == status
