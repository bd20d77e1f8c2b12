"""Import outlines and derive from them who borders whom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from django.db.models import Q
from shapely.geometry import shape as geometry_of
from shapely.geometry.base import BaseGeometry

from imc_portal.core.audit import Actor
from partners.imports import SourceFile, borders, boundaries
from partners.models import ImportRun, Municipality, NeighbourLink, Outline
from partners.services.imports import (
    ImportResult,
    Tally,
    batches,
    carry_out,
    keys_by_code,
    name_origin,
    write_links,
)

#: Outlines already kept within so many degrees of the imported ones may border them.
REACH = 0.5
OUTLINES_AT_ONCE = 500


def import_boundaries(
    *,
    source: SourceFile,
    country: str,
    origin: str,
    actor: Actor,
    licence: str = "",
    dry_run: bool = False,
) -> ImportResult:
    """Keep the outlines of known municipalities and derive anew the links between those that have one."""

    def work(run: ImportRun, tally: Tally) -> Sequence[str]:
        keys = keys_by_code(country)
        outlines = boundaries.read(source, keys)
        _write_outlines(run, country, keys, outlines, tally)
        _derive_links(country, keys, outlines, tally)
        return ()

    return carry_out("boundaries", source, country, origin, licence, actor, dry_run, work)


def _write_outlines(
    run: ImportRun, country: str, keys: dict[str, int], outlines: dict[str, BaseGeometry], tally: Tally
) -> None:
    """Write only what differs, a batch at a time: the database, not this process, holds the JSON."""
    changed: list[str] = []
    for batch in batches(list(outlines), OUTLINES_AT_ONCE):
        before = dict(
            Outline.objects.filter(municipality__country=country, municipality__code__in=batch).values_list(
                "municipality__code", "geometry"
            )
        )
        records = []
        for code, kept in zip(batch, boundaries.kept([outlines[code] for code in batch]), strict=True):
            if kept != before.get(code):
                tally.created += code not in before
                tally.updated += code in before
                records.append(Outline(municipality_id=keys[code], geometry=kept))
                changed.append(code)
        tally.unchanged += len(batch) - len(records)
        Outline.objects.bulk_create(
            records, update_conflicts=True, unique_fields=["municipality"], update_fields=["geometry"]
        )
    name_origin(run, country, changed, ["boundary"])


def _derive_links(
    country: str, keys: dict[str, int], outlines: dict[str, BaseGeometry], tally: Tally
) -> None:
    """Replace the links between municipalities with an outline of which one at least was imported now."""
    around = _outlines_around(country, outlines)
    codes = [*outlines, *around]
    found: dict[tuple[int, int], float | None] = {}
    for border in borders.borders_of([*outlines.values(), *around.values()]):
        if border.first < len(outlines):
            one, other = keys[codes[border.first]], keys[codes[border.second]]
            found[min(one, other), max(one, other)] = border.km
    _drop_links_not_in(found, {keys[code] for code in outlines}, {keys[code] for code in codes})
    links = Tally()
    write_links(found, links)
    tally.links = links.links


def _outlines_around(country: str, outlines: dict[str, BaseGeometry]) -> dict[str, BaseGeometry]:
    """Outlines kept from earlier imports that may border the new ones."""
    west, south, east, north = shapely.total_bounds(np.array(list(outlines.values()), dtype=object))
    near = (
        Municipality.objects.filter(
            country=country,
            latitude__range=(south - REACH, north + REACH),
            longitude__range=(west - REACH, east + REACH),
        )
        .exclude(outline=None)
        .order_by()
        .values_list("code", flat=True)
    )
    missing = [code for code in near if code not in outlines]
    kept = Outline.objects.filter(municipality__country=country, municipality__code__in=missing).values_list(
        "municipality__code", "geometry"
    )
    rows = kept.iterator(chunk_size=OUTLINES_AT_ONCE)
    return {code: geometry_of(boundary) for code, boundary in rows}


def _drop_links_not_in(
    found: dict[tuple[int, int], float | None], imported: set[int], outlined: set[int]
) -> None:
    """Remove earlier links between outlines that turn out not to border each other."""
    before = NeighbourLink.objects.filter(Q(a__in=imported) | Q(b__in=imported))
    stale = [
        pk
        for pk, a, b in before.values_list("pk", "a_id", "b_id").iterator()
        if a in outlined and b in outlined and (a, b) not in found
    ]
    for batch in batches(stale):
        NeighbourLink.objects.filter(pk__in=batch).delete()
