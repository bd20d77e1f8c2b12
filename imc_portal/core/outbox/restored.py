"""After a restore: what had left since the copy was made does not leave again.

The copy knows nothing of what was sent after it. So everything that had not ended by then is held back until
the mail server's log is at hand: what that lists as accepted counts as sent, the rest goes on. Messages that
the portal writes anew have the key, and so the Message-ID, that they had before: they are known on leaving.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from imc_portal.core.models import AcceptedBefore, EmailEvent, OutgoingEmail
from imc_portal.core.outbox import story

State = OutgoingEmail.State
Kind = story.Kind
Accepted = dict[str, dt.datetime | None]

MESSAGE_ID = re.compile(r"<[^<>\s@]{1,150}@[^<>\s@]{1,150}>")
#: A moment at the beginning of a line, as most logs have it today.
MOMENT = re.compile(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?")
HELD = "The portal was restored from the copy of"
#: What had not ended when the copy was made.
OPEN = (State.QUEUED, State.RETRY, State.SENDING, State.UNKNOWN)
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Compared:
    """What became of the messages that had not ended when the copy was made."""

    listed: int
    sent: int
    released: int
    held_by_people: int


@transaction.atomic
def hold_back(*, copied_at: dt.datetime) -> int:
    """Keep from leaving whatever had not ended when the copy was made; safe to repeat. Returns how many."""
    detail = f"{HELD} {copied_at.isoformat()}: held back until the mail server's log is at hand."
    emails = OutgoingEmail.objects
    held = story.move(
        emails.filter(state__in=[State.QUEUED, State.RETRY]), Kind.HELD, detail=detail, state=State.HELD
    )
    asked = story.move(_uncertain(), Kind.UNCERTAIN, detail=detail, **UNCERTAIN)
    return len(held) + len(asked)


@transaction.atomic
def compare(*, copied_at: dt.datetime, accepted: Accepted, source: str) -> Compared:
    """Count as sent what the log lists, remember the rest of the list, and let go what it does not list."""
    hold_back(copied_at=copied_at)
    rows = [AcceptedBefore(message_id=key[:200], at=at, source=source[:200]) for key, at in accepted.items()]
    AcceptedBefore.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)
    known = AcceptedBefore.objects.values("message_id")
    waiting = OutgoingEmail.objects.filter(state__in=[State.HELD, State.UNKNOWN])
    sent = [recall(email, copied_at=copied_at) for email in waiting.filter(message_id__in=known)]
    detail = f"{HELD} {copied_at.isoformat()}: the mail server's log does not list it, so it goes now."
    ours = EmailEvent.objects.filter(kind__in=[Kind.HELD, Kind.UNCERTAIN], detail__startswith=HELD)
    left = waiting.filter(Q(pk__in=ours.values("email")))
    released = story.move(left, Kind.RELEASED, detail=detail, state=State.QUEUED, not_before=timezone.now())
    by_people = OutgoingEmail.objects.filter(state=State.HELD).count()
    return Compared(len(accepted), len(sent), len(released), by_people)


def recall(email: OutgoingEmail, *, copied_at: dt.datetime | None = None) -> OutgoingEmail.State:
    """Count a message as sent on the word of the mail server's log."""
    known = AcceptedBefore.objects.get(message_id=email.message_id)
    story.move(
        OutgoingEmail.objects.filter(pk=email.pk, state__in=[*OPEN, State.HELD]),
        Kind.ACCEPTED,
        detail=f"Left before the portal was restored from a copy, says {known.source}.",
        state=State.SENT,
        sent_at=known.at or copied_at or timezone.now(),
        lease_until=None,
        last_error="",
        server_reply=f"accepted, says {known.source}"[:300],
    )
    return State.SENT


def read_log(lines: Iterable[str]) -> Accepted:
    """Every Message-ID in the lines, with the moment at the beginning of its line where there is one."""
    found: Accepted = {}
    for line in lines:
        for key in MESSAGE_ID.findall(line):
            found[key] = found.get(key) or _moment(line)
    return found


def _moment(line: str) -> dt.datetime | None:
    told = MOMENT.match(line.strip())
    if told is None:
        return None
    moment = dt.datetime.fromisoformat(told.group().replace(",", "."))
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _uncertain() -> QuerySet[OutgoingEmail]:
    """Those that were on their way, and those of which nobody knew: they go by a person's word alone."""
    return OutgoingEmail.objects.filter(Q(state=State.SENDING) | Q(state=State.UNKNOWN, ask_first=False))


UNCERTAIN: dict[str, Any] = {
    "state": State.UNKNOWN,
    "ask_first": True,
    "lease_until": None,
    "last_error": "It was on its way when the copy was made; it may have been delivered.",
}
