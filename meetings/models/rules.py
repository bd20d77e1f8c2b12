"""Settings of a case: what the parties agreed on, and nobody else's law."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from meetings.models.meeting import Meeting
from partners.models import Case


class CaseRules(models.Model):
    """Quorum, notice, gate and deadlines of one case; a case without a row goes by the defaults."""

    case = models.OneToOneField(Case, primary_key=True, on_delete=models.CASCADE, related_name="rules")
    quorum = models.PositiveSmallIntegerField(
        _("quorum of the formal meeting"),
        default=2,
        validators=[MinValueValidator(2), MaxValueValidator(500)],
        help_text=_("Municipalities that must be present."),
    )
    notice_days = models.PositiveSmallIntegerField(
        _("notice of the formal meeting"),
        default=10,
        validators=[MaxValueValidator(120)],
        help_text=_("Working days between the notice and the meeting."),
    )
    approval_days = models.PositiveSmallIntegerField(
        _("time between approval and the last day in good time"),
        default=2,
        validators=[MaxValueValidator(60)],
        help_text=_("Working days in which papers are made, sent, and mended where something goes wrong."),
    )
    reminders = models.PositiveSmallIntegerField(
        _("reminders to those who have not answered"),
        default=2,
        validators=[MaxValueValidator(5)],
        help_text=_("At most; after 5, 10, 15 … working days without a sign. Silence is never a refusal."),
    )
    look_first = models.BooleanField(_("every message waits until somebody has looked at it"), default=False)
    ask_first = models.BooleanField(
        _("ask before a message that may have been delivered is sent once more"), default=False
    )
    answer_days = models.PositiveSmallIntegerField(
        _("time for the seven questions"),
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
        help_text=_("Days after the informal meeting until the seal opens."),
    )
    objection_days = models.PositiveSmallIntegerField(
        _("time for objections to the minutes"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
        help_text=_("Working days after the minutes were sent."),
    )
    gate_initiator = models.BooleanField(_("the initiator itself must be open to it"), default=True)
    gate_others = models.PositiveSmallIntegerField(
        _("others that must be open to it"), default=1, validators=[MaxValueValidator(500)]
    )
    gate_conditional = models.BooleanField(_("“positive on conditions” counts"), default=True)
    gate_areas = models.PositiveSmallIntegerField(
        _("areas they must have in common"), default=1, validators=[MaxValueValidator(100)]
    )

    class Meta:
        verbose_name_plural = "case rules"

    def __str__(self) -> str:
        return f"{self.case}: rules"

    @classmethod
    def of(cls, case: Case) -> CaseRules:
        """The rules of a case; the defaults, not saved, where nobody has set any."""
        found: CaseRules | None = getattr(case, "rules", None)
        return found or cls(case=case)

    @classmethod
    def days_ahead(cls, case: Case, kind: str) -> int:
        """Working days that a recipient must have: the notice of a formal meeting, else the lead time."""
        return cls.of(case).notice_days if kind == Meeting.Kind.FORMAL else case.lead_time_days
