"""Tables as CSV: header, rows with their line, and the cells that several kinds of table share."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from partners.imports.problems import Problems
from partners.imports.source import SourceFile

CELL_LIMIT = 10_000


@dataclass
class Row:
    """One row: its line, its cells by column, and the means to refuse one of them."""

    line: int
    cells: Mapping[str, str]
    problems: Problems
    refused: bool = field(default=False)

    def refuse(self, column: str, reason: str) -> None:
        """Note what is wrong with a cell."""
        self.refused = True
        self.problems.add(reason, line=self.line, column=column, value=self.cells.get(column, ""))

    def text(self, column: str, longest: int, *, needed: bool = False) -> str:
        """A cell of words, not longer than what can be stored."""
        value = self.cells.get(column, "")
        if needed and not value:
            self.refuse(column, _("This cell is empty; a value is needed."))
        elif len(value) > longest:
            self.refuse(column, _("Longer than %(n)d characters.") % {"n": longest})
        elif not value.isprintable():
            self.refuse(column, _("Holds a character that cannot be shown."))
        return value

    def whole(self, column: str, *, most: int = 2_000_000_000) -> int:
        """A needed whole number from nought."""
        value = self.text(column, 30, needed=True)
        if not value:
            return 0
        try:
            number = int(value) if value.isascii() else None
        except ValueError:
            number = None
        if number is None:
            self.refuse(column, _("Not a whole number."))
        elif number < 0:
            self.refuse(column, _("A negative number."))
        elif number > most:
            self.refuse(column, _("Larger than %(n)d.") % {"n": most})
        return number or 0

    def decimal(
        self, column: str, least: float, most: float, *, reason: str = "", needed: bool = False
    ) -> float | None:
        """A number with a decimal point within bounds, or nothing."""
        value = self.text(column, 40, needed=needed)
        if not value:
            return None
        try:
            number = float(value) if "_" not in value else math.nan
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            self.refuse(column, _("Not a number. Write decimals with a point."))
        elif not least <= number <= most:
            self.refuse(column, reason or _("Not between %(a)g and %(b)g.") % {"a": least, "b": most})
        else:
            return number
        return None


class Table:
    """A CSV file with a header; iterating yields its rows."""

    def __init__(self, source: SourceFile, needed: Sequence[str], known: Sequence[str] = ()) -> None:
        self.source = source
        self.problems = Problems(source.name)
        self.needed, self.known = tuple(needed), (*needed, *known)
        self.columns: tuple[str, ...] = ()
        self.ignored: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Row]:
        """Rows in their order; raises FileRefused where reading on makes no sense."""
        reader = csv.reader(self.source.lines(self.problems), strict=True)
        rows = self._guarded(reader)
        self._read_header(next(rows, []))
        for cells in rows:
            if not cells:
                continue
            if len(cells) == len(self.header):
                named = zip(self.header, (cell.strip() for cell in cells), strict=True)
                yield Row(reader.line_num, dict(named), self.problems)
            else:
                self._wrong_width(reader.line_num, cells)

    def _guarded(self, reader: Iterator[list[str]]) -> Iterator[list[str]]:
        try:
            yield from reader
        except csv.Error as error:
            line = getattr(reader, "line_num", None)
            reason = _("The row cannot be read: %(why)s.") % {"why": error}
            raise self.problems.stop(reason, line=line) from error

    def _read_header(self, cells: list[str]) -> None:
        self.header = [cell.strip() for cell in cells]
        missing = [name for name in self.needed if name not in self.header]
        for name in missing:
            self.problems.add(_("This column is missing."), line=1, column=name)
        if missing and len(cells) == 1 and cells[0].count(";") >= len(self.needed) - 1:
            self.problems.add(_("Separate the columns by commas, not by semicolons."), line=1, value=cells[0])
        twice = {name for name in self.header if self.header.count(name) > 1 and name in self.known}
        for name in sorted(twice):
            self.problems.add(_("This column appears twice."), line=1, column=name)
        self.problems.settle()
        self.columns = tuple(name for name in self.known if name in self.header)
        self.ignored = tuple(name for name in self.header if name not in self.known)

    def _wrong_width(self, line: int, cells: list[str]) -> None:
        reason = _("%(got)d cells instead of %(wanted)d.") % {"got": len(cells), "wanted": len(self.header)}
        self.problems.add(reason, line=line, value=",".join(cells))
