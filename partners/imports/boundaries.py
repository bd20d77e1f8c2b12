"""Outlines of municipalities: read from GeoJSON, checked, thinned for keeping."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from shapely.geometry import shape as geometry_of
from shapely.geometry.base import BaseGeometry

from partners.imports.features import Feature, FeatureReader
from partners.imports.problems import Problems
from partners.imports.source import SourceFile

#: About ten metres: nothing a map of this portal could show.
KEPT_TOLERANCE = 0.0001
KEPT_DECIMALS = 5
SHAPELY_TROUBLE = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    NotImplementedError,
    shapely.errors.ShapelyError,
)


def read(source: SourceFile, known: Collection[str]) -> dict[str, BaseGeometry]:
    """Outlines by code; raises FileRefused with every problem there is."""
    problems = Problems(source.name)
    found: dict[str, BaseGeometry] = {}
    lines: dict[str, int] = {}
    for feature in FeatureReader(source, problems):
        code = _code(feature, problems)
        if not code:
            continue
        if code in lines:
            reason = _("This code stands already in line %(line)d.") % {"line": lines[code]}
            problems.add(reason, line=feature.line, column="code", value=code)
        elif code not in known:
            reason = _("No municipality with this code is known: import it first.")
            problems.add(reason, line=feature.line, column="code", value=code)
        lines.setdefault(code, feature.line)
        geometry = _geometry(feature, code, problems)
        if geometry is not None:
            found[code] = geometry
    if not lines and not problems.count:
        raise problems.stop(_("The file holds no features."))
    problems.settle()
    return found


def kept(geometries: Sequence[BaseGeometry]) -> list[dict[str, Any]]:
    """The outlines as GeoJSON for keeping: thinned by about ten metres."""
    thin = shapely.simplify(np.array(geometries, dtype=object), KEPT_TOLERANCE, preserve_topology=True)
    thin = shapely.transform(thin, lambda points: points.round(KEPT_DECIMALS))
    return [json.loads(text) for text in shapely.to_geojson(thin)]


def _code(feature: Feature, problems: Problems) -> str:
    value = feature.value
    if not isinstance(value, dict) or value.get("type") != "Feature":
        problems.add(_("Not a feature."), line=feature.line, value=str(value)[:40])
        return ""
    properties = value.get("properties")
    code = properties.get("code") if isinstance(properties, dict) else None
    if isinstance(code, bool) or not isinstance(code, str | int) or not str(code).strip():
        problems.add(
            _("The feature carries no code."), line=feature.line, column="code", value=str(code or "")
        )
        return ""
    return str(code).strip()


def _geometry(feature: Feature, code: str, problems: Problems) -> BaseGeometry | None:
    value = feature.value.get("geometry")
    kind = value.get("type") if isinstance(value, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        reason = _("The outline of %(code)s is no Polygon or MultiPolygon.") % {"code": code}
        problems.add(reason, line=feature.line, column="geometry", value=str(kind or ""))
        return None
    try:
        geometry = _mended(geometry_of(value))
    except SHAPELY_TROUBLE as error:
        reason = _("The outline of %(code)s cannot be read.") % {"code": code}
        problems.add(reason, line=feature.line, column="geometry", value=str(error))
        return None
    return _placed(geometry, feature.line, code, problems)


def _mended(geometry: BaseGeometry) -> BaseGeometry:
    """The outline in two dimensions, without crossings of its own, its areas only."""
    flat = shapely.force_2d(geometry)
    if shapely.is_valid(flat):
        return flat
    whole = shapely.make_valid(flat)
    areas = [part for part in shapely.get_parts(whole) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(areas)


def _placed(geometry: BaseGeometry, line: int, code: str, problems: Problems) -> BaseGeometry | None:
    if geometry.is_empty or geometry.area == 0:
        reason = _("The outline of %(code)s encloses nothing.") % {"code": code}
    else:
        west, south, east, north = geometry.bounds
        if west >= -180 and east <= 180 and south >= -90 and north <= 90:
            return geometry
        reason = _("The outline of %(code)s lies outside the globe: longitude, latitude in degrees.")
        reason %= {"code": code}
    problems.add(reason, line=line, column="geometry")
    return None
