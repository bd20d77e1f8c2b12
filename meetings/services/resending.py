"""Say a message once more: to a contact of the same municipality, once per decision, on record."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from imc_portal.core.problems import Refusal
from meetings.services import posting
from partners.models import OfficeHolder, Participant


def contacts_of(participant: Participant, day: dt.date | None = None) -> QuerySet[OfficeHolder]:
    """To whom of a municipality something may go: those in office who have an address."""
    holders = OfficeHolder.objects.filter(municipality=participant.municipality_id).exclude(email="")
    return holders.in_office(day or timezone.localdate()).order_by("office", "name")


@transaction.atomic
def say_again(
    *,
    email: OutgoingEmail,
    participant: Participant | None,
    to_address: str,
    seen: int,
    actor: Actor,
    reason: str,
) -> OutgoingEmail:
    """Make the deliberate new message; `seen` is how often the person knew it had been said again already.

    A second click, or two people at once, make one message. A paper that had not arrived goes on with it.
    """
    fresh = OutgoingEmail.objects.select_for_update().get(pk=email.pk)
    if fresh.sent_again.count() != seen:
        raise Refusal(_("It was sent again already, a moment ago: nothing more was done."))
    name = _name_at(fresh, participant, to_address)
    again = outbox.send_again(email=fresh, actor=actor, reason=reason, to_address=to_address, to_name=name)
    posting.ring(again)
    return again


def _name_at(email: OutgoingEmail, participant: Participant | None, to_address: str) -> str:
    """Who reads at an address; refuses one that somebody only typed."""
    if participant is None:
        known = {email.to_address: email.to_name}
    else:
        known = {holder.email: holder.name for holder in contacts_of(participant)}
    if to_address not in known:
        raise Refusal(_("This address is not among the contacts: add it there first."))
    return email.to_name if to_address == email.to_address else known[to_address]
