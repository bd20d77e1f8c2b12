"""The discovery page: functions and filters by address, rows that open, candidates side by side."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners.models import CandidateArea, Participant, RankingSnapshot
from tests import makers
from tests.partners.scenes import Scene, scene, square

pytestmark = pytest.mark.django_db
ROW = re.compile(r'<li data-code="[^"]*".*?<strong>(\w+)</strong>', re.DOTALL)
RANK = re.compile(r'<span class="rank">(\d+)\.</span> <strong>(\w+)</strong>')


@pytest.fixture
def here() -> Scene:
    cache.clear()
    return scene()


def add_area(here: Scene, function: str) -> None:
    CandidateArea.objects.create(case=here.case, function_id=function, mode="joint_admin")


# --- functions ------------------------------------------------------------------------------


def test_one_function_or_several_are_chosen_by_address(here: Scene) -> None:
    add_area(here, "ADM-TAX")
    usual = here.get("discover")
    assert re.search(r'value="ENV-WCO" id="\w+" checked', usual)
    assert not re.search(r'value="ADM-TAX" id="\w+" checked', usual)
    both = here.get("discover", "?functions=ENV-WCO&functions=ADM-TAX")
    assert re.search(r'value="ADM-TAX" id="\w+" checked', both)
    assert re.search(r"Ranked for: [^.]*, ", both)
    assert 'name="functions" value="ADM-TAX"' in both.split('id="choose"')[1]


def test_a_function_that_is_not_of_the_case_is_refused_in_words(here: Scene) -> None:
    add_area(here, "ADM-TAX")
    page = here.get("discover", "?functions=REC-LIB", status=400)
    assert "Some filters were not understood" in page
    assert len(ROW.findall(page)) == 4


def test_what_is_chosen_keeps_the_functions_it_was_ranked_for(here: Scene) -> None:
    add_area(here, "ADM-TAX")
    answer = here.post("select", {"with": [here.small.pk]}, "?functions=ADM-TAX&max_km=20")
    assert answer.headers["Location"].endswith("?functions=ADM-TAX&max_km=20")
    assert RankingSnapshot.objects.get().functions == ["ADM-TAX"]


# --- filters --------------------------------------------------------------------------------


def test_every_neighbour_is_listed_until_somebody_wishes_otherwise(here: Scene) -> None:
    page = here.get("discover")
    assert set(ROW.findall(page)) == {"Bois", "Champ", "Dole", "Etrez"}
    assert "4 municipalities, all neighbours among them." in page


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("?max_km=15", {"Bois", "Champ", "Dole"}),
        ("?area=county:Ain", {"Etrez"}),
        ("?size_from=3000", {"Champ", "Dole"}),
        ("?size_to=3000", {"Bois", "Etrez"}),
        ("?size_from=1000&size_to=4000&neighbours=on", {"Dole"}),
        ("?neighbours=on", {"Bois", "Champ", "Dole"}),
        ("?offer=on", set()),
        ("?funding=on", set()),
    ],
)
def test_filters_hide_and_say_so_and_ranks_stay(here: Scene, query: str, left: set[str]) -> None:
    whole = dict(reversed(pair) for pair in RANK.findall(here.get("discover")))
    page = here.get("discover", query)
    assert set(ROW.findall(page)) == left
    assert f"{len(left)} of 4 shown." in page
    assert "Show all" in page
    for rank, name in RANK.findall(page):
        assert whole[name] == rank


@pytest.mark.parametrize(
    "query",
    [
        "?max_km=x",
        "?max_km=-1",
        "?max_km=nan",
        "?size_from=1e999",
        "?size_to=" + "9" * 400,
        "?area=county:Nowhere",
        "?size_from=5&size_to=1",
    ],
)
def test_a_filter_that_is_not_understood_hides_nobody_and_is_answered_with_400(
    here: Scene, query: str
) -> None:
    page = here.get("discover", query, status=400)
    assert "Some filters were not understood" in page
    assert len(ROW.findall(page)) == 4 or "size_from=5" in query


def test_the_rest_is_set_aside_whole_whatever_a_filter_hides(here: Scene) -> None:
    page = here.get("discover", "?neighbours=on")
    assert "Also those that the filters hide." in page
    here.post("set_rest_aside", {"reason": "Served by others"}, "?neighbours=on")
    assert here.case.participants.filter(state="set_aside").count() == 4


# --- beyond the nearest -----------------------------------------------------------------------


def test_another_municipality_is_found_by_name_ranked_and_chosen(here: Scene) -> None:
    for _n in range(40):  # more than are ranked by themselves, all nearer
        makers.make_municipality(latitude=46.7, longitude=5.6)
    remote = makers.make_municipality("Zuydcoote", latitude=51.0, longitude=2.5)
    abroad = makers.make_municipality("Zuydland", country="NL", latitude=51.8, longitude=4.3)
    assert "Zuydcoote" not in here.get("discover")
    found = here.get("discover", "?name=zuyd")
    assert "Rank Zuydcoote too" in found
    assert "Zuydland" not in found
    query = f"?also={remote.pk}&also={abroad.pk}&also={here.town.pk}&also=x"
    page = here.get("discover", query)
    assert "Zuydcoote" in ROW.findall(page)
    assert "Zuydland" not in page
    here.post("select", {"with": [remote.pk]}, f"?also={remote.pk}")
    assert "Zuydcoote" in ROW.findall(here.get("discover"))


def test_a_name_that_nobody_has_is_said(here: Scene) -> None:
    for name in ("xyzzy", "-", "x" * 5000):
        page = here.get("discover", f"?name={name}")
        assert "No other municipality of the country has this name." in page


def test_a_name_is_found_without_accents_and_the_whole_one_first(here: Scene) -> None:
    for name in ("Évette-la-Grande", "Évette", "Bas-Évette"):
        makers.make_municipality(name, latitude=44.0, longitude=1.0)
    for _n in range(40):
        makers.make_municipality(latitude=46.7, longitude=5.6)
    page = here.get("discover", "?name=evette")
    assert re.findall("Rank ([^<]+) too</a>", page) == [
        "Évette",
        "Bas-Évette",
        "Évette-la-Grande",
    ]


# --- list and map -----------------------------------------------------------------------------


def test_map_and_list_share_their_codes_and_what_lies_around_is_pale(here: Scene) -> None:
    beyond = makers.make_municipality("Beyond", latitude=49.0, longitude=9.0)
    around = makers.make_municipality(
        "Around", latitude=None, longitude=None, boundary={"type": "Polygon", "coordinates": RING}
    )
    makers.make_neighbours(here.third, around)
    page = here.get("discover")
    svg = page.split("<svg xmlns")[1]
    codes = set(re.findall(r'<li data-code="([^"]+)"', page))
    assert {here.small.code, here.large.code, here.third.code} <= codes
    assert {code for code in codes if f'data-code="{code}"' in svg} == codes - {beyond.code}
    assert svg.count("is-around") == 1
    assert 'class="map-furniture"' in svg


RING = [[[5.5, 46.8], [5.6, 46.8], [5.6, 46.85], [5.5, 46.85], [5.5, 46.8]]]


def test_a_hidden_candidate_is_pale_on_the_map_as_well(here: Scene) -> None:
    svg = here.get("discover", "?area=county:Ain").split("<svg xmlns")[1]
    assert f'is-context" data-code="{here.small.code}"' in svg
    assert f'is-candidate" data-code="{here.far.code}"' in svg


def test_the_list_says_where_each_lies_for_whoever_does_not_see_the_map(here: Scene) -> None:
    page = here.get("discover")
    assert "km to the east · 300 inhabitants" in page
    assert "km to the north · 3,100 inhabitants" in page


# --- one row opened -----------------------------------------------------------------------------


def test_a_row_opens_into_its_factors_and_what_would_change_them(here: Scene) -> None:
    listed = here.get("discover")
    assert "What would change this" not in listed
    url = here.url("candidate", municipality=here.small.pk)
    assert f'hx-get="{url}"' in listed
    assert f'href="{url}"' in listed
    inner = here.client().get(url, headers={"HX-Request": "true"})
    assert inner.headers["Vary"].count("HX-Request")
    words = inner.content.decode()
    assert "<html" not in words
    for part in ("Shared problem", "their need is not known to you", "What would change this", "Set aside"):
        assert part in words
    assert "If their need in" in words
    whole = here.get("candidate", municipality=here.small.pk)
    assert "<html" in whole
    assert "Put on the short list" in whole


def test_a_reader_opens_a_row_but_decides_nothing(here: Scene) -> None:
    page = here.get("candidate", user=here.reader, municipality=here.small.pk)
    assert "Shared problem" in page
    assert "Put on the short list" not in page
    assert 'name="reason"' not in page


def test_only_who_is_ranked_has_a_page(here: Scene) -> None:
    abroad = makers.make_municipality("Abroad", country="CH", latitude=46.6, longitude=5.6)
    here.get("candidate", status=404, municipality=abroad.pk)
    here.get("candidate", status=404, municipality=here.town.pk)
    here.get("candidate", status=404, municipality=10**17)


# --- side by side -------------------------------------------------------------------------------


def test_candidates_stand_side_by_side_with_the_best_in_words(here: Scene) -> None:
    page = here.get("compare", f"?with={here.small.pk}&with={here.large.pk}")
    assert page.count('scope="col"') == 3
    assert "<caption" in page
    assert "Inhabitants with you" in page
    assert "12,000" in page
    assert ">best</span>" in page
    assert 'data-label="Bois"' in page


def test_more_than_four_or_fewer_than_two_are_not_compared_but_helped(here: Scene) -> None:
    fifth = makers.make_municipality("Frasne", latitude=46.66, longitude=5.56)
    keys = [m.pk for m in (here.small, here.large, here.third, here.far, fifth)]
    query = "?" + "&".join(f"with={key}" for key in keys)
    page = here.get("compare", query, status=400)
    assert "5 municipalities are ticked; at most 4 stand side by side." in page
    assert page.count('name="with"') == 5
    assert page.count(" checked>") == 4
    assert "Tick two to four" in here.get("compare")
    assert "Tick two to four" in here.get("compare", "?with=x&with=" + "9" * 40, status=400)


def test_the_boxes_serve_comparing_and_choosing_and_leak_no_token(here: Scene) -> None:
    page = here.get("discover")
    form = page.split('id="choose"')[1].split("</form>")[0]
    assert 'method="get"' in form
    assert 'type="hidden" name="csrfmiddlewaretoken"' not in form
    assert re.search(r'formmethod="post"[^>]*name="csrfmiddlewaretoken"', form)
    assert "Choose the ticked" not in here.get("discover", user=here.reader)
    assert ">Compare<" in here.get("discover", user=here.reader)


def test_ticking_one_that_is_chosen_already_chooses_the_others(here: Scene) -> None:
    here.post("select", {"with": [here.small.pk]})
    here.post("select", {"with": [here.small.pk, here.large.pk]})
    assert set(here.case.participants.filter(state="selected").values_list("municipality", flat=True)) == {
        here.small.pk,
        here.large.pk,
    }


def test_ticking_only_those_chosen_already_says_so(here: Scene) -> None:
    here.post("select", {"with": [here.small.pk]})
    client = here.client()

    def told(**ticked: int) -> str:
        client.post(here.url("select"), ticked)
        return client.get(here.url("discover")).content.decode()

    assert "Those that you ticked are chosen already." in told(chosen=here.small.pk)
    assert "Tick at least one municipality." in told()
    assert RankingSnapshot.objects.count() == 1


# --- as many statements for three as for one ------------------------------------------------------


@pytest.mark.parametrize("name", ["discover", "candidate", "compare", "contacts"])
def test_pages_ask_the_same_for_more_candidates(here: Scene, name: str) -> None:
    kwargs = {"municipality": here.small.pk} if name == "candidate" else {}
    query = f"?with={here.small.pk}&with={here.large.pk}&max_km=500"
    here.post("select", {"with": [here.small.pk]})
    before = here.statements(name, query, **kwargs)
    for _n in range(3):
        other = makers.make_municipality(
            latitude=46.7, longitude=5.6, boundary={"type": "Polygon", "coordinates": RING}
        )
        makers.make_neighbours(here.town, other)
        here.post("select", {"with": [other.pk]})
        makers.make_participant(
            here.case, makers.make_municipality(), state=Participant.State.SET_ASIDE, reason="x", contact=None
        )
    assert here.statements(name, query + f"&with={other.pk}", **kwargs) == before


# --- the map is kept until the data change ----------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_outlines_are_laid_out_once_until_others_are_imported(tmp_path: Path) -> None:
    cache.clear()
    here = scene()

    def look() -> tuple[str, int]:
        with CaptureQueriesContext(connection) as asked:
            svg = here.get("discover").split("<svg xmlns")[1].split("</svg>")[0]
        return svg, sum('FROM "partners_outline"' in query["sql"] for query in asked.captured_queries)

    first, asked = look()
    assert asked == 1
    assert look() == (first, 0)
    here.post("set_aside", {"municipality": here.large.pk, "reason": "Too large"})
    decided, asked = look()
    assert asked == 0
    assert f'is-aside" data-code="{here.large.code}"' in decided
    moved = {"type": "Feature", "properties": {"code": here.small.code}, "geometry": square(5.6, 46.55)}
    file = tmp_path / "moved.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [moved]}))
    call_command("import_municipalities", str(file), "--country", "FR")
    imported, asked = look()
    assert asked == 1
    assert re.findall(' d="[^"]*"', imported) != re.findall(' d="[^"]*"', decided)
