"""Maps: north up, within their weight, readable without colour, safe with any name."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import weasyprint

from partners.maps import LIMIT, Shape, draw_map

JURA = Path(__file__).resolve().parents[2] / "partners" / "data" / "jura" / "boundaries.geojson"
WORDS: dict[str, Any] = {"title": "Partners", "desc": "Who borders whom", "source": "Outlines: IGN"}


def square(west: float, south: float, size: float = 0.1) -> dict[str, Any]:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def tree(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314  # our own drawing


def test_map_names_itself_its_scale_and_its_source() -> None:
    svg = draw_map([Shape("1", "Arbois", square(5, 46), "self", label=True)], **WORDS)
    root = tree(svg)
    texts = [node.text for node in root.iter() if node.text]
    assert root.attrib["role"] == "img"
    assert "Partners" in texts
    assert "Who borders whom" in texts
    assert "Outlines: IGN" in texts
    assert any(re.fullmatch(r"\d+ km", text) for text in texts)
    assert " style=" not in svg


def test_north_is_up_and_east_is_right() -> None:
    shapes = [
        Shape("sw", "South-west", square(5, 46), "self"),
        Shape("ne", "North-east", square(5.2, 46.2), "candidate"),
    ]
    starts = {
        node.attrib["data-code"]: [float(n) for n in re.findall(r"M([\d.]+) ([\d.]+)", node.attrib["d"])[0]]
        for node in tree(draw_map(shapes, **WORDS)).iter("{http://www.w3.org/2000/svg}path")
        if "data-code" in node.attrib
    }
    assert starts["ne"][0] > starts["sw"][0]
    assert starts["ne"][1] < starts["sw"][1]


def test_tones_differ_by_pattern_as_well_as_by_colour() -> None:
    tones = ("self", "chosen", "candidate", "aside", "context")
    svg = draw_map([Shape(t, t, square(5 + n / 10, 46), t) for n, t in enumerate(tones)], **WORDS)  # type: ignore[arg-type]  # the tones as literals
    fills = {
        node.attrib["data-code"]: node.attrib["fill"]
        for node in tree(svg).iter("{http://www.w3.org/2000/svg}path")
        if "data-code" in node.attrib
    }
    assert len(set(fills.values())) == 5
    assert all(fills[tone].startswith("url(#") for tone in ("self", "candidate", "aside"))


def test_names_are_escaped_and_do_not_lie_over_each_other() -> None:
    shapes = [
        Shape(str(n), "<script>&", square(5 + n / 1000, 46, 0.001), "candidate", label=True) for n in range(9)
    ] + [Shape("far", "Far", square(6, 46), "context")]
    svg = draw_map(shapes, **WORDS)
    assert "<script>" not in svg
    assert svg.count('class="map-label"') == 1
    tree(svg)


def test_whole_department_stays_within_its_weight_and_prints() -> None:
    features = json.loads(JURA.read_text())["features"]
    shapes = [
        Shape(
            f["properties"]["code"],
            f["properties"]["name"],
            f["geometry"],
            "self" if n == 250 else "context",
            label=True,
        )
        for n, f in enumerate(features)
    ]
    svg = draw_map(shapes, **WORDS)
    assert 0 < len(svg.encode()) <= LIMIT
    assert not re.search(r"\d\.\d\d", re.sub(r"<(defs|title|desc).*?</\1>", "", svg).split("viewBox", 1)[1])
    assert weasyprint.HTML(string=svg).write_pdf()


@pytest.mark.parametrize("geometry", [{}, None])
def test_without_outlines_there_is_no_map(geometry: Any) -> None:
    assert draw_map([Shape("1", "A", geometry, "self")], **WORDS) == ""
