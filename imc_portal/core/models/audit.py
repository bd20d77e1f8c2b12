"""The trail: who did what, when, on what; append-only by a trigger in the database."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One act. Copies names and texts, so that it outlives the person and the object."""

    at = models.DateTimeField(auto_now_add=True)
    actor_key = models.CharField(max_length=80)
    actor_name = models.CharField(max_length=200)
    verb = models.CharField(max_length=60)
    context = models.CharField(
        max_length=80, blank=True, help_text=_("What the act belongs to, for its timeline.")
    )
    target_key = models.CharField(max_length=120)
    target_text = models.CharField(max_length=300)
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("-at", "-id")
        indexes = (models.Index(fields=["context", "-at"]), models.Index(fields=["target_key"]))
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.verb} {self.target_text}"
