"""Rows of municipalities: checked cell by cell."""

from __future__ import annotations

import re
import zoneinfo
from decimal import Decimal
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from partners.imports.source import SourceFile
from partners.imports.tables import Row, Table

NEEDED = ("code", "name", "population", "lat", "lon")
KNOWN = (
    "region",
    "region_name",
    "county",
    "county_name",
    "district",
    "area_km2",
    "language",
    "time_zone",
    "fiscal_capacity",
    "property_value",
    "email",
)
#: Longest value of each column of words.
WORDS = {"region": 20, "region_name": 150, "county": 20, "county_name": 150, "district": 20, "language": 8}
#: Money per inhabitant, as much as the columns of the database hold.
MOST_MONEY = {"fiscal_capacity": 9_999_999_999, "property_value": 999_999_999_999}
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
DEFAULTS = {"language": "en", "time_zone": "UTC"}
FIELD_OF = {"lat": "latitude", "lon": "longitude"}


def table_of(source: SourceFile) -> Table:
    """The table, not yet read."""
    return Table(source, NEEDED, KNOWN)


def fields_of(table: Table) -> list[str]:
    """The fields which the table's columns give (after its header was read)."""
    return [FIELD_OF.get(column, column) for column in table.columns if column != "code"]


def read(table: Table) -> dict[str, tuple[Any, ...]]:
    """Values by code, in the order of `fields_of`; raises FileRefused with every problem there is."""
    found: dict[str, tuple[Any, ...]] = {}
    lines: dict[str, int] = {}
    for row in table:
        code = row.text("code", 20, needed=True)
        if code and code in lines:
            row.refuse("code", _("This code stands already in line %(line)d.") % {"line": lines[code]})
        lines.setdefault(code, row.line)
        values = tuple(_cell(row, column) for column in table.columns if column != "code")
        _point_is_whole(row)
        if not row.refused:
            found[code] = values
    if not lines and not table.problems.count:
        raise table.problems.stop(_("The file has a header but no rows."))
    table.problems.settle()
    return found


def _cell(row: Row, column: str) -> Any:
    match column:
        case "name":
            return row.text(column, 150, needed=True)
        case "population":
            return row.whole(column)
        case "lat":
            return row.decimal(column, -90, 90, reason=_("Latitude lies between -90 and 90."))
        case "lon":
            return row.decimal(column, -180, 180, reason=_("Longitude lies between -180 and 180."))
        case "area_km2":
            return row.decimal(column, 0, 5_000_000)
        case "fiscal_capacity" | "property_value":
            number = row.decimal(column, 0, MOST_MONEY[column])
            return None if number is None else Decimal(str(number)).quantize(Decimal("0.01"))
        case "email":
            return _email(row)
        case "time_zone":
            return _time_zone(row)
        case _:
            return _words(row, column)


def _point_is_whole(row: Row) -> None:
    """A register may not know a point; half of one is a mistake."""
    latitude, longitude = row.cells["lat"], row.cells["lon"]
    if bool(latitude) != bool(longitude):
        row.refuse("lon" if latitude else "lat", _("Give both latitude and longitude, or neither."))


def _words(row: Row, column: str) -> str:
    value = row.text(column, WORDS[column]) or DEFAULTS.get(column, "")
    if column == "language" and not LANGUAGE.fullmatch(value):
        row.refuse(column, _("Not the code of a language, such as fr."))
    return value


def _email(row: Row) -> str:
    value = row.text("email", 254)
    if value:
        try:
            validate_email(value)
        except ValidationError:
            row.refuse("email", _("Not an e-mail address."))
    return value


@cache
def _zones() -> set[str]:
    return zoneinfo.available_timezones()


def _time_zone(row: Row) -> str:
    value = row.text("time_zone", 64) or DEFAULTS["time_zone"]
    if value not in _zones():
        row.refuse("time_zone", _("Not a time zone, such as Europe/Paris."))
    return value
