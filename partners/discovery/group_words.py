"""Groups in words: what was looked for, why there is none, what comes nearest."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.discovery.groups import Found, Group, Threshold


def wanted(threshold: Threshold) -> str:
    """The threshold: inhabitants together, members, or both."""
    values = {"members": threshold.members, "people": count(threshold.population)}
    if threshold.members < 2:
        return _("at least %(people)s inhabitants together") % values
    if not threshold.population:
        return _("at least %(members)s municipalities") % values
    return _("at least %(members)s municipalities and %(people)s inhabitants together") % values


def against(population: int, threshold: Threshold) -> str:
    """Inhabitants together against what is to be reached."""
    values = {"joint": count(population), "least": count(threshold.population)}
    if not threshold.population:
        return _("%(joint)s inhabitants") % values
    return _("%(joint)s inhabitants of %(least)s") % values


def none_found(
    found: Found, threshold: Threshold, *, max_size: int, max_km: float, left_out: int = 0
) -> list[str]:
    """That there is none, what comes nearest, and which bound would have to give way."""
    lines = [
        _("No group of up to %(size)d municipalities within %(km)s km has %(wanted)s.")
        % {"size": max_size, "km": count(max_km), "wanted": wanted(threshold)}
    ]
    if found.groups and len(found.groups[0].members) > 1:
        lines.append(_nearest(found.groups[0], threshold))
    lines += [_stop(found), out(left_out) if left_out else ""]
    return [line for line in lines if line]


def _nearest(group: Group, threshold: Threshold) -> str:
    short = max(0, int(threshold.population) - group.population)
    values = {"joint": count(group.population), "size": len(group.members), "short": count(short)}
    if not short:
        return _("The largest that is possible has %(size)d members and %(joint)s inhabitants.") % values
    return (
        _("The largest that is possible has %(size)d members and %(joint)s inhabitants: %(short)s too few.")
        % values
    )


def _stop(found: Found) -> str:
    match found.stopped_by:
        case "alone":
            return _("Nobody within this distance borders you.")
        case "size":
            return _("With more members it could be reached, but a group this large is hard to lead.")
        case "distance":
            return _("With municipalities farther away it could be reached.")
        case "size and distance":
            return _("It could be reached only with more members and with municipalities farther away.")
        case "candidates":
            return _("Not even all candidates together reach it.")
        case _:
            return ""


def searched(found: Found, *, by_borders: bool, left_out: int) -> list[str]:
    """What the search rests on, and what it left out."""
    lines = [
        ngettext("%(n)d candidate was searched.", "%(n)d candidates were searched.", found.searched)
        % {"n": found.searched}
    ]
    if found.cut:
        words = ngettext(
            "%(n)d more was left out: neighbours and the best ranked come first.",
            "%(n)d more were left out: neighbours and the best ranked come first.",
            found.cut,
        )
        lines.append(words % {"n": found.cut})
    if found.too_far:
        words = ngettext("%(n)d lies too far away.", "%(n)d lie too far away.", found.too_far)
        lines.append(words % {"n": found.too_far})
    if left_out:
        lines.append(out(left_out))
    if not by_borders:
        lines.append(
            _("No borders are on record: those with no other between them are taken for neighbours.")
        )
    return lines


def out(left_out: int) -> str:
    """How many are in no group, though they lie around."""
    words = ngettext(
        "%(n)d that was set aside or left the case is in no group.",
        "%(n)d that were set aside or left the case are in no group.",
        left_out,
    )
    return words % {"n": left_out}


def count(number: float) -> str:
    """A number of inhabitants."""
    return number_format(number, 0, force_grouping=True)
