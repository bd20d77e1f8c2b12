"""Into the outbox, once; and what should leave now."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from imc_portal.core import lines
from imc_portal.core.models import EmailAttachment, OutgoingEmail
from imc_portal.core.outbox import story
from imc_portal.core.outbox.messages import File, Message
from imc_portal.core.problems import Refusal

State = OutgoingEmail.State
LONGEST_ADDRESS = 254


@transaction.atomic
def enqueue(message: Message) -> OutgoingEmail:
    """Put a message into the outbox once; a second call with the same key returns the first row."""
    address = lines.one_line(message.to_address)
    if not address:
        raise Refusal(f"{message.to_name or message.key}: no e-mail address.")
    if len(address) > LONGEST_ADDRESS:
        raise Refusal(f"{message.to_name or message.key}: the e-mail address is too long.")
    email, created = OutgoingEmail.objects.get_or_create(
        key=message.key,
        defaults={
            "state": State.HELD if message.held else State.QUEUED,
            "context": message.context,
            "to_address": address,
            "to_name": lines.one_line(message.to_name)[:200],
            "reply_to": lines.one_line(message.reply_to)[:300],
            "language": message.language,
            "subject": lines.one_line(message.subject)[:250],
            "text": message.text,
            "html": message.html,
            "link": message.link,
            "message_id": lines.message_id(message.key),
            "thread_id": _thread(message),
            "not_before": message.not_before or timezone.now(),
            "ask_first": message.ask_first,
            "give_up_at": message.give_up_at,
        },
    )
    if created:
        EmailAttachment.objects.bulk_create(_attachment(email, file) for file in message.files)
        story.note(email.pk, story.Kind.HELD if message.held else story.Kind.QUEUED)
    return email


def due(now: dt.datetime) -> QuerySet[OutgoingEmail]:
    """Messages that should leave now, the most urgent first: waiting ones, and those whose sender died.

    What may have been delivered goes once more by itself; after that, or when its rules say so, it waits for
    a person (`ask_first`).
    """
    waiting = Q(state__in=[State.QUEUED, State.RETRY]) | Q(state=State.UNKNOWN, ask_first=False)
    return OutgoingEmail.objects.filter(waiting, not_before__lte=now).order_by(
        F("give_up_at").asc(nulls_last=True), "created_at"
    )


def _thread(message: Message) -> str:
    """The Message-ID that is answered; a message does not answer itself, nor what is no Message-ID."""
    answered = message.thread_id.strip()
    if answered == lines.message_id(message.key) or not lines.is_message_id(answered):
        return ""
    return answered


def _attachment(email: OutgoingEmail, file: File) -> EmailAttachment:
    digest = file.sha256 or hashlib.sha256(file.content or b"").hexdigest()
    return EmailAttachment(
        email=email,
        filename=lines.file_name(file.filename),
        content_type=lines.one_line(file.content_type)[:150],
        content=file.content,
        document_name=file.document_name,
        sha256=digest,
    )
