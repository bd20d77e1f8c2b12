"""What a report is made of, and how values become words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import number_format

from imc_portal.core.templatetags.portal import colon, day, moment
from meetings.package import people

Facts = dict[str, Any]
NOTHING = "–"
#: Letters that fit into a line of a table, those of a line of a checksum, and the longest unbroken word.
LINE, CODE, WORD = 92, 30, 24


@dataclass(frozen=True, slots=True)
class Table:
    """Column heads and rows of words."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    #: The column that holds checksums: small, and broken anywhere.
    code: int = -1

    @property
    def heads(self) -> list[tuple[str, int]]:
        """Each head with its share of the width, in per cent: room for the longest word, then for the most.

        Told from the letters: to set every cell in every width, as a typesetter would have to, takes longer
        than all the rest of the paper.
        """
        columns = list(zip(self.head, *self.rows, strict=True))
        least = [self._longest_word(column, at) for at, column in enumerate(columns)]
        most = [min(max(map(len, column)), LINE) for column in columns]
        wished = [max(many - few, 1) for few, many in zip(least, most, strict=True)]
        room = max(LINE - sum(least), 0)
        wide = [few + room * wish / sum(wished) for few, wish in zip(least, wished, strict=True)]
        return [(head, int(100 * one / sum(wide))) for head, one in zip(self.head, wide, strict=True)]

    def _longest_word(self, column: Sequence[str], at: int) -> int:
        if at == self.code:
            return CODE
        longest = max((len(word) for words in column for word in words.split()), default=0)
        return 3 + min(longest, WORD)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, sentences, points to tick off, tables."""

    title: str
    texts: Sequence[str] = ()
    points: Sequence[str] = ()
    tables: Sequence[Table] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Sections that one reader needs together."""

    title: str
    sections: Sequence[Section]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole paper."""

    language: str
    public: bool
    title: str
    initiator: str
    made: str
    created: str
    parts: Sequence[Part] = field(default_factory=tuple)

    @property
    def rtl(self) -> bool:
        """Whether it is read from the right."""
        return self.language == "ar"

    @property
    def shares(self) -> list[int]:
        """Every width, in per cent, that a column of its tables has."""
        tables = [one for part in self.parts for section in part.sections for one in section.tables]
        return sorted({share for one in tables for _head, share in one.heads})


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, code: int = -1) -> list[Table]:
    """One table, or none when there is no row; a cell without words shows a dash."""
    listed = [[str(cell) if cell not in ("", None) else NOTHING for cell in row] for row in rows]
    return [Table(head, listed, code)] if listed else []


def labelled(label: str, words: str) -> str:
    """Label and content, with what the language puts between them; nothing without content."""
    return f"{label}{colon()}{words}" if words else ""


def said(*words: str | None) -> str:
    """The words that there are, one after another."""
    return "; ".join(filter(None, words))


def who(one: Facts | None) -> str:
    """Name, role and address, as far as they are told."""
    return ", ".join(filter(None, (people.in_words(one), one["email"]))) if one else ""


def money(amount: str | None, currency: str) -> str:
    """Whole units, grouped as the language does, with the currency."""
    return f"{number(amount)} {currency}" if amount is not None else ""


def number(value: str | int | None) -> str:
    """A figure, grouped as the language does."""
    if value is None:
        return ""
    return str(number_format(Decimal(str(value)), decimal_pos=0, force_grouping=True))


def words_for_day(text: str | None) -> str:
    """Thursday 3 December 2026, from an ISO date or moment."""
    if not text:
        return ""
    value: dt.date | None = parse_datetime(text) if "T" in text else parse_date(text)
    return str(day(value))


def words_for_moment(text: str) -> str:
    """Thursday 3 December 2026, 09:00."""
    return str(moment(parse_datetime(text)))


def area_names(facts: Facts) -> dict[str, str]:
    """Names of the areas by their keys."""
    return {area["id"]: area["name"] for area in facts["areas"]}
