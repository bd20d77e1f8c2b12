"""Finding a date: slots that the host offers, and who could come when."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imc_portal.core.models.user import validate_time_zone
from meetings.models.meeting import Meeting
from partners.models import Body, Case, Participant


class DatePoll(models.Model):
    """A question for a date: open until the host fixes a slot or takes the question back."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        FIXED = "fixed", _("fixed")
        WITHDRAWN = "withdrawn", pgettext_lazy("state of a question for a date", "taken back")

    MOVES: ClassVar[dict[str, set[str]]] = {
        State.OPEN: {State.FIXED, State.WITHDRAWN},
        State.FIXED: set(),
        State.WITHDRAWN: set(),
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="date_polls")
    kind = models.CharField(max_length=8, choices=Meeting.Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])
    place = models.CharField(_("place"), max_length=250, blank=True)
    message = models.CharField(_("a word to those asked"), max_length=1000, blank=True)
    answer_by = models.DateTimeField(_("answers by"))
    meeting = models.ForeignKey(
        Meeting, null=True, blank=True, on_delete=models.PROTECT, related_name="date_polls"
    )
    asked_by = models.CharField(max_length=200)
    asked_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-asked_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["case", "kind"], condition=Q(state="open"), name="one_open_date_poll_of_a_kind"
            ),
            models.CheckConstraint(
                name="date_poll_closed_has_time", condition=Q(state="open") | Q(closed_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.case}: {self.get_kind_display()}"


class DateSlot(models.Model):
    """One time that the host offers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    poll = models.ForeignKey(DatePoll, on_delete=models.CASCADE, related_name="slots")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    fixed = models.BooleanField(default=False)

    class Meta:
        ordering = ("starts_at",)
        constraints = (
            models.CheckConstraint(
                name="slot_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("This time ends before it starts."),
            ),
            models.UniqueConstraint(fields=["poll", "starts_at", "ends_at"], name="slot_offered_once"),
            models.UniqueConstraint(fields=["poll"], condition=Q(fixed=True), name="one_slot_fixed"),
        )

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} UTC"


class DateAnswer(models.Model):
    """What one delegate, or an observer or facilitator, says to one slot."""

    class Value(models.TextChoices):
        YES = "yes", _("can come")
        IF_NEEDED = "if_needed", _("if it must be")
        NO = "no", _("cannot come")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slot = models.ForeignKey(DateSlot, on_delete=models.CASCADE, related_name="answers")
    participant = models.ForeignKey(
        Participant, null=True, blank=True, on_delete=models.CASCADE, related_name="date_answers"
    )
    body = models.ForeignKey(
        Body, null=True, blank=True, on_delete=models.CASCADE, related_name="date_answers"
    )
    name = models.CharField(_("who"), max_length=150)
    value = models.CharField(_("can you come?"), max_length=10, choices=Value.choices)
    answered_by = models.CharField(max_length=200)
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                fields=["slot", "participant", "body", "name"],
                nulls_distinct=False,
                name="one_date_answer_each",
            ),
            models.CheckConstraint(
                name="date_answer_of_one_party",
                condition=Q(participant__isnull=False, body__isnull=True)
                | Q(participant__isnull=True, body__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}: {self.get_value_display()}"
