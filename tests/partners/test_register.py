"""The register on its pages: filters, order, map in step with the list, one cooperation; open to all."""

from __future__ import annotations

import re
from typing import Any

import pytest
import shapely
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners import register_map
from partners.models import ExistingCooperation, ImportRun, Municipality
from tests import makers

pytestmark = pytest.mark.django_db
LIMIT = 60_000


@pytest.fixture(autouse=True)
def _no_old_lists() -> None:
    cache.clear()


@pytest.fixture
def run() -> ImportRun:
    return ImportRun.objects.create(
        kind="cooperations", file_name="b.csv", sha256="0" * 64, source="BANATIC", licence="Open Licence 2.0"
    )


def square(x: float, y: float = 46.0, size: float = 0.1) -> dict[str, Any]:
    corners = [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]
    return {"type": "Polygon", "coordinates": [corners]}


def make_town(name: str, n: int, **fields: Any) -> Municipality:
    """The n-th square of a row."""
    return makers.make_municipality(name, boundary=square(5 + n / 10), **fields)


def read(path: str = "", **query: str) -> str:
    """The page as everybody sees it, without signing in."""
    answer = Client().get(path or reverse("partners:register"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def names_on(page: str) -> list[str]:
    """The cooperations of the list, in its order."""
    return re.findall(r'<th scope="row"><a href="/register/\d+/">([^<]*)</a>', page)


@pytest.fixture
def three(run: ImportRun) -> list[ExistingCooperation]:
    """A waste union of Arlay and Besançon, a school union of Besançon, and a nameless one of Dole."""
    arlay, besancon = make_town("Arlay", 0), make_town("Besançon", 1, county_name="Doubs")
    dole = make_town("Dole", 2)
    return [
        makers.make_cooperation(
            "Déchets du Jura",
            [arlay, besancon],
            code="A",
            run=run,
            legal_form="SIVU",
            function_id="ENV-WCO",
            since="2014",
        ),
        makers.make_cooperation(
            "École unie", [besancon], code="B", run=run, legal_form="SIVOM", since="2003-01-01"
        ),
        makers.make_cooperation("", [arlay, besancon, dole], code="C9"),
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Déchets du Jura", "École unie", "C9"]),
        ({"q": "dechets"}, ["Déchets du Jura"]),
        ({"q": "ECOLE UNIE"}, ["École unie"]),
        ({"q": "C9"}, ["C9"]),
        ({"member": "besancon"}, ["Déchets du Jura", "École unie", "C9"]),
        ({"member": "Dole"}, ["C9"]),
        ({"function": "ENV-WCO"}, ["Déchets du Jura"]),
        ({"function": "unknown"}, ["École unie", "C9"]),
        ({"legal_form": "SIVOM"}, ["École unie"]),
        ({"county": "Doubs", "legal_form": "SIVU"}, ["Déchets du Jura"]),
        ({"country": "SI"}, []),
        ({"function": "no such", "county": "'"}, []),
        ({"q": "x" * 5000}, []),
    ],
)
def test_filters(three: list[ExistingCooperation], query: dict[str, str], found: list[str]) -> None:
    assert names_on(read(**query)) == found


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("name", "Déchets du Jura"),
        ("-name", "École unie"),
        ("legal_form", "École unie"),
        ("-legal_form", "Déchets du Jura"),
        ("function", "Déchets du Jura"),
        ("-function", "Déchets du Jura"),
        ("members", "École unie"),
        ("-members", "C9"),
        ("since", "École unie"),
        ("-since", "Déchets du Jura"),
        ("no such column", "Déchets du Jura"),
    ],
)
def test_order(three: list[ExistingCooperation], sort: str, first: str) -> None:
    assert names_on(read(sort=sort))[0] == first


def test_the_order_is_told_and_passed_on(three: list[ExistingCooperation]) -> None:
    page = read(sort="-members", legal_form="SIVU", page="1")
    assert 'aria-sort="descending"' in page
    assert 'href="?sort=members&amp;legal_form=SIVU"' in page
    assert '<option value="-members" selected>' in page


def test_files_are_offered_for_what_is_filtered(three: list[ExistingCooperation]) -> None:
    assert 'cooperations.csv?member=Dole"' in read(member="Dole")
    assert 'cooperations.geojson"' in read()


def test_list_and_map_are_in_step(three: list[ExistingCooperation]) -> None:
    page = read()
    for one in three:
        assert f'<tr data-code="{register_map.code_of(one)}">' in page
        assert f'class="map-shape is-ring" data-code="{register_map.code_of(one)}"' in page
    assert "in 1 of these cooperations" in page
    assert "in 2 of these cooperations" in page
    assert "in three or more of these cooperations" in page
    only = read(legal_form="SIVOM")
    assert register_map.code_of(three[1]) in only
    assert register_map.code_of(three[0]) not in only


