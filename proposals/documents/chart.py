"""Bars around zero: gains and losses of all members, or of one under every key. Same on page and paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from proposals.documents.picture_frame import framed

WIDTH, GAP, COLUMNS = 640.0, 20.0, 2
NAMES, LINE, HEAD = 104.0, 16.0, 22.0
#: In the picture of one member: room for the names of keys, and for the amounts.
KEYS, AMOUNTS = 190.0, 96.0
#: One key whose longest bar is this many times the next key's is cut.
DWARFS = 3
PINE, PALE, RED, INK, MUTED, RULE = "#0f5c4d", "#8fbdb1", "#9b1c1c", "#1b2430", "#55616d", "#8a969f"


@dataclass(frozen=True, slots=True)
class Bar:
    """One member's gain; text is the amount as written in the tables."""

    name: str
    value: float
    text: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """One cost key."""

    title: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class OwnBar:
    """The reader's net under one key, and between which ends it lies; chosen is the key of the first page."""

    name: str
    value: float
    ends: tuple[float, float]
    text: str
    chosen: bool


def draw_gains(panels: Sequence[Panel], *, title: str, desc: str) -> str:
    """An SVG of small charts on one scale; losers are red and hatched, the reader's own bar is dark."""
    reach = reach_of(panels)
    high = max((len(panel.bars) for panel in panels), default=0) * LINE + HEAD
    rows = -(-len(panels) // COLUMNS)
    width = (WIDTH - GAP * (COLUMNS - 1)) / COLUMNS
    parts = [
        _panel(panel, index % COLUMNS * (width + GAP), index // COLUMNS * (high + GAP), width, reach)
        for index, panel in enumerate(panels)
    ]
    height = rows * high + (rows - 1) * GAP
    drawing = f"{_hatch()}{''.join(parts)}"
    return framed(drawing, kind="gains", size=(WIDTH, height), title=title, desc=desc, letters=11)


def reach_of(panels: Sequence[Panel]) -> float:
    """The common scale of all panels."""
    return _reach([max((abs(bar.value) for bar in panel.bars), default=0.0) for panel in panels])


def own_reach(bars: Sequence[OwnBar]) -> float:
    """How far the bars of one member are drawn."""
    return _reach([abs(bar.value) for bar in bars])


def _reach(lengths: Sequence[float]) -> float:
    """Where one key dwarfs all others its bars are cut, so that the others can be read."""
    longest = sorted(lengths) or [0.0]
    second = longest[-2] if len(longest) > 1 else 0.0
    return (second * 1.6 if second and longest[-1] > DWARFS * second else longest[-1]) or 1.0


def is_cut(panels: Sequence[Panel]) -> bool:
    """Whether some bar is longer than drawn."""
    return any(abs(bar.value) > reach_of(panels) for panel in panels for bar in panel.bars)


def _hatch() -> str:
    return (
        '<defs><pattern id="KEY-loss" width="5" height="5" patternUnits="userSpaceOnUse">'
        f'<rect width="5" height="5" fill="#fdecec"/><path d="M0 5 5 0" stroke="{RED}" stroke-width="1.4"/>'
        "</pattern></defs>"
    )


def draw_own(bars: Sequence[OwnBar], *, title: str, desc: str, rtl: bool = False) -> str:
    """An SVG with one bar for each key, from zero, with a thin line between its ends."""
    reach = own_reach(bars)
    seen = [max(-reach, min(reach, value)) for bar in bars for value in (0.0, bar.value, *bar.ends)]
    low, high = min(seen), max(seen)
    left = AMOUNTS if rtl else KEYS
    unit = (WIDTH - KEYS - AMOUNTS) / ((high - low) or 1.0)
    zero = left - low * unit
    height = len(bars) * LINE + 6
    rows = "".join(_own(bar, n * LINE + 3, zero, unit, reach, rtl) for n, bar in enumerate(bars))
    axis = f'<path class="gains-zero" d="M{zero:.1f} 0V{height:.0f}" stroke="{INK}"/>'
    drawing = f"{_hatch()}{rows}{axis}"
    return framed(drawing, kind="gains", size=(WIDTH, height), title=title, desc=desc, letters=11)


def _own(bar: OwnBar, y: float, zero: float, unit: float, reach: float, rtl: bool) -> str:
    def at(value: float) -> float:
        return zero + max(-reach, min(reach, value)) * unit

    loss, length = bar.value < 0, max(abs(at(bar.value) - zero), 0.6)
    left = zero - length if loss else zero
    kind, fill = ("loss", "url(#KEY-loss)") if loss else ("mine", PINE) if bar.chosen else ("gain", PALE)
    edge = f' stroke="{RED}" stroke-width="{1.4 if bar.chosen else 0.8}"' if loss else ""
    weight = ' font-weight="700"' if bar.chosen else ""
    name, amount = (WIDTH, AMOUNTS - 16) if rtl else (0.0, WIDTH)
    low, high = (at(end) for end in sorted(bar.ends))
    middle, anchor = y + LINE / 2, "end" if rtl else "start"
    cut = _cut(left, y, loss, length) if abs(bar.value) > reach else ""
    return (
        f'<text class="gains-name" x="{name:.0f}" y="{y + 11.5:.1f}" text-anchor="{anchor}"'
        f' fill="{INK}"{weight}>{escape(bar.name)}</text>'
        f'<rect class="gains-{kind}" x="{left:.1f}" y="{y + 3:.1f}" width="{length:.1f}"'
        f' height="{LINE - 6:.0f}" fill="{fill}"{edge}/>{cut}'
        f'<path class="gains-range" d="M{low:.1f} {middle - 3:.1f}v6m0-3H{high:.1f}m0-3v6" fill="none"'
        f' stroke="{INK}" stroke-width="0.8"/>'
        f'<text class="gains-amount" x="{amount:.0f}" y="{y + 11.5:.1f}" text-anchor="end"'
        f' fill="{RED if loss else INK}"{weight}>{escape(bar.text)}</text>'
    )


def _panel(panel: Panel, x: float, y: float, width: float, reach: float) -> str:
    zero = x + NAMES + (width - NAMES) / 2
    # Amounts are written beyond the bars, so the longest bar leaves them room.
    limit = (width - NAMES) / 2 - 54
    unit = limit / reach
    foot = y + HEAD + len(panel.bars) * LINE
    bars = "".join(_bar(bar, x, y + HEAD + n * LINE, zero, unit, limit) for n, bar in enumerate(panel.bars))
    return (
        f'<g class="gains-panel"><text class="gains-title" x="{x:.1f}" y="{y + 12:.1f}" font-size="12"'
        f' font-weight="700" fill="{INK}">{escape(panel.title)}</text>{bars}'
        f'<path class="gains-zero" d="M{zero:.1f} {y + HEAD - 5:.1f}V{foot:.1f}" stroke="{RULE}"/></g>'
    )


def _cut(left: float, y: float, loss: bool, length: float) -> str:
    """A slanted gap near the far end: this bar is longer than drawn."""
    at = left + 12 if loss else left + length - 14
    return (
        f'<path class="gains-cut" d="M{at:.1f} {y + LINE - 3:.1f}l4-14" stroke="#ffffff" stroke-width="3"/>'
    )


def _bar(bar: Bar, x: float, y: float, zero: float, unit: float, limit: float) -> str:
    full = abs(bar.value) * unit
    length = min(max(full, 0.6), limit)
    loss = bar.value < 0
    left = zero - length if loss else zero
    kind, fill = ("loss", "url(#KEY-loss)") if loss else ("mine", PINE) if bar.mine else ("gain", PALE)
    edge = f' stroke="{RED}" stroke-width="0.8"' if loss else ""
    anchor, at = ("end", left - 4) if loss else ("start", left + length + 4)
    weight = ' font-weight="700"' if bar.mine else ""
    name = bar.name if len(bar.name) <= 17 else bar.name[:16] + "…"
    return (
        f'<text class="gains-name" x="{x:.1f}" y="{y + 11:.1f}" fill="{INK}"{weight}>{escape(name)}</text>'
        f'<rect class="gains-{kind}" x="{left:.1f}" y="{y + 2:.1f}"'
        f' width="{length:.1f}" height="{LINE - 6:.0f}"'
        f' fill="{fill}"{edge}/>{_cut(left, y, loss, length) if full > limit else ""}'
        f'<text class="gains-amount" x="{at:.1f}" y="{y + 11:.1f}" text-anchor="{anchor}"'
        f' fill="{RED if loss else INK}"{weight}>{escape(bar.text)}</text>'
    )
