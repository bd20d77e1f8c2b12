"""Send one message: claim it, hand it over, mark what became of it."""

from __future__ import annotations

import datetime as dt
import logging
import uuid

from django.core.mail import EmailMultiAlternatives
from django.db.models import Case, Exists, F, OuterRef, Subquery, Value, When
from django.db.models.functions import Lower
from django.utils import timezone

from imc_portal.core import documents, lines, smtp
from imc_portal.core.models import AcceptedBefore, OutgoingEmail, UndeliverableAddress
from imc_portal.core.outbox import envelopes, locks, marking, pacing, restored, story
from imc_portal.core.outbox.marking import Claim
from imc_portal.core.outbox.queueing import due
from imc_portal.core.outbox.retries import again_at
from imc_portal.core.outbox.writing import build, on_wire

log = logging.getLogger(__name__)

State = OutgoingEmail.State
Kind = story.Kind


def deliver(email_id: uuid.UUID, *, line: smtp.Line | None = None) -> OutgoingEmail.State | None:
    """Claim, send and mark one message; None when somebody else has it or it is not due.

    `line` is a connection to the mail server that is kept for the next message.
    """
    now = timezone.now()
    email = _waiting(email_id, now)
    if email is None:
        return None
    if getattr(email, "accepted_before", False):
        return restored.recall(email)
    with locks.held(email_id) as mine:
        if not mine or _waits_for_its_turn(email, now):
            return None
        claim = _claim(email, now)
        return _send(claim, line) if claim else None


def _waiting(email_id: uuid.UUID, now: dt.datetime) -> OutgoingEmail | None:
    """The message if it is due, with what is known against its address."""
    barred = UndeliverableAddress.objects.filter(address=Lower(OuterRef("to_address")), lifted_at=None)
    return (
        due(now)
        .filter(pk=email_id)
        .select_related("link")
        .annotate(
            barred=Subquery(barred.values("reason")[:1]),
            accepted_before=Exists(AcceptedBefore.objects.filter(message_id=OuterRef("message_id"))),
        )
        .first()
    )


def _waits_for_its_turn(email: OutgoingEmail, now: dt.datetime) -> bool:
    """Put a message over the limit off to the next minute; its story says so once."""
    why = pacing.over_limit(email.to_address, now)
    if why:
        then = pacing.next_minute(now)
        mine = due(now).filter(pk=email.pk)
        story.move(mine, Kind.POSTPONED, detail=why, at=now, say_once=True, not_before=then)
    return bool(why)


def _claim(email: OutgoingEmail, now: dt.datetime) -> Claim | None:
    """Make the message ours; of what may have been delivered one more copy goes by itself, not two."""
    moved = story.move(
        due(now).filter(pk=email.pk),
        Kind.CLAIMED,
        at=now,
        state=State.SENDING,
        lease_until=now + marking.lease(),
        claimed_at=now,
        attempts=F("attempts") + 1,
        ask_first=Case(When(state=State.UNKNOWN, then=Value(True)), default=F("ask_first")),
    )
    return marking.claimed(email, moved[email.pk]) if email.pk in moved else None


def _send(claim: Claim, line: smtp.Line | None) -> OutgoingEmail.State | None:
    email = claim.email
    if why := _pointless(claim, timezone.now()):
        return _failed(claim, why, Kind.GIVEN_UP)
    try:
        accepted = _hand_over(email, line)
    except documents.Damaged as problem:
        return _failed(claim, f"{problem} It was not sent.", Kind.GIVEN_UP)
    except documents.StoreDown as problem:
        return _later(claim, str(problem), 0)
    except (smtp.Refused, lines.BadAddress) as problem:
        return _failed(claim, str(problem), Kind.REFUSED)
    except smtp.Uncertain as problem:
        return marking.uncertain(claim, str(problem))
    except smtp.NotTaken as problem:
        return _later(claim, str(problem), problem.code)
    return marking.sent(claim, accepted)


def _pointless(claim: Claim, now: dt.datetime) -> str:
    """Why it must not leave any more, and what to do."""
    email = claim.email
    if email.give_up_at and now >= email.give_up_at:
        return "It would arrive too late to be of use, so it was not sent. Tell the recipient by telephone."
    barred: str = getattr(email, "barred", None) or ""
    if barred:
        return (
            f"Nothing is sent to {email.to_address}: an earlier message came back ({barred}). "
            "Ask for another address, or lift the bar if this one works again."
        )
    return ""


def _failed(claim: Claim, why: str, kind: str) -> OutgoingEmail.State | None:
    """It does not leave any more; an earlier attempt of which nobody knows the end is not forgotten."""
    if claim.attempt > 1 and story.may_be_there(claim.email.pk):
        why = f"{why} An earlier attempt may have been delivered."
    return marking.failed(claim, why, kind)


def _hand_over(email: OutgoingEmail, line: smtp.Line | None) -> smtp.Accepted:
    """Write the message and give it to the mail server, or to the drawer that tests set in its place."""
    message, content = _written(email)
    if not smtp.speaks_smtp():
        return _put_into_drawer(message)
    sender, recipient = envelopes.sender_of(email), lines.ascii_address(email.to_address)
    if line is not None:
        return line.hand_over(sender, recipient, content)
    with smtp.Line() as short:
        return short.hand_over(sender, recipient, content)


def _written(email: OutgoingEmail) -> tuple[EmailMultiAlternatives, bytes]:
    """The message as it goes over the wire; tells what can never be written from what fails just now."""
    try:
        message = build(email)
        return message, on_wire(message)
    except (documents.StoreProblem, lines.BadAddress):
        raise
    except ValueError as problem:
        words = f"It cannot be written as an e-mail: {lines.one_line(str(problem))}"
        raise lines.BadAddress(words) from problem
    except Exception as problem:
        log.exception("email %s could not be written", email.pk)
        words = f"It could not be made ready just now: {lines.one_line(str(problem))}"
        raise smtp.NotTaken(words) from problem


def _put_into_drawer(message: EmailMultiAlternatives) -> smtp.Accepted:
    try:
        message.send(fail_silently=False)
    except OSError as problem:
        raise smtp.NotTaken(f"No connection to the mail service: {lines.one_line(str(problem))}") from problem
    return smtp.Accepted(server="", reply="accepted")


def _later(claim: Claim, why: str, code: int) -> OutgoingEmail.State | None:
    """Another attempt at a later time, or none any more: then it is said openly."""
    now = timezone.now()
    give_up_at = claim.email.give_up_at
    then = again_at(now, code=code, attempts=claim.attempt, give_up_at=give_up_at)
    if then is None:
        end = ": another would come too late" if give_up_at else ""
        return _failed(claim, f"{why} (given up after attempt {claim.attempt}{end})", Kind.GIVEN_UP)
    return marking.later(claim, why, then)
