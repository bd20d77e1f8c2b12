"""The story of one message in order: what was made, queued, tried, answered, opened and said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from imc_portal.core.models import EmailEvent, OutgoingEmail
from imc_portal.core.templatetags.portal import day as day_in_words
from meetings.models import Dispatch, Invitation

Kind = EmailEvent.Kind
Mail = OutgoingEmail.State
TONES = {
    **dict.fromkeys((Kind.REFUSED, Kind.GIVEN_UP, Kind.BOUNCED, Kind.UNCERTAIN), "trouble"),
    **dict.fromkeys((Kind.HELD, Kind.POSTPONED, Kind.DELAYED), "waiting"),
    **dict.fromkeys((Kind.CANCELLED, Kind.AGAIN), "plain"),
}


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the story, as the timeline shows it."""

    when: dt.datetime
    text: str
    who: str = ""
    note: str = ""
    url: str = ""
    tone: str = "done"


def of(email: OutgoingEmail, dispatch: Dispatch | None) -> list[Happened]:
    """Everything that is known, oldest first."""
    told = [*_before(dispatch), *_events(email), *_after(email, dispatch)]
    return sorted(told, key=lambda one: one.when)


def _before(dispatch: Dispatch | None) -> Iterator[Happened]:
    document = dispatch.document if dispatch else None
    if document and document.rendered_at:
        yield Happened(document.rendered_at, _("The document was rendered"))


def _events(email: OutgoingEmail) -> Iterator[Happened]:
    events = list(email.events.all())
    kinds = {event.kind for event in events}
    # Older messages have no story of their own: their row tells the outline.
    if Kind.QUEUED not in kinds and Kind.HELD not in kinds:
        yield Happened(email.created_at, capfirst(str(Kind.QUEUED.label)))
    if email.sent_at and not kinds & {Kind.ACCEPTED, Kind.SETTLED}:
        yield Happened(email.sent_at, capfirst(str(Kind.ACCEPTED.label)), note=email.server_reply)
    if email.bounced_at and Kind.BOUNCED not in kinds:
        yield Happened(
            email.bounced_at, capfirst(str(Kind.BOUNCED.label)), note=email.last_error, tone="trouble"
        )
    for event in events:
        yield Happened(
            event.at,
            _sentence(event),
            who=event.who,
            note=event.detail,
            tone=TONES.get(Kind(event.kind), "done"),
        )


def _sentence(event: EmailEvent) -> str:
    said = capfirst(str(event.get_kind_display()))
    if event.attempt and event.kind in (Kind.CLAIMED, Kind.POSTPONED, Kind.REFUSED, Kind.UNCERTAIN):
        return _("%(what)s, attempt %(number)d") % {"what": said, "number": event.attempt}
    return said


def _after(email: OutgoingEmail, dispatch: Dispatch | None) -> Iterator[Happened]:
    opened = email.link.first_opened_at if email.link else None
    if opened and opened >= email.created_at:
        yield Happened(opened, _("The personal link was opened for the first time"))
    said = any(event.kind == Kind.UNLINKED for event in email.events.all())
    if email.link and email.link.revoked_at and not said:
        yield Happened(email.link.revoked_at, _("The personal link was closed"), tone="plain")
    for again in email.sent_again.all():
        text = _("Sent again as a new message")
        yield Happened(again.created_at, text, url=_url(again), note=again.again_because, tone="plain")
    if dispatch:
        yield from _answered(dispatch)


def _answered(dispatch: Dispatch) -> Iterator[Happened]:
    invitation = dispatch.invitation
    if dispatch.opened_at:
        yield Happened(dispatch.opened_at, _("The paper was opened"))
    if invitation.replied_at and invitation.reply != Invitation.Reply.NONE:
        names = {"name": invitation.participant, "reply": invitation.get_reply_display()}
        yield Happened(invitation.replied_at, _("%(name)s %(reply)s") % names, note=invitation.reply_text)
    if dispatch.waived_at:
        yield Happened(dispatch.waived_at, _("The lead time was waived"), who=dispatch.waived_by)
    if hand := getattr(dispatch, "by_hand", None):
        day = day_in_words(hand.received_on)
        note = _("received by %(who)s on %(day)s") % {"who": hand.received_by, "day": day}
        text = _("On paper as well: %(how)s") % {"how": hand.get_how_display()}
        yield Happened(hand.noted_at, text, who=hand.noted_by, note=note)


def _url(email: OutgoingEmail) -> str:
    return reverse("meetings:message", kwargs={"pk": email.pk})
