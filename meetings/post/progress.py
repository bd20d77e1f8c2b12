"""How far a large dispatch has come: approved, rendered, queued, sent, of so many, who is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from meetings import postroom
from meetings.models import Meeting
from meetings.postroom import Line
from partners.models import Case

#: As many names as a line holds; the rest is counted.
NAMED = 5
AHEAD = (Meeting.State.PLANNED, Meeting.State.CALLED)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stop that every letter has to pass."""

    label: str
    done: int
    total: int
    missing: str = ""

    @property
    def text(self) -> str:
        """3 of 5."""
        return _("%(done)d of %(total)d") % {"done": self.done, "total": self.total}


@dataclass(frozen=True, slots=True)
class Progress:
    """The dispatch of one meeting."""

    meeting: Meeting
    stages: Sequence[Stage]
    total: int

    @property
    def is_done(self) -> bool:
        """Whether everybody has it."""
        return self.stages[-1].done == self.total


def of_case(case: Case) -> Progress | None:
    """The dispatch that is under way: of the next meeting that is planned or called."""
    ahead = Meeting.objects.filter(case=case, state__in=AHEAD).select_related("case").order_by("starts_at")
    meeting = ahead.first()
    return of(meeting, postroom.lines(meeting)) if meeting else None


def of(meeting: Meeting, lines: Sequence[Line]) -> Progress | None:
    """The stages of a meeting's papers, from the lines of its post room; nothing when nobody gets any."""
    taking_part = [line for line in lines if not line.left]
    if not taking_part:
        return None
    passed: list[tuple[str, list[bool]]] = []
    if not meeting.is_formal:
        for label in (pgettext("way of a letter", "approved"), _("rendered")):
            passed.append((label, [_has_passed(line, label) for line in taking_part]))
    passed.append((_("queued"), [bool(line.dispatch and line.dispatch.email) for line in taking_part]))
    passed.append((_("sent"), [bool(line.dispatch and line.dispatch.sent_at) for line in taking_part]))
    stages, reached = [], [True] * len(taking_part)
    for label, done in passed:
        stages.append(_stage(label, taking_part, done, reached))
        reached = done
    return Progress(meeting, stages, len(taking_part))


def _has_passed(line: Line, label: str) -> bool:
    return any(step.label == label and step.state == "done" for step in line.steps)


def _stage(label: str, lines: Sequence[Line], done: Sequence[bool], reached: Sequence[bool]) -> Stage:
    """Named are those who have passed the stop before and not this one."""
    here = [
        str(line.participant) for line, ok, was in zip(lines, done, reached, strict=True) if was and not ok
    ]
    return Stage(capfirst(label), sum(done), len(lines), _names(here))


def _names(names: Sequence[str]) -> str:
    if not names:
        return ""
    shown = ", ".join(names[:NAMED])
    more = len(names) - NAMED
    if more <= 0:
        return _("missing: %(names)s") % {"names": shown}
    told = ngettext("missing: %(names)s and %(more)d more", "missing: %(names)s and %(more)d more", more)
    return told % {"names": shown, "more": more}
