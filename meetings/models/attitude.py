"""Each municipality's attitude, for the whole case and by area."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models import CandidateArea, Case, Participant

if TYPE_CHECKING:
    from imc_portal.core.models import User


class AttitudeQuerySet(models.QuerySet["Attitude"]):
    """Attitudes by who may read them."""

    def visible_to(self, user: User) -> AttitudeQuerySet:
        """The parties of the case and its facilitator; no observer."""
        return self.filter(participant__case__in=Case.objects.talked_by(user).values("pk"))


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
    stated_by = models.CharField(_("stated by"), max_length=200)
    #: Who wrote it down for somebody else; empty when they stated it themselves.
    recorded_by = models.CharField(_("recorded by"), max_length=200, blank=True)
    stated_at = models.DateTimeField(auto_now_add=True)

    objects = AttitudeQuerySet.as_manager()

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

    @property
    def is_open(self) -> bool:
        """Whether it is positive, if only on conditions."""
        return self.value in OPEN_MINDED


OPEN_MINDED = (Attitude.Value.POSITIVE, Attitude.Value.CONDITIONAL)


class AreaAttitude(models.Model):
    """What a statement of attitude says on one area."""

    attitude = models.ForeignKey(Attitude, on_delete=models.CASCADE, related_name="by_area")
    area = models.ForeignKey(CandidateArea, on_delete=models.PROTECT, related_name="area_attitudes")
    value = models.CharField(_("attitude"), max_length=12, choices=Attitude.Value.choices)
    conditions = models.CharField(_("conditions"), max_length=1000, blank=True)

    class Meta:
        ordering = ("area__function__code",)
        constraints = (
            models.UniqueConstraint(fields=["attitude", "area"], name="one_attitude_per_area"),
            models.CheckConstraint(
                name="area_conditional_names_conditions",
                condition=~Q(value="conditional") | ~Q(conditions=""),
                violation_error_message=_("Name the conditions."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.area}: {self.get_value_display()}"

    @property
    def is_open(self) -> bool:
        """Whether it is positive, if only on conditions."""
        return self.value in OPEN_MINDED
