"""The trail of a piece of evidence in the reader's words: who, when, from what to what, and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from imc_portal.core.models import AuditEntry
from imc_portal.core.templatetags.portal import day
from partners.models import Evidence
from partners.models.function import Confidence

SHARES = ("low", "central", "high")
#: Functions that a title names; the rest are counted.
NAMED = 3
SIZES = ("efficient_scale", "studied_from")


@dataclass(frozen=True, slots=True)
class Change:
    """One act on the trail of a piece of evidence: fields with what stood there and what stands there now."""

    act: str
    who: str
    at: dt.datetime
    reason: str
    fields: list[tuple[str, str, str]]


def change_of(entry: AuditEntry, functions: dict[str, str]) -> Change:
    """An entry of the trail in the reader's words; acts of the administration tell the fields alone."""
    names = [*entry.after] if "fields" not in entry.after else []
    fields = [
        (
            label_of(name),
            said(name, entry.before[name], functions) if name in entry.before else "",
            said(name, entry.after[name], functions),
        )
        for name in names
    ]
    if "fields" in entry.after:
        fields = [(label_of(name), "", _("changed")) for name in entry.after["fields"]]
    return Change(capfirst(_(entry.verb)), entry.actor_name, entry.at, entry.reason, fields)


def label_of(name: str) -> str:
    """What a field of evidence is called."""
    if name == "functions":
        return _("functions that use it")
    known = {field.name: getattr(field, "verbose_name", field.name) for field in Evidence._meta.get_fields()}
    return str(known.get(name, name))


def said(name: str, value: Any, functions: dict[str, str]) -> str:
    """A value of the trail in the reader's language."""
    if name == "functions":
        return ", ".join(functions.get(code, code) for code in value) or pgettext("functions", "none")
    if value is None:
        return _("not known")
    if name in SHARES:
        return percent(Decimal(value))
    if name in SIZES:
        return number_format(value, force_grouping=True)
    if name == "confidence" and value in Confidence.values:
        return str(Confidence(value).label)
    if name == "checked_on":
        return day(dt.date.fromisoformat(value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)


def percent(share: Decimal) -> str:
    """A change of cost with its sign, to one decimal where there is one."""
    number = (abs(share) * 100).quantize(Decimal("0.1"))
    words = number_format(number, decimal_pos=0 if number == int(number) else 1)
    sign = "\N{MINUS SIGN}" if share < 0 else "+" if share > 0 else ""
    return _("%(number)s%%") % {"number": f"{sign}{words}"}


def some_functions(evidence: Evidence) -> str:
    """The first functions that use it, and how many more."""
    names = [str(function) for function in evidence.functions.all()]
    if not names:
        return _("No function uses it")
    named = ", ".join(names if len(names) <= NAMED + 1 else names[:NAMED])
    more = len(names) - NAMED
    if more <= 1:
        return named
    return ngettext("%(names)s and %(n)d more", "%(names)s and %(n)d more", more) % {
        "names": named,
        "n": more,
    }
