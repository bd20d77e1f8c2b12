"""First words of a new proposal, from what the case already knows; all of them are there to be changed."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from partners.models import CandidateArea, Case, Participant

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
    lines = [
        _("We propose to find out together whether working jointly in these areas serves all of us:"),
        *(f"– {area.function}: {area.get_mode_display()}" for area in areas),
    ]
    return "\n".join(lines)


def next_steps() -> str:
    """The way from here to the formal meeting."""
    return "\n".join(
        (
            _("First an informal meeting of all who are asked, to get to know each other's situation."),
            _("Then each municipality answers seven questions for itself; answers open when all are in."),
            _("Each then states its attitude: positive, with conditions, undecided or negative."),
            _(
                "If at least two of us want to go on, mayors and deputies meet formally "
                "and say what to explore."
            ),
        )
    )


def not_asked() -> str:
    """Exploring is not committing."""
    return "\n".join(
        (
            _("We do not ask for a decision to cooperate, for money, for staff or for a contract."),
            _("Saying yes means only that we look into it together. You may leave at any time."),
            _("Contracts and money remain with your council and ours."),
        )
    )


def opening(participant: Participant, initiator: str) -> str:
    """A plain first sentence to one recipient; its inhabitants are a token, filled in its language."""
    return _(
        "%(name)s has {people} inhabitants. This part is written for %(name)s alone: "
        "what %(initiator)s believes cooperation would bring you, cost you and risk for you."
    ) % {"name": participant.municipality, "initiator": initiator}


def open_questions(areas: list[CandidateArea]) -> str:
    """What only the recipient knows."""
    lines = [
        _("What does %(function)s cost you today, in which year, and what does that include?")
        % {"function": str(area.function).lower()}
        for area in areas
    ]
    return "\n".join(dict.fromkeys(lines))
