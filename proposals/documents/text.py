"""User text made safe to typeset: plain, bounded, never one endless word."""

from __future__ import annotations

import re

LIMIT = 5000
#: Longer runs without a space get places to break; the typesetter's own search is quadratic.
RUN = 60
STEP = 20
ZERO_WIDTH_SPACE = "\u200b"

#: Blanks that hold an amount together stay, but never several in a row.
_FIRM = re.compile("([\u00a0\u2007\u202f])[\u00a0\u2007\u202f]+")
_BLANKS = re.compile(r"[^\S\u00a0\u2007\u202f]+")
_RUNS = re.compile(rf"[\S\u00a0\u2007\u202f]{{{RUN},}}")
#: Control characters (PDF/A knows none) and those that turn the reading direction around.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\uffff]")
#: Pictographs, which no embedded font has: one sign stands for any number of them.
_PICTOGRAPHS = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d\u20e3\U000e0000-\U000e007f]+")
_NO_LETTER = re.compile("[\U000f0000-\U0010ffff\ue000-\uf8ff\ud800-\udfff]+")


def line(text: str, limit: int = LIMIT) -> str:
    """One line of printable text within the limit."""
    text = text.replace("\r\n", "\n")[: 2 * limit]
    text = _UNPRINTABLE.sub("", text)
    text = _NO_LETTER.sub("\N{WHITE SQUARE}", _PICTOGRAPHS.sub("\N{WHITE SQUARE}", text))
    text = _FIRM.sub(r"\1", " ".join(_BLANKS.split(text.strip())))
    shortened = text if len(text) <= limit else text[: limit - 1] + "…"
    return _RUNS.sub(_with_breaks, shortened)


def paragraphs(text: str, limit: int = LIMIT) -> tuple[str, ...]:
    """The lines of a text that are not empty, each printable, all together within the limit."""
    left, found = limit, []
    for part in text[: 2 * limit].replace("\r\n", "\n").split("\n"):
        words = line(part, max(left, 1))
        if words and left > 0:
            found.append(words)
            left -= len(words)
    return tuple(found)


def file_part(text: str) -> str:
    """A part of a file name: letters and digits of any script, joined by hyphens."""
    return re.sub(r"[\W_]+", "-", text).strip("-")[:60] or "x"


def _with_breaks(match: re.Match[str]) -> str:
    run = match.group()
    return ZERO_WIDTH_SPACE.join(run[start : start + STEP] for start in range(0, len(run), STEP))
