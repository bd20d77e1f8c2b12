"""The register as open data: CSV with one member a row, GeoJSON with one cooperation a feature.

Both are made while they leave, a few hundred cooperations at a time, and name source and licence.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import shapely
from django.db.models import QuerySet

from partners.models import CooperationMember, ExistingCooperation, ImportRun
from partners.register_data import outline_runs
from partners.register_map import joint_area, outlines_of

AT_ONCE = 200
#: Cooperations in one GeoJSON file: their outlines are joined while somebody waits.
PART = 250
#: Four decimals of a degree, some ten metres: what the outlines are worth.
DECIMALS = 4
NOT_STATED = "not stated"
#: First characters that make a spreadsheet compute a cell instead of showing it.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
COLUMNS = (
    "country",
    "cooperation_code",
    "cooperation_name",
    "legal_form",
    "function_code",
    "function_name",
    "since",
    "until",
    "outcome",
    "ended_in_failure",
    "member_code",
    "member_name",
    "source",
    "licence",
    "imported_on",
)
Member = tuple[int, str, str]


def csv_lines(found: QuerySet[ExistingCooperation]) -> Iterator[bytes]:
    """The file in pieces: a header, then one row for each member of each cooperation."""
    yield _written([COLUMNS])
    for batch in _batches(found):
        yield _written(_rows(batch, _members(batch)))


def _rows(batch: Sequence[ExistingCooperation], members: dict[int, list[Member]]) -> Iterator[Sequence[str]]:
    for one in batch:
        shared = [
            one.country,
            one.code,
            one.name,
            one.legal_form,
            one.function_id or "",
            one.function.name if one.function else "",
            one.since,
            one.until,
            one.outcome,
            "yes" if one.failed else "no",
        ]
        # A cooperation without a member on record still has its row.
        for _key, code, name in members.get(one.pk) or [(0, "", "")]:
            yield [*shared, code, name, _source(one.run), _licence(one.run), _imported(one.run)]


def harmless(cell: str) -> str:
    """The cell as text for every spreadsheet: what it would compute gets an apostrophe in front."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _written(rows: Iterable[Sequence[str]]) -> bytes:
    kept = io.StringIO(newline="")
    csv.writer(kept).writerows([harmless(cell) for cell in row] for row in rows)
    return kept.getvalue().encode()


def parts(found: QuerySet[ExistingCooperation]) -> int:
    """How many GeoJSON files hold all of them; one, empty, when there are none."""
    return max(1, -(-found.count() // PART))


def geojson_lines(
    found: QuerySet[ExistingCooperation], *, part: int, of: int, following: str, now: dt.datetime
) -> Iterator[bytes]:
    """One part of the collection in pieces, the first with licence, source and where the next part is."""
    keys = list(found.order_by("pk").values_list("pk", flat=True)[(part - 1) * PART : part * PART])
    here = ExistingCooperation.objects.filter(pk__in=keys)
    runs = list(ImportRun.objects.filter(pk__in=here.order_by().values("run")).order_by("source"))
    drawn = CooperationMember.objects.filter(cooperation__in=keys).values_list("municipality", flat=True)
    outlines = outline_runs(set(drawn))
    head = {
        "type": "FeatureCollection",
        "name": "cooperations of municipalities",
        "generated": now.isoformat(timespec="seconds"),
        "source": _joined(map(_source, runs)),
        "licence": _joined(map(_licence, [*runs, *outlines])),
        "source_of_outlines": _joined(map(_source, outlines)),
        "part": part,
        "parts": of,
        "next": following,
    }
    yield json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "features": ['
    first = True
    for batch in _batches(here, at_once=50):
        for feature in _features(batch):
            yield (b"\n" if first else b",\n") + json.dumps(feature, ensure_ascii=False).encode()
            first = False
    yield b"\n]}\n"


def _features(batch: Sequence[ExistingCooperation]) -> Iterator[dict[str, Any]]:
    members = _members(batch)
    outlines = outlines_of({key for group in members.values() for key, _code, _name in group})
    for one in batch:
        group = members.get(one.pk, [])
        area = joint_area([outlines[key] for key, _code, _name in group if key in outlines])
        yield {
            "type": "Feature",
            "id": f"{one.country}/{one.code}",
            "geometry": _geometry(area) if area is not None else None,
            "properties": {
                "country": one.country,
                "code": one.code,
                "name": one.name,
                "legal_form": one.legal_form,
                "function": one.function_id or "",
                "function_name": one.function.name if one.function else "",
                "since": one.since,
                "until": one.until,
                "outcome": one.outcome,
                "ended_in_failure": one.failed,
                "members": [{"code": code, "name": name} for _key, code, name in group],
                "members_without_outline": [code for key, code, _name in group if key not in outlines],
                "source": _source(one.run),
                "licence": _licence(one.run),
                "imported_on": _imported(one.run),
            },
        }


def _geometry(area: shapely.Geometry) -> dict[str, Any]:
    """Always a MultiPolygon, its corners rounded, still valid."""
    rounded = shapely.set_precision(area, 10**-DECIMALS)
    polygons = [piece for piece in shapely.get_parts(rounded).tolist() if piece.geom_type == "Polygon"]
    found: dict[str, Any] = json.loads(shapely.to_geojson(shapely.MultiPolygon(polygons)))
    return found


def _batches(
    found: QuerySet[ExistingCooperation], *, at_once: int = AT_ONCE
) -> Iterator[list[ExistingCooperation]]:
    """All of them by primary key, with function and import, so many at once."""
    after = 0
    while True:
        next_ones = found.filter(pk__gt=after).select_related("function", "run").order_by("pk")[:at_once]
        if not (batch := list(next_ones)):
            return
        yield batch
        if len(batch) < at_once:
            return
        after = batch[-1].pk


def _members(batch: Sequence[ExistingCooperation]) -> dict[int, list[Member]]:
    """Primary key, code and name of the members, by cooperation, in the order of their codes."""
    found: dict[int, list[Member]] = {}
    rows = CooperationMember.objects.filter(cooperation__in=[one.pk for one in batch])
    for cooperation, key, code, name in rows.order_by("municipality__code").values_list(
        "cooperation_id", "municipality_id", "municipality__code", "municipality__name"
    ):
        found.setdefault(cooperation, []).append((key, code, name))
    return found


def _source(run: ImportRun | None) -> str:
    return (run.source or run.file_name) if run else NOT_STATED


def _licence(run: ImportRun | None) -> str:
    return (run.licence if run else "") or NOT_STATED


def _imported(run: ImportRun | None) -> str:
    return run.imported_at.date().isoformat() if run else ""


def _joined(words: Iterable[str]) -> str:
    return "; ".join(sorted(set(words))) or NOT_STATED
