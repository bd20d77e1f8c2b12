"""The ranking in words: one sentence for each candidate, one line for each factor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from partners.discovery.ranking import VALUE, FactorScore, Ranked

LABELS: Mapping[str, Any] = {
    "shared_problem": gettext_lazy("Shared problem"),
    "proximity": gettext_lazy("Proximity"),
    "scale_gain": gettext_lazy("Gain of scale"),
    "track_record": gettext_lazy("Track record"),
    "size_similarity": gettext_lazy("Similar size"),
    "fiscal_similarity": gettext_lazy("Similar fiscal capacity"),
    "same_area": gettext_lazy("Same district or county"),
}
SOURCES: Mapping[str, Any] = {
    "shared_problem": gettext_lazy("needs known in this case"),
    "proximity": gettext_lazy("outlines and points; minutes on the road are not known"),
    "scale_gain": gettext_lazy("inhabitants; efficient scale of the catalogue"),
    "track_record": gettext_lazy("register of cooperations"),
    "size_similarity": gettext_lazy("inhabitants"),
    "fiscal_similarity": gettext_lazy("fiscal capacity per inhabitant"),
    "same_area": gettext_lazy("districts and counties"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One factor as a row of the small table behind a candidate."""

    label: str
    side: str
    score: str
    weight: str
    raw: str
    source: str


def sentence(row: Ranked) -> str:
    """Why this municipality stands where it stands, in one sentence."""
    parts = [part for part in (_shared(row), _near(row), _together(row), _scale(row)) if part]
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


def lines(row: Ranked) -> list[Line]:
    """All factors, the weightiest first; unknown ones say so."""
    ordered = sorted(row.factors.items(), key=lambda item: -item[1].weight)
    return [
        Line(
            label=str(LABELS[name]),
            side=_("value") if name in VALUE else _("ease"),
            score=_("not known") if factor.score is None else str(round(100 * factor.score)),
            weight=f"{factor.weight:g}",
            raw=_raw(name, factor),
            source=str(SOURCES[name]),
        )
        for name, factor in ordered
    ]


def _shared(row: Ranked) -> str:
    score = row.factors["shared_problem"].score
    if score is None:
        return ""
    return _("shares your need") if score > 0 else _("has no need in common that is known")


def _near(row: Ranked) -> str:
    if row.neighbour:
        return _("borders you")
    if row.km is None:
        return _("distance not known")
    return _("%(km)s km away") % {"km": number_format(row.km, 1)}


def _together(row: Ranked) -> str:
    count = row.factors["track_record"].raw["joint_cooperations"]
    if not count:
        return "" if count is None else _("no cooperation with you on record")
    words = ngettext("already works with you in %(n)d body", "already works with you in %(n)d bodies", count)
    return words % {"n": count}


def _scale(row: Ranked) -> str:
    score = row.factors["scale_gain"].score
    if score is None:
        return ""
    if score >= 0.995:
        return _("together you reach efficient scale")
    return _("no gain of scale") if score == 0 else ""


def _raw(name: str, factor: FactorScore) -> str:
    raw = factor.raw
    match name:
        case "shared_problem":
            return _("their need is not known to you") if factor.score is None else ""
        case "proximity":
            return _border(raw)
        case "scale_gain":
            return _scale_raw(raw)
        case "track_record":
            return _count(raw["joint_cooperations"])
        case "size_similarity":
            return _("%(a)s and %(b)s inhabitants") % {"a": _n(raw["own"]), "b": _n(raw["theirs"])}
        case "fiscal_similarity":
            return (
                ""
                if factor.score is None
                else _("%(a)s and %(b)s") % {"a": _n(raw["own"]), "b": _n(raw["theirs"])}
            )
        case _:
            return _area(raw)


def _border(raw: Mapping[str, Any]) -> str:
    parts = []
    if raw["border"]:
        length = raw["border_km"]
        words = _("common border of %(km)s km") if length else _("common border")
        parts.append(words % {"km": number_format(length or 0, 1)})
    if raw["km"] is not None:
        parts.append(_("%(km)s km as the crow flies") % {"km": number_format(raw["km"], 1)})
    return ", ".join(parts)


def _scale_raw(raw: Mapping[str, Any]) -> str:
    if raw["efficient_scale"] is None:
        return _("no efficient scale on record")
    values = {"joint": _n(raw["joint_population"]), "scale": _n(raw["efficient_scale"])}
    return _("together %(joint)s of %(scale)s inhabitants") % values


def _count(count: int | None) -> str:
    if count is None:
        return _("the register does not know you")
    return ngettext("%(n)d joint cooperation", "%(n)d joint cooperations", count) % {"n": count}


def _area(raw: Mapping[str, Any]) -> str:
    if raw["same_district"]:
        return _("same district")
    if raw["same_county"]:
        return _("same county")
    if raw["same_county"] is None and raw["same_district"] is None:
        return ""
    return _("another county") if raw["same_county"] is False else _("another district")


def _n(number: float) -> str:
    return number_format(number, 0, force_grouping=True)
