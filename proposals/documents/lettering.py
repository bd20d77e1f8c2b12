"""Words in drawings, set as words.

WeasyPrint 70 lays out each letter of an SVG by itself, which is slow, forgets kerning and leaves Arabic
letters unjoined; and it wraps every centred or right-aligned word into a group of its own. Our drawings place
a word at one point, so each is one line of text, moved to where its anchor says.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from typing import Any

from weasyprint import svg as drawing
from weasyprint.css.properties import INITIAL_VALUES
from weasyprint.draw.text import draw_first_line
from weasyprint.matrix import Matrix
from weasyprint.svg.text import Style, TextBox
from weasyprint.svg.utils import size
from weasyprint.text.line_break import split_first_line

WEIGHTS = {"normal": 400, "bold": 700}
#: What the original can and our drawings never ask for.
FOREIGN = frozenset({"dx", "dy", "rotate", "textLength", "letter-spacing", "dominant-baseline"})


@contextmanager
def whole_words() -> Iterator[None]:
    """Set the words of drawings our way meanwhile."""
    original = drawing.TAGS["text"]
    drawing.TAGS["text"] = draw_words
    try:
        yield
    finally:
        drawing.TAGS["text"] = original


def draw_words(svg: Any, node: Any, font_size: float) -> None:
    """Draw the text of a node as one line; no emoji come here, they are taken out of all words before."""
    if asked := FOREIGN & set(node.attrib):
        raise ValueError(f"our drawings do not use {', '.join(sorted(asked))}")
    if not node.text or not node.text.strip():
        return
    style = _style(svg, node, font_size)
    layout, _length, _next, width, _height, baseline = split_first_line(node.text, style, svg.context, inf, 0)
    x = size(node.get("x"), font_size, svg.inner_width) - width * _before(node)
    y = size(node.get("y"), font_size, svg.inner_height)
    box = TextBox(layout, style)
    box.baseline = baseline
    svg.stream.push_state()
    fill, stroke = svg.set_graphical_state(node, font_size)
    svg.stream.begin_text()
    layout.reactivate(style)
    svg.fill_stroke(fill, stroke, text=True)
    draw_first_line(svg.stream, box, "none", "none", Matrix(d=-1, e=x, f=y))
    svg.stream.end_text()
    svg.stream.pop_state()


def _before(node: Any) -> float:
    """Which share of the words stands left of their anchor."""
    anchor = node.get("text-anchor", "start")
    if anchor == "middle":
        return 0.5
    leftwards = node.get("direction") == "rtl"
    return 1.0 if (anchor == "end") != leftwards else 0.0


def _style(svg: Any, node: Any, font_size: float) -> Any:
    style = Style(INITIAL_VALUES)
    style.font_config = svg.font_config
    style["font_family"] = [name.strip("\"' ") for name in node.get("font-family", "sans-serif").split(",")]
    style["font_style"] = node.get("font-style", "normal")
    weight = node.get("font-weight", "normal")
    style["font_weight"] = WEIGHTS.get(weight) or int(weight)
    style["font_size"] = font_size
    return style
