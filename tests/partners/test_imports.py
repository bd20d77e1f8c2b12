"""Imports: real files come in whole, twice is once, and of a bad file nothing stays."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import tracemalloc
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from imc_portal.core.audit import Actor
from partners.imports import FileRefused, Problems, SourceFile
from partners.imports.features import FeatureReader
from partners.imports.problems import MOST
from partners.models import (
    CooperationMember,
    ExistingCooperation,
    ImportRun,
    Municipality,
    NeighbourLink,
    Outline,
)
from partners.services.boundaries import import_boundaries
from partners.services.imports import (
    ImportResult,
    import_cooperations,
    import_municipalities,
    import_neighbours,
)
from tests import makers, provide

pytestmark = pytest.mark.django_db

JURA = Path(__file__).resolve().parents[2] / "partners" / "data" / "jura"
HEADER = "code,name,population,lat,lon"
GOOD = f"{HEADER}\n39001,Abergement,827,47.1,5.4\n39002,Le Petit,61,46.9,5.7\n"
SERVICES = {
    "municipalities": import_municipalities,
    "neighbours": import_neighbours,
    "cooperations": import_cooperations,
    "boundaries": import_boundaries,
}


def take(kind: str, content: str | bytes, name: str = "", **options: Any) -> ImportResult:
    raw = content.encode() if isinstance(content, str) else content
    name = name or ("file.geojson" if kind == "boundaries" else "file.csv")
    limit = {"unpacked_limit": options.pop("limit")} if "limit" in options else {}
    source = SourceFile(name, io.BytesIO(raw), **limit)
    wanted: dict[str, Any] = {"country": "FR", "origin": "a register", "actor": Actor.portal()} | options
    return SERVICES[kind](source=source, **wanted)


def refused(kind: str, content: str | bytes, **options: Any) -> FileRefused:
    before = counts()
    with pytest.raises(FileRefused) as caught:
        take(kind, content, **options)
    assert counts() == before, "something of a refused file was kept"
    return caught.value


def counts() -> tuple[int, ...]:
    models = (Municipality, NeighbourLink, ExistingCooperation, CooperationMember, ImportRun)
    return tuple(model._default_manager.count() for model in models)


def square(west: float, south: float, size: float = 0.1) -> dict[str, Any]:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def collection(**geometries: Any) -> str:
    features = [
        {"type": "Feature", "properties": {"code": code.lstrip("_")}, "geometry": geometry}
        for code, geometry in geometries.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def two_towns() -> tuple[Municipality, Municipality]:
    return makers.make_municipality("A", code="1"), makers.make_municipality("B", code="2")


# --- what is good comes in, and twice is once -------------------------------


def test_municipalities_come_in_with_their_origin() -> None:
    result = take("municipalities", GOOD)
    assert (result.created, result.updated, result.unchanged) == (2, 0, 0)
    town = Municipality.objects.get(code="39001")
    run = ImportRun.objects.get()
    assert (town.name, town.population, town.country, town.latitude) == ("Abergement", 827, "FR", 47.1)
    assert town.provenance["population"] == str(run.pk)
    assert (run.source, run.file_name, run.created) == ("a register", "file.csv", 2)
    assert len(run.sha256) == 64


def test_import_twice_changes_nothing_and_a_changed_row_changes_alone() -> None:
    take("municipalities", GOOD)
    again = take("municipalities", GOOD)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    changed = take("municipalities", GOOD.replace(",61,", ",66,"), origin="newer")
    assert (changed.created, changed.updated, changed.unchanged) == (0, 1, 1)
    runs = {run.source: str(run.pk) for run in ImportRun.objects.order_by("imported_at")}
    assert Municipality.objects.get(code="39002").provenance["population"] == runs["newer"]
    assert Municipality.objects.get(code="39001").provenance["population"] != runs["newer"]


def test_columns_that_a_file_does_not_name_stay_as_they_are() -> None:
    take("municipalities", f"{HEADER},email,district\n1,A,5,46,5,town@a.example,391\n")
    take("municipalities", f"{HEADER}\n1,A,6,46,5\n")
    town = Municipality.objects.get()
    assert (town.population, town.email, town.district) == (6, "town@a.example", "391")


def test_money_per_inhabitant_comes_in_to_the_cent_with_its_origin() -> None:
    columns = f"{HEADER},fiscal_capacity,property_value"
    result = take("municipalities", f"{columns}\n1,A,5,46,5,812.5,64250.255\n2,B,6,46,5,,\n")
    assert result.ignored_columns == []
    town, other = Municipality.objects.order_by("code")
    assert (town.fiscal_capacity, town.property_value) == (Decimal("812.50"), Decimal("64250.26"))
    assert (other.fiscal_capacity, other.property_value) == (None, None)
    assert town.provenance["property_value"] == str(ImportRun.objects.get().pk)
    again = take("municipalities", f"{columns}\n1,A,5,46,5,812.5,64250.26\n")
    assert again.unchanged == 1


def test_the_same_code_in_another_country_is_another_municipality() -> None:
    take("municipalities", GOOD)
    assert take("municipalities", GOOD, country="BE").created == 2
    assert Municipality.objects.count() == 4


def test_unknown_columns_are_ignored_and_listed() -> None:
    assert take("municipalities", f"{HEADER},mayor\n1,A,5,46,5,Somebody\n").ignored_columns == ("mayor",)


def test_a_mark_at_the_beginning_quotes_and_a_missing_point_are_fine() -> None:
    content = f'\ufeff{HEADER}\r\n1,"Saint-Lupicin, le Haut",5,,\r\n'
    take("municipalities", content)
    town = Municipality.objects.get()
    assert (town.name, town.latitude) == ("Saint-Lupicin, le Haut", None)


def test_dry_run_counts_and_writes_nothing() -> None:
    before = counts()
    result = take("municipalities", GOOD, dry_run=True)
    assert (result.created, result.dry_run, result.run) == (2, True, "")
    assert counts() == before


def test_neighbours_come_in_either_direction_and_only_once() -> None:
    a, b = two_towns()
    assert take("neighbours", "a,b,shared_km\n2,1,1.5\n1,2,1.5\n").created == 1
    link = NeighbourLink.objects.get()
    assert (link.a, link.b, link.shared_km) == (a, b, 1.5)
    assert take("neighbours", "a,b\n1,2\n").unchanged == 1
    link.refresh_from_db()
    assert link.shared_km == 1.5


def test_cooperations_come_in_and_their_members_are_those_of_the_file() -> None:
    two_towns()
    content = (
        "group_id,group_name,legal_form,function,since,member\nG,Waste body,SIVU,ENV-WCO,1998,1\nG,,,,,2\n"
    )
    assert take("cooperations", content).created == 1
    body = ExistingCooperation.objects.get()
    assert (body.name, body.function_id, body.since, body.members.count()) == (
        "Waste body",
        "ENV-WCO",
        "1998",
        2,
    )
    assert take("cooperations", content).unchanged == 1
    assert take("cooperations", "group_id,group_name,member\nG,Waste body,1\n").updated == 1
    assert [m.code for m in ExistingCooperation.objects.get().members.all()] == ["1"]


def test_what_the_file_has_no_column_for_stays_as_it_is() -> None:
    two_towns()
    full = (
        "group_id,member,group_name,function,since,until,outcome,ended_in_failure\n"
        "G,1,Waste body,ENV-WCO,1998,2019,dissolved,yes\nG,2,,,,,,no\n"
    )
    assert take("cooperations", full).created == 1
    assert take("cooperations", "group_id,member\nG,1\nG,2\n").unchanged == 1
    assert take("cooperations", "group_id,member,group_name\nG,1,Other name\nG,2,\n").updated == 1
    body = ExistingCooperation.objects.get()
    assert (body.name, body.function_id, body.since) == ("Other name", "ENV-WCO", "1998")
    assert (body.until, body.outcome, body.failed) == ("2019", "dissolved", True)
    assert take("cooperations", full.replace("yes", "no").replace("dissolved", "")).updated == 1
    body.refresh_from_db()
    assert (body.name, body.outcome, body.failed) == ("Waste body", "", False)


def test_the_licence_stands_beside_the_source() -> None:
    with io.BytesIO(GOOD.encode()) as stream:
        import_municipalities(
            source=SourceFile("a.csv", stream),
            country="FR",
            origin="INSEE",
            licence="Open Licence",
            actor=Actor.portal(),
        )
    run = ImportRun.objects.get()
    assert (run.licence, run.attribution) == ("Open Licence", "INSEE, Open Licence")


def test_command_and_page_take_the_licence(tmp_path: Path) -> None:
    file = tmp_path / "towns.csv"
    file.write_text(GOOD, encoding="utf-8")
    call_command("import_municipalities", str(file), country="FR", source="A", licence="By command")
    assert ImportRun.objects.get().licence == "By command"
    client = Client()
    client.force_login(makers.make_user(is_staff=True))
    data = {"kind": "municipalities", "country": "fr", "source": "B", "licence": "By page"}
    upload = SimpleUploadedFile("towns.csv", GOOD.replace("827", "828").encode())
    page = client.post(reverse("partners:import_data"), data | {"file": upload}).content.decode()
    assert ImportRun.objects.get(source="B").licence == "By page"
    assert "A, By command" in page


def test_outlines_make_neighbours_by_a_common_border_but_not_by_a_corner() -> None:
    for code in ("1", "2", "3"):
        makers.make_municipality(code, code=code)
    result = take("boundaries", collection(_1=square(5, 46), _2=square(5.1, 46), _3=square(5.2, 46.1)))
    assert (result.created, result.links) == (3, 1)
    link = NeighbourLink.objects.select_related("a", "b").get()
    assert {link.a.code, link.b.code} == {"1", "2"}
    assert link.shared_km == pytest.approx(11.12, abs=0.02)
    kept = Municipality.objects.get(code="1").boundary
    assert kept is not None
    assert kept["type"] == "Polygon"
    assert {tuple(point) for point in kept["coordinates"][0]} == {(5, 46), (5.1, 46), (5.1, 46.1), (5, 46.1)}


def test_outlines_that_miss_each_other_by_some_metres_still_border() -> None:
    two_towns()
    take("boundaries", collection(_1=square(5, 46), _2=square(5.1001, 46)))
    assert NeighbourLink.objects.get().shared_km == pytest.approx(11.1, abs=0.2)


def test_a_later_file_of_outlines_finds_its_neighbours_among_those_kept() -> None:
    makers.make_municipality("A", code="1", latitude=46.05, longitude=5.05)
    makers.make_municipality("B", code="2", latitude=46.05, longitude=5.15)
    take("boundaries", collection(_1=square(5, 46)))
    take("boundaries", collection(_2=square(5.1, 46)))
    assert NeighbourLink.objects.count() == 1
    take("boundaries", collection(_2=square(5.3, 46)))
    assert NeighbourLink.objects.count() == 0


# --- what is bad is named by file, line, column, value and reason -------------------------------

BAD_ROWS = [
    ("1,A,many,46,5", "population", "many", "Not a whole number."),
    ("1,A,-5,46,5", "population", "-5", "A negative number."),
    ("1,A,1.5,46,5", "population", "1.5", "Not a whole number."),
    ("1,A,,46,5", "population", "", "This cell is empty; a value is needed."),
    ("1,A,99999999999,46,5", "population", "99999999999", "Larger than 2000000000."),
    ("1,A,5,91,5", "lat", "91", "Latitude lies between -90 and 90."),
    ("1,A,5,46,181", "lon", "181", "Longitude lies between -180 and 180."),
    ("1,A,5,46,nan", "lon", "nan", "Not a number. Write decimals with a point."),
    ("1,A,5,north,5", "lat", "north", "Not a number. Write decimals with a point."),
    ("1,A,5,46,", "lon", "", "Give both latitude and longitude, or neither."),
    (",A,5,46,5", "code", "", "This cell is empty; a value is needed."),
    (f"1,{'A' * 151},5,46,5", "name", "A" * 79 + "…", "Longer than 150 characters."),
    ("1,A\x07,5,46,5", "name", "A\x07", "Holds a character that cannot be shown."),
    ("1,A,5,46", "", "1,A,5,46", "4 cells instead of 5."),
]


@pytest.mark.parametrize(("row", "column", "value", "reason"), BAD_ROWS)
def test_bad_row_is_named(row: str, column: str, value: str, reason: str) -> None:
    problems = refused("municipalities", f"{HEADER}\n9,Good,1,46,5\n{row}\n").problems
    assert [(p.file, p.line, p.column, p.value, p.reason) for p in problems] == [
        ("file.csv", 3, column, value, reason)
    ]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("time_zone", "Mars/North", "Not a time zone, such as Europe/Paris."),
        ("language", "français!", "Longer than 8 characters."),
        ("language", "FRANCE", "Not the code of a language, such as fr."),
        ("email", "town at example", "Not an e-mail address."),
        ("area_km2", "7;1", "Not a number. Write decimals with a point."),
        ("fiscal_capacity", "-1", "Not between 0 and 1e+10."),
        ("property_value", "-1", "Not between 0 and 1e+12."),
        ("property_value", "1e13", "Not between 0 and 1e+12."),
    ],
)
def test_bad_optional_cell_is_named(column: str, value: str, reason: str) -> None:
    problems = refused("municipalities", f"{HEADER},{column}\n1,A,5,46,5,{value}\n").problems
    assert (problems[0].line, problems[0].column, problems[0].value, problems[0].reason) == (
        2,
        column,
        value,
        reason,
    )


def test_all_bad_rows_are_reported_at_once_up_to_a_maximum() -> None:
    rows = "".join(f"{n},A,x,46,5\n" for n in range(MOST + 30))
    refusal = refused("municipalities", f"{HEADER}\n{rows}")
    assert (len(refusal.problems), refusal.count) == (MOST, MOST + 30)
    assert refusal.reasons[-1] == "and 30 more problems."


def test_duplicate_code_names_both_lines() -> None:
    problem = refused("municipalities", GOOD + "39001,Again,5,46,5\n").problems[0]
    assert (problem.line, problem.column, problem.value) == (4, "code", "39001")
    assert problem.reason == "This code stands already in line 2."


def test_missing_columns_are_all_named() -> None:
    problems = refused("municipalities", "code,name\n1,A\n").problems
    assert [(p.line, p.column) for p in problems] == [(1, "population"), (1, "lat"), (1, "lon")]


def test_semicolons_are_recognised() -> None:
    refusal = refused("municipalities", "code;name;population;lat;lon\n1;A;5;46;5\n")
    assert "not by semicolons" in refusal.problems[-1].reason


def test_latin_1_is_told_with_its_line() -> None:
    problem = refused(
        "municipalities", f"{HEADER}\n1,A,5,46,5\n2,Lavancia-Épercy,5,46,5\n".encode("latin-1")
    ).problems[0]
    assert (problem.line, "É" in problem.value) == (3, True)
    assert "Save the file as UTF-8" in problem.reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "The file is empty."),
        (f"{HEADER}\n", "The file has a header but no rows."),
        (f'{HEADER}\n1,"A,5,46,5\n', "The row cannot be read"),
    ],
)
def test_file_without_content_is_told(content: str, reason: str) -> None:
    assert reason in refused("municipalities", content).problems[0].reason


def test_broken_and_huge_packed_files_are_told() -> None:
    packed = gzip.compress(GOOD.encode())
    assert take("municipalities", packed, name="a.csv.gz").created == 2
    assert "broken or cut off" in str(refused("municipalities", packed[:-12], name="a.csv.gz"))
    assert "broken or cut off" in str(refused("municipalities", GOOD, name="a.csv.gz"))
    bomb = gzip.compress(HEADER.encode() + b"\n" * 3_000_000)
    assert "larger than 2 MB when unpacked" in str(
        refused("municipalities", bomb, name="a.csv.gz", limit=2 << 20)
    )


@pytest.mark.parametrize(
    ("kind", "content", "column", "value"),
    [
        ("neighbours", "a,b\n1,777\n", "b", "777"),
        ("cooperations", "group_id,member\nG,777\n", "member", "777"),
        ("cooperations", "group_id,member,function\nG,1,NO-WAY\n", "function", "NO-WAY"),
        ("cooperations", "group_id,member,since\nG,1,long ago\n", "since", "long ago"),
        ("cooperations", "group_id,member,until\nG,1,soon\n", "until", "soon"),
        ("cooperations", "group_id,member,ended_in_failure\nG,1,hardly\n", "ended_in_failure", "hardly"),
        ("neighbours", "a,b\n1,1\n", "b", "1"),
        ("neighbours", "a,b,shared_km\n1,2,-3\n", "shared_km", "-3"),
    ],
)
def test_rows_about_unknown_things_are_told(kind: str, content: str, column: str, value: str) -> None:
    two_towns()
    problem = refused(kind, content).problems[0]
    assert (problem.line, problem.column, problem.value) == (2, column, value)


def feature(geometry: Any, code: Any = "1") -> str:
    value = {"type": "Feature", "properties": {"code": code}, "geometry": geometry}
    return '{"type": "FeatureCollection",\n"features": [\n' + json.dumps(value) + "\n]}"


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("", None, "The file is empty."),
        ("[]", 1, "A GeoJSON file begins with {."),
        ('{"type": "FeatureCollection"}', None, "no “features”"),
        ('{"type": "Topology", "features": []}', 1, "A FeatureCollection is needed."),
        ('{"type": "FeatureCollection", "features": []}', None, "The file holds no features."),
        (feature(square(5, 46))[:-30], 3, "cut off here"),
        (feature(square(5, 46)).replace('"geometry":', '"geometry"'), 3, "This is no JSON"),
        (feature(square(5, 46)).replace("46.1", "NaN", 1), 3, "This is no JSON."),
        (feature(square(5, 46), "777"), 3, "No municipality with this code is known"),
        (feature(square(5, 46), None), 3, "The feature carries no code."),
        (feature(None), 3, "no Polygon or MultiPolygon"),
        (feature({"type": "Point", "coordinates": [5, 46]}), 3, "no Polygon or MultiPolygon"),
        (feature({"type": "Polygon", "coordinates": "round"}), 3, "cannot be read"),
        (feature({"type": "Polygon", "coordinates": [[[5, 46], [6, 46]]]}), 3, "cannot be read"),
        (feature({"type": "Polygon"}), 3, "cannot be read"),
        (feature(square(640000, 5200000)), 3, "outside the globe"),
        (feature(square(5, 46, 0)), 3, "encloses nothing"),
    ],
)
def test_bad_outlines_are_told(content: str, line: int | None, reason: str) -> None:
    makers.make_municipality(code="1")
    problem = refused("boundaries", content).problems[0]
    assert reason in problem.reason
    assert line is None or problem.line == line


def test_latin_1_in_outlines_is_told_with_its_line() -> None:
    makers.make_municipality(code="1")
    content = feature(square(5, 46)).replace('"code"', '"name": "É", "code"').encode("latin-1")
    problem = refused("boundaries", content).problems[0]
    assert (problem.line, "UTF-8" in problem.reason) == (3, True)


def test_the_same_outline_twice_is_told() -> None:
    makers.make_municipality(code="1")
    one = json.loads(feature(square(5, 46)))
    one["features"] *= 2
    assert "already in line 1" in refused("boundaries", json.dumps(one)).problems[0].reason


@pytest.mark.slow
def test_a_large_file_of_outlines_is_read_with_little_memory() -> None:
    one = json.dumps({"type": "Feature", "properties": {"code": "1", "name": "é" * 200}, "geometry": None})
    content = '{"type": "FeatureCollection", "features": [' + ",\n".join([one] * 60_000) + "]}"
    source = SourceFile("large.geojson", io.BytesIO(content.encode()))
    tracemalloc.start()
    try:
        count = sum(1 for _feature in FeatureReader(source, Problems("large.geojson")))
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 60_000
    assert len(content) > 16_000_000
    assert peak < 6_000_000


# --- the commands -------------------------------


def run(*words: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command(*words, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_commands_answer_in_json_alone(tmp_path: Path) -> None:
    path = tmp_path / "towns.csv"
    path.write_text(
        GOOD.replace("lon\n", "lon,mayor\n").replace("5.4\n", "5.4,x\n").replace("5.7\n", "5.7,y\n")
    )
    out, err = run("import_municipalities", str(path), "--country", "fr", "--format", "json", "--source", "S")
    report = json.loads(out)
    assert (report["created"], report["country"], report["ignored_columns"]) == (2, "FR", ["mayor"])
    assert "Columns ignored: mayor" in err
    out, _err = run("import_municipalities", str(path))
    assert "FR: 0 new, 0 changed, 2 as before" in out


def test_commands_refuse_with_status_1_and_wrong_usage_with_2(tmp_path: Path) -> None:
    path = tmp_path / "towns.csv"
    path.write_text(GOOD + "39001,Again,5,46,5\n")
    out = io.StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("import_municipalities", str(path), "--country", "FR", "--format", "json", stdout=out)
    assert refusal.value.returncode == 1
    assert "towns.csv, line 4, column code: “39001”: This code stands already in line 2." in str(
        refusal.value
    )
    assert json.loads(out.getvalue())["problems"][0]["line"] == 4
    for words in ([str(tmp_path / "towns.xlsx"), "--country", "FR"], [str(path), "--country", "France"]):
        with pytest.raises(CommandError) as usage:
            call_command("import_municipalities", *words)
        assert usage.value.returncode == 2
    with pytest.raises(CommandError) as missing:
        call_command("import_municipalities", str(tmp_path / "gone.csv"), "--country", "FR")
    assert "Cannot be opened: no such file" in str(missing.value)


@pytest.mark.slow
def test_status_of_the_process_and_nothing_but_json_on_its_output(tmp_path: Path) -> None:
    good, bad = tmp_path / "towns.csv", tmp_path / "bad.csv"
    good.write_text(GOOD)
    bad.write_text(GOOD + "39001,Again,5,46,5\n")
    common = ("--country", "FR", "--dry-run", "--format", "json")
    # Dry runs alone: the process has its own connection, and nothing would roll it back.
    for words, status in (([str(good)], 0), ([str(bad)], 1), ([str(good), "--colour", "red"], 2)):
        done = subprocess.run(
            [sys.executable, "manage.py", "import_municipalities", *words, *common],
            env=provide.child_environment(),
            cwd=JURA.parents[2],
            capture_output=True,
            check=False,
        )
        assert done.returncode == status, done.stderr.decode()
        if status < 2:
            assert ("refused" in json.loads(done.stdout)) == (status == 1)
    assert not Municipality.objects.exists()


@pytest.mark.slow
def test_the_jura_comes_in_whole_and_its_borders_agree_with_the_published_ones() -> None:
    for command, file in (
        ("import_municipalities", "municipalities.csv"),
        ("import_municipalities", "boundaries.geojson"),
        ("import_cooperations", "cooperations.csv"),
    ):
        run(command, str(JURA / file), "--country", "FR", "--source", "the Jura data")
    assert Outline.objects.count() == 492
    assert (ExistingCooperation.objects.count(), CooperationMember.objects.count()) == (33, 622)
    derived = {
        frozenset((link.a.code, link.b.code)): link.shared_km
        for link in NeighbourLink.objects.select_related("a", "b")
    }
    lines = (JURA / "neighbours.csv").read_text().splitlines()[1:]
    published = {frozenset(row.split(",")[:2]): row.split(",")[2] for row in lines}
    with_length = {pair: float(km) for pair, km in published.items() if km}
    # Pairs without a published length touch in points alone: no neighbours here.
    assert set(derived) == set(with_length)
    assert all(abs((derived[pair] or 0) - km) <= 0.02 + 0.02 * km for pair, km in with_length.items())
    run("import_neighbours", str(JURA / "neighbours.csv"), "--country", "FR")
    assert NeighbourLink.objects.count() == 1386


# --- the curator's page -------------------------------


@pytest.fixture
def curator() -> Client:
    client = Client()
    client.force_login(makers.make_user("Curator", is_staff=True))
    return client


def upload(client: Client, content: bytes, name: str = "towns.csv", **fields: str) -> Any:
    data = {"kind": "municipalities", "country": "FR", "source": "S", **fields}
    data["file"] = SimpleUploadedFile(name, content)  # type: ignore[assignment]  # a file among words
    return client.post(reverse("partners:import_data"), data)


def test_curator_checks_then_imports(curator: Client) -> None:
    checked = upload(curator, GOOD.encode(), dry_run="on")
    assert "Checked; nothing was written" in checked.content.decode()
    assert not Municipality.objects.exists()
    assert "Imported" in upload(curator, GOOD.encode()).content.decode()
    assert Municipality.objects.count() == 2


def test_bad_upload_is_shown_as_a_table_with_status_400(curator: Client) -> None:
    answer = upload(curator, (GOOD + "3,<b>C</b>,many,46,5\n").encode())
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "1 problem; nothing was imported" in text
    assert "many" in text
    assert "Not a whole number." in text
    assert not Municipality.objects.exists()
    assert upload(curator, GOOD.encode(), name="towns.geojson").status_code == 400


def test_only_curators_import() -> None:
    client = Client()
    client.force_login(makers.make_member(makers.make_municipality(), "lead"))
    assert client.get(reverse("partners:import_data")).status_code == 403
    assert upload(client, GOOD.encode()).status_code == 403
    assert Municipality.objects.filter(country="FR", code="39001").count() == 0


def test_upload_above_the_limit_is_turned_away_by_its_announced_length(
    curator: Client, settings: Any
) -> None:
    settings.UPLOAD_LIMIT_BYTES = 1000
    answer = upload(curator, b"x" * 200_000)
    assert answer.status_code == 413
    assert "too large" in answer.content.decode()


def test_upload_above_the_limit_is_stopped_while_it_is_read(curator: Client, settings: Any) -> None:
    settings.UPLOAD_LIMIT_BYTES = 1000
    assert upload(curator, b"x" * 30_000).status_code == 413
    assert not Municipality.objects.exists()


def test_upload_without_the_token_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(makers.make_user("Curator", is_staff=True))
    assert upload(client, GOOD.encode()).status_code == 403
    assert not Municipality.objects.exists()
