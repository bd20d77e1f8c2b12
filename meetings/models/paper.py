"""Papers of a meeting as PDF: made once, stored with their checksum, never made again."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from meetings.models.meeting import Meeting


class MeetingPaper(models.Model):
    """Agenda (with the notice, for a formal meeting) or minutes, in one language and edition."""

    class Kind(models.TextChoices):
        AGENDA = "agenda", _("agenda")
        MINUTES = "minutes", _("minutes")
        FINAL = "final", _("minutes, final copy")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("state of a paper", "waiting")
        STORED = "stored", pgettext_lazy("state of a paper", "stored")
        FAILED = "failed", pgettext_lazy("state of a paper", "failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="papers")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    language = models.CharField(max_length=8, choices=settings.DOCUMENT_LANGUAGES)
    edition = models.PositiveIntegerField(
        default=0, help_text=_("Sequence of the meeting, or number of the minutes.")
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    file_name = models.CharField(max_length=300, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    stored_at = models.DateTimeField(null=True, blank=True)
    render_seconds = models.FloatField(null=True, blank=True, help_text=_("How long printing it took."))

    class Meta:
        ordering = ("kind", "-edition", "language")
        constraints = (
            models.UniqueConstraint(
                fields=["meeting", "kind", "language", "edition"], name="paper_once_per_edition"
            ),
            models.CheckConstraint(
                name="paper_stored_has_file",
                condition=~Q(state="stored") | (~Q(file_name="") & ~Q(sha256="")),
            ),
            models.CheckConstraint(
                name="paper_failed_has_error", condition=~Q(state="failed") | ~Q(error="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.meeting}"
