"""Imports: what is bad is named by file, line, column, value and reason, and nothing of it stays."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
from typing import Any

import pytest

from partners.imports import Problems, SourceFile
from partners.imports.features import FeatureReader
from partners.imports.problems import MOST
from tests import makers
from tests.partners.files import GOOD, HEADER, refused, square, take, two_towns

pytestmark = pytest.mark.django_db

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
