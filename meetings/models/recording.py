"""What is written down while people talk: one text per item of the agenda, no word of it ever lost."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from meetings.models.meeting import Meeting


class RecordNote(models.Model):
    """The text on one item of a meeting's agenda as it stands; each saving is kept as a revision."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="notes_by_item")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("item"), max_length=300)
    text = models.TextField(_("what is said"), blank=True, max_length=20000)
    revision = models.PositiveIntegerField(default=0)
    kept_by = models.CharField(max_length=200, blank=True)
    kept_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=["meeting", "position"], name="one_note_per_item"),)

    def __str__(self) -> str:
        return self.title


class RecordRevision(models.Model):
    """One saving of a note: what later savings are joined on, and what nobody can take back."""

    note = models.ForeignKey(RecordNote, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    #: Of the open page that sent it: when an answer is lost on the way, the page goes on from here.
    page = models.CharField(max_length=40, blank=True)
    kept_by = models.CharField(max_length=200)
    kept_at = models.DateTimeField()

    class Meta:
        ordering = ("-number",)
        constraints = (models.UniqueConstraint(fields=["note", "number"], name="note_revised_once"),)

    def __str__(self) -> str:
        return f"{self.note}: {self.number}"
