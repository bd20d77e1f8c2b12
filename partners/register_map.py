"""Maps of cooperations: those of one page of the register, and one with its members and what lies around."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.core.cache import cache
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from numpy.typing import NDArray
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from partners.catalogue_data import OPEN, revision
from partners.maps import Shape, Tone, draw_map
from partners.models import ExistingCooperation, ImportRun, Municipality, NeighbourLink, Outline
from partners.register_data import attributions, outline_runs

#: Outlines joined for one picture; a page with more members says so instead.
MOST = 900
#: Members drawn one by one; a larger cooperation is drawn as one area.
MOST_MEMBERS = 150
HELD_FOR = 3600
#: Pictures of another version of the portal are not shown.
DRAWN_AS = "2"
#: Narrower holes of a joint area, in degrees (some 300 m), are no gaps between municipalities.
SEAM = 0.003
#: How far an outline may be from the true one, in degrees, when the picture would be too heavy otherwise.
GRAINS = (0.0, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032)
HEAVIEST = 60_000
#: In how many of the cooperations shown a municipality is: tone of the map by that number.
TONES: Sequence[tuple[int, Tone]] = ((1, "candidate"), (2, "aside"), (3, "chosen"))


@dataclass(frozen=True, slots=True)
class PageMap:
    """The map of some cooperations: the picture, or why there is none."""

    svg: str
    too_many: int
    #: Municipalities in at least two of the cooperations with their number, most first.
    shared: Sequence[tuple[Municipality, int]]


def code_of(cooperation: ExistingCooperation) -> str:
    """What ties a row of the list to its outline."""
    return f"c{cooperation.pk}"


def map_of_page(found: Sequence[ExistingCooperation]) -> PageMap:
    """Cooperations that have their members at hand: areas by how many of them meet, outlines of each."""
    joined = [one for cooperation in found for one in cooperation.memberships.all()]
    members: dict[ExistingCooperation, list[int]] = {cooperation: [] for cooperation in found}
    for one in joined:
        members[one.cooperation].append(one.municipality_id)
    counts = Counter(one.municipality_id for one in joined)
    towns = {one.municipality_id: one.municipality for one in joined}
    several = [(towns[key], count) for key, count in counts.items() if count > 1]
    shared = sorted(several, key=lambda row: (-row[1], row[0].name))
    if len(counts) > MOST:
        return PageMap("", len(counts), shared)
    key = _held_under("page", [cooperation.pk for cooperation in found])
    held: str | None = cache.get(key) if key else None
    if held is None:
        held = _draw_page(members, counts)
        if key:
            cache.set(key, held, timeout=HELD_FOR)
    return PageMap(held, 0, shared)


def _draw_page(members: Mapping[ExistingCooperation, Sequence[int]], counts: Mapping[int, int]) -> str:
    """As fine as the weight of a picture allows: many outlines that cross each other weigh more."""
    outlines = outlines_of(counts)
    areas: list[tuple[str, str, Tone, BaseGeometry]] = [
        (f"n{least}", _in_words(least), tone, joined)
        for least, tone in TONES
        if (joined := joint_area([o for key, o in outlines.items() if min(counts[key], 3) == least]))
    ]
    for cooperation, keys in members.items():
        if joined := joint_area([outlines[key] for key in keys if key in outlines]):
            areas.append((code_of(cooperation), str(cooperation), "ring", joined))
    names = "; ".join(attributions(outline_runs(counts)))
    svg = ""
    for grain in GRAINS:
        svg = draw_map(
            [Shape(code, name, mapping(area.simplify(grain)), tone) for code, name, tone, area in areas],
            title=_("Where the cooperations of this page lie"),
            desc=_("Areas of their members, by the number of these cooperations that meet there."),
            source=_("Outlines: %(source)s") % {"source": names} if names else "",
        )
        if len(svg.encode()) <= HEAVIEST:
            break
    return svg


def _in_words(count: int) -> str:
    if count == 3:
        return _("in three or more of these cooperations")
    return ngettext("in %(n)d of these cooperations", "in %(n)d of these cooperations", count) % {"n": count}


def map_of_one(cooperation: ExistingCooperation, members: Sequence[Municipality]) -> str:
    """The members with their names, and the municipalities around them."""
    key = _held_under("one", [cooperation.pk])
    held: str | None = cache.get(key) if key else None
    if held is None:
        held = _draw_one(cooperation, members)
        if key:
            cache.set(key, held, timeout=HELD_FOR)
    return held


def _draw_one(cooperation: ExistingCooperation, members: Sequence[Municipality]) -> str:
    keys = [member.pk for member in members]
    outlines = outlines_of(keys)
    shapes: list[Shape] = []
    if len(members) <= MOST_MEMBERS:
        shapes = [
            Shape(f"m{member.pk}", member.name, mapping(outlines[member.pk]), "candidate", label=True)
            for member in members
            if member.pk in outlines
        ]
        around = outlines_of(_around(keys))
        shapes += [Shape(f"a{key}", "", mapping(outline), "around") for key, outline in around.items()]
    elif joined := joint_area(list(outlines.values())):
        shapes = [Shape("all", str(cooperation), mapping(joined), "candidate", label=True)]
    names = "; ".join(attributions(outline_runs(keys)))
    return draw_map(
        shapes,
        title=_("%(name)s and its members") % {"name": cooperation},
        desc=", ".join(member.name for member in members[:MOST_MEMBERS]),
        width=400,
        source=_("Outlines: %(source)s") % {"source": names} if names else "",
    )


def _around(keys: Collection[int]) -> set[int]:
    """Who borders a member without being one."""
    inside = set(keys)
    links = NeighbourLink.objects.filter(Q(a__in=inside) | Q(b__in=inside)).values_list("a_id", "b_id")
    return {key for pair in links for key in pair} - inside


def outlines_of(keys: Collection[int]) -> dict[int, BaseGeometry]:
    """The outlines by primary key, read as text: the fastest way from JSON to geometry."""
    rows = Outline.objects.filter(pk__in=list(keys)).order_by("pk")
    texts = dict(rows.values_list("pk", Cast("geometry", TextField())))
    read: NDArray[Any] = shapely.from_geojson(np.array(list(texts.values()), dtype=object))
    return dict(zip(texts, read, strict=True))


def joint_area(outlines: Sequence[BaseGeometry]) -> BaseGeometry | None:
    """All of them as one area, valid; None without any."""
    if not outlines:
        return None
    area = shapely.union_all(np.array([_valid(outline) for outline in outlines]))
    return _without_seams(area)


def _without_seams(area: BaseGeometry) -> BaseGeometry:
    """Close the slits that simplified outlines leave between neighbours; true gaps are wider."""
    closed = [
        shapely.Polygon(
            piece.exterior,
            [hole for hole in piece.interiors if not shapely.Polygon(hole).buffer(-SEAM / 2).is_empty],
        )
        for piece in shapely.get_parts(area).tolist()
        if piece.geom_type == "Polygon"
    ]
    return closed[0] if len(closed) == 1 else shapely.MultiPolygon(closed)


def _valid(outline: BaseGeometry) -> BaseGeometry:
    return outline if outline.is_valid else shapely.make_valid(outline)


def version() -> str:
    """Names the data that maps and exports are made of; empty while a transaction may still take it back."""
    now = revision()
    last = ImportRun.objects.order_by("-imported_at").values_list("pk", flat=True).first()
    return "" if now.endswith(OPEN) else f"{now}:{last}"


def _held_under(kind: str, keys: Sequence[int]) -> str:
    """Where the picture is kept; empty: nowhere."""
    now = version()
    named = hashlib.sha256(f"{DRAWN_AS}:{kind}:{now}:{get_language()}:{keys}".encode()).hexdigest()
    return f"partners.register.{named}" if now else ""