def test_the_map_has_its_table(three: list[ExistingCooperation]) -> None:
    page = read()
    table = page[page.index("Municipalities in several cooperations") :]
    assert re.search(r"Besançon</th><td class=\"num\">3<", table)
    assert re.search(r"Arlay</th><td class=\"num\">2<", table)
    assert "Dole" not in table, "it is in one alone"


def test_source_and_licence_are_named(three: list[ExistingCooperation]) -> None:
    assert "BANATIC, Open Licence 2.0" in read()


def test_a_map_stays_within_its_weight(run: ImportRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cooperations of jagged municipalities that cross each other."""
    every = []
    for n in range(8):
        towns = []
        for m in range(8):
            x, y = 5 + m / 10, 46 + n / 10
            top = [[x + 0.1 * (1 - k / 40), y + 0.1 + 0.02 * (k % 2)] for k in range(41)]
            outline = {"type": "Polygon", "coordinates": [[[x, y], [x + 0.1, y], *top, [x, y]]]}
            towns.append(makers.make_municipality(boundary=outline))
        every.append(towns)
    for n in range(8):
        crossing = [*every[n], *(towns[n] for towns in every)]
        makers.make_cooperation(f"Union {n}", dict.fromkeys(crossing), code=f"W{n}", run=run)
    found = list(ExistingCooperation.objects.prefetch_related("memberships__municipality"))
    first = register_map.map_of_page(found).svg
    assert first.count("is-ring") == 8
    assert len(first.encode()) <= LIMIT
    monkeypatch.setattr(register_map, "HEAVIEST", len(first.encode()) * 3 // 4)
    lighter = register_map.map_of_page(found).svg
    assert lighter.count("is-ring") == 8
    assert len(lighter.encode()) <= register_map.HEAVIEST


def test_too_many_members_are_said_instead(
    three: list[ExistingCooperation], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_map, "MOST", 2)
    page = read()
    assert "have 3 members together: too many for one picture" in page
    assert names_on(page)


# --- one cooperation --------------------------------------------------------------


def path_of(one: ExistingCooperation) -> str:
    return reverse("partners:cooperation", kwargs={"pk": one.pk})


def test_a_cooperation_shows_what_is_known_and_where_from(three: list[ExistingCooperation]) -> None:
    page = read(path_of(three[0]))
    for words in (
        "Déchets du Jura",
        "SIVU",
        "2014",
        "BANATIC, Open Licence 2.0",
        "Arlay",
        "Besançon",
        "6,000",
    ):
        assert words in page
    assert page.count("map-shape is-candidate") == 2
    assert read(path_of(three[2])).count("not known") >= 4


def test_what_lies_around_is_drawn_pale(three: list[ExistingCooperation]) -> None:
    arlay, dole = Municipality.objects.get(name="Arlay"), Municipality.objects.get(name="Dole")
    makers.make_neighbours(arlay, dole)
    assert "map-shape is-around" in read(path_of(three[0]))


def test_members_are_links_for_those_who_may_follow_them(three: list[ExistingCooperation]) -> None:
    town = Municipality.objects.get(name="Arlay")
    assert town.get_absolute_url() not in read(path_of(three[0]))
    client = Client()
    client.force_login(makers.make_user())
    assert town.get_absolute_url() in client.get(path_of(three[0])).content.decode()
    assert path_of(three[0]) in client.get(town.get_absolute_url()).content.decode()


@pytest.mark.parametrize("key", ["0", "9" * 30])
def test_an_unknown_cooperation_is_not_found(key: str) -> None:
    assert Client().get(f"/register/{key}/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_pages_ask_no_more_with_more_members(run: ImportRun, count: int) -> None:
    asked: list[int] = []
    for amount in (1, count):
        towns = [make_town(f"Town {amount} {n}", n) for n in range(amount)]
        one = makers.make_cooperation(f"Of {amount}", towns, code=f"N{amount}{len(asked)}", run=run)
        with CaptureQueriesContext(connection) as captured:
            read(path_of(one))
        asked.append(len(captured))
    assert asked[0] == asked[1]


def test_nothing_about_people_is_shown(three: list[ExistingCooperation]) -> None:
    holder = makers.make_contact(Municipality.objects.get(name="Arlay"), name="SECRET-NAME")
    for page in (read(), read(path_of(three[0]))):
        assert "SECRET-NAME" not in page
        assert holder.email not in page


def test_seams_between_outlines_are_closed_and_true_gaps_are_not() -> None:
    frame = shapely.box(5, 46, 6, 47)
    slit = shapely.box(5.2, 46.5, 5.8, 46.5005)
    enclave = shapely.box(5.4, 46.1, 5.45, 46.15)
    area = register_map.joint_area([frame.difference(slit).difference(enclave)])
    assert area is not None
    assert area.equals(frame.difference(enclave))
