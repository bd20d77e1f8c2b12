"""Of what whoever runs a case was told."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from imc_portal.core.models import OutgoingEmail
from partners.models import Case


class ToldTrouble(models.Model):
    """Something that went wrong on the way of papers, and the letter that told the organiser of it: once."""

    key = models.CharField(max_length=200, unique=True)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="told_troubles")
    email = models.ForeignKey(OutgoingEmail, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("at",)
        indexes = (models.Index(fields=["case", "-at"], name="told_of_case"),)

    def __str__(self) -> str:
        return self.key
