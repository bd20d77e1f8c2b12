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
    "circle": gettext_lazy("Same circle of partners"),
    "scale_gain": gettext_lazy("Gain of scale"),
    "track_record": gettext_lazy("Track record"),
    "willingness": gettext_lazy("Declared willingness"),
    "complement": gettext_lazy("Offers and requests that fit"),
    "size_similarity": gettext_lazy("Similar size"),
    "fiscal_similarity": gettext_lazy("Similar fiscal capacity"),
    "same_area": gettext_lazy("Same district or county"),
    "funding": gettext_lazy("Funding unlocked"),
}
SOURCES: Mapping[str, Any] = {
    "shared_problem": gettext_lazy("needs known in this case"),
    "proximity": gettext_lazy("outlines and points; minutes on the road are not known"),
    "circle": gettext_lazy("distances, districts and joint bodies of both"),
    "scale_gain": gettext_lazy("inhabitants; efficient scale of the catalogue"),
    "track_record": gettext_lazy("register of cooperations"),
    "willingness": gettext_lazy("attitudes, open requests and contacts in this portal"),
    "complement": gettext_lazy("published offers and requests"),
    "size_similarity": gettext_lazy("inhabitants"),
    "fiscal_similarity": gettext_lazy("fiscal capacity per inhabitant"),
    "same_area": gettext_lazy("districts and counties"),
    "funding": gettext_lazy("rules of open funding calls"),
}
MEANINGS: Mapping[str, Any] = {
    "shared_problem": gettext_lazy("How grave the need is that both have in the functions of the case."),
    "proximity": gettext_lazy("Less with each kilometre; a common border counts well however far."),
    "circle": gettext_lazy("How far those overlap with whom each of you would most likely work."),
    "scale_gain": gettext_lazy("How much nearer both come to the size at which a service costs least."),
    "track_record": gettext_lazy(
        "Cooperations on record in which both are members, failed ones deducted;"
        " it weighs the more, the more of yours the register knows."
    ),
    "willingness": gettext_lazy("What they have said: an attitude, an open request, a contact open to talk."),
    "complement": gettext_lazy("One offers what the other seeks."),
    "size_similarity": gettext_lazy("Equals decide more easily than one large and one small."),
    "fiscal_similarity": gettext_lazy("Similar means make sharing of costs easier to agree."),
    "same_area": gettext_lazy("The same authorities, courts and habits."),
    "funding": gettext_lazy("Whether an open call comes within reach with them."),
}
#: Why a factor is not known, and what that means.
UNKNOWN: Mapping[str, Any] = {
    "shared_problem": gettext_lazy("their need is not known to you"),
    "proximity": gettext_lazy("neither a border nor a point is on record"),
    "circle": gettext_lazy("without points on record no circle can be drawn"),
    "scale_gain": gettext_lazy("no efficient scale on record"),
    "track_record": gettext_lazy("the register does not know you"),
    "willingness": gettext_lazy("they have not said anything in the portal yet"),
    "complement": gettext_lazy("no offer or request of yours or theirs is open"),
    "size_similarity": gettext_lazy("inhabitants are not on record"),
    "fiscal_similarity": gettext_lazy("fiscal capacity of one of you is not on record"),
    "same_area": gettext_lazy("neither district nor county is on record"),
    "funding": gettext_lazy("no funding call is open for these functions"),
}
ATTITUDES: Mapping[str, Any] = {
    "positive": gettext_lazy("positive attitude"),
    "conditional": gettext_lazy("positive on conditions"),
    "undecided": gettext_lazy("undecided"),
    "negative": gettext_lazy("negative attitude"),
}
#: What came of the last contact.
CONTACTS: Mapping[str, Any] = {
    "open": gettext_lazy("open to talk"),
    "waiting": gettext_lazy("will come back to us"),
    "declined": gettext_lazy("does not want to talk"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One factor as a row of the small table behind a candidate."""

    name: str
    label: str
    side: str
    score: str
    weight: str
    raw: str
    source: str


def sentence(row: Ranked) -> str:
    """Why this municipality stands where it stands, in one sentence."""
    parts = [part for part in (_shared(row), _near(row), _together(row), _scale(row), *_extras(row)) if part]
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


def lines(row: Ranked) -> list[Line]:
    """All factors, the weightiest first; unknown ones say why."""
    ordered = sorted(row.factors.items(), key=lambda item: -item[1].weight)
    return [
        Line(
            name=name,
            label=label(name),
            side=side(name),
            score=_("not known") if factor.score is None else str(round(100 * factor.score)),
            weight=f"{factor.weight:g}",
            raw=measured(name, factor),
            source=str(SOURCES.get(name, "")),
        )
        for name, factor in ordered
    ]


def label(name: str) -> str:
    """The factor's name for people."""
    return str(LABELS.get(name, name))


def side(name: str) -> str:
    """Whether it speaks for ease or for value."""
    return _("value") if name in VALUE else _("ease")


def measured(name: str, factor: FactorScore) -> str:
    """What was measured, or why nothing was."""
    if factor.score is None:
        return str(UNKNOWN.get(name, ""))
    raw = factor.raw
    match name:
        case "shared_problem":
            return _severity(raw.get("shared_severity"))
        case "proximity":
            return _border(raw)
        case "circle":
            return _circle(raw)
        case "scale_gain":
            return _scale_raw(raw)
        case "track_record":
            return _record(raw)
        case "willingness":
            return _said(raw)
        case "complement":
            return _listings(raw)
        case "size_similarity":
            return _("%(a)s and %(b)s inhabitants") % {"a": _n(raw["own"]), "b": _n(raw["theirs"])}
        case "fiscal_similarity":
            return _("%(a)s and %(b)s") % {"a": _n(raw["own"]), "b": _n(raw["theirs"])}
        case "same_area":
            return _area(raw)
        case "funding":
            return ", ".join(raw.get("calls") or ()) or _("no open call comes within reach")
        case _:
            return ""


def offers_of(row: Ranked) -> list[str]:
    """Titles of their published offers that fit."""
    return _titles(row, "complement", "offers")


def calls_of(row: Ranked) -> list[str]:
    """Titles of the open calls that come within reach with them."""
    return _titles(row, "funding", "calls")


def joint_of(row: Ranked) -> int | None:
    """Cooperations on record that both are members of; None when the register does not know."""
    factor = row.factors.get("track_record")
    return factor.raw.get("joint_cooperations") if factor else None


def _titles(row: Ranked, name: str, key: str) -> list[str]:
    factor = row.factors.get(name)
    return list((factor.raw.get(key) or ()) if factor else ())


# --- parts of the sentence --------------------------------------------------------------


def _score(row: Ranked, name: str) -> float | None:
    factor = row.factors.get(name)
    return factor.score if factor else None


def _shared(row: Ranked) -> str:
    score = _score(row, "shared_problem")
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
    count = joint_of(row)
    if not count:
        return "" if count is None else _("no cooperation with you on record")
    words = ngettext("already works with you in %(n)d body", "already works with you in %(n)d bodies", count)
    return words % {"n": count}


def _scale(row: Ranked) -> str:
    score = _score(row, "scale_gain")
    if score is None:
        return ""
    if score >= 0.995:
        return _("together you reach efficient scale")
    return _("no gain of scale") if score == 0 else ""


def _extras(row: Ranked) -> list[str]:
    """What is worth a word only when it is so."""
    said = row.factors["willingness"].raw.get("attitude") if "willingness" in row.factors else None
    return [
        str(ATTITUDES.get(said or "", "")),
        _("offers what you seek") if offers_of(row) else "",
        _("brings a funding call within reach") if calls_of(row) else "",
    ]


# --- raw values -------------------------------------------------------------------------


def _severity(shared: float | None) -> str:
    if shared is None:
        return ""
    return _("%(share)d %% of the gravest need in common") % {"share": round(100 * shared)}


def _border(raw: Mapping[str, Any]) -> str:
    parts = []
    if raw.get("border"):
        length = raw.get("border_km")
        words = _("common border of %(km)s km") if length else _("common border")
        parts.append(words % {"km": number_format(length or 0, 1)})
    if raw.get("km") is not None:
        parts.append(_("%(km)s km as the crow flies") % {"km": number_format(raw["km"], 1)})
    if raw.get("km_to_chosen") is not None:
        far = number_format(raw["km_to_chosen"], 1)
        parts.append(_("%(km)s km on average to those chosen") % {"km": far})
    return ", ".join(parts)


def _circle(raw: Mapping[str, Any]) -> str:
    overlap = raw.get("overlap")
    if overlap is None:
        return ""
    return _("your circles overlap by %(share)d %%") % {"share": round(100 * overlap)}


def _scale_raw(raw: Mapping[str, Any]) -> str:
    if raw.get("efficient_scale") is None:
        return ""
    values = {"joint": _n(raw["joint_population"]), "scale": _n(raw["efficient_scale"])}
    return _("together %(joint)s of %(scale)s inhabitants") % values


def _record(raw: Mapping[str, Any]) -> str:
    count, failed = raw.get("joint_cooperations") or 0, raw.get("failed") or 0
    parts = [ngettext("%(n)d joint cooperation", "%(n)d joint cooperations", count) % {"n": count}]
    if failed:
        parts.append(ngettext("%(n)d that failed", "%(n)d that failed", failed) % {"n": failed})
    if raw.get("with_chosen") is not None:
        mean = number_format(raw["with_chosen"], 1)
        parts.append(_("%(n)s on average with those chosen") % {"n": mean})
    return ", ".join(parts)


def _said(raw: Mapping[str, Any]) -> str:
    attitude, contact = raw.get("attitude"), raw.get("contact")
    parts = [str(ATTITUDES.get(attitude, attitude))] if attitude else []
    if raw.get("mutual"):
        parts.append(_("both said yes"))
    if raw.get("request"):
        parts.append(_("an open request"))
    if contact:
        parts.append(_("contact: %(what)s") % {"what": CONTACTS.get(contact, contact)})
    return ", ".join(parts)


def _listings(raw: Mapping[str, Any]) -> str:
    offers, requests = ", ".join(raw.get("offers") or ()), ", ".join(raw.get("requests") or ())
    parts = [_("offer: %(titles)s") % {"titles": offers}] if offers else []
    if requests:
        parts.append(_("request: %(titles)s") % {"titles": requests})
    return "; ".join(parts) or _("no offer fits a request")


def _area(raw: Mapping[str, Any]) -> str:
    if raw.get("same_district"):
        return _("same district")
    if raw.get("same_county"):
        return _("same county")
    return _("another county") if raw.get("same_county") is False else _("another district")


def _n(number: float) -> str:
    return number_format(number, 0, force_grouping=True)
