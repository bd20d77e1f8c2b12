"""The board of answers as one viewer may see it: cells in words and progress, over all rounds of a case."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from meetings import board_words, findings, matrix
from meetings.models import Answer, ClarificationRound
from meetings.models.question import PER_FUNCTION, Question
from partners.models import CandidateArea, Case, FundingCall, Participant

TONES = {
    Answer.State.OPEN: "waiting",
    Answer.State.ANSWERED: "done",
    Answer.State.DISPUTED: "trouble",
    Answer.State.DEFERRED: "note",
}
#: What one cell is about: function or area, call, authority.
Topic = tuple[str, Any, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell for this viewer; without an answer it is sealed, or was never asked."""

    participant: Participant
    question: int
    answer: Answer | None = None
    asked: bool = True

    @property
    def word(self) -> str:
        """The state as a word."""
        if self.answer:
            return str(self.answer.get_state_display())
        return _("sealed") if self.asked else _("not asked")

    @property
    def tone(self) -> str:
        """The state as a colour."""
        return TONES[Answer.State(self.answer.state)] if self.answer else "plain"

    @property
    def late(self) -> bool:
        """Whether it was written when the others' answers could be read already."""
        cell = self.answer
        opened = cell.round.opened_at if cell else None
        return bool(cell and opened and cell.answered_at and cell.answered_at > opened)


@dataclass(frozen=True, slots=True)
class Column:
    """One municipality of the board and how far it has come."""

    participant: Participant
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Row:
    """One question on one subject, over all municipalities."""

    question: Question
    about: str
    cells: list[Cell]


@dataclass(slots=True)
class Sheet:
    """The questions on one function with its areas, or on money."""

    title: str
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the page of answers shows."""

    rounds: list[ClarificationRound]
    columns: list[Column]
    sheets: list[Sheet]
    groups: list[board_words.Group]

    @property
    def sealed(self) -> list[ClarificationRound]:
        """Rounds whose answers are sealed still, the earliest deadline first."""
        return sorted((one for one in self.rounds if one.is_sealed), key=lambda one: one.deadline)

    @property
    def is_sealed(self) -> bool:
        """Whether nothing at all is open yet."""
        return len(self.sealed) == len(self.rounds)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The cells of a case without what they hold."""

    rows: list[dict[str, Any]]
    areas: dict[Any, CandidateArea]
    calls: dict[Any, FundingCall]
    #: Functions asked about area by area, as it was done at first.
    split: frozenset[str]

    def topic(self, question: int, area: Any, call: Any, body: Any) -> Topic:
        """Which row of the board a cell stands in."""
        function = self.areas[area].function_id if area else ""
        if question in PER_FUNCTION and function not in self.split:
            return function, None, None
        return str(area or ""), call, body


def build(case: Case, visible: QuerySet[Answer], *, words: bool = True) -> Board:
    """The board of a case from the answers that the viewer may see; a fixed number of queries."""
    asked = _asked(case)
    participants = _asked_participants({row["participant"] for row in asked.rows})
    related = ("participant__municipality", "area__function", "call", "body", "round")
    seen = list(visible.filter(round__case=case).select_related(*related).prefetch_related("named_calls"))
    total = Counter(row["participant"] for row in asked.rows)
    done = Counter(row["participant"] for row in asked.rows if row["state"] != Answer.State.OPEN)
    present = {who.pk for who in participants}
    said = [answer for answer in seen if answer.participant_id in present]
    return Board(
        rounds=list(case.rounds.all()),
        columns=[Column(who, done[who.pk], total[who.pk]) for who in participants],
        sheets=_sheets(asked, participants, seen),
        groups=_groups(case, asked, participants, said) if words else [],
    )


def _asked(case: Case) -> _Asked:
    fields = ("participant", "question", "area", "call", "body", "body__name", "state")
    rows = list(Answer.objects.of_case(case).order_by("round__number").values(*fields))
    areas = CandidateArea.objects.filter(pk__in={row["area"] for row in rows}).select_related("function")
    calls = FundingCall.objects.filter(pk__in={row["call"] for row in rows}).prefetch_related("functions")
    by_pk = {area.pk: area for area in areas.order_by("function__code", "mode")}
    standing: dict[str, set[Any]] = defaultdict(set)
    for row in rows:
        if row["question"] in PER_FUNCTION:
            standing[by_pk[row["area"]].function_id].add(row["area"])
    split = frozenset(function for function, used in standing.items() if len(used) > 1)
    return _Asked(rows, by_pk, {call.pk: call for call in calls}, split)


