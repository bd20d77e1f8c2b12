"""How the first page holds what it has to hold: the letters, and how many members are named on it.

A reckoning in millimetres with the sizes of paper.css, on the safe side; a test sets pages of all kinds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from proposals.documents import wording
from proposals.documents.context import Figure, FirstPage, Row

HEIGHT, WIDTH = 240.0, 162.0
#: The lines of Arabic letters are taller.
TALL = 0.92
#: Columns: the figure and the map, the date, the names.
LEFT, RIGHT, NAMES = 85.0, 62.0, 45.0
POINT = 0.3528
#: Mean width of a letter as a share of its size, blanks at the ends of lines included.
LETTER = 0.6
MOST, FEWEST = 12, 3
#: The map takes what the rest leaves: no more than looks well, no less than can be read.
TALLEST, LOWEST = 116, 56


@dataclass(frozen=True, slots=True)
class _Sizes:
    """Sizes in points of one setting, margins and the least map in millimetres."""

    name: str
    title: float
    parties: float
    sentence: float
    value: float
    caption: float
    note: float
    date: float
    names: float
    name_gap: float
    map: float
    gaps: float


SETTINGS = (
    _Sizes("", 22.5, 10, 15.5, 28, 10, 8.5, 14.5, 10, 2.6, 76, 47),
    _Sizes("long", 18, 10, 12.5, 24, 10, 8.5, 14.5, 8.5, 1.6, 70, 41),
    _Sizes("longest", 13, 9, 10.5, 20, 9, 8, 12, 7.5, 1.0, 60, 34),
)


def arrange(
    *,
    title: str,
    parties: Sequence[str],
    sentence: str,
    figure: Figure,
    answer_by: str,
    promise: str,
    legend: Sequence[Row],
    has_map: bool,
) -> FirstPage:
    """The largest letters in which all of it stands on one page; in the smallest, names give way."""
    for sizes in SETTINGS:
        above = (
            _lines(title, sizes.title, WIDTH, 1.2)
            + sum(_lines(party, sizes.parties, WIDTH - 20, 1.55) for party in parties)
            + _lines(sentence, sizes.sentence, WIDTH, 1.4)
            + max(_figure(figure, sizes), _date(answer_by, promise, sizes))
            + sizes.gaps
        )
        left = HEIGHT * (TALL if wording.is_rtl() else 1) - above
        if has_map and left < sizes.map:
            continue
        if _names(legend[:MOST], sizes, len(legend) > MOST) <= left:
            return FirstPage(sizes.name, tuple(legend[:MOST]), len(legend) > MOST, _map(left))
    count = next(
        (n for n in range(min(MOST, len(legend)), FEWEST, -1) if _names(legend[:n], sizes, True) <= left),
        FEWEST,
    )
    return FirstPage(sizes.name, tuple(legend[:count]), len(legend) > count, _map(left))


def _map(left: float) -> int:
    return int(max(LOWEST, min(TALLEST, left)))


def _figure(figure: Figure, sizes: _Sizes) -> float:
    return (
        _lines(figure.value, sizes.value, LEFT, 1.2)
        + _lines(figure.caption, sizes.caption, LEFT, 1.45)
        + _lines(figure.note, sizes.note, LEFT, 1.45)
    )


def _date(answer_by: str, promise: str, sizes: _Sizes) -> float:
    return (
        _lines(answer_by, sizes.date, RIGHT, 1.3)
        + _lines(promise, sizes.note, RIGHT, 1.45)
        + sizes.caption * POINT * 1.8
    )


def _names(rows: Iterable[Row], sizes: _Sizes, more: bool) -> float:
    words = (f"{row.name} {' '.join(row.cells)}" + "….…" * row.mine for row in rows)
    listed = sum(_lines(text, sizes.names, NAMES, 1.4) + sizes.name_gap for text in words)
    return 9 + listed + (6 if more else 0)


def _lines(text: str, size: float, width: float, height: float) -> float:
    """Millimetres that a text takes, in whole lines."""
    count = math.ceil(len(text) * size * POINT * LETTER / width) if text else 0
    return count * size * POINT * height
