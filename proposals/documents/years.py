"""The first years as a line with its band: what one member gains or loses on the way; on page and paper."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from proposals.documents.picture_frame import framed

WIDTH, HEIGHT = 380.0, 236.0
TOP, FOOT, NAMES, EDGE = 12.0, 24.0, 66.0, 12.0
TICKS = 5
PINE, PALE, RED, INK, MUTED, FAINT = "#0f5c4d", "#d5e6e0", "#9b1c1c", "#1b2430", "#55616d", "#d9e0de"


@dataclass(frozen=True, slots=True)
class Course:
    """Net gains year by year in three scenarios, the words for the years, and how an amount is written."""

    low: Sequence[float]
    central: Sequence[float]
    high: Sequence[float]
    years: Sequence[str]
    amount: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class _Scale:
    """From years and amounts to places in the picture; the years run the way the language is written."""

    count: int
    bottom: float
    top: float
    rtl: bool

    def x(self, index: int) -> float:
        left, right = (EDGE, WIDTH - NAMES) if self.rtl else (NAMES, WIDTH - EDGE)
        pad = 14.0
        part = index / max(self.count - 1, 1)
        return left + pad + (1 - part if self.rtl else part) * (right - left - 2 * pad)

    def y(self, value: float) -> float:
        return TOP + (self.top - value) / (self.top - self.bottom) * (HEIGHT - TOP - FOOT)

    def points(self, values: Sequence[float]) -> list[str]:
        return [f"{self.x(index):.1f} {self.y(value):.1f}" for index, value in enumerate(values)]


def draw_years(course: Course, *, title: str, desc: str, rtl: bool = False) -> str:
    """An SVG: zero line, hatched band from low to high, central line; losing years are hollow red marks."""
    values = [0.0, *course.low, *course.central, *course.high]
    ticks = ticks_of(min(values), max(values))
    scale = _Scale(len(course.central), float(ticks[0]), float(ticks[-1]), rtl)
    drawing = f"{_hatch()}{_grid(ticks, course, scale)}{_band(course, scale)}{_line(course, scale)}"
    return framed(drawing, kind="years-chart", size=(WIDTH, HEIGHT), title=title, desc=desc, letters=10.5)


def ticks_of(low: float, high: float) -> list[int]:
    """Round amounts from at or below the lowest to at or above the highest, zero among them."""
    span = max(high - low, 1.0)
    power = 10.0 ** math.floor(math.log10(span / (TICKS - 1)))
    step = max(1, round(next(n * power for n in (1, 2, 5, 10, 20) if span / (n * power) <= TICKS - 1)))
    first, last = math.floor(low / step), math.ceil(high / step)
    return [n * step for n in range(first, max(last, first + 1) + 1)]


def _hatch() -> str:
    return (
        '<defs><pattern id="KEY-band" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect width="6" height="6" fill="{PALE}"/><path d="M0 6 6 0" stroke="#9cc3b7" stroke-width="0.8"/>'
        "</pattern></defs>"
    )


def _grid(ticks: Sequence[int], course: Course, scale: _Scale) -> str:
    left, right = (EDGE, WIDTH - NAMES) if scale.rtl else (NAMES, WIDTH - EDGE)
    at = right + 60 if scale.rtl else left - 6
    lines = "".join(_rule(tick, left, right, at, course, scale) for tick in ticks)
    years = "".join(
        f'<text class="years-name" x="{scale.x(index):.1f}" y="{HEIGHT - 6:.1f}" text-anchor="middle"'
        f' fill="{MUTED}">{escape(year)}</text>'
        for index, year in enumerate(course.years)
    )
    return lines + years


def _rule(tick: int, left: float, right: float, at: float, course: Course, scale: _Scale) -> str:
    y, kind, colour, width = scale.y(tick), "grid", FAINT, 0.7
    if tick == 0:
        kind, colour, width = "zero", INK, 1.0
    return (
        f'<path class="years-{kind}" d="M{left:.1f} {y:.1f}H{right:.1f}" stroke="{colour}"'
        f' stroke-width="{width:g}"/>'
        f'<text class="years-amount" x="{at:.1f}" y="{y + 3.5:.1f}" text-anchor="end"'
        f' fill="{MUTED}">{escape(course.amount(tick))}</text>'
    )


def _band(course: Course, scale: _Scale) -> str:
    around = [*scale.points(course.high), *reversed(scale.points(course.low))]
    edges = "".join(
        f'<path class="years-edge" d="M{"L".join(scale.points(values))}" fill="none" stroke="{PINE}"'
        ' stroke-width="0.7" stroke-dasharray="3 2"/>'
        for values in (course.low, course.high)
    )
    return f'<path class="years-band" d="M{"L".join(around)}Z" fill="url(#KEY-band)"/>{edges}'


def _line(course: Course, scale: _Scale) -> str:
    path = f'<path class="years-line" d="M{"L".join(scale.points(course.central))}" fill="none"'
    marks = "".join(_mark(index, value, scale) for index, value in enumerate(course.central))
    return f'{path} stroke="{PINE}" stroke-width="2"/>{marks}'


def _mark(index: int, value: float, scale: _Scale) -> str:
    kind, fill, edge = ("loss", "#ffffff", RED) if value < 0 else ("gain", PINE, PINE)
    return (
        f'<circle class="years-{kind}" cx="{scale.x(index):.1f}" cy="{scale.y(value):.1f}" r="3.2"'
        f' fill="{fill}" stroke="{edge}" stroke-width="1.6"/>'
    )