def _asked_participants(keys: set[Any]) -> list[Participant]:
    """The initiator first, then by name; who left before answering is not shown."""
    rows = Participant.objects.filter(pk__in=keys).select_related("municipality")
    return sorted(
        (row for row in rows if row.state in Participant.ACTIVE),
        key=lambda row: (not row.is_initiator, row.municipality.name),
    )


def _sheets(asked: _Asked, participants: list[Participant], seen: list[Answer]) -> list[Sheet]:
    """A sheet for each function, its questions first, then its areas; money last."""
    shown = {(answer.participant_id, answer.question, *asked.topic(*_key(answer))): answer for answer in seen}
    held = {_place(asked, row) for row in asked.rows}
    sheets: dict[str, Sheet] = {}
    for question, topic, body in _topics(asked):
        sheet = sheets.setdefault(_sheet_of(asked, question, topic), Sheet(""))
        sheet.title = sheet.title or _title(asked, question, topic)
        keys = [(who, (who.pk, question, *topic)) for who in participants]
        cells = [Cell(who, question, shown.get(key), key in held) for who, key in keys]
        sheet.rows.append(Row(Question(question), _about(asked, question, topic, body), cells))
    return list(sheets.values())


def _key(answer: Answer) -> tuple[int, Any, Any, Any]:
    return answer.question, answer.area_id, answer.call_id, answer.body_id


def _place(asked: _Asked, row: dict[str, Any]) -> tuple[Any, ...]:
    topic = asked.topic(row["question"], row["area"], row["call"], row["body"])
    return row["participant"], row["question"], *topic


def _topics(asked: _Asked) -> list[tuple[int, Topic, str]]:
    """Each row once, in the order of the page: by function, then area by area, then money."""
    order = {pk: place for place, pk in enumerate(asked.areas)}
    found: dict[tuple[int, Topic], tuple[Any, ...]] = {}
    names: dict[tuple[int, Topic], str] = {}
    for row in asked.rows:
        question, area = row["question"], row["area"]
        topic = asked.topic(question, area, row["call"], row["body"])
        code = asked.areas[area].function_id if area else "~"
        late = 0 if question in PER_FUNCTION and code not in asked.split else 1
        call = asked.calls[row["call"]].title if row["call"] else "~"
        name = row["body__name"] or ""
        found.setdefault(
            (question, topic), (code, late, order.get(area, 0) if late else 0, question, call, name)
        )
        names[question, topic] = name
    return [(*key, names[key]) for key in sorted(found, key=lambda key: found[key])]


def _sheet_of(asked: _Asked, question: int, topic: Topic) -> str:
    """The function a row belongs to; none: money."""
    area = next((one for pk, one in asked.areas.items() if str(pk) == topic[0]), None)
    return area.function_id if area else topic[0]


def _title(asked: _Asked, question: int, topic: Topic) -> str:
    function = _sheet_of(asked, question, topic)
    areas = [area for area in asked.areas.values() if area.function_id == function]
    if not areas:
        return _("Financing")
    return str(areas[0]) if len(areas) == 1 else str(areas[0].function)


def _about(asked: _Asked, question: int, topic: Topic, body: str) -> str:
    """What distinguishes a row from others with the same question; empty where nothing has to."""
    key, call, _body = topic
    if call:
        return asked.calls[call].title
    if not key:
        return _("Other calls and funds")
    area = next((one for pk, one in asked.areas.items() if str(pk) == key), None)
    alone = area is None or sum(one.function_id == area.function_id for one in asked.areas.values()) == 1
    mode = "" if alone or area is None else str(area.get_mode_display())
    return " · ".join(filter(None, (body, mode)))


def _groups(
    case: Case, asked: _Asked, participants: Sequence[Participant], seen: list[Answer]
) -> list[board_words.Group]:
    """What the answers say together, as soon as a round is open."""
    open_ones = [answer for answer in seen if not answer.round.is_sealed]
    if not open_ones:
        return []
    talks = findings.talks_of(case, list(asked.areas.values()), list(asked.calls.values()))
    found = matrix.findings([findings.said(answer) for answer in open_ones], talks.topics)
    offers = findings.offers(case, participants, open_ones, found, talks)
    return board_words.groups(found, talks, offers)
