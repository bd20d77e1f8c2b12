"""The post room: queue, claim, send and mark e-mails. The table is the truth, the broker only a bell.

A message is claimed by a conditional update, sent outside any transaction, then marked. A worker that dies
while sending leaves a lease; when it runs out the row becomes "unknown, may have been delivered" and is sent
once more with the same Message-ID.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import random
import smtplib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import formataddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from imc_portal.core import documents, links
from imc_portal.core.audit import Actor, record
from imc_portal.core.models import EmailAttachment, OutgoingEmail, PersonalLink
from imc_portal.core.problems import Refusal

log = logging.getLogger(__name__)

State = OutgoingEmail.State
CALENDAR = "text/calendar"
ISOLATES = "\N{FIRST STRONG ISOLATE}\N{POP DIRECTIONAL ISOLATE}"
LEASE = dt.timedelta(seconds=settings.MAIL_LEASE_SECONDS)
MAX_ATTEMPTS = 12
FIRST_DELAY = 10.0
LONGEST_DELAY = 1800.0


@dataclass(frozen=True, slots=True)
class File:
    """An attachment: bytes, or the name of a stored document with its checksum."""

    filename: str
    content_type: str
    content: bytes | None = None
    document_name: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be said, to whom; `key` names what it is about and makes it unique."""

    key: str
    to_address: str
    subject: str
    text: str
    html: str = ""
    to_name: str = ""
    reply_to: str = ""
    language: str = "en"
    context: str = ""
    thread_id: str = ""
    link: PersonalLink | None = None
    not_before: dt.datetime | None = None
    files: Sequence[File] = field(default_factory=tuple)


@transaction.atomic
def enqueue(message: Message) -> OutgoingEmail:
    """Put a message into the outbox once; a second call with the same key returns the first row."""
    if not message.to_address:
        raise Refusal(f"{message.to_name or message.key}: no e-mail address.")
    email, created = OutgoingEmail.objects.get_or_create(
        key=message.key,
        defaults={
            "context": message.context,
            "to_address": message.to_address,
            "to_name": one_line(message.to_name),
            "reply_to": one_line(message.reply_to),
            "language": message.language,
            "subject": one_line(message.subject)[:250],
            "text": message.text,
            "html": message.html,
            "link": message.link,
            "message_id": message_id(message.key),
            "thread_id": message.thread_id if message.thread_id != message_id(message.key) else "",
            "not_before": message.not_before or timezone.now(),
        },
    )
    if created:
        EmailAttachment.objects.bulk_create(_attachment(email, file) for file in message.files)
    return email


def due(now: dt.datetime) -> QuerySet[OutgoingEmail]:
    """Messages that should leave now: waiting ones whose time has come, and those whose sender died."""
    waiting = Q(state__in=[State.QUEUED, State.RETRY, State.UNKNOWN], not_before__lte=now)
    return OutgoingEmail.objects.filter(waiting).order_by("not_before")


def recover_lost(now: dt.datetime) -> int:
    """Mark messages whose sender died as unknown; they are due once more. Returns how many."""
    lost = OutgoingEmail.objects.filter(state=State.SENDING, lease_until__lt=now)
    return lost.update(
        state=State.UNKNOWN,
        lease_until=None,
        not_before=now,
        last_error="The sender died after taking this message; it may have been delivered.",
    )


def deliver(email_id: uuid.UUID) -> OutgoingEmail.State | None:
    """Claim, send and mark one message; None when somebody else has it or it is not due."""
    now = timezone.now()
    claimed = (
        due(now)
        .filter(pk=email_id)
        .update(state=State.SENDING, lease_until=now + LEASE, attempts=F("attempts") + 1)
    )
    if claimed != 1:
        return None
    email = OutgoingEmail.objects.select_related("link").prefetch_related("attachments").get(pk=email_id)
    try:
        build(email).send(fail_silently=False)
    except documents.Damaged as problem:
        return _mark(email, State.FAILED, error=str(problem))
    except smtplib.SMTPException as problem:
        return _after_smtp(email, problem)
    except OSError as problem:
        return _again(email, f"No connection to the mail server: {problem}")
    return _mark(email, State.SENT, sent_at=timezone.now(), server_reply="accepted")


