"""The post room: every e-mail is a row before it is a message."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class OutgoingEmail(models.Model):
    """One message to one recipient, unique by what it is about (`key`)."""

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("being sent")
        RETRY = "retry", _("will be tried again")
        SENT = "sent", _("sent")
        UNKNOWN = "unknown", _("unknown, may have been delivered")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    MOVES: ClassVar[dict[str, set[str]]] = {
        State.QUEUED: {State.SENDING, State.CANCELLED},
        State.SENDING: {State.SENT, State.RETRY, State.FAILED, State.UNKNOWN},
        State.RETRY: {State.SENDING, State.CANCELLED, State.FAILED},
        State.UNKNOWN: {State.SENDING, State.SENT, State.FAILED},
        State.SENT: set(),
        State.FAILED: {State.QUEUED},
        State.CANCELLED: set(),
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=200, unique=True)
    context = models.CharField(max_length=80, blank=True, db_index=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    to_address = models.EmailField()
    to_name = models.CharField(max_length=200, blank=True)
    reply_to = models.CharField(max_length=300, blank=True)
    language = models.CharField(max_length=8, default="en")
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField(blank=True)
    link = models.ForeignKey(
        "core.PersonalLink", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    message_id = models.CharField(max_length=200, unique=True)
    thread_id = models.CharField(
        max_length=200, blank=True, help_text=_("Message-ID that this message refers to.")
    )
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    server_reply = models.CharField(max_length=300, blank=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at",)
        indexes = (
            models.Index(
                fields=["not_before"], name="email_due", condition=Q(state__in=["queued", "retry", "sending"])
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="email_sent_has_time",
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent"),
            ),
            models.CheckConstraint(
                name="email_sending_has_lease",
                condition=Q(state="sending", lease_until__isnull=False) | ~Q(state="sending"),
            ),
            models.CheckConstraint(
                name="email_failed_has_error",
                condition=~Q(state="failed") | ~Q(last_error=""),
            ),
            models.CheckConstraint(
                name="email_does_not_refer_to_itself",
                condition=~Q(thread_id=F("message_id")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject} → {self.to_address}"


class EmailAttachment(models.Model):
    """A file that leaves with a message: small bytes in the row, or a stored document by its name."""

    email = models.ForeignKey(OutgoingEmail, on_delete=models.CASCADE, related_name="attachments")
    filename = models.CharField(max_length=150)
    content_type = models.CharField(max_length=150)
    content = models.BinaryField(null=True, blank=True)
    document_name = models.CharField(max_length=300, blank=True)
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="attachment_has_one_source",
                condition=Q(content__isnull=False, document_name="")
                | (Q(content__isnull=True) & ~Q(document_name="")),
            ),
        )

    def __str__(self) -> str:
        return self.filename
