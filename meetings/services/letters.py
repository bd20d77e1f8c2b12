"""What a letter to one recipient needs: whom it may go to, the personal link, the thread, the bell."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from imc_portal.core import links, outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail, PersonalLink, UndeliverableAddress
from imc_portal.core.problems import Refusal
from imc_portal.core.templatetags.portal import day as day_in_words
from meetings import emails, spoken
from meetings.agenda import Item
from meetings.models import Dispatch, Invitation, Meeting, MeetingPaper
from partners.models import OfficeHolder, Participant
from proposals.models import Document, Statement


@dataclass(frozen=True, slots=True)
class Known:
    """What each of several letters would ask the database for, asked once for all of them."""

    #: Live personal links, by participant.
    links: Mapping[uuid.UUID, Sequence[PersonalLink]]
    #: The message under which a letter stands, by personal link.
    threads: Mapping[uuid.UUID, str]
    #: What is in it for the recipient, by version and participant.
    benefits: Mapping[tuple[uuid.UUID, uuid.UUID], str]
    _items: dict[str, list[Item]] = field(default_factory=dict)

    def items(self, meeting: Meeting, language: str) -> list[Item]:
        """The agenda of their one meeting in this language."""
        if language not in self._items:
            with translation.override(language):
                self._items[language] = spoken.items(meeting)
        return self._items[language]


def known_of(participants: Iterable[uuid.UUID], documents: Iterable[Document]) -> Known:
    """Read what letters to these participants need, and those that carry these papers."""
    links_of = _live_links(participants)
    return Known(
        links=links_of,
        threads=_threads([link.pk for mine in links_of.values() for link in mine]),
        benefits=_first_benefits(documents),
    )


def letter_to(
    invitation: Invitation,
    now: dt.datetime,
    dispatch: Dispatch | None = None,
    agenda: MeetingPaper | None = None,
    asked_at: dt.datetime | None = None,
    late_paper: Dispatch | None = None,
    known: Known | None = None,
) -> emails.Letter:
    """What a message to this recipient needs; issues the personal link when there is none.

    `known`: from `known_of`, for several letters about one meeting.
    """
    contact, document = recipient_of(invitation.participant), dispatch.document if dispatch else None
    read = known or known_of([invitation.participant_id], [document] if document else [])
    link = _link(invitation.participant, read.links.get(invitation.participant_id, ()))
    if invitation.link_id != link.pk:
        invitation.link = link
        invitation.save(update_fields=["link"])
    return emails.Letter(
        invitation=invitation,
        contact=contact,
        link=link,
        thread_id=read.threads.get(link.pk, ""),
        now=now,
        due_at=dispatch.due_at if dispatch else None,
        document=document,
        benefit=read.benefits.get((document.version_id, document.participant_id), "") if document else "",
        agenda=agenda if agenda and agenda.state == MeetingPaper.State.STORED else None,
        asked_at=asked_at,
        late=any(one.is_late_at(now) for one in (dispatch, late_paper) if one),
        items=known.items(invitation.meeting, contact.language) if known else None,
    )


def was_written_to(participant: Participant) -> bool:
    """Whether somebody of this municipality holds a live personal link: a first letter went before."""
    links_of = PersonalLink.objects.filter(purpose="participant", subject=participant.pk, revoked_at=None)
    return OutgoingEmail.objects.filter(link__in=links_of, state=OutgoingEmail.State.SENT).exists()


def thread_of(link: PersonalLink) -> str:
    """The first message by this link that may be known to its reader: later ones stand below it."""
    return _threads([link.pk]).get(link.pk, "")


def _threads(of: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    State = OutgoingEmail.State
    unread = (State.CANCELLED, State.FAILED, State.BOUNCED)
    written = OutgoingEmail.objects.filter(link__in=of).exclude(state__in=unread).order_by("-created_at")
    return dict(written.values_list("link", "message_id")) if of else {}


def link_of(participant: Participant) -> PersonalLink:
    """The recipient's one link for the whole case; a former recipient's link is closed."""
    return _link(participant, _live_links([participant.pk]).get(participant.pk, ()))


def _live_links(participants: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[PersonalLink]]:
    found: dict[uuid.UUID, list[PersonalLink]] = defaultdict(list)
    live = PersonalLink.objects.filter(purpose="participant", subject__in=participants, revoked_at=None)
    for link in live:
        found[link.subject].append(link)
    return found


def _link(participant: Participant, live: Sequence[PersonalLink]) -> PersonalLink:
    contact = recipient_of(participant)
    holder = holder_of(contact)
    for link in [link for link in live if link.holder != holder]:
        links.revoke(link=link, actor=Actor.portal(), reason="Another person receives the papers now.")
    mine = [link for link in live if link.holder == holder and link.language == contact.language]
    return next((link for link in mine if link.is_live), None) or links.issue(
        purpose="participant", subject=participant.pk, holder=holder, language=contact.language
    )


def recipient_of(participant: Participant) -> OfficeHolder:
    """To whom papers go; ask `trouble_with` before."""
    if participant.contact is None:
        raise Refusal(_("%(name)s has no recipient: choose one among the contacts.") % {"name": participant})
    return participant.contact


def holder_of(contact: OfficeHolder) -> str:
    """The name a link is issued to: always in one language, for it tells one holder from another."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(contact)


