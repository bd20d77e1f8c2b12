"""Addresses that sent a message back for good: nothing more goes there until somebody lifts it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail, UndeliverableAddress
from imc_portal.core.problems import Refusal, given


def undeliverable(address: str) -> str:
    """Why nothing goes to this address; empty when messages go there."""
    found = UndeliverableAddress.objects.filter(address=address.strip().lower(), lifted_at=None)
    return found.values_list("reason", flat=True).first() or ""


@transaction.atomic
def lift(*, address: str, actor: Actor, reason: str) -> UndeliverableAddress:
    """Let messages go to this address again; refuses one that is not barred."""
    reason = given(reason, missing=_("Say why messages should go there again."))
    barred = UndeliverableAddress.objects.select_for_update().filter(lifted_at=None)
    found = barred.filter(address=address.strip().lower()).first()
    if found is None:
        raise Refusal(_("Nothing keeps messages from going to %(address)s.") % {"address": address})
    found.lifted_at, found.lifted_by, found.lifted_because = timezone.now(), actor.name[:200], reason
    found.save(update_fields=["lifted_at", "lifted_by", "lifted_because"])
    audit.record(actor, "let messages go to an address again", found, reason=reason)
    return found


def bar(email: OutgoingEmail, *, at: dt.datetime, reason: str) -> None:
    """Send nothing more to the message's address; an old report does not undo what a person lifted since."""
    found, created = UndeliverableAddress.objects.select_for_update().get_or_create(
        address=email.to_address.lower(), defaults={"since": at, "reason": reason[:500], "email": email}
    )
    if created or found.lifted_at is None or found.lifted_at > at:
        return
    found.since, found.reason, found.email = at, reason[:500], email
    found.lifted_at, found.lifted_by, found.lifted_because = None, "", ""
    found.save()
