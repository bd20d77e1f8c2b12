"""Signs of life and of trouble: workers that were seen, incidents that somebody has to look at."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class WorkerBeat(models.Model):
    """When a worker process was last seen, and for which queues it works."""

    name = models.CharField(primary_key=True, max_length=200)
    queues = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Incident(models.Model):
    """Something is wrong that no retry mends: shown until somebody settles it."""

    class Kind(models.TextChoices):
        DOCUMENT_MISSING = "missing", _("a stored document is missing")
        DOCUMENT_ALTERED = "altered", _("a stored document was altered")
        STORE_DOWN = "store", _("the store of documents does not answer")
        POISON = "poison", _("a document breaks its printer")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    target_key = models.CharField(max_length=300, help_text=_("What it is about: a record or a file."))
    context = models.CharField(max_length=80, blank=True, db_index=True)
    detail = models.CharField(max_length=500, blank=True)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=200, blank=True)
    settled_how = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("-last_seen",)
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "target_key"], condition=Q(settled_at=None), name="incident_open_once"
            ),
            models.CheckConstraint(
                name="settled_incident_names_who_and_how",
                condition=Q(settled_at=None) | (~Q(settled_by="") & ~Q(settled_how="")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.target_key}"


class CheckRound(models.Model):
    """How far a slow look at everything has come: it goes on where it stopped, round after round."""

    name = models.CharField(primary_key=True, max_length=40)
    place = models.CharField(max_length=400, blank=True, help_text=_("After which the look goes on."))
    looked_at = models.PositiveIntegerField(default=0, help_text=_("In this round."))
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, help_text=_("Of the last whole round."))

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
