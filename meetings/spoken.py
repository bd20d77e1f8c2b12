"""A meeting's agenda in the reader's language; what the host typed stays as typed."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator

from django.conf import settings
from django.utils import translation

from meetings import agenda, gates
from meetings.agenda import Item, Timed
from meetings.models import Meeting
from meetings.models.clarification import Question
from partners.models import CandidateArea, Case
from partners.services.areas import areas_in_talks


def items(meeting: Meeting) -> list[Item]:
    """The agenda as it was planned, the method's items in the active language."""
    areas = _areas_of(meeting)
    host = str(meeting.case.initiator)
    here = list(_words(_method(areas, meeting.kind, host)))
    known: dict[str, str] = {}
    for language, _name in settings.DOCUMENT_LANGUAGES:
        with translation.override(language):
            there = list(_words(_method(areas, meeting.kind, host)))
        known |= dict(zip(there, here, strict=True))
    return [_in_words(agenda.read(row), known) for row in meeting.agenda]


def timed(meeting: Meeting) -> list[Timed]:
    """The same with the time at which each item begins, by the clock of the meeting."""
    start = meeting.starts_at.astimezone(zoneinfo.ZoneInfo(meeting.time_zone))
    return agenda.timed(items(meeting), start)


def suggested(case: Case, kind: str) -> list[Item]:
    """What the method suggests; a formal meeting talks about what the informal phase found in common.

    Where it found nothing, and a lead goes on all the same, about every area in the talks.
    """
    areas = list(gates.common_areas(case)) if kind == Meeting.Kind.FORMAL else []
    return _method([str(area) for area in areas or areas_in_talks(case)], kind, str(case.initiator))


def _areas_of(meeting: Meeting) -> list[CandidateArea]:
    """Areas that an item may name: in a formal meeting each has its own, whatever became of it since."""
    if meeting.kind == Meeting.Kind.FORMAL:
        return list(meeting.case.areas.select_related("function"))
    return areas_in_talks(meeting.case)


def _method(areas: list[CandidateArea] | list[str], kind: str, host: str) -> list[Item]:
    names = [str(area) for area in areas]
    if kind == Meeting.Kind.FORMAL:
        return agenda.formal(names, host)
    return agenda.informal([str(question.label) for question in Question], names, host)


def _words(suggestion: list[Item]) -> Iterator[str]:
    for item in suggestion:
        yield item.title
        yield item.speaker
        yield from item.papers


def _in_words(item: Item, known: dict[str, str]) -> Item:
    return Item(
        known.get(item.title, item.title),
        item.minutes,
        known.get(item.speaker, item.speaker),
        tuple(known.get(name, name) for name in item.papers),
    )