def barred(parties: Iterable[Participant]) -> dict[str, str]:
    """Of the addresses of these recipients, those from which messages come back, with why: for lists."""
    addresses = [party.contact.email.strip().lower() for party in parties if party.contact]
    found = UndeliverableAddress.objects.filter(address__in=addresses, lifted_at=None)
    return dict(found.values_list("address", "reason"))


def trouble_with(invitation: Invitation, now: dt.datetime, known: Mapping[str, str] | None = None) -> str:
    """Why this recipient cannot be written to, and what to do, in the organiser's language; or nothing."""
    return trouble_of(invitation.participant, invitation.meeting.case.opened_by.language, now, known)


def trouble_of(
    participant: Participant, language: str, now: dt.datetime, known: Mapping[str, str] | None = None
) -> str:
    """The same for a participant without an invitation, in this language; `known`: from `barred`."""
    contact, day = participant.contact, now.date()
    with translation.override(language):
        if contact is None:
            return _("No recipient is chosen: choose one among the contacts.")
        if not _is_address(contact.email):
            return _("%(who)s has no valid e-mail address: correct it, or choose another recipient.") % {
                "who": contact
            }
        if why := _barred(contact.email, known):
            return _(
                "Messages to %(address)s came back (%(why)s): correct the address, choose another recipient, "
                "or let messages go there again."
            ) % {"address": contact.email, "why": Truncator(why).chars(80)}
        if contact.term_end and contact.term_end < day:
            return _("%(who)s held the office until %(day)s: choose who receives papers now.") % {
                "who": contact,
                "day": day_in_words(contact.term_end),
            }
        if contact.term_start and contact.term_start > day:
            return _("%(who)s takes office on %(day)s only: choose who receives papers now.") % {
                "who": contact,
                "day": day_in_words(contact.term_start),
            }
    return ""


def _barred(address: str, known: Mapping[str, str] | None) -> str:
    if known is None:
        return outbox.undeliverable(address)
    return known.get(address.strip().lower(), "")


def _first_benefits(documents: Iterable[Document]) -> dict[tuple[uuid.UUID, uuid.UUID], str]:
    """What is in it for each recipient: the first benefit of its own annex."""
    wanted = {(document.version_id, document.participant_id) for document in documents}
    found: dict[tuple[uuid.UUID, uuid.UUID], str] = {}
    if wanted:
        statements = Statement.objects.filter(
            kind__in=Statement.BENEFITS,
            annex__version__in={version for version, _participant in wanted},
            annex__participant__in={participant for _version, participant in wanted},
        )
        for version, participant, text in statements.values_list(
            "annex__version", "annex__participant", "text"
        ):
            found.setdefault((version, participant), text)
    return found


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
