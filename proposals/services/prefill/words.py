"""First words of a new proposal, from what the case already knows; all of them are there to be changed."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from partners.models import CandidateArea, Case, Participant
from proposals.documents import standard

#: Time to answer: four weeks, to a working day.
ANSWER_DAYS = 28


def answer_by() -> dt.date:
    """Four weeks from today, moved on from a weekend."""
    day = timezone.localdate() + dt.timedelta(days=ANSWER_DAYS)
    return day + dt.timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def why(case: Case) -> str:
    """The needs, with what shows them."""
    lines = []
    for need in case.needs.select_related("function", "municipality"):
        lines.append(
            _("%(name)s cannot meet a need alone: %(function)s.")
            % {"name": need.municipality, "function": str(need.function).lower()}
        )
        lines.append(need.statement)
        if need.evidence:
            lines.append(_("What shows it: %(evidence)s") % {"evidence": need.evidence})
    return "\n".join(lines)


def areas_text(areas: list[CandidateArea]) -> str:
    """The areas taken into the talks."""
    return standard.areas_text((area.function.name, area.mode) for area in areas)


def next_steps() -> str:
    """The way from here to the formal meeting."""
    return standard.next_steps()


def not_asked() -> str:
    """Exploring is not committing."""
    return standard.not_asked()


def opening(participant: Participant, initiator: str) -> str:
    """A plain first sentence to one recipient."""
    return standard.opening(str(participant.municipality), initiator)


def open_questions(areas: list[CandidateArea]) -> str:
    """What only the recipient knows."""
    return standard.open_questions(area.function.name for area in areas)
