"""A meeting's agenda in the reader's language; what the host typed stays as typed."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation

from meetings import agenda
from meetings.agenda import Item
from meetings.models import Meeting
from meetings.models.clarification import Question
from partners.models import CandidateArea
from partners.services.areas import areas_in_talks


def items(meeting: Meeting) -> list[Item]:
    """The agenda as it was planned, the method's items in the active language."""
    areas = areas_in_talks(meeting.case)
    here = [item.title for item in _suggested(areas, meeting.kind)]
    known: dict[str, str] = {}
    for language, _name in settings.DOCUMENT_LANGUAGES:
        with translation.override(language):
            there = [item.title for item in _suggested(areas, meeting.kind)]
        known |= dict(zip(there, here, strict=True))
    return [Item(known.get(row["title"], row["title"]), row.get("minutes")) for row in meeting.agenda]


def _suggested(areas: list[CandidateArea], kind: str) -> list[Item]:
    names = [str(area) for area in areas]
    if kind == Meeting.Kind.FORMAL:
        return agenda.formal(names)
    return agenda.informal([str(question.label) for question in Question], names)
