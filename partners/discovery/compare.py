"""Candidates side by side: each factor with its raw values, and who is best in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from partners.discovery import words
from partners.discovery.ranking import Ranked

#: More than this many columns nobody compares.
MOST = 4


@dataclass(frozen=True, slots=True)
class Cell:
    """What one candidate shows in one row."""

    name: str
    figure: str
    words: str = ""
    best: bool = False


@dataclass(frozen=True, slots=True)
class Criterion:
    """One row: a figure or a factor of all candidates."""

    label: str
    note: str
    cells: list[Cell]


def side_by_side(rows: Sequence[Ranked], own_population: int) -> list[Criterion]:
    """Figures first, then the factors, the weightiest first."""
    return [*_figures(rows, own_population), *_factors(rows)]


def _figures(rows: Sequence[Ranked], own_population: int) -> list[Criterion]:
    of_100: list[tuple[str, str, Callable[[Ranked], float | None]]] = [
        (_("Score"), _("of 100"), lambda row: row.score),
        (_("Ease"), _("of 100"), lambda row: row.ease),
        (pgettext("of a partner", "Value"), _("of 100"), lambda row: row.value),
        (_("Data known"), _("in %"), lambda row: row.coverage),
    ]
    return [
        _plain(rows, pgettext("in a ranking", "Place"), _("in the whole ranking"), lambda row: str(row.rank)),
        *(_judged(rows, label, note, [(read(row), "") for row in rows]) for label, note, read in of_100),
        _plain(rows, _("Distance"), _("in km"), _km),
        _plain(rows, _("Inhabitants"), "", lambda row: _n(row.population)),
        _plain(rows, _("Inhabitants with you"), "", lambda row: _n(row.population + own_population)),
    ]


def _factors(rows: Sequence[Ranked]) -> list[Criterion]:
    weights = {name: factor.weight for row in rows for name, factor in row.factors.items()}
    found = []
    for name in sorted(weights, key=lambda name: -weights[name]):
        factors = [row.factors.get(name) for row in rows]
        note = _("%(side)s, weight %(weight)s") % {"side": words.side(name), "weight": f"{weights[name]:g}"}
        found.append(
            _judged(
                rows,
                words.label(name),
                note,
                [(f.score, words.measured(name, f)) if f else (None, "") for f in factors],
            )
        )
    return found


def _judged(
    rows: Sequence[Ranked], label: str, note: str, found: Sequence[tuple[float | None, str]]
) -> Criterion:
    """The highest is best, unless all that are known are as high: as high as the page shows it."""
    shown = [None if score is None else round(100 * score) for score, _said in found]
    known = [figure for figure in shown if figure is not None]
    top = max(known, default=None)
    differ = top is not None and min(known) < top
    cells = [
        Cell(
            row.name,
            _("not known") if figure is None else str(figure),
            said,
            best=differ and figure == top,
        )
        for row, figure, (_score, said) in zip(rows, shown, found, strict=True)
    ]
    return Criterion(label, note, cells)


def _plain(rows: Sequence[Ranked], label: str, note: str, read: Callable[[Ranked], str]) -> Criterion:
    return Criterion(label, note, [Cell(row.name, read(row)) for row in rows])


def _km(row: Ranked) -> str:
    return _("not known") if row.km is None else number_format(row.km, 1)


def _n(number: int) -> str:
    return number_format(number, 0, force_grouping=True)
