"""What a person does with messages: hold, release, cancel, send again, settle. Each act is on the trail."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import lines
from imc_portal.core.audit import Actor, record
from imc_portal.core.models import EmailAttachment, OutgoingEmail
from imc_portal.core.outbox import addresses, story
from imc_portal.core.problems import Refusal, given

State = OutgoingEmail.State
Kind = story.Kind
#: What can be said again: it has ended, or nobody knows.
ENDED = (State.SENT, State.BOUNCED, State.FAILED, State.CANCELLED, State.UNKNOWN)
LONGEST_KEY = 200


@transaction.atomic
def hold(*, emails: QuerySet[OutgoingEmail], actor: Actor, reason: str) -> int:
    """Keep messages that have not left from leaving until they are released. Returns how many."""
    reason = given(reason, missing=_("Say why it is held back."))
    waiting = _locked(emails, State.QUEUED, State.RETRY)
    story.move(_these(waiting), Kind.HELD, detail=reason, who=actor.name, state=State.HELD)
    for email in waiting:
        record(actor, "held back an e-mail", email, context=email.context, reason=reason)
    return len(waiting)


@transaction.atomic
def release(*, emails: QuerySet[OutgoingEmail], actor: Actor) -> int:
    """Let messages that were held back leave at their time. Returns how many."""
    held = _locked(emails, State.HELD)
    story.move(_these(held), Kind.RELEASED, who=actor.name, state=State.QUEUED)
    for email in held:
        record(actor, "released an e-mail", email, context=email.context)
    return len(held)


@transaction.atomic
def cancel(*, emails: QuerySet[OutgoingEmail], actor: Actor, reason: str) -> int:
    """Stop messages that have not left; those already sent stay on record. Returns how many."""
    waiting = _locked(emails, State.HELD, State.QUEUED, State.RETRY)
    story.move(_these(waiting), Kind.CANCELLED, detail=reason, who=actor.name, state=State.CANCELLED)
    for email in waiting:
        record(actor, "cancelled an e-mail", email, context=email.context, reason=reason)
    return len(waiting)


@transaction.atomic
def send_again(
    *, email: OutgoingEmail, actor: Actor, reason: str, to_address: str = "", to_name: str = ""
) -> OutgoingEmail:
    """Say the same in a deliberate new message that answers the old one, perhaps to another reader.

    Attachments and personal link go along. Refuses what has not ended, a barred address, a closed link.
    """
    reason = given(reason, missing=_("Say why it is sent again."))
    old = OutgoingEmail.objects.select_for_update(of=("self",)).select_related("link").get(pk=email.pk)
    address = to_address.strip() or old.to_address
    _may_be_said_again(old, address)
    key = _next_key(old)
    new = OutgoingEmail.objects.create(
        key=key,
        message_id=lines.message_id(key),
        thread_id=old.message_id,
        to_address=address,
        not_before=timezone.now(),
        give_up_at=old.give_up_at if old.give_up_at and old.give_up_at > timezone.now() else None,
        again_of=old,
        again_because=reason,
        to_name=lines.one_line(to_name)[:200] or old.to_name,
        **{name: getattr(old, name) for name in CARRIED},
    )
    EmailAttachment.objects.bulk_create(_copy(file, new) for file in old.attachments.all())
    story.note(old.pk, Kind.AGAIN, detail=reason, who=actor.name)
    story.note(new.pk, Kind.QUEUED, detail=reason, who=actor.name)
    record(actor, "sent an e-mail again", new, context=old.context, reason=reason)
    return new


@transaction.atomic
def settle(*, email: OutgoingEmail, delivered: bool, actor: Actor, reason: str) -> OutgoingEmail:
    """A person says whether a message arrived of which nobody knew: then it counts as sent, else it goes
    once more with the same Message-ID. Refuses one that is not unknown."""
    reason = given(reason, missing=_("Say how you know."))
    found = OutgoingEmail.objects.select_for_update().get(pk=email.pk)
    if found.state != State.UNKNOWN:
        raise Refusal(_("Nothing is open here: this message is “%(state)s”.") % _state_of(found))
    now = timezone.now()
    values: dict[str, Any] = (
        {"state": State.SENT, "sent_at": found.claimed_at or now, "last_error": ""}
        if delivered
        else {"ask_first": False, "not_before": now}
    )
    word = "It arrived" if delivered else "It did not arrive and goes once more"
    story.move(_these([found]), Kind.SETTLED, detail=f"{word}: {reason}", who=actor.name, **values)
    after = {"delivered": delivered}
    record(actor, "settled an e-mail", found, context=found.context, after=after, reason=reason)
    found.refresh_from_db()
    return found


CARRIED = (
    "context",
    "reply_to",
    "language",
    "subject",
    "text",
    "html",
    "link",
    "ask_first",
)


def _locked(emails: QuerySet[OutgoingEmail], *states: str) -> list[OutgoingEmail]:
    """Those in these states, ours until the end of the transaction, always locked in the same order."""
    keys = emails.order_by().values("pk")
    return list(
        OutgoingEmail.objects.filter(pk__in=keys, state__in=states).order_by("pk").select_for_update()
    )


def _these(emails: list[OutgoingEmail]) -> QuerySet[OutgoingEmail]:
    return OutgoingEmail.objects.filter(pk__in=[email.pk for email in emails])


def _may_be_said_again(old: OutgoingEmail, address: str) -> None:
    if old.state not in ENDED:
        raise Refusal(_("It has not left yet: this message is “%(state)s”.") % _state_of(old))
    try:
        validate_email(address)
    except ValidationError as problem:
        raise Refusal(_("“%(address)s” is not an e-mail address.") % {"address": address}) from problem
    if why := addresses.undeliverable(address):
        raise Refusal(
            _("Messages to %(address)s came back (%(why)s). Give another address, or lift the bar first.")
            % {"address": address, "why": why}
        )
    if old.link and not old.link.is_live:
        raise Refusal(_("The personal link in this message does not open any more. Write a new message."))


def _next_key(old: OutgoingEmail) -> str:
    """The old key with a number; when that is too long for the record, the old message's id instead."""
    tail = f"/again:{old.sent_again.count() + 1}"
    return f"{old.key}{tail}" if len(old.key) + len(tail) <= LONGEST_KEY else f"email:{old.pk}{tail}"


def _copy(file: EmailAttachment, email: OutgoingEmail) -> EmailAttachment:
    return EmailAttachment(
        email=email,
        filename=file.filename,
        content_type=file.content_type,
        content=file.content,
        document_name=file.document_name,
        sha256=file.sha256,
    )


def _state_of(email: OutgoingEmail) -> dict[str, str]:
    return {"state": email.get_state_display()}
