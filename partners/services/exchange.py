"""Offers and requests: draft, change, send to the curator, publish or return, close."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, Stale, given
from partners import emails
from partners.models import Listing
from partners.services.notices import tell

State = Listing.State
UNCHECKED: dict[str, Any] = {"checked_by": None, "checked_at": None, "check_note": ""}


@transaction.atomic
def draft(*, listing: Listing, actor: Actor) -> Listing:
    """Keep a new offer or request as a draft; nobody outside its municipality sees it."""
    listing.state, listing.created_by = State.DRAFT, actor.signed_in()
    listing.full_clean()
    listing.save()
    _record(actor, "drafted an offer or a request", listing)
    return listing


@transaction.atomic
def edit(*, listing: Listing, actor: Actor, now: dt.datetime | None = None) -> Listing:
    """Keep what was changed; a published one is hidden from others until the curator has checked it again."""
    held = _locked(listing)
    if held.state == State.CLOSED:
        raise Refusal(_("It is closed and stays as it is."))
    listing.state = held.state
    for field in (*UNCHECKED, "submitted_at"):
        setattr(listing, field, getattr(held, field))
    if held.state in (State.PUBLISHED, State.SUBMITTED):
        # A new moment also tells a curator who reads the earlier text that it is no longer the one.
        listing.state, listing.submitted_at = State.SUBMITTED, now or timezone.now()
        for field, value in UNCHECKED.items():
            setattr(listing, field, value)
    listing.full_clean()
    listing.save()
    _record(actor, "changed an offer or a request", listing, before=held.state)
    return listing


@transaction.atomic
def submit(*, listing: Listing, actor: Actor, now: dt.datetime | None = None) -> Listing:
    """Send it to the curator; refused when it would have run out already."""
    held = _locked(listing)
    if held.valid_until and held.valid_until < timezone.localdate(now):
        raise Refusal(_("Its last day has passed: change “valid until” first."))
    moved = _move(held, State.SUBMITTED, **UNCHECKED, submitted_at=now or timezone.now())
    _record(actor, "sent an offer or a request to the curator", moved)
    return moved


@transaction.atomic
def publish(*, listing: Listing, seen: str, actor: Actor, now: dt.datetime | None = None) -> Listing:
    """Let others see the text that the curator has read; its author is told by e-mail."""
    held = _as_seen(listing, seen)
    now = now or timezone.now()
    moved = _move(held, State.PUBLISHED, checked_by=actor.signed_in(), checked_at=now, check_note="")
    _record(actor, "published an offer or a request", moved)
    _tell_author(moved, "published", now)
    return moved


@transaction.atomic
def return_for_change(
    *, listing: Listing, seen: str, reason: str, actor: Actor, now: dt.datetime | None = None
) -> Listing:
    """Send it back with what to change; its author is told by e-mail."""
    reason = given(reason, missing=_("Say what to change: its author reads it."))
    held = _as_seen(listing, seen)
    now = now or timezone.now()
    moved = _move(held, State.RETURNED, checked_by=actor.signed_in(), checked_at=now, check_note=reason)
    _record(actor, "returned an offer or a request", moved, reason=reason)
    _tell_author(moved, "returned", now)
    return moved


@transaction.atomic
def close(*, listing: Listing, because: str, actor: Actor, now: dt.datetime | None = None) -> Listing:
    """Take it off the list for good: enough partners found, or withdrawn."""
    if because not in Listing.Closed.values:
        raise Refusal(_("Say why it is closed: enough partners found, or withdrawn."))
    held = _locked(listing)
    moved = _move(held, State.CLOSED, closed_because=because, closed_at=now or timezone.now())
    _record(actor, "closed an offer or a request", moved, reason=because)
    return moved


def seen_mark(listing: Listing) -> str:
    """What a curator's page carries to say which text was read."""
    return listing.submitted_at.isoformat() if listing.submitted_at else ""


def _locked(listing: Listing) -> Listing:
    return Listing.objects.select_for_update(of=("self",)).select_related("municipality").get(pk=listing.pk)


def _as_seen(listing: Listing, seen: str) -> Listing:
    held = _locked(listing)
    if held.state == State.SUBMITTED and seen != seen_mark(held):
        raise Stale(_("“%(title)s” was changed meanwhile: read it again.") % {"title": held.title})
    return held


def _move(listing: Listing, to: str, **fields: Any) -> Listing:
    if to not in Listing.MOVES[listing.state]:
        raise Refusal(
            _("“%(title)s” is in the state “%(state)s”: this cannot be done now.")
            % {"title": listing.title, "state": listing.get_state_display()}
        )
    for field, value in {"state": to, **fields}.items():
        setattr(listing, field, value)
    listing.save(update_fields=["state", *fields])
    return listing


def _record(actor: Actor, verb: str, listing: Listing, *, before: str = "", reason: str = "") -> None:
    audit.record(
        actor,
        verb,
        listing,
        context=f"listing:{listing.pk}",
        before={"state": before} if before else {},
        after={"state": listing.state, "title": listing.title, "text": listing.text},
        reason=reason,
    )


def _tell_author(listing: Listing, what: str, now: dt.datetime) -> None:
    author = listing.created_by
    write = emails.published if what == "published" else emails.returned
    key = f"listing:{listing.pk}/{what}:{now.isoformat()}"
    if author.is_active:
        tell([author], lambda to: write(listing, to, key))
