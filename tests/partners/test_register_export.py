"""The register as files: whole and filtered, read back by a machine, harmless in a spreadsheet, bounded."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
import shapely
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from shapely.geometry import shape

from imc_portal.core import pace
from imc_portal.core.audit import Actor
from partners import register_export
from partners.imports import SourceFile
from partners.models import ExistingCooperation, ImportRun, Municipality
from partners.services.imports import import_cooperations
from partners.views.register import FILES_PER_MINUTE
from tests import makers
from tests.partners.test_register import square

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_has_asked() -> None:
    cache.clear()


@pytest.fixture
def run() -> ImportRun:
    return ImportRun.objects.create(
        kind="cooperations", file_name="b.csv", sha256="0" * 64, source="BANATIC", licence="Open Licence 2.0"
    )


@pytest.fixture
def towns() -> list[Municipality]:
    """Three squares in a row, and one without an outline; their outlines came with an import of their own."""
    outlines = ImportRun.objects.create(
        kind="boundaries", file_name="o.geojson", sha256="1" * 64, source="IGN", licence="Other Licence"
    )
    kept = {"boundary": str(outlines.pk)}
    drawn = [
        makers.make_municipality(f"Square {n}", code=f"S{n}", boundary=square(5 + n / 10), provenance=kept)
        for n in range(3)
    ]
    return [*drawn, makers.make_municipality("Nowhere", code="S9")]


@pytest.fixture
def unions(run: ImportRun, towns: list[Municipality]) -> list[ExistingCooperation]:
    return [
        makers.make_cooperation(
            "Déchets", towns[:2], code="A", run=run, legal_form="SIVU", function_id="ENV-WCO", since="2014"
        ),
        makers.make_cooperation("Apart", [towns[0], towns[2], towns[3]], code="B", run=run, failed=True),
        makers.make_cooperation("", [], code="Z9"),
    ]


def body(name: str, query: str = "", status: int = 200) -> str:
    answer = Client().get(reverse(f"partners:{name}") + query)
    assert answer.status_code == status
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()  # type: ignore[attr-defined]  # it streams


def rows(query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body("register_csv", query), newline="")))


def collection(query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(body("register_geojson", query))
    return found


# --- CSV ---------------------------------------------------------------------------------


def test_one_row_for_each_member(unions: list[ExistingCooperation]) -> None:
    found = rows()
    pairs = [(row["cooperation_code"], row["member_code"]) for row in found]
    assert pairs == [("A", "S0"), ("A", "S1"), ("B", "S0"), ("B", "S2"), ("B", "S9"), ("Z9", "")]
    assert tuple(found[0]) == register_export.COLUMNS
    assert found[0]["cooperation_name"] == "Déchets"
    assert found[0]["function_name"] == "Waste collection and street cleaning"
    assert [row["ended_in_failure"] for row in found] == ["no", "no", "yes", "yes", "yes", "no"]


def test_source_and_licence_stand_in_every_row(unions: list[ExistingCooperation]) -> None:
    found = rows()
    assert {(row["source"], row["licence"]) for row in found[:-1]} == {("BANATIC", "Open Licence 2.0")}
    assert (found[-1]["source"], found[-1]["licence"]) == ("not stated", "not stated")
    assert found[0]["imported_on"] == ImportRun.objects.get(source="BANATIC").imported_at.date().isoformat()


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("?function=ENV-WCO", {"A"}),
        ("?legal_form=SIVU&country=FR", {"A"}),
        ("?member=square 2", {"B"}),
        ("?q=dechets", {"A"}),
        ("?q=nothing", set()),
    ],
)
def test_the_filters_of_the_list_hold(unions: list[ExistingCooperation], query: str, codes: set[str]) -> None:
    assert {row["cooperation_code"] for row in rows(query)} == codes
    assert {feature["properties"]["code"] for feature in collection(query)["features"]} == codes


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("x")'])
def test_no_cell_computes(evil: str, towns: list[Municipality]) -> None:
    makers.make_cooperation(evil, towns[:1], code=evil, legal_form=evil)
    row = rows()[0]
    for column in ("cooperation_name", "cooperation_code", "legal_form"):
        assert row[column] == f"'{evil}"


def test_the_file_can_be_imported_again(
    unions: list[ExistingCooperation], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What leaves is what came: the members of each cooperation survive the way out and in."""
    folder = tmp_path_factory.mktemp("again")
    with (folder / "again.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["group_id", "member", "group_name", "function", "since", "legal_form"])
        out.writerows(
            [row[key] for key in ("cooperation_code", "member_code", "cooperation_name")]
            + [row[key] for key in ("function_code", "since", "legal_form")]
            for row in rows()
            if row["member_code"]
        )
    with SourceFile.of_disk(folder / "again.csv") as source:
        result = import_cooperations(source=source, country="FR", origin="again", actor=Actor.portal())
    assert (result.created, result.updated, result.unchanged) == (0, 0, 2)


# --- GeoJSON ---------------------------------------------------------------------------------


def test_one_feature_for_each_cooperation_with_the_area_of_its_members(
    unions: list[ExistingCooperation],
) -> None:
    features = {feature["properties"]["code"]: feature for feature in collection()["features"]}
    areas = {code: shape(feature["geometry"]) for code, feature in features.items() if feature["geometry"]}
    assert all(area.is_valid and area.geom_type == "MultiPolygon" for area in areas.values())
    assert areas["A"].equals(shapely.box(5, 46, 5.2, 46.1)), "two squares that touch become one"
    assert len(shapely.get_parts(areas["B"])) == 2, "two squares apart stay two"
    assert areas["B"].area == pytest.approx(0.02)
    assert features["Z9"]["geometry"] is None
    assert features["B"]["properties"]["members_without_outline"] == ["S9"]
    assert [m["code"] for m in features["B"]["properties"]["members"]] == ["S0", "S2", "S9"]
    assert features["A"]["properties"]["function"] == "ENV-WCO"


def test_the_collection_names_licence_source_and_time(unions: list[ExistingCooperation]) -> None:
    head = collection("?legal_form=SIVU")
    assert head["licence"] == "Open Licence 2.0; Other Licence"
    assert head["source"] == "BANATIC"
    assert head["source_of_outlines"] == "IGN"
    assert head["generated"].startswith("20")
    assert head["features"][0]["properties"]["licence"] == "Open Licence 2.0"
    assert collection("?q=Z9")["licence"] == "not stated"


def test_a_long_register_comes_in_parts(
    unions: list[ExistingCooperation], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_export, "PART", 2)
    first = collection("?country=FR")
    assert (first["part"], first["parts"], len(first["features"])) == (1, 2, 2)
    second = collection("?" + first["next"].partition("?")[2])
    assert (second["part"], second["next"]) == (2, "")
    codes = [feature["properties"]["code"] for part in (first, second) for feature in part["features"]]
    assert codes == ["A", "B", "Z9"]
    answer = Client().get(reverse("partners:register_geojson"))
    assert 'rel="next"' in answer.headers["Link"]


@pytest.mark.parametrize("part", ["0", "3", "-1", "x", "9" * 40, "²"])
def test_a_part_there_is_not_is_not_found(unions: list[ExistingCooperation], part: str) -> None:
    body("register_geojson", f"?part={part}", 404)


def test_an_empty_register_is_an_empty_file() -> None:
    assert rows() == []
    assert collection()["features"] == []


# --- both -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["register_csv", "register_geojson"])
def test_files_ask_no_more_with_more_rows(
    name: str, unions: list[ExistingCooperation], run: ImportRun, towns: list[Municipality]
) -> None:
    asked = []
    for query in ("?q=A", "?country=FR"):
        with CaptureQueriesContext(connection) as captured:
            body(name, query)
        asked.append(len(captured))
    assert asked[0] == asked[1]


@pytest.mark.parametrize("name", ["register_csv", "register_geojson"])
def test_more_than_one_batch_leaves_nothing_out(
    name: str, towns: list[Municipality], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_export, "AT_ONCE", 2)
    for n in range(120):
        makers.make_cooperation(f"Union {n}", towns[:1], code=f"U{n:03}")
    if name == "register_csv":
        assert len({row["cooperation_code"] for row in rows()}) == 120
    else:
        assert len(collection()["features"]) == 120


@pytest.mark.parametrize("name", ["register_csv", "register_geojson"])
def test_files_may_be_kept_for_a_while(name: str, unions: list[ExistingCooperation]) -> None:
    answer = Client().get(reverse(f"partners:{name}"))
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.django_db(transaction=True)
def test_an_unchanged_file_is_not_sent_again() -> None:
    towns = [makers.make_municipality(boundary=square(5))]
    makers.make_cooperation("Union", towns, code="U")
    url = reverse("partners:register_csv")
    tag = Client().get(url).headers["ETag"]
    assert Client().get(url, headers={"if-none-match": tag}).status_code == 304
    assert Client().get(f"{url}?q=x", headers={"if-none-match": tag}).status_code == 200
    makers.make_cooperation("Another", towns, code="V")
    assert Client().get(url, headers={"if-none-match": tag}).status_code == 200


def test_who_has_not_signed_in_waits_after_many_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "this_minute", lambda: 1)
    url = reverse("partners:register_csv")
    answers = [Client().get(url) for _time in range(FILES_PER_MINUTE + 1)]
    assert [answer.status_code for answer in answers] == [200] * FILES_PER_MINUTE + [429]
    assert answers[-1].headers["Retry-After"] == "60"
    assert Client(REMOTE_ADDR="192.0.2.7").get(url).status_code == 200, "others do not wait"
    monkeypatch.setattr(pace, "this_minute", lambda: 2)
    assert Client().get(url).status_code == 200
    monkeypatch.setattr(pace, "this_minute", lambda: 1)
    client = Client()
    client.force_login(makers.make_user())
    assert client.get(url).status_code == 200
    assert Client().get(reverse("partners:register")).status_code == 200


@pytest.mark.parametrize("name", ["register", "register_csv", "register_geojson"])
def test_the_register_is_read_alone(name: str) -> None:
    assert Client().post(reverse(f"partners:{name}")).status_code == 405
