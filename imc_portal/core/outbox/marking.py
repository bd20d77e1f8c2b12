"""Mark what became of a claimed message; the database may go away meanwhile, the mark does not get lost."""

from __future__ import annotations

import datetime as dt
import logging
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Case, CharField, Exists, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from imc_portal.core import smtp
from imc_portal.core.models import EmailEvent, OutgoingEmail
from imc_portal.core.outbox import story

log = logging.getLogger(__name__)

State = OutgoingEmail.State
Kind = story.Kind
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
#: Time for a server that hung up to come back, and for a quick report that it did arrive.
BEFORE_ANOTHER_COPY = dt.timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that is ours to send, as it was before; the number of the attempt says whose it is."""

    email: OutgoingEmail
    attempt: int
    until: float

    @property
    def row(self) -> QuerySet[OutgoingEmail]:
        """The row while nobody else has claimed it since; also when somebody took us for dead."""
        ours = OutgoingEmail.objects.filter(pk=self.email.pk, attempts=self.attempt)
        return ours.filter(state__in=[State.SENDING, State.UNKNOWN])


def claimed(email: OutgoingEmail, attempt: int) -> Claim:
    """The claim of this process, for as long as its lease lasts by a clock that nobody sets."""
    return Claim(email, attempt, time.monotonic() + settings.MAIL_LEASE_SECONDS)


def lease() -> dt.timedelta:
    """For how long a message is one sender's."""
    return dt.timedelta(seconds=settings.MAIL_LEASE_SECONDS)


def sent(claim: Claim, accepted: smtp.Accepted) -> OutgoingEmail.State | None:
    """The mail server took it over; a report that it came back may have been quicker than this mark."""
    back = EmailEvent.objects.filter(email=OuterRef("pk"), kind=Kind.BOUNCED).order_by("at")
    returned = Subquery(back.values("at")[:1])
    why = Subquery(back.values("detail")[:1], output_field=CharField())
    return _mark(
        claim,
        claim.row,
        State.SENT,
        Kind.ACCEPTED,
        detail=f"{accepted.server}: {accepted.reply}" if accepted.server else accepted.reply,
        state=Case(When(Exists(back), then=Value(State.BOUNCED)), default=Value(State.SENT)),
        bounced_at=returned,
        last_error=Coalesce(why, Value("")),
        sent_at=timezone.now(),
        server=accepted.server[:255],
        server_reply=accepted.reply[:300],
    )


def later(claim: Claim, why: str, then: dt.datetime) -> OutgoingEmail.State | None:
    """Nothing has left; it is tried again then."""
    return _mark(
        claim,
        claim.row.filter(state=State.SENDING),
        State.RETRY,
        Kind.POSTPONED,
        detail=why,
        state=State.RETRY,
        last_error=why,
        not_before=then,
    )


def failed(claim: Claim, why: str, kind: str) -> OutgoingEmail.State | None:
    """It does not leave any more, and the words say why."""
    mine = claim.row.filter(state=State.SENDING)
    return _mark(claim, mine, State.FAILED, kind, detail=why, state=State.FAILED, last_error=why)


def uncertain(claim: Claim, why: str) -> OutgoingEmail.State | None:
    """It may have been delivered: once more with the same Message-ID, or a person decides (`ask_first`)."""
    return _mark(
        claim,
        claim.row.filter(state=State.SENDING),
        State.UNKNOWN,
        Kind.UNCERTAIN,
        detail=why,
        state=State.UNKNOWN,
        last_error=f"{why} It may have been delivered.",
        not_before=timezone.now() + BEFORE_ANOTHER_COPY,
    )


def _mark(
    claim: Claim,
    row: QuerySet[OutgoingEmail],
    end: OutgoingEmail.State,
    kind: str,
    /,
    *,
    detail: str,
    **values: Any,
) -> OutgoingEmail.State | None:
    """Write the end of this attempt; None when the row is not ours any more."""
    pause = FIRST_PAUSE
    while True:
        try:
            marked = story.move(row, kind, detail=detail, lease_until=None, **values)
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or time.monotonic() + pause > claim.until:
                raise
            log.warning("email %s: the database is away, marking it as %s again soon", claim.email.pk, end)
            connection.close()
            time.sleep(pause)
            pause = min(LONGEST_PAUSE, 2 * pause)
        else:
            log.info("email %s is %s", claim.email.pk, end if marked else "somebody else's")
            return end if marked else None
