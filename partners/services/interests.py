"""Expressions of interest in offers and requests: express, answer, withdraw."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, given
from imc_portal.core.templatetags.portal import day as day_in_words
from partners import emails
from partners.models import Interest, Listing
from partners.services.notices import spokespeople, tell

State = Interest.State
ANSWERS = (State.WELCOME, State.DECLINED)


@transaction.atomic
def express(*, interest: Interest, actor: Actor) -> Interest:
    """Send the standard form to the owner, whose focal points are told; only while the listing is open.

    One that was withdrawn before may be sent anew.
    """
    listing = Listing.objects.select_for_update(of=("self",)).get(pk=interest.listing_id)
    if closed := why_closed(listing):
        raise Refusal(closed)
    if listing.municipality_id == interest.municipality_id:
        raise Refusal(_("It is your own: interest comes from other municipalities."))
    Interest.objects.filter(
        listing=listing, municipality=interest.municipality_id, state=State.WITHDRAWN
    ).delete()
    interest.state, interest.sent_by = State.SENT, actor.signed_in()
    interest.full_clean()
    interest.save()
    _record(actor, "expressed interest", interest)
    tell(
        spokespeople(listing.municipality),
        lambda to: emails.interest_came(interest, to, f"interest:{interest.pk}/sent"),
    )
    return interest


@transaction.atomic
def answer(
    *, interest: Interest, state: str, reply: str, actor: Actor, now: dt.datetime | None = None
) -> Interest:
    """Answer once: let us talk, or not this time; those who asked are told by e-mail."""
    if state not in ANSWERS:
        raise Refusal(_("Choose an answer: let us talk, or not this time."))
    held = _locked(interest)
    if held.state != State.SENT:
        raise Refusal(_("This expression of interest is no longer open: %(state)s.") % _state(held))
    held.reply = given(reply, missing="") if reply.strip() else ""
    held.state, held.answered_at = state, now or timezone.now()
    held.save(update_fields=["state", "reply", "answered_at"])
    _record(actor, "answered an expression of interest", held, reason=held.reply)
    people = {person.pk: person for person in (*spokespeople(held.municipality), held.sent_by)}
    tell(
        [person for person in people.values() if person.is_active],
        lambda to: emails.interest_answered(held, to, f"interest:{held.pk}/answered"),
    )
    return held


@transaction.atomic
def withdraw(*, interest: Interest, actor: Actor) -> Interest:
    """Take an expression of interest back, whether it was answered or not."""
    held = _locked(interest)
    if held.state not in (State.SENT, State.WELCOME):
        raise Refusal(_("This expression of interest is no longer open: %(state)s.") % _state(held))
    held.state = State.WITHDRAWN
    held.save(update_fields=["state"])
    _record(actor, "withdrew an expression of interest", held)
    return held


def why_closed(listing: Listing) -> str:
    """Why nobody can express interest now; empty when it is open."""
    if listing.is_expired:
        last = day_in_words(listing.valid_until)
        return _("It was valid until %(day)s and takes no new interest.") % {"day": last}
    if listing.state == Listing.State.CLOSED:
        why = listing.get_closed_because_display()
        return _("It is closed and takes no new interest: %(why)s.") % {"why": why}
    if listing.state != Listing.State.PUBLISHED:
        return _("It is not published and takes no interest now.")
    return ""


def _locked(interest: Interest) -> Interest:
    held = Interest.objects.select_for_update(of=("self",))
    return held.select_related("listing__municipality", "municipality", "sent_by").get(pk=interest.pk)


def _state(interest: Interest) -> dict[str, str]:
    return {"state": interest.get_state_display()}


def _record(actor: Actor, verb: str, interest: Interest, *, reason: str = "") -> None:
    audit.record(
        actor,
        verb,
        interest,
        context=f"interest:{interest.pk}",
        after={"state": interest.state, "municipality": interest.municipality.code},
        reason=reason,
    )
