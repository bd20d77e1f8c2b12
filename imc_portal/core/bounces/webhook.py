"""What a mail provider reports over HTTP, checked and normalised by django-anymail.

The house has no signals of its own; this one is the library's interface, and there is no other. Its one
receiver is here. Of anymail's doors only that of the provider that is set is opened: the others would stand
open without a signature. What is opened and clicked is not looked at: the portal follows nobody.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import re
from collections.abc import Mapping
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from anymail.urls import urlpatterns as doors
from django.conf import settings
from django.urls import URLPattern
from django.utils import timezone

from imc_portal.core import outbox, rounds
from imc_portal.core.bounces import effects, statuses
from imc_portal.core.bounces.reports import DETAIL, Fate, Kind
from imc_portal.core.models import OutgoingEmail

log = logging.getLogger(__name__)

KINDS = {
    EventType.BOUNCED: Kind.FAILED,
    # Refused by the provider itself, before or after it tried: as far as the recipient goes, it came back.
    EventType.REJECTED: Kind.FAILED,
    EventType.FAILED: Kind.FAILED,
    EventType.DEFERRED: Kind.DELAYED,
    EventType.DELIVERED: Kind.DELIVERED,
    EventType.COMPLAINED: Kind.COMPLAINED,
}
#: Reasons that hold for the address and not for this message alone, where the answer has no code: with these
#: the provider itself sends nothing more there.
LASTING = {RejectReason.INVALID, RejectReason.BOUNCED, RejectReason.SPAM, RejectReason.UNSUBSCRIBED}
#: Where a provider's event holds our Message-ID or our envelope sender, when anymail passes on its own id.
#: Mandrill, Mailjet, Mailtrap and Postmark hand back what `mail_providers.header` gave them.
PLACES = (
    "event-data.envelope.sender",
    "payload.message.message_id",
    "payload.original_message.message_id",
    "mail.commonHeaders.messageId",
    "mail.source",
    "msg_from",
    "smtp-id",
    "CustomID",
)
MESSAGE_ID = re.compile(r"<?([^<>\s@]{1,120}@[^<>\s@]{1,120})>?")


def door() -> list[URLPattern]:
    """The address at which the provider that is set reports; called by the site map."""
    tracking.connect(hear, dispatch_uid="imc_portal.core.bounces")
    wanted = f"{settings.ANYMAIL_WEBHOOK}_tracking_webhook"
    return [pattern for pattern in doors if isinstance(pattern, URLPattern) and pattern.name == wanted]


def hear(sender: type, event: AnymailTrackingEvent, esp_name: str, **kwargs: object) -> None:
    """Receive one event whose signature anymail has checked; an exception makes the provider try again."""
    if not settings.BOUNCES:
        # The page of operations tells when anything was last heard of what came back.
        rounds.note_round("bounces")
    kind = KINDS.get(event.event_type)
    if kind is None:
        return
    email = _email_of(event)
    if email is None:
        log.info("webhook: %s of a message that is not ours", event.event_type)
        return
    at = event.timestamp if isinstance(event.timestamp, dt.datetime) else timezone.now()
    effects.tell(email, _fate(kind, event), report_id=_report_id(event, esp_name, email), at=at)


def _fate(kind: Kind, event: AnymailTrackingEvent) -> Fate:
    answer = str(event.mta_response or event.description or "")
    status = statuses.in_words(answer)
    if status.startswith(("4", "5")):
        return Fate(kind, status=status, detail=answer[:DETAIL], bars=statuses.blames_the_address(status))
    return Fate(kind, detail=answer[:DETAIL], bars=event.reject_reason in LASTING)


def _email_of(event: AnymailTrackingEvent) -> OutgoingEmail | None:
    """By the signature or Message-ID that the provider hands back; it must name the recipient as well."""
    raw = event.esp_event if isinstance(event.esp_event, Mapping) else {}
    metadata = event.metadata if isinstance(event.metadata, Mapping) else {}
    said = [event.message_id, metadata.get("message"), *(_at(raw, place) for place in PLACES)]
    words = [word for word in said if isinstance(word, str)]
    for word in words:
        if email := outbox.email_of(word) or _by_message_id(word):
            return email if _same(email, event.recipient) else None
    return None


def _by_message_id(word: str) -> OutgoingEmail | None:
    found = MESSAGE_ID.fullmatch(word.strip())
    return OutgoingEmail.objects.filter(message_id=f"<{found[1]}>").first() if found else None


def _same(email: OutgoingEmail, recipient: object) -> bool:
    """Some events name nobody; one that names somebody else is about a copy that we did not send."""
    return not recipient or str(recipient).strip().lower() == email.to_address.lower()


def _at(raw: Mapping[str, Any], place: str) -> object:
    here: object = raw
    for step in place.split("."):
        here = here.get(step) if isinstance(here, Mapping) else None
    return here


def _report_id(event: AnymailTrackingEvent, esp_name: str, email: OutgoingEmail) -> str:
    """The provider's own id of the event; where it gives none, all that tells two events apart."""
    said = (
        [event.event_id] if event.event_id else [email.pk, event.event_type, event.timestamp, event.recipient]
    )
    words = json.dumps([esp_name, *said], default=str)
    return f"webhook:{hashlib.sha256(words.encode()).hexdigest()[:40]}"
