"""Maps of municipalities as SVG, drawn on the server: the same picture on the page and in the PDF."""

from __future__ import annotations

import hashlib
import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

import numpy as np
import shapely
from django.utils.translation import gettext as _
from numpy.typing import NDArray
from shapely.geometry import shape as geometry_of
from shapely.geometry.base import BaseGeometry

Tone = Literal["self", "chosen", "candidate", "aside", "context", "around", "ring"]
Array = NDArray[np.float64]

WIDTH = 560.0
MARGIN = 12.0
FOOT = 40.0
TEXT = 12.5
#: The source below: how far apart its lines are, and how wide a letter is at most on average.
LINE = 14.0
LETTER = 5.8
LIMIT = 56_000
KM_PER_DEGREE = 111.195
#: Fill, outline, width of the outline; the page's style sheet may take over by class, the PDF uses these.
LOOK: Mapping[Tone, tuple[str, str, str]] = {
    "around": ("#f8faf9", "#dde3e1", "0.5"),
    "context": ("#eef1f0", "#c3ccc9", "0.6"),
    "aside": ("url(#{id}-aside)", "#8a969f", "0.8"),
    "candidate": ("url(#{id}-candidate)", "#3f7f70", "1"),
    "chosen": ("#0f5c4d", "#ffffff", "1.4"),
    "self": ("url(#{id}-self)", "#1b2430", "2.2"),
    # Around several municipalities together, over all the rest.
    "ring": ("none", "#1b2430", "1.1"),
}
DRAWN: Sequence[Tone] = tuple(LOOK)


@dataclass(frozen=True, slots=True)
class Shape:
    """One municipality on a map: its GeoJSON geometry and the part it plays."""

    code: str
    name: str
    geometry: Mapping[str, Any]
    tone: Tone
    score: float | None = None
    label: bool = False


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: _Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True, slots=True)
class _Frame:
    """Degrees to picture units: north up, east stretched by the cosine of the middle latitude."""

    west: float
    north: float
    east_scale: float
    units_per_degree: float
    width: float
    height: float
    #: Where the land ends and scale bar and source begin.
    foot: float

    def place(self, points: Array) -> Array:
        x = (points[:, 0] - self.west) * self.east_scale * self.units_per_degree + MARGIN
        y = (self.north - points[:, 1]) * self.units_per_degree + MARGIN
        return np.column_stack((x, y))

    @property
    def units_per_km(self) -> float:
        return self.units_per_degree / KM_PER_DEGREE

    @property
    def window(self) -> tuple[float, float, float, float]:
        """What is seen of the land: the picture without its foot."""
        return 0.0, 0.0, self.width, self.foot


@dataclass(frozen=True, slots=True)
class Drawing:
    """Outlines in their places: what does not depend on the part that each plays, and may be kept."""

    width: float
    height: float
    units_per_km: float
    #: By code: the path of the outline, and where its name would stand.
    paths: Mapping[str, str]
    spots: Mapping[str, tuple[float, float]]
    #: The source of the outlines, line by line.
    source: Sequence[str]

    def key(self, title: str) -> str:
        """A word that no other picture on the page has, be it of the same drawing."""
        return "m" + hashlib.sha256("".join((title, *self.paths)).encode()).hexdigest()[:6]


def draw_map(shapes: Sequence[Shape], *, title: str, desc: str, source: str, width: float = WIDTH) -> str:
    """An SVG of at most 60 kB with title, description, scale bar, north and the source of the outlines.

    Letters keep their size in picture units: a picture shown small is drawn with a small width.
    """
    drawing = lay_out(shapes, source=source, width=width)
    return paint(drawing, shapes, title=title, desc=desc) if drawing else ""


def lay_out(shapes: Sequence[Shape], *, source: str, width: float = WIDTH) -> Drawing | None:
    """The outlines placed and thinned out until they weigh little enough; None without any outline.

    Shapes of the tone “around” show what lies about: the frame cuts them off.
    """
    drawn = [shape for shape in shapes if shape.geometry]
    if not drawn or all(shape.tone == "around" for shape in drawn):
        return None
    drawing = _fit(drawn, source, width)
    while _weight(drawing, drawn) > LIMIT and (rest := _without_far_context(drawn)) != drawn:
        drawn = rest
        drawing = _fit(drawn, source, width)
    return drawing


def _weight(drawing: Drawing, shapes: Sequence[Shape]) -> int:
    return len(paint(drawing, shapes, title="", desc="").encode())


