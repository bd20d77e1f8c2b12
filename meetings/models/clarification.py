"""The seven questions, sealed until all have answered."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models import Body, CandidateArea, Case, Cause, FundingCall, Participant

if TYPE_CHECKING:
    from imc_portal.core.models import User


class ClarificationRound(models.Model):
    """One round of the seven questions in a case; sealed until all have answered or the deadline passed.

    A second informal meeting, a new area or a partner who joins late is asked in a round of its own.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveSmallIntegerField(default=1)
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


class Question(models.IntegerChoices):
    """The seven points that the informal meeting seeks to clarify."""

    SAME_PROBLEMS = 1, _("Do we share the same problems in this function?")
    MISSING_SERVICES = 2, _("Is a needed service missing?")
    CAUSES = 3, _("What are the causes?")
    POSSIBLE_SOLUTION = 4, _("Could cooperation be a solution?")
    FINANCING = 5, _("Which financing could we win together?")
    SERIOUS_AREAS = 6, _("Would you seriously consider this area?")
    AUTHORITIES = 7, _("Would regional or central authorities support it?")


class AnswerQuerySet(models.QuerySet["Answer"]):
    """Answers behind the seal: one's own always, those of others only once it is open."""

    def visible_to(self, user: User) -> AnswerQuerySet:
        """Own answers; when the seal is open also the others', for the parties of the case and its host."""
        party = (
            Q(round__case__initiator__memberships__user=user)
            | Q(
                round__case__participants__municipality__memberships__user=user,
                round__case__participants__state__in=Participant.IN_TOUCH,
            )
            | Q(
                round__case__bodies__body__memberships__user=user,
                round__case__bodies__body__memberships__role="facilitator",
            )
        )
        own = Q(participant__municipality__memberships__user=user)
        return self.filter(
            pk__in=Answer.objects.filter(own | (Q(round__opened_at__isnull=False) & party)).values("pk")
        )

    def visible_to_holder(self, participant: Participant) -> AnswerQuerySet:
        """What the holder of this participant's personal link may read: its own, and all once opened."""
        return self.filter(
            Q(participant=participant) | Q(round__case=participant.case_id, round__opened_at__isnull=False)
        )


class Answer(models.Model):
    """One cell of the matrix: what a municipality says to a question about an area, with its state."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ANSWERED = "answered", _("answered")
        DISPUTED = "disputed", _("disputed")
        DEFERRED = "deferred", _("deferred")

    #: What may be chosen, by question; 5 is answered in words.
    CHOICES: ClassVar[dict[int, list[tuple[str, object]]]] = {
        Question.SAME_PROBLEMS: [
            ("0", _("0 – no problem")),
            ("1", _("1 – slight")),
            ("2", _("2 – notable")),
            ("3", _("3 – serious")),
            ("4", _("4 – failing")),
        ],
        Question.MISSING_SERVICES: [("yes", _("yes")), ("partly", _("partly")), ("no", _("no"))],
        Question.POSSIBLE_SOLUTION: [
            ("yes", _("yes")),
            ("conditions", _("yes, with conditions")),
            ("no", _("no")),
            ("unknown", _("cannot say yet")),
        ],
        Question.SERIOUS_AREAS: [("seriously", _("seriously")), ("maybe", _("maybe")), ("no", _("no"))],
        Question.AUTHORITIES: [
            ("favour", _("in favour")),
            ("neutral", _("neutral")),
            ("against", _("against")),
            ("unknown", _("unknown")),
        ],
    }

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
        if self.question == Question.FINANCING:
            return {} if text else {"text": _("Name the call or the fund, or write “none known”.")}
        if self.choice not in {value for value, _label in self.CHOICES[self.question]}:
            return {"choice": _("Choose one.")}
        if self.question == Question.POSSIBLE_SOLUTION and self.choice == "conditions" and not text:
            return {"text": _("Name the conditions.")}
        if self.question == Question.AUTHORITIES and self.choice != "unknown" and not text:
            return {"text": _("Say who said so, when and how; what nobody said is unknown.")}
        return {}

    @property
    def choice_label(self) -> str:
        """The choice in words."""
        return str(dict(self.CHOICES.get(self.question, [])).get(self.choice, ""))

    @property
    def cause_labels(self) -> list[str]:
        """The causes in words."""
        return [str(Cause(cause).label) for cause in self.causes]


class AnswerVersion(models.Model):
    """A cell as it was saved once; never changed, never removed alone."""

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="versions")
    revision = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=Answer.State.choices)
    said = models.JSONField()
    by = models.CharField(max_length=200)
    at = models.DateTimeField()

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
