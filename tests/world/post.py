"""The post of the case for all doors: a held message to D with words, a file and a story; D's paper log."""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils import timezone

from imc_portal.core.models import EmailAttachment, EmailEvent, OutgoingEmail
from meetings.models import HandDelivery

SECRETS = {
    "mail": "SECRET-WORDS-OF-A-MESSAGE",
    "mail_file": "SECRET-FILE-OF-A-MESSAGE",
    "mail_story": "SECRET-REASON-FOR-HOLDING",
    "paper_log": "SECRET-HANDS-THAT-TOOK-THE-PAPER",
}


def build(made: dict[str, Any], case: Any) -> dict[str, object]:
    """One message that is held back, with a reason."""
    now, other = timezone.now(), made["other"]
    mail = OutgoingEmail.objects.create(
        key=f"meeting:{made['informal'].pk}/change:1/to:{other.pk}",
        context=case.context,
        state="held",
        to_address=other.contact.email,
        to_name=other.contact.name,
        subject=SECRETS["mail"],
        text=SECRETS["mail"],
        html=f"<!doctype html><html><body><p>{SECRETS['mail']}</p></body></html>",
        message_id="<held@example.org>",
        not_before=now,
    )
    content = SECRETS["mail_file"].encode()
    EmailAttachment.objects.create(
        email=mail,
        filename="note.txt",
        content_type="text/plain",
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )
    EmailEvent.objects.create(email=mail, kind="held", at=now, detail=SECRETS["mail_story"], who="Lead of A")
    HandDelivery.objects.create(
        dispatch=made["dispatch_other"],
        received_on=now.date(),
        received_by=SECRETS["paper_log"],
        noted_by="Lead of A",
    )
    return {"mail": mail}
