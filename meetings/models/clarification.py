"""The seven questions, sealed until all have answered."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetings.models.question import (
    CHOICES,
    JOINING,
    OTHER_CALLS,
    PER_FUNCTION,
    Options,
    Question,
)
from meetings.models.seal import AnswerQuerySet, VersionQuerySet
from partners.models import Body, CandidateArea, Case, Cause, FundingCall, Participant

__all__ = ["Answer", "AnswerVersion", "ClarificationRound", "NamedCall", "Question"]


NAME_A_CALL = _("Name the call or the fund, or say that you know of none.")


class ClarificationRound(models.Model):
    """One round of the seven questions in a case; sealed until all have answered or the deadline passed.

    A second informal meeting, a new area or a partner who joins late is asked in a round of its own.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveSmallIntegerField(default=1)
    #: The informal meeting that asks; none for a partner who joins late and for what is asked between.
    meeting = models.ForeignKey(
        "Meeting", null=True, blank=True, on_delete=models.SET_NULL, related_name="rounds"
    )
    deadline = models.DateTimeField(_("answers by"))
    opened_at = models.DateTimeField(_("seal opened"), null=True, blank=True)
    opened_because = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=["case", "number"], name="round_numbered_once"),
            models.CheckConstraint(
                name="seal_opened_has_reason", condition=Q(opened_at=None) | ~Q(opened_because="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.case}: seven questions"

    @staticmethod
    def newest_of(case: Case) -> ClarificationRound | None:
        """The round asked last in a case; reads what was fetched with it."""
        return next(iter(case.rounds.all()), None)

    @property
    def is_sealed(self) -> bool:
        """Whether nobody may see another's answers yet."""
        return self.opened_at is None


class Answer(models.Model):
    """One cell of the matrix: what a municipality says to a question about an area, with its state."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ANSWERED = "answered", _("answered")
        DISPUTED = "disputed", _("disputed")
        DEFERRED = "deferred", _("deferred")

    #: What may be chosen, by question; question 5 depends on the cell.
    CHOICES: ClassVar[dict[int, Options]] = CHOICES

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(ClarificationRound, on_delete=models.CASCADE, related_name="answers")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="answers")
    question = models.PositiveSmallIntegerField(choices=Question.choices)
    #: Questions 1 to 3 are asked once for each function: its first area stands for it. Question 5 has none.
    area = models.ForeignKey(
        CandidateArea, null=True, blank=True, on_delete=models.PROTECT, related_name="answers"
    )
    #: Question 5 about a call that the portal knows; without one: calls that the municipality knows.
    call = models.ForeignKey(
        FundingCall, null=True, blank=True, on_delete=models.PROTECT, related_name="answers"
    )
    #: Question 7 about this authority; without one: whichever the municipality names.
    body = models.ForeignKey(Body, null=True, blank=True, on_delete=models.PROTECT, related_name="answers")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    choice = models.CharField(max_length=12, blank=True)
    causes = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    text = models.TextField(max_length=2000, blank=True)
    #: Evidence of the problem (1), demand (2), alternatives considered (4).
    detail = models.TextField(max_length=2000, blank=True)
    said_by = models.CharField(_("who said so"), max_length=150, blank=True)
    said_on = models.DateField(_("when"), null=True, blank=True)
    how = models.CharField(_("how"), max_length=300, blank=True)
    disputed_by = models.CharField(_("disputed by"), max_length=200, blank=True)
    dispute = models.CharField(_("what is disputed"), max_length=1000, blank=True)
    owner = models.CharField(_("who will answer"), max_length=150, blank=True)
    due = models.DateField(_("by when"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=200, blank=True)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ("question", "area__function__code", "participant__municipality__name")
        constraints = (
            models.UniqueConstraint(
                fields=["round", "participant", "question", "area", "call", "body"],
                nulls_distinct=False,
                name="one_answer_per_cell",
            ),
            models.CheckConstraint(
                name="answer_is_about_an_area", condition=Q(question=5) | Q(area__isnull=False)
            ),
            models.CheckConstraint(name="question_1_to_7", condition=Q(question__range=(1, 7))),
            models.CheckConstraint(
                name="answered_has_evidence",
                condition=~Q(state__in=["answered", "disputed"])
                | (Q(answered_at__isnull=False) & ~Q(answered_by="")),
            ),
            models.CheckConstraint(
                name="deferred_has_owner_and_date",
                condition=~Q(state="deferred") | (~Q(owner="") & Q(due__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.participant}: {self.get_question_display()}"

    def clean(self) -> None:
        """What the question asks for is there; nothing is asked of an open or deferred cell but its owner."""
        problems: dict[str, object] = {}
        if self.state == Answer.State.DEFERRED:
            if not self.owner:
                problems["owner"] = _("Say who will answer.")
            if self.due is None:
                problems["due"] = _("Say by when.")
        elif self.state != Answer.State.OPEN:
            problems |= self._missing()
        if set(self.causes) - set(Cause.values):
            problems["causes"] = _("Choose from the list.")
        if problems:
            raise ValidationError(problems)

    def _missing(self) -> dict[str, object]:
        """What an answer to this question lacks."""
        text = bool(self.text.strip())
        if self.question == Question.CAUSES:
            return {} if self.causes or text else {"causes": _("Choose a cause, or describe it in words.")}
        if self.names_calls:
            return {} if text or self.choice in dict(self.options) else {"text": NAME_A_CALL}
        if self.choice not in {value for value, _label in self.options}:
            return {"choice": _("Choose one.")}
        if self.question == Question.POSSIBLE_SOLUTION and self.choice == "conditions" and not text:
            return {"text": _("Name the conditions.")}
        if self.question == Question.AUTHORITIES and self.choice != "unknown":
            return self._missing_evidence()
        return {}

    def _missing_evidence(self) -> dict[str, object]:
        """A stance needs who said so, when and how; without a body also which authority it is."""
        problems: dict[str, object] = {
            name: _("Say who said so, when and how; what nobody said is unknown.")
            for name in ("said_by", "said_on", "how")
            if not getattr(self, name)
        }
        if self.said_on and self.said_on > timezone.localdate() + dt.timedelta(days=1):
            problems["said_on"] = _("This day is still to come.")
        if self.body_id is None and not self.text.strip():
            problems["text"] = _("Name the authority.")
        return problems

    @property
    def names_calls(self) -> bool:
        """Whether this is the cell for calls that the portal does not know."""
        return self.question == Question.FINANCING and self.call_id is None

    @property
    def options(self) -> Options:
        """What may be chosen in this cell."""
        if self.question == Question.FINANCING:
            return JOINING if self.call_id else OTHER_CALLS
        return CHOICES.get(self.question, [])

    @property
    def about(self) -> str:
        """What the cell is about, in words: a function, an area, a call, an authority on an area."""
        if self.call is not None:
            return self.call.title
        if self.body is not None:
            return f"{self.body}, {self.area}"
        if self.area is None:
            return str(_("Other calls and funds you know"))
        return str(self.area.function if self.question in PER_FUNCTION else self.area)

    @property
    def choice_label(self) -> str:
        """The choice in words."""
        return str(dict(self.options).get(self.choice, ""))

    @property
    def cause_labels(self) -> list[str]:
        """The causes in words."""
        return [str(Cause(cause).label) for cause in self.causes]

    def as_said(self) -> dict[str, Any]:
        """The content as plain values, for the version that is kept of it."""
        said: dict[str, Any] = {
            name: value
            for name in ("choice", "text", "detail", "said_by", "how", "owner", "disputed_by", "dispute")
            if (value := getattr(self, name))
        }
        said |= {name: day.isoformat() for name in ("said_on", "due") if (day := getattr(self, name))}
        if self.causes:
            said["causes"] = list(self.causes)
        if self.names_calls and (calls := [call.as_said() for call in self.named_calls.all()]):
            said["calls"] = calls
        return said


class AnswerVersion(models.Model):
    """A cell as it was saved once; never changed, never removed alone."""

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="versions")
    revision = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=Answer.State.choices)
    said = models.JSONField()
    by = models.CharField(max_length=200)
    at = models.DateTimeField()

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ("-revision",)
        constraints = (models.UniqueConstraint(fields=["answer", "revision"], name="answer_revised_once"),)

    def __str__(self) -> str:
        return f"{self.answer}: {self.revision}"


class NamedCall(models.Model):
    """A funding call that a municipality names in its answer to question 5; a rule left empty is unknown."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="named_calls")
    name = models.CharField(_("call or fund"), max_length=200)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, null=True, blank=True)
    deadline = models.DateField(_("deadline"), null=True, blank=True)
    min_partners = models.PositiveSmallIntegerField(
        _("least number of municipalities"), null=True, blank=True
    )
    min_population = models.PositiveIntegerField(_("least joint population"), null=True, blank=True)
    min_years = models.PositiveSmallIntegerField(_("least duration in years"), null=True, blank=True)
    own_share = models.PositiveSmallIntegerField(_("own share, in %"), null=True, blank=True)
    source = models.CharField(_("where one reads it"), max_length=300, blank=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def as_said(self) -> dict[str, Any]:
        """The rules that are known, as plain values."""
        fields = ("name", "amount", "deadline", "min_partners", "min_population", "min_years", "own_share")
        named = {name: getattr(self, name) for name in (*fields, "source")}
        return {
            name: value if isinstance(value, int) else str(value)
            for name, value in named.items()
            if value not in (None, "")
        }
