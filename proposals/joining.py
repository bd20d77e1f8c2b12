"""Two people's words on one text: joined on the words both began with, paragraph by paragraph.

Plain values in, plain values out. A line is a paragraph. Nothing vanishes but what its own author took out;
where both changed the same paragraph, or put something in the same place, no join is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

#: Texts with more lines than this are not joined: comparing them would keep everybody waiting.
MOST_LINES = 400


@dataclass(frozen=True, slots=True)
class Joined:
    """What to keep; `brought` came from the other; `stale`, changed by both, stays as the other left it."""

    words: dict[str, Any]
    brought: dict[str, Any]
    stale: dict[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class _Change:
    """Lines of the base from start to end that became other lines."""

    start: int
    end: int
    lines: tuple[str, ...]

    def collides(self, other: _Change) -> bool:
        """Whether both touch the same lines, or stand in the same gap, and not in the same way."""
        if self == other:
            return False
        if self.start == self.end and other.start == other.end:
            return self.start == other.start
        return max(self.start, other.start) < min(self.end, other.end) or self._inside(other)

    def _inside(self, other: _Change) -> bool:
        """An insertion amid lines that the other changed."""
        return (
            other.start < self.start == self.end < other.end
            or self.start < other.start == other.end < self.end
        )


def join(base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Joined:
    """Field by field: who changed it alone wins; what both changed is joined by paragraphs, or left stale."""
    joined = Joined({}, {}, {})
    for name, value in mine.items():
        known = name in base
        if value == theirs[name] or (known and theirs[name] == base[name]):
            joined.words[name] = value
            continue
        both = theirs[name] if known and value == base[name] else _both(base.get(name), value, theirs[name])
        if both is None:
            joined.words[name] = joined.stale[name] = theirs[name]
        else:
            joined.words[name] = both
            if both != value:
                joined.brought[name] = both
    return joined


def _both(base: Any, mine: Any, theirs: Any) -> str | None:
    if isinstance(base, str) and isinstance(mine, str) and isinstance(theirs, str):
        return join_text(base, mine, theirs)
    return None


def join_text(base: str, mine: str, theirs: str) -> str | None:
    """The text with the changes of both; None when they touch the same paragraph or the same gap."""
    start, one, other = (text.split("\n") if text else [] for text in (base, mine, theirs))
    if max(len(start), len(one), len(other)) > MOST_LINES:
        return None
    ours, others = _changes(start, one), _changes(start, other)
    if any(change.collides(against) for change in ours for against in others):
        return None
    return "\n".join(_applied(start, sorted({*ours, *others})))


def _changes(base: Sequence[str], other: Sequence[str]) -> list[_Change]:
    codes = SequenceMatcher(None, base, other, autojunk=False).get_opcodes()
    return [_Change(a, b, tuple(other[c:d])) for kind, a, b, c, d in codes if kind != "equal"]


def _applied(base: Sequence[str], changes: Iterable[_Change]) -> list[str]:
    lines: list[str] = []
    at = 0
    for change in changes:
        lines += [*base[at : change.start], *change.lines]
        at = change.end
    return [*lines, *base[at:]]


def join_both(base: str, mine: str, theirs: str) -> tuple[str, bool]:
    """The text with the words of both, and whether they met in one place.

    Where both changed the same paragraph, or put something in the same gap, the other's lines stay and one's
    own follow: for texts that cannot wait until somebody chooses. An edit wins over taking out.
    """
    joined = join_text(base, mine, theirs)
    if joined is not None:
        return joined, False
    start, one, other = (text.split("\n") if text else [] for text in (base, mine, theirs))
    if max(len(start), len(one), len(other)) > MOST_LINES:
        known = set(other)
        return "\n".join([*other, *(line for line in one if line not in known)]), True
    ours, others = _changes(start, one), _changes(start, other)
    return "\n".join(_applied(start, _stacked(start, ours, others))), True


def _stacked(base: Sequence[str], ours: Sequence[_Change], others: Sequence[_Change]) -> list[_Change]:
    """Changes of both in the order of the base; those that collide made one, the other's lines first."""
    stacked: list[_Change] = []
    waiting = sorted({*ours, *others})
    while waiting:
        knot = [waiting.pop(0)]
        while near := [change for change in waiting if any(change.collides(member) for member in knot)]:
            knot += near
            waiting = [change for change in waiting if change not in near]
        stacked.append(knot[0] if len(knot) == 1 else _one_of(base, knot, set(ours), set(others)))
    return sorted(stacked)


def _one_of(base: Sequence[str], knot: list[_Change], ours: set[_Change], others: set[_Change]) -> _Change:
    start, end = min(change.start for change in knot), max(change.end for change in knot)
    theirs = [_Change(c.start - start, c.end - start, c.lines) for c in sorted(knot) if c in others]
    lines = _applied(base[start:end], theirs)
    known = set(lines)
    own = [
        line for c in sorted(knot) if c in ours and c not in others for line in c.lines if line not in known
    ]
    return _Change(start, end, (*lines, *own))
