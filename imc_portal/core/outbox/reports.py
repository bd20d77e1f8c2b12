"""What other servers report about messages that have left: twice is once, and a state only moves forward."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from imc_portal.core import lines
from imc_portal.core.models import OutgoingEmail
from imc_portal.core.outbox import addresses, story

State = OutgoingEmail.State


@transaction.atomic
def came_back(
    *,
    email: OutgoingEmail,
    report_id: str,
    at: dt.datetime,
    address: str,
    detail: str,
    lasting: bool = True,
) -> bool:
    """The message came back for good: bar its address, mark it. False when the report was known.

    `address` is whom the report names, which may be where mail was forwarded to; barred is whom we wrote to,
    and only when the reason lasts: a full mailbox or a route that failed does not bar what is sent later.
    """
    detail = _words(email, address, detail)
    if not story.note(email.pk, story.Kind.BOUNCED, detail=detail, report_id=report_id, at=at):
        return False
    if lasting:
        addresses.bar(email, at=at, reason=detail)
    left = OutgoingEmail.objects.filter(pk=email.pk, state__in=[State.SENT, State.UNKNOWN])
    left.update(state=State.BOUNCED, bounced_at=at, last_error=detail)
    return True


@transaction.atomic
def delayed(*, email: OutgoingEmail, report_id: str, at: dt.datetime, address: str = "", detail: str) -> bool:
    """The message is still on its way. False when the report was known."""
    words = _words(email, address, detail)
    return story.note(email.pk, story.Kind.DELAYED, detail=words, report_id=report_id, at=at)


@transaction.atomic
def arrived(*, email: OutgoingEmail, report_id: str, at: dt.datetime, address: str = "", detail: str) -> bool:
    """The other server says that it delivered the message; then nothing is unknown any more.

    False when the report was known.
    """
    words = _words(email, address, detail)
    if not story.note(email.pk, story.Kind.DELIVERED, detail=words, report_id=report_id, at=at):
        return False
    unknown = OutgoingEmail.objects.filter(pk=email.pk, state=State.UNKNOWN)
    unknown.update(state=State.SENT, sent_at=at, last_error="")
    return True


@transaction.atomic
def complained(*, email: OutgoingEmail, report_id: str, at: dt.datetime, detail: str) -> bool:
    """Somebody at the address called the message unwanted: it arrived, and nothing more goes there.

    False when the report was known. To go on writing would harm all mail of the portal, and the provider
    would hold it back; so a person speaks with them first, then lifts the bar.
    """
    words = _words(email, "", detail or "Somebody at this address called the message unwanted.")
    if not story.note(email.pk, story.Kind.COMPLAINED, detail=words, report_id=report_id, at=at):
        return False
    addresses.bar(email, at=at, reason=words)
    return True


def _words(email: OutgoingEmail, address: str, detail: str) -> str:
    """One line, with the address when it is not the one we wrote to."""
    words = lines.one_line(detail) or "The report gives no reason."
    named = lines.one_line(address)
    return words if not named or named.lower() == email.to_address.lower() else f"{named}: {words}"
