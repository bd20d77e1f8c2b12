"""The weights of a case's ranking, and rankings frozen as decisions used them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models.case import Case


class RankingWeights(models.Model):
    """Weights of the ranking factors as a case's focal point set them; the newest counts, none is lost."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="weightings")
    weights = models.JSONField()
    reason = models.CharField(_("reason"), max_length=300)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-set_at",)
        verbose_name_plural = "ranking weights"
        constraints = (models.CheckConstraint(name="weights_have_a_reason", condition=~Q(reason="")),)

    def __str__(self) -> str:
        return f"{self.case}: {self.set_at:%Y-%m-%d}"


class RankingSnapshot(models.Model):
    """The ranking as it stood when partners were chosen: question, weights and figures, frozen."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="rankings")
    taken_at = models.DateTimeField(auto_now_add=True)
    taken_by = models.CharField(max_length=200)
    functions = ArrayField(models.CharField(max_length=10), default=list)
    weights = models.JSONField()
    rows = models.JSONField()
    #: SHA-256 over functions, weights and rows: decisions taken on the same figures share one snapshot.
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("-taken_at",)

    def __str__(self) -> str:
        return f"{self.case}: {self.taken_at:%Y-%m-%d}"
