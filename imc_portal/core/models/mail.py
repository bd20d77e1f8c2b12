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
        HELD = "held", _("held back")
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("being sent")
        RETRY = "retry", _("will be tried again")
        SENT = "sent", _("sent")
        UNKNOWN = "unknown", _("unknown, may have been delivered")
        BOUNCED = "bounced", _("came back")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    #: Forward only: what was accepted or came back never returns to the queue; sent again, it is a new one.
    MOVES: ClassVar[dict[str, set[str]]] = {
        State.HELD: {State.QUEUED, State.CANCELLED},
        State.QUEUED: {State.SENDING, State.HELD, State.CANCELLED},
        State.SENDING: {State.SENT, State.RETRY, State.FAILED, State.UNKNOWN},
        State.RETRY: {State.SENDING, State.HELD, State.CANCELLED, State.FAILED},
        State.UNKNOWN: {State.SENDING, State.SENT, State.BOUNCED, State.FAILED, State.CANCELLED},
        State.SENT: {State.BOUNCED},
        State.BOUNCED: set(),
        State.FAILED: set(),
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
    give_up_at = models.DateTimeField(
        null=True, blank=True, help_text=_("After this moment another attempt is of no use.")
    )
    ask_first = models.BooleanField(
        default=False,
        help_text=_("When it may have been delivered, a person decides whether it is sent again."),
    )
    again_of = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="sent_again",
        help_text=_("The message that this one says again."),
    )
    again_because = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    server = models.CharField(max_length=255, blank=True, help_text=_("Which server took it over."))
    server_reply = models.CharField(max_length=300, blank=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at",)
        indexes = (
            models.Index(
                fields=["not_before"],
                name="email_due",
                condition=Q(state__in=["queued", "retry", "sending", "unknown"]),
            ),
            models.Index(fields=["claimed_at"], name="email_claimed"),
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
                name="email_bounced_has_time",
                condition=~Q(state="bounced") | (Q(bounced_at__isnull=False) & ~Q(last_error="")),
            ),
            models.CheckConstraint(
                name="email_again_has_reason",
                condition=Q(again_of=None) | ~Q(again_because=""),
            ),
            models.CheckConstraint(
                name="email_does_not_refer_to_itself",
                condition=~Q(thread_id=F("message_id")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject} → {self.to_address}"


class EmailEvent(models.Model):
    """One line of a message's story; appended, never changed.

    `report_id` names a report from outside (a bounce, a webhook's event), which may come twice.
    """

    class Kind(models.TextChoices):
        QUEUED = "queued", _("queued")
        HELD = "held", _("held back")
        RELEASED = "released", _("released")
        CLAIMED = "claimed", _("taken for sending")
        ACCEPTED = "accepted", _("accepted by the mail server")
        POSTPONED = "postponed", _("put off")
        REFUSED = "refused", _("refused by the mail server")
        UNCERTAIN = "uncertain", _("unknown, may have been delivered")
        SETTLED = "settled", _("settled by a person")
        GIVEN_UP = "given_up", _("given up")
        DELAYED = "delayed", _("delayed on its way")
        BOUNCED = "bounced", _("came back")
        DELIVERED = "delivered", _("delivered, says the other server")
        COMPLAINED = "complained", _("called unwanted by the recipient")
        CANCELLED = "cancelled", _("cancelled")
        AGAIN = "again", _("sent again as a new message")
        UNLINKED = "unlinked", _("its personal link closed")

    email = models.ForeignKey(OutgoingEmail, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    attempt = models.PositiveSmallIntegerField(default=0)
    detail = models.CharField(max_length=500, blank=True)
    who = models.CharField(max_length=200, blank=True)
    report_id = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("at", "id")
        indexes = (models.Index(fields=["kind", "at"], name="email_event_kind"),)
        constraints = (
            models.UniqueConstraint(
                fields=["report_id"], condition=~Q(report_id=""), name="report_counts_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.email}"


class UndeliverableAddress(models.Model):
    """An address that sent a message back for good: nothing more goes there until somebody lifts it."""

    address = models.EmailField(unique=True, help_text=_("In small letters."))
    since = models.DateTimeField()
    reason = models.CharField(max_length=500)
    email = models.ForeignKey(
        OutgoingEmail, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=200, blank=True)
    lifted_because = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("-since",)
        verbose_name_plural = "undeliverable addresses"
        constraints = (
            models.CheckConstraint(
                name="lifted_address_names_who_and_why",
                condition=Q(lifted_at=None) | (~Q(lifted_by="") & ~Q(lifted_because="")),
            ),
        )

    def __str__(self) -> str:
        return self.address


class MailPace(models.Model):
    """How many messages were claimed for a domain in the minute that runs; "*" counts all of them."""

    domain = models.CharField(primary_key=True, max_length=255)
    minute = models.DateTimeField()
    used = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "mail paces"

    def __str__(self) -> str:
        return f"{self.domain}: {self.used}"


class AcceptedBefore(models.Model):
    """A message that the mail server took over after the copy was made from which the portal was restored."""

    message_id = models.CharField(primary_key=True, max_length=200)
    at = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=200, help_text=_("Where that is known from."))

    class Meta:
        verbose_name_plural = "accepted before"

    def __str__(self) -> str:
        return self.message_id


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
