"""The board of answers as one viewer may see it: cells in words, progress, and what they say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imc_portal.core.templatetags.portal import day
from meetings import matrix
from meetings.models import Answer, ClarificationRound
from meetings.models.clarification import Question
from partners.models import AuthorityStance, CandidateArea, Cause, Participant

TONES = {
    Answer.State.OPEN: "waiting",
    Answer.State.ANSWERED: "done",
    Answer.State.DISPUTED: "trouble",
    Answer.State.DEFERRED: "note",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell for this viewer; without an answer it is sealed, or was never asked."""

    participant: Participant
    question: int
    answer: Answer | None = None
    late: bool = False

    @property
    def word(self) -> str:
        """The state as a word."""
        return str(self.answer.get_state_display()) if self.answer else _("sealed")

    @property
    def tone(self) -> str:
        """The state as a colour."""
        return TONES[Answer.State(self.answer.state)] if self.answer else "plain"


@dataclass(frozen=True, slots=True)
class Column:
    """One municipality of the board and how far it has come."""

    participant: Participant
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """The seven questions on one area."""

    area: CandidateArea
    rows: list[tuple[Question, list[Cell]]]


@dataclass(frozen=True, slots=True)
class Callout:
    """A sentence above the board and its tone."""

    text: str
    tone: str = "note"


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the page of answers shows."""

    columns: list[Column]
    sheets: list[Sheet]
    callouts: list[tuple[CandidateArea, list[Callout]]]


def build(clarification: ClarificationRound, visible: QuerySet[Answer]) -> Board:
    """The board of a round from the answers that the viewer may see; a fixed number of queries."""
    asked = list(clarification.answers.order_by().values_list("participant", "area", "state"))
    participants = _asked_participants(clarification, {row[0] for row in asked})
    areas = list(CandidateArea.objects.filter(pk__in={row[1] for row in asked}).select_related("function"))
    seen = list(visible.filter(round=clarification).select_related("participant__municipality", "area"))
    cells = {(row.area_id, row.question, row.participant_id): row for row in seen}
    total, done = Counter(row[0] for row in asked), Counter(row[0] for row in asked if row[2] != "open")
    return Board(
        columns=[Column(who, done[who.pk], total[who.pk]) for who in participants],
        sheets=[_sheet(clarification, area, participants, cells) for area in areas],
        callouts=[] if clarification.is_sealed else callouts(clarification, areas, seen),
    )


def callouts(
    clarification: ClarificationRound, areas: list[CandidateArea], seen: Iterable[Answer]
) -> list[tuple[CandidateArea, list[Callout]]]:
    """What the open answers say together, in plain words, area by area."""
    stances = AuthorityStance.objects.filter(area__in=areas).values_list("area", flat=True)
    found = matrix.findings(
        [said(answer) for answer in seen],
        [str(area.pk) for area in areas],
        [str(area) for area in stances],
    )
    return [(area, _in_words(one)) for area, one in zip(areas, found, strict=True)]


def said(answer: Answer) -> matrix.Said:
    """An answer as a plain value."""
    return matrix.Said(
        who=str(answer.participant.municipality),
        question=answer.question,
        area=str(answer.area_id),
        state=answer.state,
        choice=answer.choice,
        causes=answer.causes,
        text=answer.text,
        owner=answer.owner,
        due=answer.due,
    )


def _asked_participants(clarification: ClarificationRound, keys: set[Any]) -> list[Participant]:
    """The initiator first, then by name; who left before answering is not shown."""
    rows = Participant.objects.filter(pk__in=keys).select_related("municipality")
    return sorted(
        (row for row in rows if row.state in Participant.ACTIVE),
        key=lambda row: (not row.is_initiator, row.municipality.name),
    )


def _sheet(
    clarification: ClarificationRound,
    area: CandidateArea,
    participants: list[Participant],
    cells: dict[tuple[Any, int, Any], Answer],
) -> Sheet:
    def cell(question: Question, who: Participant) -> Cell:
        answer = cells.get((area.pk, question.value, who.pk))
        opened = clarification.opened_at
        late = bool(answer and opened and answer.answered_at and answer.answered_at > opened)
        return Cell(who, question.value, answer, late)

    return Sheet(area, [(question, [cell(question, who) for who in participants]) for question in Question])


def names(who: Iterable[str]) -> str:
    """A, B and C."""
    return get_text_list(list(who), _("and"))


def _in_words(found: matrix.AreaFindings) -> list[Callout]:
    return [*_shared(found), *_possible(found), *_unsettled(found)]


def _shared(found: matrix.AreaFindings) -> Iterable[Callout]:
    if found.shared_problem:
        graded = [f"{who} ({severity})" for who, severity in found.shared_problem.items()]
        yield Callout(_("The same problem: %(who)s.") % {"who": names(graded)}, "done")
    for cause, who in found.common_causes.items():
        words = {"cause": Cause(cause).label, "who": names(who)}
        yield Callout(_("A common cause: %(cause)s (%(who)s).") % words)
    if found.new_service:
        yield Callout(
            ngettext(
                "A needed service is missing in %(who)s.",
                "A needed service is missing in %(who)s: a joint new service could be considered.",
                len(found.new_service),
            )
            % {"who": names(found.new_service)}
        )


def _possible(found: matrix.AreaFindings) -> Iterable[Callout]:
    if found.serious:
        who = {"who": names(found.serious)}
        yield Callout(_("Seriously considered by %(who)s.") % who, "done")
    if found.no_refusal:
        yield Callout(_("Nobody says no to cooperation as a possible solution."), "done")
    if found.everyone_but:
        yield Callout(
            _("Everyone but %(who)s sees a possible solution, or does not rule it out.")
            % {"who": found.everyone_but},
            "waiting",
        )
    if found.ask_authorities:
        yield Callout(
            _("Nobody knows yet what the regional or central authority thinks. Next step: ask."), "waiting"
        )


def _unsettled(found: matrix.AreaFindings) -> Iterable[Callout]:
    for who, question in found.disputed:
        words = {"who": who, "question": Question(question).label}
        yield Callout(_("Disputed in %(who)s: %(question)s") % words, "trouble")
    for who, question, owner, due in found.deferred:
        words = {"who": who, "question": Question(question).label, "owner": owner, "due": day(due)}
        yield Callout(_("Still to come from %(who)s: %(question)s %(owner)s, by %(due)s.") % words, "waiting")