def _without_far_context(shapes: list[Shape]) -> list[Shape]:
    """Leave out the later half of what only frames the picture."""
    context = [shape for shape in shapes if shape.tone in ("around", "context")]
    left_out = {shape.code for shape in context[len(context) // 2 :]}
    return [shape for shape in shapes if shape.code not in left_out or shape not in context]


def _fit(drawn: Sequence[Shape], source: str, width: float) -> Drawing:
    """The finest drawing that stays within the limit."""
    geometries = np.array([_read(shape.geometry) for shape in drawn], dtype=object)
    lines = textwrap.wrap(source, int((width - 2 * MARGIN) / LETTER)) or [""]
    inner = np.array([shape.tone != "around" for shape in drawn])
    frame = _frame(geometries[inner], width, more=(len(lines) - 1) * LINE)
    placed = shapely.transform(geometries, frame.place)
    for tolerance in (0.4, 0.8, 1.6, 3.2, 6.4):
        thinned = _simplify(placed, tolerance)
        thinned[~inner] = shapely.clip_by_rect(thinned[~inner], *frame.window)
        drawing = _drawing(drawn, thinned, frame, lines)
        if _weight(drawing, drawn) <= LIMIT:
            break
    return drawing


def _drawing(shapes: Sequence[Shape], geometries: NDArray[Any], frame: _Frame, lines: list[str]) -> Drawing:
    named = [n for n, shape in enumerate(shapes) if shape.label]
    points = {shapes[n].code: shapely.point_on_surface(geometries[n]) for n in named}
    return Drawing(
        width=frame.width,
        height=frame.height,
        units_per_km=frame.units_per_km,
        paths={shape.code: _path(geometry) for shape, geometry in zip(shapes, geometries, strict=True)},
        spots={code: (spot.x, spot.y) for code, spot in points.items() if not spot.is_empty},
        source=lines,
    )


def _read(geometry: Mapping[str, Any]) -> BaseGeometry:
    found: BaseGeometry = geometry_of(dict(geometry))
    return found if found.is_valid else shapely.make_valid(found)


def _frame(geometries: NDArray[Any], width: float, more: float = 0) -> _Frame:
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(geometries))
    east_scale = max(0.1, math.cos(math.radians((south + north) / 2)))
    wide = max((east - west) * east_scale, 1e-6)
    high = max(north - south, 1e-6)
    inner = width - 2 * MARGIN
    scale = inner / max(wide, high / 1.3)
    margin_west = west - (inner / scale - wide) / 2 / east_scale
    foot = high * scale + 2 * MARGIN
    return _Frame(margin_west, north, east_scale, scale, width, foot + FOOT + more, foot)


def _simplify(geometries: NDArray[Any], tolerance: float) -> NDArray[Any]:
    """Thin out the outlines together, so that neighbours keep one common border."""
    try:
        thinned: NDArray[Any] = shapely.coverage_simplify(geometries, tolerance)
    except shapely.errors.GEOSException:  # outlines that overlap are thinned one by one
        thinned = shapely.simplify(geometries, tolerance)
    return thinned


def paint(drawing: Drawing, shapes: Sequence[Shape], *, title: str, desc: str) -> str:
    """The SVG of outlines in their places, each in its tone; the geometry of the shapes is not read."""
    key = drawing.key(title)
    seen = [shape for shape in shapes if drawing.paths.get(shape.code)]
    return "".join(
        (
            '<svg xmlns="http://www.w3.org/2000/svg" class="map" role="img"'
            f' viewBox="0 0 {drawing.width:.0f} {drawing.height:.0f}"'
            f' aria-labelledby="{key}-title {key}-desc" font-family="sans-serif">',
            f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-desc">{escape(desc)}</desc>',
            _patterns(key),
            *(
                _outline(shape, drawing.paths[shape.code], key)
                for shape in sorted(seen, key=lambda shape: DRAWN.index(shape.tone))
            ),
            *_labels(seen, drawing),
            _furniture(drawing),
            "</svg>",
        )
    )


def _patterns(key: str) -> str:
    """Tones differ by pattern as well as by colour, for eyes and printers that see no green."""
    return (
        f'<defs><pattern id="{key}-aside" class="map-aside" width="7" height="7"'
        ' patternUnits="userSpaceOnUse"><rect width="7" height="7" fill="#f5f7f6"/>'
        '<path d="M0 7 7 0" stroke="#8a969f" stroke-width="1"/>'
        f'</pattern><pattern id="{key}-candidate" class="map-candidate" width="6" height="6"'
        ' patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#d8ebe5"/>'
        '<circle cx="3" cy="3" r="0.8" fill="#3f7f70"/></pattern>'
        f'<pattern id="{key}-self" class="map-self" width="5" height="5" patternUnits="userSpaceOnUse">'
        '<rect width="5" height="5" fill="#f6d58f"/><path d="M0 2.5H5M2.5 0V5" stroke="#b97d10"'
        ' stroke-width="0.7"/></pattern></defs>'
    )


def _outline(shape: Shape, path: str, key: str) -> str:
    fill, stroke, width = LOOK[shape.tone]
    if shape.tone == "around":
        return f'<path class="map-shape is-around" fill="{fill}" stroke="{stroke}" d="{path}"/>'
    named = escape(
        _("{name}, {score} of 100").format(name=shape.name, score=round(100 * shape.score))
        if shape.score is not None
        else shape.name
    )
    return (
        f'<path class="map-shape is-{shape.tone}" data-code="{escape(shape.code)}"'
        f' fill="{fill.format(id=key)}" stroke="{stroke}" stroke-width="{width}"'
        f' stroke-linejoin="round" fill-rule="evenodd"'
        f' d="{path}"><title>{named}</title></path>'
    )


def _path(geometry: BaseGeometry) -> str:
    parts = []
    for part in shapely.get_parts(geometry):
        if part.geom_type != "Polygon":
            continue
        for ring in (part.exterior, *part.interiors):
            parts.append(_ring(shapely.get_coordinates(ring)))
    return "".join(parts)


def _ring(points: Array) -> str:
    """Relative steps at one decimal: half the length of absolute ones."""
    tenths = np.rint(points * 10).astype(int)[:-1]
    steps = np.diff(tenths, axis=0)
    moved = [f"{_tenth(x)} {_tenth(y)}" for x, y in steps if x or y]
    return f"M{_tenth(tenths[0][0])} {_tenth(tenths[0][1])}l{' '.join(moved)}z" if moved else ""


def _tenth(value: int) -> str:
    text = f"{value / 10:.1f}"
    return text.removesuffix(".0")


def _labels(shapes: Sequence[Shape], drawing: Drawing) -> list[str]:
    """Names where they fit, the most important first; none lies over another."""
    ranked = sorted(
        (shape for shape in shapes if shape.label and shape.code in drawing.spots),
        key=lambda shape: (-DRAWN.index(shape.tone), -(shape.score or 0)),
    )
    taken: list[_Box] = []
    texts = []
    for shape in ranked:
        box = _room(shape.name, *drawing.spots[shape.code], drawing.width)
        if any(box.meets(other) for other in taken):
            continue
        taken.append(box)
        texts.append(_label(shape.name, (box.left + box.right) / 2, box.bottom - 4))
    return texts


def _room(name: str, x: float, y: float, width: float) -> _Box:
    half = len(name) * TEXT * 0.29 + 2
    x = min(max(x, half + 2), width - half - 2)
    return _Box(x - half, y - TEXT / 2 - 2, x + half, y + TEXT / 2 + 2)


def _label(name: str, x: float, y: float) -> str:
    """Written twice: a pale edge below, so that it reads on any tone and in any renderer."""
    at = f'x="{x:.1f}" y="{y:.1f}" text-anchor="middle" font-size="{TEXT}"'
    return (
        f'<text class="map-edge" {at} fill="none" stroke="#ffffff" stroke-width="3" stroke-linejoin="round"'
        f' aria-hidden="true">{escape(name)}</text>'
        f'<text class="map-label" {at} fill="#1b2430">{escape(name)}</text>'
    )


def _furniture(drawing: Drawing) -> str:
    """Scale bar, north arrow and the source, on as many lines as it needs."""
    km = _round_km(drawing.width / 4 / drawing.units_per_km)
    length, y = km * drawing.units_per_km, drawing.height - 26 - LINE * (len(drawing.source) - 1)
    right = drawing.width - MARGIN
    words = f"{km:g} km"
    said = "".join(
        f'<text x="{MARGIN:.0f}" y="{y + 18 + LINE * number:.1f}">{escape(line)}</text>'
        for number, line in enumerate(drawing.source)
    )
    return (
        f'<g class="map-furniture" fill="none" stroke="#55616d" stroke-width="1.5"><path d="M{MARGIN:.0f}'
        f' {y - 4:.1f}v4h{length:.1f}v-4"/><path d="M{right - 6:.1f} {y + 4:.1f}v-16m-4 5 4-6 4 6"/></g>'
        f'<g class="map-words" fill="#55616d" font-size="11"><text x="{MARGIN + length + 6:.1f}"'
        f' y="{y + 1:.1f}">{words}</text><text x="{right - 16:.1f}" y="{y + 2:.1f}" text-anchor="end">'
        f"{escape(_('N'))}</text>"
        f"{said}</g>"
    )


def _round_km(km: float) -> float:
    """The largest of 1, 2, 5, 10 … that is not longer."""
    power = 10 ** math.floor(math.log10(km))
    return next(float(step * power) for step in (5, 2, 1) if step * power <= km)
