"""What a report does to the message it is about: once, forward only, and only with proof.

Proof is the signature in the envelope address (VERP), or the Message-ID of what was returned together with
the address that it went to. An address alone proves nothing: anybody can write a letter about anybody.
"""

from __future__ import annotations

import datetime as dt
import enum
import logging
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from imc_portal.core import lines, outbox
from imc_portal.core.bounces.reports import Fate, Kind, Report
from imc_portal.core.models import EmailEvent, OutgoingEmail

log = logging.getLogger(__name__)
Told = EmailEvent.Kind

#: Worst last: what is said of an address under several names counts at its mildest.
MILDEST_FIRST = (Kind.DELIVERED, Kind.RELAYED, Kind.DELAYED, Kind.COMPLAINED, Kind.FAILED)


class TooEarly(Exception):
    """The message is on its way out this very moment; ask again in a minute."""


class Effect(enum.Enum):
    """What came of a letter; the names are those of the counts."""

    CAME_BACK = "came_back"
    DELAYED = "delayed"
    ARRIVED = "arrived"
    COMPLAINED = "complained"
    #: On record before, by this way or another.
    KNOWN = "known"
    #: Out of office and the like, or handed on to where nobody reports.
    NOTHING = "nothing"
    #: No message of ours, no proof, or a person's own words.
    UNMATCHED = "unmatched"


def take(report: Report) -> Effect:
    """Let a report take effect, committed on return."""
    if report.kind is Kind.AUTOMATIC:
        return Effect.NOTHING
    if report.kind is Kind.OTHER:
        return Effect.UNMATCHED
    email = _email_of(report)
    if email is None:
        return Effect.UNMATCHED
    fate = _fate_of(email, report)
    if fate is None:
        return Effect.UNMATCHED
    at = report.written_at or timezone.now()
    return tell(email, fate, report_id=report.report_id, at=max(at, email.created_at))


def tell(email: OutgoingEmail, fate: Fate, *, report_id: str, at: dt.datetime) -> Effect:
    """Write one fate to the story of a message; the same report again, or an older one, changes nothing.

    Raises TooEarly while the message is being sent: its sender would write over what came back.
    """
    act = ACTS.get(fate.kind)
    if act is None:
        return Effect.NOTHING
    effect, write = act
    with transaction.atomic():
        email = OutgoingEmail.objects.select_for_update().get(pk=email.pk)
        if email.state == OutgoingEmail.State.SENDING:
            raise TooEarly
        # Other servers name their letters as they like: one name for two messages is two reports.
        name = f"{report_id}:{email.pk.hex}:{fate.kind.value}"
        new = not _outdone(email, fate.kind) and write(email, fate, name, min(at, timezone.now()))
    # Neither address nor answer: both are personal data.
    log.info("email %s: %s%s", email.pk, effect.value, "" if new else " (known)")
    return effect if new else Effect.KNOWN


def _came_back(email: OutgoingEmail, fate: Fate, report_id: str, at: dt.datetime) -> bool:
    address = email.to_address if _names(fate, email) else next(iter(fate.recipients), email.to_address)
    return outbox.came_back(
        email=email, report_id=report_id, at=at, address=address, detail=_detail(fate), lasting=fate.bars
    )


def _delayed(email: OutgoingEmail, fate: Fate, report_id: str, at: dt.datetime) -> bool:
    return outbox.delayed(email=email, report_id=report_id, at=at, detail=_detail(fate))


def _arrived(email: OutgoingEmail, fate: Fate, report_id: str, at: dt.datetime) -> bool:
    return outbox.arrived(email=email, report_id=report_id, at=at, detail=_detail(fate))


def _complained(email: OutgoingEmail, fate: Fate, report_id: str, at: dt.datetime) -> bool:
    return outbox.complained(email=email, report_id=report_id, at=at, detail=_detail(fate))


Write = Callable[[OutgoingEmail, Fate, str, dt.datetime], bool]
ACTS: dict[Kind, tuple[Effect, Write]] = {
    Kind.FAILED: (Effect.CAME_BACK, _came_back),
    Kind.DELAYED: (Effect.DELAYED, _delayed),
    Kind.DELIVERED: (Effect.ARRIVED, _arrived),
    Kind.COMPLAINED: (Effect.COMPLAINED, _complained),
}


def _outdone(email: OutgoingEmail, kind: Kind) -> bool:
    """Whether the story has gone beyond this already, whoever told of it first."""
    if kind is not Kind.COMPLAINED and email.state == OutgoingEmail.State.BOUNCED:
        return True
    ends = {Kind.DELAYED: Told.DELIVERED, Kind.DELIVERED: Told.DELIVERED, Kind.COMPLAINED: Told.COMPLAINED}
    return kind in ends and email.events.filter(kind=ends[kind]).exists()


def _email_of(report: Report) -> OutgoingEmail | None:
    """By signature, else by Message-ID and recipient together."""
    for address in report.addresses:
        if email := outbox.email_of(address):
            return email
    for email in OutgoingEmail.objects.filter(message_id__in=report.message_ids):
        if any(_names(fate, email) for fate in report.fates):
            return email
    return None


def _fate_of(email: OutgoingEmail, report: Report) -> Fate | None:
    """The fate of the address that we wrote to; else, where a list or a forward took over, the mildest."""
    own = [fate for fate in report.fates if _names(fate, email)]
    if report.free_form and not own:
        return None
    fates = own or report.fates
    return min(fates, key=lambda fate: MILDEST_FIRST.index(fate.kind), default=None)


def _names(fate: Fate, email: OutgoingEmail) -> bool:
    """Whether it is about the address that we wrote to, its domain in whatever letters."""
    return _plain(email.to_address) in {_plain(address) for address in fate.recipients}


def _plain(address: str) -> str:
    try:
        return lines.ascii_address(address).lower()
    except lines.BadAddress:
        return address.lower()


def _detail(fate: Fate) -> str:
    """The other server's answer, with its code when the answer does not hold it."""
    words = lines.one_line(fate.detail)
    return words if not fate.status or fate.status in words else f"{fate.status} {words}".strip()
