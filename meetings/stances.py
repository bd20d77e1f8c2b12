"""What a statement of attitude may say as a whole and by area, and what changed since the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from meetings.models import Attitude
from meetings.models.attitude import OPEN_MINDED
from partners.models import CandidateArea

Value = Attitude.Value


@dataclass(frozen=True, slots=True)
class AreaStance:
    """What a municipality says on one area."""

    area: CandidateArea
    value: str
    conditions: str = ""


def contradictions(overall: str, by_area: Sequence[AreaStance]) -> list[str]:
    """Where the whole and the areas do not go together, in whole sentences; empty when they do."""
    open_areas = [str(one.area) for one in by_area if one.value in OPEN_MINDED]
    if overall in OPEN_MINDED:
        return [] if open_areas else [_("Name at least one area that this holds for.")]
    if open_areas:
        text = _(
            "As a whole you are %(overall)s, yet open to %(areas)s. Whoever is open to one area is positive,"
            " or positive on conditions, as a whole: change the one or the other."
        )
        return [text % {"overall": _name(overall), "areas": "; ".join(open_areas)}]
    undecided = [str(one.area) for one in by_area if one.value == Value.UNDECIDED]
    if overall == Value.NEGATIVE and undecided:
        text = _(
            "As a whole you are negative, yet undecided on %(areas)s: then you are undecided as a whole."
        )
        return [text % {"areas": "; ".join(undecided)}]
    return []


def changes(now: Attitude, before: Attitude | None) -> list[str]:
    """What a statement changes against the one before it, in words; reads what was fetched with both."""
    if before is None:
        return []
    said = []
    if now.value != before.value:
        said.append(_arrow(_("as a whole"), before.value, now.value))
    if now.conditions != before.conditions and Value.CONDITIONAL in (now.value, before.value):
        said.append(_("other conditions as a whole"))
    earlier, later = _by_area(before), _by_area(now)
    for area in sorted(earlier.keys() | later.keys()):
        (was, if_then), (is_now, if_now) = earlier.get(area, ("", "")), later.get(area, ("", ""))
        if was != is_now:
            said.append(_arrow(area, was, is_now))
        elif if_then != if_now:
            said.append(_("%(area)s: other conditions") % {"area": area})
    return said


def _by_area(attitude: Attitude) -> Mapping[str, tuple[str, str]]:
    return {str(row.area): (row.value, row.conditions) for row in attitude.by_area.all()}


def _arrow(what: str, was: str, now: str) -> str:
    return _("%(what)s: now %(now)s, before %(was)s") % {
        "what": what,
        "was": _name(was) if was else _("nothing said"),
        "now": _name(now) if now else _("nothing said"),
    }


def _name(value: str) -> str:
    return str(Value(value).label)
