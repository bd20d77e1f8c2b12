"""Rows that name municipalities already known: neighbour pairs and members of cooperations."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from partners.imports.source import SourceFile
from partners.imports.tables import Row, Table

DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
#: Optional columns of cooperations, and the field that each of them gives.
GIVES = {
    "group_name": "name",
    "legal_form": "legal_form",
    "function": "function",
    "since": "since",
    "until": "until",
    "outcome": "outcome",
    "ended_in_failure": "failed",
}
YES, NO = {"yes", "true", "1"}, {"no", "false", "0", ""}


def neighbour_table(source: SourceFile) -> Table:
    """Pairs that share a border."""
    return Table(source, ("a", "b"), ("shared_km",))


def cooperation_table(source: SourceFile) -> Table:
    """Members of cooperations, one a row."""
    return Table(source, ("group_id", "member"), tuple(GIVES))


def given_by(table: Table) -> list[str]:
    """The fields of cooperations which the table's columns give (after its header was read)."""
    return [GIVES[column] for column in table.columns if column in GIVES]


def read_neighbours(table: Table, known: Collection[str]) -> dict[tuple[str, str], float | None]:
    """Length of the shared border by pair, the codes in order; either direction may be given."""
    found: dict[tuple[str, str], float | None] = {}
    for row in table:
        a, b = _known(row, "a", known), _known(row, "b", known)
        if a and a == b:
            row.refuse("b", _("A municipality is no neighbour of itself."))
        shared = row.decimal("shared_km", 0, 10_000)
        pair = (a, b) if a < b else (b, a)
        if not row.refused:
            before = found.get(pair)
            if before is not None and shared is not None and abs(before - shared) > 0.001:
                row.refuse("shared_km", _("This pair was given before with another length."))
            found[pair] = before if shared is None else shared
    _some_rows(table, bool(found))
    return found


@dataclass
class Group:
    """One cooperation as its rows tell it; the first value given holds."""

    code: str
    name: str = ""
    legal_form: str = ""
    function: str = ""
    since: str = ""
    until: str = ""
    outcome: str = ""
    failed: bool = False
    members: dict[str, None] = field(default_factory=dict)


def read_cooperations(table: Table, known: Collection[str], functions: Collection[str]) -> dict[str, Group]:
    """Groups by their code; raises FileRefused with every problem there is."""
    found: dict[str, Group] = {}
    for row in table:
        code = row.text("group_id", 40, needed=True)
        member = _known(row, "member", known)
        group = Group(
            code,
            row.text("group_name", 250),
            row.text("legal_form", 60),
            _function(row, functions),
            _date(row, "since"),
            _date(row, "until"),
            row.text("outcome", 200),
            _yes_or_no(row, "ended_in_failure"),
        )
        if not row.refused:
            _join(found.setdefault(code, group), group).members.setdefault(member)
    _some_rows(table, bool(found))
    return found


def read_groups(table: Table) -> dict[str, list[str]]:
    """Members by group, as they stand: whether their codes are known is for the reader to see."""
    found: dict[str, list[str]] = {}
    for row in table:
        group, member = row.text("group_id", 40, needed=True), row.text("member", 20, needed=True)
        if not row.refused:
            found.setdefault(group, []).append(member)
    _some_rows(table, bool(found))
    return found


def _join(group: Group, other: Group) -> Group:
    for name in GIVES.values():
        setattr(group, name, getattr(group, name) or getattr(other, name))
    return group


def _known(row: Row, column: str, known: Collection[str]) -> str:
    code = row.text(column, 20, needed=True)
    if code and code not in known:
        row.refuse(column, _("No municipality with this code is known: import it first."))
    return code


def _function(row: Row, functions: Collection[str]) -> str:
    code = row.text("function", 10)
    if code and code not in functions:
        row.refuse("function", _("Not a function of the catalogue, such as ENV-WCO."))
    return code


def _date(row: Row, column: str) -> str:
    value = row.text(column, 10)
    if value and not DATE.fullmatch(value):
        row.refuse(column, _("Write a year or a date such as 2014-01-01."))
    return value


def _yes_or_no(row: Row, column: str) -> bool:
    value = row.text(column, 10).lower()
    if value not in YES | NO:
        row.refuse(column, _("Write yes or no."))
    return value in YES


def _some_rows(table: Table, some: bool) -> None:
    table.problems.settle()
    if not some:
        raise table.problems.stop(_("The file has a header but no rows."))
