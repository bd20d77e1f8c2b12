"""The seven questions, sealed until all have answered, and each municipality's attitude."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models import CandidateArea, Case, Participant


class ClarificationRound(models.Model):
    """One round of the seven questions in a case; sealed until all have answered or the deadline passed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="round")
    deadline = models.DateTimeField(_("answers by"))
    opened_at = models.DateTimeField(_("seal opened"), null=True, blank=True)
    opened_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="seal_opened_has_reason", condition=Q(opened_at=None) | ~Q(opened_because="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.case}: seven questions"

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


class Answer(models.Model):
    """One cell of the matrix: municipality × question × area, with its state."""

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
    area = models.ForeignKey(CandidateArea, on_delete=models.PROTECT, related_name="answers")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    choice = models.CharField(max_length=12, blank=True)
    causes = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    text = models.TextField(max_length=2000, blank=True)
    owner = models.CharField(_("who will answer"), max_length=150, blank=True)
    due = models.DateField(_("by when"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("question", "area__function__code", "participant__municipality__name")
        constraints = (
            models.UniqueConstraint(
                fields=["round", "participant", "question", "area"], name="one_answer_per_cell"
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
        return f"{self.participant}, {self.question}: {self.get_state_display()}"


class Attitude(models.Model):
    """A municipality's declared general stance; a new row revises, earlier ones stay."""

    class Value(models.TextChoices):
        POSITIVE = "positive", _("positive")
        CONDITIONAL = "conditional", _("positive on conditions")
        UNDECIDED = "undecided", _("undecided")
        NEGATIVE = "negative", _("negative")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="attitudes")
    value = models.CharField(_("attitude"), max_length=12, choices=Value.choices)
    conditions = models.TextField(_("conditions"), max_length=2000, blank=True)
    areas = models.ManyToManyField(CandidateArea, related_name="attitudes", blank=True)
    stated_by = models.CharField(_("stated by"), max_length=200)
    stated_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-stated_at",)
        constraints = (
            models.CheckConstraint(
                name="conditional_names_conditions",
                condition=~Q(value="conditional") | ~Q(conditions=""),
                violation_error_message=_("Name the conditions."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.participant}: {self.get_value_display()}"
