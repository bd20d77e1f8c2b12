"""Money, numbers and dates in the reader's language, and the words of codes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

from babel import Locale
from babel.core import UnknownLocaleError, get_global
from babel.numbers import format_currency, format_decimal, format_percent
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from imc_portal.core.languages import direction
from imc_portal.core.templatetags.portal import day as day_in_words
from proposals.estimate import Origin, keys

NO_BREAK_MINUS = "\N{MINUS SIGN}"
LEFT_TO_RIGHT, RIGHT_TO_LEFT = "\N{LEFT-TO-RIGHT MARK}", "\N{RIGHT-TO-LEFT MARK}"


def locale() -> Locale:
    """Babel's locale for the active language."""
    try:
        return Locale.parse((get_language() or "en").replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def is_rtl() -> bool:
    """Whether the active language is written from right to left."""
    return direction(get_language() or "") == "rtl"


def currency_of(country: str) -> str:
    """The currency in use in a country; EUR where none is known."""
    entries = get_global("territory_currencies").get(country, [])
    current = [code for code, _start, end, tender in entries if end is None and tender]
    return str(current[0]) if current else "EUR"


def money(amount: Decimal, currency: str, *, signed: bool = False, round_to: int = 1) -> str:
    """An amount in whole units, with its sign when it is a gain or a loss."""
    whole = int((amount / round_to).quantize(Decimal(1))) * round_to
    pattern = locale().currency_formats["standard"].pattern.split(";")[0].replace(".00", "")
    words = format_currency(abs(whole), currency, format=pattern, locale=locale(), currency_digits=False)
    # Some locales spell the euro, which takes the room of three letters in every cell.
    words = words.replace("EUR", "€")
    return _signed(words, NO_BREAK_MINUS if whole < 0 else "+" if signed and whole > 0 else "")


def number(value: int | Decimal) -> str:
    """A number with the separators of the language."""
    return str(format_decimal(value, locale=locale()))


def percent(share: float, *, signed: bool = True) -> str:
    """A share as a percentage; a change with its sign."""
    pattern = locale().percent_formats[None].pattern.replace("#,##0", "#,##0.#")
    words = format_percent(abs(share), format=pattern, locale=locale())
    return _signed(words, NO_BREAK_MINUS if share < 0 else "+" if share > 0 and signed else "")


def _signed(words: str, sign: str) -> str:
    """The sign before the digits, also among words from right to left: a mark keeps it at their left."""
    if not sign or not is_rtl():
        return f"{sign}{words}"
    return f"{LEFT_TO_RIGHT}{sign}{words.lstrip(RIGHT_TO_LEFT)}"


def whole_percent(part: int) -> str:
    """So many in a hundred."""
    return str(format_percent(part / 100, locale=locale()))


def day(value: dt.date) -> str:
    """A date with its weekday, for example Friday 3 July 2026."""
    return day_in_words(value)


def isolated(words: str) -> str:
    """Words whose own direction disturbs nothing around them: names, and numbers in a row."""
    return f"\N{FIRST STRONG ISOLATE}{words}\N{POP DIRECTIONAL ISOLATE}" if is_rtl() and words else words


def comma() -> str:
    """What stands between the items of a list."""
    return pgettext("between the items of a list", ", ")


def row(values: Iterable[str]) -> str:
    """Values beside each other: 10 % / 7 % / 5 %."""
    return " / ".join(isolated(value) for value in values)


def listed(words: Sequence[str]) -> str:
    """One, two and three."""
    if len(words) < 2:
        return "".join(map(isolated, words))
    return _("%(first)s and %(last)s") % {
        "first": comma().join(map(isolated, words[:-1])),
        "last": isolated(words[-1]),
    }


def inside(name: str) -> str:
    """A name inside a sentence: without its capital, unless the language or an acronym wants one."""
    if (get_language() or "").startswith("de") or not name[1:2].islower():
        return name
    return name[:1].lower() + name[1:]


def some(names: Sequence[str], limit: int = 5) -> str:
    """A, B and C; of many names the first, and how many more."""
    if len(names) <= limit + 1:
        return listed(names)
    rest = len(names) - limit
    return ngettext("%(names)s and %(count)d more", "%(names)s and %(count)d more", rest) % {
        "names": comma().join(map(isolated, names[:limit])),
        "count": rest,
    }


def origin(value: Origin) -> str:
    """Where an input comes from."""
    return {
        Origin.MEASURED: pgettext("origin of a figure", "measured"),
        Origin.ESTIMATED: pgettext("origin of a figure", "estimated"),
        Origin.DEFAULT: pgettext("origin of a figure", "from studies"),
        Origin.ASSUMED: pgettext("origin of a figure", "assumed"),
    }[value]


def scenario(name: str) -> str:
    """A scenario."""
    return {"low": _("Low benefit"), "central": _("Central"), "high": _("High benefit")}[name]


def key(name: str) -> str:
    """A cost key."""
    return {
        keys.EQUAL: _("Equal shares"),
        keys.POPULATION: _("By inhabitants"),
        keys.USAGE: _("By use"),
        keys.FISCAL_CAPACITY: _("By fiscal capacity"),
        keys.PROPERTY_VALUE: _("By property value"),
        keys.MIXED: _("Mixed"),
        keys.BASE_USAGE: _("Base fee and use"),
        keys.SOLO_COST: _("By today's cost"),
        keys.SCRB: _("Own cost and remaining benefit"),
        keys.SHAPLEY: _("By cost caused"),
        keys.NUCLEOLUS: _("Smallest regret"),
    }[name]


def key_explained(name: str) -> str:
    """What a cost key does, and what is known to be wrong with it."""
    return {
        keys.EQUAL: _("Everybody pays the same; small members easily pay too much."),
        keys.POPULATION: _("Each pays by its inhabitants; use and geography do not count."),
        keys.USAGE: _("Each pays by the volume it uses; it has to be metered and moves every year."),
        keys.FISCAL_CAPACITY: _(
            "Each pays by what it can raise; a rich member may pay more than alone, and leave."
        ),
        keys.PROPERTY_VALUE: _(
            "Each pays by the assessed value of its property; it is only as good as the valuation."
        ),
        keys.MIXED: _(
            "One part in equal shares, one by inhabitants, one by fiscal capacity; "
            "the weights are a political choice."
        ),
        keys.BASE_USAGE: _(
            "A base fee that is the same for all, the rest by volume used; "
            "the fee weighs on small members, and use has to be metered."
        ),
        keys.SOLO_COST: _(
            "Each pays in proportion to its cost alone; nobody loses if the group gains, "
            "but past overspending is rewarded."
        ),
        keys.SCRB: _(
            "Each pays what the group would save without it, and the rest is shared by the benefit "
            "that each has left; the cost of every group without one member has to be known."
        ),
        keys.SHAPLEY: _(
            "Each pays the cost it adds on average, over all orders in which the group could form "
            "(the Shapley value); even so, a part of the group may pay more than on its own."
        ),
        keys.NUCLEOLUS: _(
            "The shares that leave the least satisfied part of the group as well off as possible "
            "(the nucleolus); found by computer, so hard to check by hand."
        ),
    }[name]


def gap(name: str) -> str:
    """Why there is no figure."""
    return {
        "no_evidence": _(
            "No study gives a number for what cooperation does to the cost of this function; "
            "we do not invent one."
        ),
        "no_baseline": _("What the function costs today is not known, so no amount can be worked out."),
        "alone": _("No other municipality is open to talk yet."),
    }[name]
