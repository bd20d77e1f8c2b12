"""Small files of reference data, and what becomes of them when they are imported."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from imc_portal.core.audit import Actor
from partners.imports import FileRefused, SourceFile
from partners.models import (
    CooperationMember,
    ExistingCooperation,
    ImportRun,
    Municipality,
    NeighbourLink,
)
from partners.services.boundaries import import_boundaries
from partners.services.imports import (
    ImportResult,
    import_cooperations,
    import_municipalities,
    import_neighbours,
)
from tests import makers

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
    """Import a file of these contents."""
    raw = content.encode() if isinstance(content, str) else content
    name = name or ("file.geojson" if kind == "boundaries" else "file.csv")
    limit = {"unpacked_limit": options.pop("limit")} if "limit" in options else {}
    source = SourceFile(name, io.BytesIO(raw), **limit)
    wanted: dict[str, Any] = {"country": "FR", "origin": "a register", "actor": Actor.portal()} | options
    return SERVICES[kind](source=source, **wanted)


def refused(kind: str, content: str | bytes, **options: Any) -> FileRefused:
    """How a file was refused, with nothing of it kept."""
    before = counts()
    with pytest.raises(FileRefused) as caught:
        take(kind, content, **options)
    assert counts() == before, "something of a refused file was kept"
    return caught.value


def counts() -> tuple[int, ...]:
    """How many rows there are of all that imports write."""
    models = (Municipality, NeighbourLink, ExistingCooperation, CooperationMember, ImportRun)
    return tuple(model._default_manager.count() for model in models)


def square(west: float, south: float, size: float = 0.1) -> dict[str, Any]:
    """An outline of this size in degrees."""
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def collection(**geometries: Any) -> str:
    """A file of outlines by code."""
    features = [
        {"type": "Feature", "properties": {"code": code.lstrip("_")}, "geometry": geometry}
        for code, geometry in geometries.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def two_towns() -> tuple[Municipality, Municipality]:
    """The municipalities with codes 1 and 2."""
    return makers.make_municipality("A", code="1"), makers.make_municipality("B", code="2")
