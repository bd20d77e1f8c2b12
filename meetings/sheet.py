"""The sheet that is written on in a meeting: one line per item of its agenda, with the words on it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from meetings import spoken
from meetings.agenda import Timed
from meetings.models import Meeting, RecordNote

#: Words that belong to no item.
GENERAL = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One item: its place in the agenda, when it is planned, and what is written on it."""

    position: int
    title: str
    minutes: int | None = None
    begins: dt.datetime | None = None
    speaker: str = ""
    text: str = ""
    revision: int = 0
    kept_by: str = ""
    kept_at: dt.datetime | None = None
    #: The item's title when it was written, where the agenda has changed since.
    was: str = ""

    @property
    def number(self) -> str:
        """As it is called in the room; nothing for what is said in general."""
        return str(self.position) if self.position else ""


def lines(meeting: Meeting) -> list[Line]:
    """Every item in order, then words on items that the agenda no longer has, then words in general."""
    notes = {note.position: note for note in meeting.notes_by_item.all()}
    made = [
        _planned(row, title_of(meeting, row.number), notes.pop(row.number, None))
        for row in spoken.timed(meeting)
    ]
    general = notes.pop(GENERAL, None)
    made += [_written(Line(note.position, note.title), note) for _at, note in sorted(notes.items())]
    return [*made, _written(Line(GENERAL, _("In general")), general)]


def title_of(meeting: Meeting, position: int) -> str:
    """The item as the host typed it; nothing for words in general, or when the agenda has no such item."""
    return str(meeting.agenda[position - 1]["title"]) if 0 < position <= len(meeting.agenda) else ""


def _planned(row: Timed, typed: str, note: RecordNote | None) -> Line:
    line = Line(row.number, row.item.title, row.item.minutes, row.begins, row.item.speaker)
    return _written(line, note, was=note.title if note and note.title != typed[:300] else "")


def _written(line: Line, note: RecordNote | None, was: str = "") -> Line:
    if note is None:
        return line
    kept = {"text": note.text, "revision": note.revision, "kept_by": note.kept_by, "kept_at": note.kept_at}
    return replace(line, was=was, **kept)  # type: ignore[arg-type]  # by name
