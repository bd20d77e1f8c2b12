"""What the legal check and the feasibility study need and the talks did not say: asked, never filled in."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models import CandidateArea, Case, Participant


class AreaPreparation(models.Model):
    """Who studies the feasibility of one area, and by which key the cost of the study is shared."""

    class Key(models.TextChoices):
        EQUAL = "equal", _("equal shares")
        POPULATION = "population", _("by inhabitants")
        OTHER = "other", _("another key")

    area = models.OneToOneField(
        CandidateArea, primary_key=True, on_delete=models.CASCADE, related_name="preparation"
    )
    study_by = models.CharField(_("who does the study"), max_length=300, blank=True)
    study_key = models.CharField(
        _("agreed key for the cost of the study"), max_length=12, choices=Key.choices, blank=True
    )
    study_key_note = models.CharField(_("the key in words"), max_length=300, blank=True)
    revision = models.PositiveIntegerField(default=0)
    recorded_by = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ("area__function__code",)
        constraints = (
            models.CheckConstraint(
                name="other_study_key_in_words",
                condition=~Q(study_key="other") | ~Q(study_key_note=""),
                violation_error_message=_("Say which key it is."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.area}: {self.study_by}"


class PartyPreparation(models.Model):
    """What one municipality says about one area for the next step: legal basis, official, service today."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.ForeignKey(CandidateArea, on_delete=models.CASCADE, related_name="party_preparations")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="preparations")
    legal_basis = models.TextField(_("legal basis that we claim"), max_length=1000, blank=True)
    official_name = models.CharField(_("official in charge"), max_length=150, blank=True)
    official_role = models.CharField(_("function of the official"), max_length=150, blank=True)
    how_now = models.TextField(_("how we do it today"), max_length=1000, blank=True)
    service_level = models.CharField(_("service level today, in figures"), max_length=300, blank=True)
    revision = models.PositiveIntegerField(default=0)
    recorded_by = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ("area__function__code", "participant__municipality__name")
        constraints = (
            models.UniqueConstraint(fields=["area", "participant"], name="party_prepares_area_once"),
        )

    def __str__(self) -> str:
        return f"{self.participant}, {self.area}"


class Stakeholder(models.Model):
    """Somebody whom cooperation would concern: noted for step 6, not contacted yet."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="stakeholders")
    name = models.CharField(_("who"), max_length=200, help_text=_("A group or a body rather than a person."))
    concern = models.CharField(_("what concerns them"), max_length=500, blank=True)
    area = models.ForeignKey(
        CandidateArea, null=True, blank=True, on_delete=models.CASCADE, related_name="stakeholders"
    )
    recorded_by = models.CharField(max_length=200)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                fields=["case", "name"],
                name="stakeholder_once_per_case",
                violation_error_message=_("This is in the list already."),
            ),
        )

    def __str__(self) -> str:
        return self.name
