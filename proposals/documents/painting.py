"""Pages that many papers share, painted once.

WeasyPrint paints a page anew into every file. What it paints are the same marks each time: letters, lines
and tags. The first painting goes onto a sheet of its own, with fonts of its own, so that it does not depend
on what the first paper held besides; from then on the marks are taken from there, and the letters are made
known to the fonts of the paper at hand. A page with photographs, patterns or missing letters is
painted each time.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import pydyf

#: Kinds of resources that are named by their number in one file.
NUMBERED = ("XObject", "Pattern", "Shading")
#: States that are named by what they do: how far a filled or a drawn thing covers what is below.
COVERING = ("a", "A")


def painted_once(page: Any) -> Any:
    """The page, which from now on remembers how it was painted."""
    page.paint = Painting(page.paint)
    return page


@dataclass(frozen=True, slots=True)
class Marks:
    """What a page put on its sheet."""

    words: bytes
    tags: dict[Any, dict[str, Any]]
    states: dict[str, Any]
    fonts: dict[Any, Any]

    def put_on(self, stream: Any) -> None:
        """The same on another sheet."""
        stream.stream.append(self.words)
        stream._tags.update({box: dict(tag) for box, tag in self.tags.items()})
        for name, state in self.states.items():
            stream._resources["ExtGState"].setdefault(name, pydyf.Dictionary(state))
        for key, font in self.fonts.items():
            _make_known(stream._fonts, key, font)


class Painting:
    """Paints a page, once if it can be repeated."""

    def __init__(self, paint: Any) -> None:
        self._paint = paint
        self._marks: dict[float, Marks | None] = {}

    def __call__(self, stream: Any, scale: float = 1) -> None:
        """Put the page on a sheet."""
        if scale not in self._marks:
            self._marks[scale] = self._first(stream, scale)
        if marks := self._marks[scale]:
            marks.put_on(stream)
        else:
            self._paint(stream, scale)

    def _first(self, stream: Any, scale: float) -> Marks | None:
        resources = pydyf.Dictionary({name: pydyf.Dictionary() for name in (*NUMBERED, "ExtGState")})
        resources["ColorSpace"] = stream._resources["ColorSpace"]
        sheet = stream.clone(fonts={}, resources=resources, images={}, tags={})
        sheet._ctm_stack = list(stream._ctm_stack)
        self._paint(sheet, scale)
        states = resources["ExtGState"]
        if any(resources[name] for name in NUMBERED) or not all(map(_covers, states)):
            return None
        if any(font.missing for font in sheet._fonts.values()):
            return None
        words = b"\n".join(pydyf._to_bytes(item) for item in sheet.stream)
        return Marks(words, dict(sheet._tags), dict(states), dict(sheet._fonts))


def _covers(name: str) -> bool:
    return name.startswith(COVERING)


def _make_known(fonts: dict[Any, Any], key: Any, font: Any) -> None:
    """Let the fonts of a file hold the letters that a page uses."""
    if key not in fonts:
        fonts[key] = copy.copy(font)
        fonts[key].widths, fonts[key].to_unicode = dict(font.widths), dict(font.to_unicode)
        return
    for glyph, width in font.widths.items():
        fonts[key].widths.setdefault(glyph, width)
    for glyph, letters in font.to_unicode.items():
        fonts[key].to_unicode.setdefault(glyph, letters)
