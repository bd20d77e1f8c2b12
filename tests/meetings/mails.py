"""Messages in every state for the tests of the post room."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
from typing import Any

from django.utils import timezone

from imc_portal.core.models import EmailAttachment, OutgoingEmail
from imc_portal.core.outbox import message_id, story
from partners.models import Case

_number = itertools.count(1)
#: What the database wants to know of a message in this state.
NEEDS: dict[str, dict[str, Any]] = {
    "sent": {"sent_at": timezone.now()},
    "sending": {"lease_until": timezone.now() + dt.timedelta(minutes=5), "claimed_at": timezone.now()},
    "failed": {"last_error": "The mail server refused: 550 no such mailbox"},
    "bounced": {"bounced_at": timezone.now(), "last_error": "5.1.1 user unknown"},
    "retry": {"last_error": "The mail server asked to wait: 451 later", "attempts": 2},
    "unknown": {"last_error": "The sender died; it may have been delivered.", "attempts": 1},
}


def make_mail(case: Case, state: str = "queued", **fields: Any) -> OutgoingEmail:
    """A message of the case in this state, with the first line of its story."""
    key = fields.pop("key", f"test:{next(_number)}")
    defaults: dict[str, Any] = {
        "context": case.context,
        "to_address": f"{key.replace(':', '')[:20]}@example.org",
        "to_name": f"Reader of {key[:40]}",
        "subject": f"About {key[:40]}",
        "text": "Good day",
        "message_id": message_id(key),
        "not_before": timezone.now() + dt.timedelta(minutes=10),
    }
    email = OutgoingEmail.objects.create(key=key, state=state, **(defaults | NEEDS.get(state, {}) | fields))
    story.note(email.pk, "held" if state == "held" else "queued")
    return email


def enclose(email: OutgoingEmail, content: bytes, name: str, kind: str = "text/plain") -> EmailAttachment:
    """A small file in the row itself."""
    digest = hashlib.sha256(content).hexdigest()
    return EmailAttachment.objects.create(
        email=email, filename=name, content_type=kind, content=content, sha256=digest
    )
