"""The map of the group on the first page: the reader marked, the others beside, neighbours as a frame."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely.geometry import mapping
from shapely.geometry import shape as geometry_of
from shapely.geometry.base import BaseGeometry

from partners.maps import Drawing, Shape, lay_out, paint
from partners.models import ImportRun, Municipality, NeighbourLink, Participant
from proposals.documents import wording
from proposals.documents.context import Picture
from proposals.documents.facts import Facts
from proposals.documents.text import line

MOST_AROUND = 60
#: Of the drawing: small, so that its letters are large enough in a column of the first page.
WIDTH = 340.0
#: How far beyond the group the frame reaches, as a share of the group's extent.
MARGIN = 0.12


def draw_group(facts: Facts, reader: str) -> Picture | None:
    """The members on the map, the reader in amber; None where no outline is known."""
    ground = _ground(_Same(facts))
    if not ground.drawing:
        return None
    desc = _("Map of the group: %(names)s. %(reader)s is marked in amber.") % {
        "names": wording.some([line(member.name) for member in facts.members], 20),
        "reader": line(facts.member(reader).name),
    }
    members = [replace(shape, tone="self") if key == reader else shape for key, shape in ground.members]
    svg = paint(ground.drawing, [*members, *ground.around], title=_("The group on the map"), desc=desc)
    return Picture(svg=svg, alt=desc)


class _Same:
    """Facts as this very object: those of a version are read once, and its ground is laid out once."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.facts is self.facts

    def __hash__(self) -> int:
        return id(self.facts)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What is alike on the maps of all recipients: outlines in their places, without the reader's mark."""

    members: tuple[tuple[str, Shape], ...]
    around: tuple[Shape, ...]
    drawing: Drawing | None


@lru_cache(maxsize=8)
def _ground(same: _Same) -> _Ground:
    facts, members = same.facts, _members(same.facts)
    shapes = tuple(
        (key, Shape(one.code, line(facts.member(key).name), one.boundary, "chosen", label=True))
        for key, one in members.items()
        if one.boundary
    )
    if not shapes:
        return _Ground((), (), None)
    own = [shape for _key, shape in shapes]
    around = tuple(_around(list(members.values()), _frame(own)))
    drawing = lay_out([*own, *around], source=_source(members.values()), width=WIDTH)
    # Drawn outlines are paths in the drawing; the degrees they came from are not needed again.
    light = tuple((key, replace(shape, geometry={})) for key, shape in shapes)
    return _Ground(light, tuple(replace(shape, geometry={}) for shape in around), drawing)


def _members(facts: Facts) -> dict[str, Municipality]:
    keys = [member.key for member in facts.members]
    found = Participant.objects.filter(pk__in=keys).select_related("municipality__outline")
    return {str(participant.pk): participant.municipality for participant in found}


def _frame(shapes: Sequence[Shape]) -> BaseGeometry:
    west, south, east, north = shapely.total_bounds([_read(shape.geometry) for shape in shapes])
    reach = max(east - west, north - south) * MARGIN
    frame: BaseGeometry = shapely.box(west - reach, south - reach, east + reach, north + reach)
    return frame


def _read(boundary: Any) -> BaseGeometry:
    found: BaseGeometry = geometry_of(boundary)
    return found if found.is_valid else shapely.make_valid(found)


def _around(members: Sequence[Municipality], frame: BaseGeometry) -> list[Shape]:
    """The neighbours of the group, cut to the frame of the picture."""
    inside = {one.pk for one in members}
    links = NeighbourLink.objects.filter(a__in=inside) | NeighbourLink.objects.filter(b__in=inside)
    around = {key for pair in links.values_list("a", "b") for key in pair} - inside
    found = Municipality.objects.filter(pk__in=around, outline__isnull=False).select_related("outline")
    shapes = []
    for one in found[:MOST_AROUND]:
        part = _read(one.boundary).intersection(frame)
        if part.geom_type in ("Polygon", "MultiPolygon") and not part.is_empty:
            shapes.append(Shape(one.code, one.name, mapping(part), "context"))
    return shapes


def _source(members: Iterable[Municipality]) -> str:
    """Who published the outlines."""
    runs = set()
    for one in members:
        try:
            runs.add(uuid.UUID(str(one.provenance.get("boundary", ""))))
        except ValueError:
            continue
    return "; ".join(sorted(run.attribution for run in ImportRun.objects.filter(pk__in=runs) if run.source))