def build(email: OutgoingEmail) -> EmailMultiAlternatives:
    """The message exactly as it leaves, personal link and attachments in place."""
    message = EmailMultiAlternatives(
        subject=email.subject,
        body=with_link(email.text, email.link),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[formataddr((email.to_name, email.to_address))],
        reply_to=[email.reply_to] if email.reply_to else None,
        headers=_headers(email),
        connection=get_connection(),
    )
    if email.html:
        message.attach_alternative(with_link(email.html, email.link), "text/html")
    for file in email.attachments.all():
        content = _content(file)
        if file.content_type.startswith(CALENDAR):
            # Gmail and Outlook offer yes and no only for an alternative; others only open an attachment.
            message.attach_alternative(content.decode(), file.content_type)
        message.attach(file.filename, content, file.content_type)
    return message


def with_link(text: str, link: PersonalLink | None) -> str:
    """Put the address of the personal link where the stored text leaves room for it."""
    if link is None:
        return text
    path = reverse(settings.PERSONAL_LINK_ROUTE, kwargs={"token": links.token_of(link)})
    return text.replace(links.PLACEHOLDER, f"{settings.BASE_URL}{path}")


@transaction.atomic
def cancel(*, emails: QuerySet[OutgoingEmail], actor: Actor, reason: str) -> int:
    """Stop messages that have not left; those already sent stay on record."""
    count = 0
    for email in emails.filter(state__in=[State.QUEUED, State.RETRY]).select_for_update():
        email.state = State.CANCELLED
        email.save(update_fields=["state"])
        record(actor, "cancelled an e-mail", email, context=email.context, reason=reason)
        count += 1
    return count


def one_line(text: str) -> str:
    """No control characters and no line breaks: nothing a header could be split with.

    What keeps a name's own direction among words of another one stays: it hides nothing and turns nothing.
    """
    kept = (character if character.isprintable() or character in ISOLATES else " " for character in text)
    return " ".join("".join(kept).split())


def message_id(key: str) -> str:
    """The Message-ID of the message with this key; the same each time it is sent, and known before."""
    host = urlsplit(settings.BASE_URL).hostname
    return f"<{uuid.uuid5(uuid.NAMESPACE_URL, settings.BASE_URL + key)}@{host}>"


def _headers(email: OutgoingEmail) -> dict[str, str]:
    headers = {"Message-ID": email.message_id, "Auto-Submitted": "auto-generated"}
    if email.thread_id:
        headers |= {"In-Reply-To": email.thread_id, "References": email.thread_id}
    return headers


def _content(file: EmailAttachment) -> bytes:
    if file.document_name:
        return documents.read(file.document_name, sha256=file.sha256)
    content = bytes(file.content or b"")
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise documents.Damaged(file.filename)
    return content


def _after_smtp(email: OutgoingEmail, problem: smtplib.SMTPException) -> OutgoingEmail.State:
    code, reply = _answer(problem)
    if isinstance(problem, smtplib.SMTPServerDisconnected) and not code:
        return _again(email, f"The mail server hung up: {problem}")
    if 400 <= code < 500:
        return _again(email, f"The mail server asked to wait: {code} {reply}")
    return _mark(email, State.FAILED, error=f"The mail server refused: {code} {reply}".strip())


def _answer(problem: smtplib.SMTPException) -> tuple[int, str]:
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        code, reply = next(iter(problem.recipients.values()))
        return code, _words(reply)
    if isinstance(problem, smtplib.SMTPResponseException):
        return problem.smtp_code, _words(problem.smtp_error)
    return 0, str(problem)


def _words(reply: bytes | str) -> str:
    return reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply


def _again(email: OutgoingEmail, error: str) -> OutgoingEmail.State:
    """Wait longer each time, with jitter, and give up openly after the last attempt."""
    if email.attempts >= MAX_ATTEMPTS:
        return _mark(email, State.FAILED, error=f"{error} (given up after {email.attempts} attempts)")
    jitter = random.uniform(0.8, 1.2)  # noqa: S311  # spreads retries, guards nothing
    delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** (email.attempts - 1)) * jitter
    return _mark(email, State.RETRY, error=error, not_before=timezone.now() + dt.timedelta(seconds=delay))


def _mark(
    email: OutgoingEmail,
    state: OutgoingEmail.State,
    *,
    error: str = "",
    **fields: dt.datetime | str,
) -> OutgoingEmail.State:
    OutgoingEmail.objects.filter(pk=email.pk, state=State.SENDING).update(
        state=state, lease_until=None, last_error=error, **fields
    )
    log.info("email %s is %s", email.pk, state)
    return state


def _attachment(email: OutgoingEmail, file: File) -> EmailAttachment:
    digest = file.sha256 or hashlib.sha256(file.content or b"").hexdigest()
    return EmailAttachment(
        email=email,
        filename=one_line(file.filename)[:150],
        content_type=file.content_type,
        content=file.content,
        document_name=file.document_name,
        sha256=digest,
    )
