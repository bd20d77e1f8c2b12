"""The rules of a funding call in words: one plain sentence each, with both numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imc_portal.core.countries import country_name
from imc_portal.core.templatetags.portal import day
from partners.discovery.funding import Call, Group, Rule, lacking


@dataclass(frozen=True, slots=True)
class Names:
    """What the codes in rules are called."""

    regions: Mapping[str, str] = field(default_factory=dict)
    functions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """A rule as a page shows it: the sentence, and whether it is met as a word with its tone."""

    key: str
    sentence: str
    state: str
    tone: str


def said(rules: Sequence[Rule], names: Names) -> list[Said]:
    """All rules in words."""
    return [Said(rule.key, sentence(rule, names), *_state(rule)) for rule in rules]


def sentence(rule: Rule, names: Names) -> str:
    """One rule against the group."""
    raw = rule.raw
    match rule.key:
        case "open":
            return _open(raw)
        case "country":
            values = {"needed": country_name(raw["needed"]), "own": country_name(raw["own"])}
            if rule.met:
                return _("For municipalities of %(needed)s, as you are.") % values
            return _("For municipalities of %(needed)s: you are in %(own)s.") % values
        case "regions":
            return _regions(rule, names)
        case "functions":
            return _functions(rule, names)
        case "members":
            return _members(raw)
        case "population":
            return _population(rule)
        case "largest":
            return _largest(rule)
        case "years":
            return _years(raw)
        case _:
            return _("You pay at least %(n)s %% yourselves; nobody has decided on that yet.") % {
                "n": raw["needed"]
            }


def verdict(met: Sequence[bool | None]) -> tuple[str, str]:
    """The whole call in a word with its tone."""
    if any(one is False for one in met):
        return _("not eligible yet"), "trouble"
    if any(one is None for one in met):
        return _("eligible as far as known"), "waiting"
    return _("eligible"), "done"


def short_of(call: Call, group: Group) -> str:
    """What the group is short of in members and inhabitants; empty when it is not."""
    members, inhabitants = lacking(call, group)
    parts = []
    if members:
        parts.append(
            ngettext("%(n)d more municipality", "%(n)d more municipalities", members) % {"n": members}
        )
    if inhabitants:
        parts.append(_("%(n)s more inhabitants") % {"n": _n(inhabitants)})
    return _(" and ").join(parts)


def _state(rule: Rule) -> tuple[str, str]:
    if rule.met is None:
        return _("not known"), "waiting"
    return (_("met"), "done") if rule.met else (_("not met"), "trouble")


def _open(raw: Mapping[str, Any]) -> str:
    opens, deadline, today = raw["opens_on"], raw["deadline"], raw["today"]
    if deadline < today:
        return _("Closed since %(day)s.") % {"day": day(deadline)}
    if opens and opens > today:
        return _("Opens on %(opens)s and closes on %(day)s.") % {"opens": day(opens), "day": day(deadline)}
    left = (deadline - today).days
    if not left:
        return _("Closes today, %(day)s.") % {"day": day(deadline)}
    words = ngettext("Open until %(day)s: %(n)d day left.", "Open until %(day)s: %(n)d days left.", left)
    return words % {"day": day(deadline), "n": left}


def _regions(rule: Rule, names: Names) -> str:
    needed = _listed(rule.raw["needed"], names.regions)
    if rule.met is False:
        outside = _listed(rule.raw["outside"], names.regions)
        return _("Only in %(needed)s: you are also in %(outside)s.") % {"needed": needed, "outside": outside}
    if rule.met is None:
        return _("Only in %(needed)s: the region of one of you is not on record.") % {"needed": needed}
    return _("Only in %(needed)s: all of you are.") % {"needed": needed}


def _functions(rule: Rule, names: Names) -> str:
    values = {"needed": _listed(rule.raw["needed"], names.functions)}
    if rule.met is None:
        return _("Pays for %(needed)s: you have not chosen a function yet.") % values
    if rule.met:
        shared = _listed(rule.raw["shared"], names.functions)
        return _("Pays for %(shared)s, as you plan.") % {"shared": shared}
    return _("Pays for %(needed)s: you plan something else.") % values


def _members(raw: Mapping[str, Any]) -> str:
    needed, own = raw["needed"], raw["own"]
    needs = ngettext("Needs %(n)d municipality", "Needs %(n)d municipalities", needed) % {"n": needed}
    if own >= needed:
        return _("%(needs)s: you are %(own)d.") % {"needs": needs, "own": own}
    more = ngettext("%(n)d more", "%(n)d more", needed - own) % {"n": needed - own}
    return _("%(needs)s: you are %(own)d, %(more)s.") % {"needs": needs, "own": own, "more": more}


def _population(rule: Rule) -> str:
    needed, own = rule.raw["needed"], rule.raw["own"]
    values = {"needed": _n(needed), "own": _n(own), "short": _n(max(0, needed - own))}
    if rule.met:
        return _("Needs %(needed)s inhabitants together: you have %(own)s.") % values
    if rule.met is None:
        return _("Needs %(needed)s inhabitants together: %(own)s are known, not of all of you.") % values
    return _("Needs %(needed)s inhabitants together: you have %(own)s, %(short)s short.") % values


def _largest(rule: Rule) -> str:
    values = {"allowed": _n(rule.raw["allowed"])}
    if rule.met is None:
        return _("Nobody above %(allowed)s inhabitants: not known of all of you.") % values
    values["largest"] = _n(rule.raw["largest"])
    if rule.met:
        return _("Nobody above %(allowed)s inhabitants: the largest of you has %(largest)s.") % values
    return _("Nobody above %(allowed)s inhabitants: one of you has %(largest)s.") % values


def _years(raw: Mapping[str, Any]) -> str:
    needed, own = raw["needed"], raw["own"]
    least = ngettext("Lasts at least %(n)d year", "Lasts at least %(n)d years", needed) % {"n": needed}
    if own is None:
        return _("%(least)s: nobody has promised a duration yet.") % {"least": least}
    intend = ngettext("you intend %(n)d year", "you intend %(n)d years", own) % {"n": own}
    return _("%(least)s: %(intend)s.") % {"least": least, "intend": intend}


def _listed(codes: Sequence[str], names: Mapping[str, str]) -> str:
    return ", ".join(names.get(code) or code for code in codes)


def _n(number: float) -> str:
    return number_format(round(number), 0, force_grouping=True)
