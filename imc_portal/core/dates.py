"""Days, times of day and places of clocks, written as the active language writes them.

English and French have patterns of their own (the weekday always, no comma); the other languages follow the
Unicode locale data. Arabic gets the digits of its locale data too: 0 to 9.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cache

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_time, get_timezone_location
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext

#: Locale data still know some places under their former name only.
FORMER = {"Europe/Kyiv": "Europe/Kiev", "Asia/Kolkata": "Asia/Calcutta"}


def locale() -> Locale:
    """The locale data of the active language."""
    return _locale_of(get_language() or settings.LANGUAGE_CODE)


def day(value: dt.date) -> str:
    """Thursday 3 December 2026; Donnerstag, 3. Dezember 2026."""
    if not _has_own_pattern():
        # Ukrainian ends with "р." for "року": days also end sentences, and two full stops would meet.
        return re.sub(r"р\.$", "року", format_date(value, "full", locale=locale()))
    first = pgettext("pattern of the first day of a month", "l j F Y")
    return date_format(value, first if value.day == 1 else "l j F Y")


def clock(value: dt.datetime) -> str:
    """09:00, as it stands: nothing is moved to another zone."""
    if _has_own_pattern():
        return date_format(value, "H:i")
    return format_time(value.time(), "short", locale=locale())


def moment(value: dt.datetime) -> str:
    """Thursday 3 December 2026, 09:00."""
    return day(value) + pgettext("between the items of a list", ", ") + clock(value)


def zone(name: str) -> str:
    """The place whose clock counts: Paris, París, باريس."""
    known = FORMER.get(name, name)
    city = locale().time_zones.get(known, {}).get("city") or get_timezone_location(
        known, locale=locale(), return_city=True
    )
    return str(city).rpartition("/")[2].replace("_", " ")


def _has_own_pattern() -> bool:
    return locale().language in dict(settings.LANGUAGES)


@cache
def _locale_of(code: str) -> Locale:
    try:
        return Locale.parse(code.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale(settings.LANGUAGE_CODE)
