"""Messages that have left, and letters about them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from imc_portal.core import outbox
from imc_portal.core.models import EmailEvent, OutgoingEmail, UndeliverableAddress
from tests.core.test_bounces_reports import letter

TO = "mairie@town.example"


def sent(key: str = "case:1/to:2", to_address: str = TO, **fields: Any) -> OutgoingEmail:
    """A message that the mail server took over."""
    message = outbox.Message(key=key, to_address=to_address, subject="A proposal", text="Bonjour")
    email = outbox.enqueue(message)
    values = {"state": OutgoingEmail.State.SENT, "sent_at": timezone.now(), **fields}
    OutgoingEmail.objects.filter(pk=email.pk).update(**values)
    email.refresh_from_db()
    return email


def about(email: OutgoingEmail, name: str) -> bytes:
    """A letter of the collection about this message, with both proofs."""
    return letter(
        name, verp=outbox.sender_of(email), to=email.to_address, message_id=email.message_id
    )  # fmt: skip


def state_of(email: OutgoingEmail) -> str:
    email.refresh_from_db()
    return email.state


def story_of(email: OutgoingEmail) -> list[str]:
    """What was reported of it from outside."""
    kinds = EmailEvent.Kind
    outside = [kinds.BOUNCED, kinds.DELAYED, kinds.DELIVERED, kinds.COMPLAINED]
    return list(email.events.filter(kind__in=outside).order_by("id").values_list("kind", flat=True))


def barred() -> list[str]:
    return list(UndeliverableAddress.objects.filter(lifted_at=None).values_list("address", flat=True))
