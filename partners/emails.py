"""Short messages about offers, interest and private yeses, each in the reader's language; writes nothing.

Plain text only: what people typed cannot become markup, and the outbox keeps headers on one line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from imc_portal.core.models import User
from imc_portal.core.outbox import Message
from partners.models import Interest, Listing, Probe, ProbeQuestion


def published(listing: Listing, to: User, key: str) -> Message:
    """To its author: the curator has let it through."""
    with _language(to):
        words = _("“%(title)s” is published: municipalities on the portal can see it and express interest.")
        subject = _("Published: %(title)s") % {"title": listing.title}
        return _message(to, key, subject, [words % {"title": listing.title}], listing.get_absolute_url())


def returned(listing: Listing, to: User, key: str) -> Message:
    """To its author: what the curator asks to change."""
    with _language(to):
        words = _("The curator asks you to change “%(title)s” before others see it:")
        subject = _("Please change: %(title)s") % {"title": listing.title}
        paragraphs = [words % {"title": listing.title}, listing.check_note]
        return _message(to, key, subject, paragraphs, listing.get_absolute_url())


def interest_came(interest: Interest, to: User, key: str) -> Message:
    """To those who speak for the owner: who is interested, and where to answer."""
    with _language(to):
        names = {"name": interest.municipality, "title": interest.listing.title}
        paragraphs = [
            _("%(name)s is interested in “%(title)s”.") % names,
            interest.why,
            _("Answer on the page: let us talk, or not this time."),
        ]
        subject = _("%(name)s is interested: %(title)s") % names
        return _message(
            to, key, subject, paragraphs, interest.listing.get_absolute_url(), interest.contact_email
        )


def interest_answered(interest: Interest, to: User, key: str) -> Message:
    """To those who expressed interest: the answer and the reply."""
    with _language(to):
        names = {"name": interest.listing.municipality, "title": interest.listing.title}
        words = {
            Interest.State.WELCOME: _("%(name)s would like to talk with you about “%(title)s”."),
            Interest.State.DECLINED: _("%(name)s answers: not this time, about “%(title)s”."),
        }[Interest.State(interest.state)]
        subject = _("Answer of %(name)s: %(title)s") % names
        paragraphs = [words % names, interest.reply]
        return _message(to, key, subject, paragraphs, interest.listing.get_absolute_url())


def private_question(question: ProbeQuestion, to: User, key: str) -> Message:
    """To those who speak for the one asked; names the function and nobody else."""
    with _language(to):
        words = _("With which municipalities around you could this interest you: %(function)s?")
        paragraphs = [
            words % {"function": question.function},
            _(
                "Only you see your answer. A municipality learns of your yes only if it has said yes to you "
                "as well; then both of you learn it at the same time."
            ),
        ]
        subject = _("A private question: %(function)s") % {"function": question.function}
        return _message(to, key, subject, paragraphs, question.get_absolute_url())


def both_said_yes(probe: Probe, to: User, key: str) -> Message:
    """To those who speak for one of two that both said yes."""
    with _language(to):
        names = {"name": probe.other, "function": probe.function}
        subject = _("%(name)s and you both said yes: %(function)s") % names
        paragraphs = [
            _("%(name)s said yes as well: working together on “%(function)s” could interest both of you.")
            % names,
            _("Both of you learn it now. Nothing is decided: the next step is to speak with each other."),
        ]
        return _message(to, key, subject, paragraphs, reverse("partners:probe_list"))


@contextmanager
def _language(to: User) -> Iterator[None]:
    with translation.override(to.language):
        yield


def _message(
    to: User, key: str, subject: str, paragraphs: Sequence[str], path: str, reply_to: str = ""
) -> Message:
    parts = [_("Good day,"), *paragraphs, f"{settings.BASE_URL}{path}", _("Kind regards"), _("IMC Portal")]
    return Message(
        key=f"{key}/to:{to.pk}",
        to_address=to.email,
        to_name=str(to),
        subject=subject,
        text="\n\n".join(part for part in parts if part) + "\n",
        reply_to=reply_to,
        language=to.language,
    )
