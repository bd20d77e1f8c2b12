"""Interests, expectations, limits and concessions of each party; the goal they share; who does what."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models import Case, Participant


class ExpectationTopic(models.Model):
    """Something about cooperation on which each party may have its own expectation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="topics")
    text = models.CharField(_("what it is about"), max_length=200)
    raised_by = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="topics_raised", verbose_name=_("raised by")
    )
    raised_at = models.DateTimeField(auto_now_add=True)
    closed = models.BooleanField(default=False)

    class Meta:
        ordering = ("raised_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["case", "text"],
                name="topic_once_per_case",
                violation_error_message=_("This is in the list already."),
            ),
        )

    def __str__(self) -> str:
        return self.text


class Expectation(models.Model):
    """What one party says on a topic; a new row revises, earlier ones stay."""

    class Stance(models.TextChoices):
        NEEDS = "needs", _("we need it")
        WELCOMES = "welcomes", _("we would welcome it")
        INDIFFERENT = "indifferent", _("it does not matter to us")
        RELUCTANT = "reluctant", _("we would rather not")
        CANNOT = "cannot", _("we cannot accept it")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    topic = models.ForeignKey(ExpectationTopic, on_delete=models.CASCADE, related_name="expectations")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="expectations")
    stance = models.CharField(_("where we stand"), max_length=12, choices=Stance.choices)
    interest = models.TextField(_("why it matters to us"), max_length=1000, blank=True)
    expectation = models.TextField(_("what we expect"), max_length=1000, blank=True)
    success = models.CharField(_("what would count as success"), max_length=500, blank=True)
    limit = models.CharField(_("where we cannot go further"), max_length=500, blank=True)
    concession = models.CharField(_("what we could give"), max_length=500, blank=True)
    number = models.PositiveSmallIntegerField(default=1)
    stated_by = models.CharField(max_length=200)
    stated_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("participant__municipality__name", "-number")
        constraints = (
            models.UniqueConstraint(
                fields=["topic", "participant", "number"], name="expectation_numbered_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.participant}: {self.get_stance_display()}"


class OverarchingGoal(models.Model):
    """A wording of the goal that all share; a new wording asks everybody anew."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="goals")
    number = models.PositiveSmallIntegerField()
    text = models.CharField(_("overarching goal"), max_length=500)
    drafted_by = models.CharField(max_length=200)
    drafted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=["case", "number"], name="goal_numbered_once"),
            models.CheckConstraint(name="goal_has_words", condition=~Q(text="")),
        )

    def __str__(self) -> str:
        return self.text


class GoalVoice(models.Model):
    """A party's word on one wording of the goal, by the name of the person who gave it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    goal = models.ForeignKey(OverarchingGoal, on_delete=models.CASCADE, related_name="voices")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="goal_voices")
    agrees = models.BooleanField(_("we share this goal"))
    name = models.CharField(_("in the name of"), max_length=150)
    remark = models.CharField(_("remark"), max_length=500, blank=True)
    recorded_by = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ("participant__municipality__name",)
        constraints = (
            models.UniqueConstraint(fields=["goal", "participant"], name="one_voice_on_a_goal"),
            models.CheckConstraint(name="goal_voice_by_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="goal_refused_says_why",
                condition=Q(agrees=True) | ~Q(remark=""),
                violation_error_message=_("Say what would have to change."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.participant}: {self.agrees}"


class Responsibility(models.Model):
    """Who does what in the talks: a task, a person, a municipality."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="responsibilities")
    task = models.CharField(_("task"), max_length=200)
    participant = models.ForeignKey(
        Participant,
        on_delete=models.PROTECT,
        related_name="responsibilities",
        verbose_name=_("municipality"),
    )
    name = models.CharField(_("who"), max_length=150)
    recorded_by = models.CharField(max_length=200)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("recorded_at",)
        verbose_name_plural = "responsibilities"
        constraints = (models.UniqueConstraint(fields=["case", "task"], name="task_once_per_case"),)

    def __str__(self) -> str:
        return self.task


class Telling(models.Model):
    """That a municipality told its staff or its council about the talks."""

    class Audience(models.TextChoices):
        STAFF = "staff", _("staff")
        COUNCIL = "council", _("council")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="tellings")
    audience = models.CharField(_("who was told"), max_length=8, choices=Audience.choices)
    told_on = models.DateField(_("when"))
    how = models.CharField(_("how"), max_length=200, blank=True)
    recorded_by = models.CharField(max_length=200)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("told_on",)

    def __str__(self) -> str:
        return f"{self.participant}: {self.get_audience_display()}"
