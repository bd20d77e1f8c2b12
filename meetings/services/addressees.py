"""Who is written to for a municipality after the meeting, and why somebody cannot be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.conf import settings

from imc_portal.core import languages
from imc_portal.core.models import OutgoingEmail
from imc_portal.core.problems import Refusal
from meetings.emails.addressee import Addressee
from meetings.models import Invitation
from meetings.services import letters


def of(invitation: Invitation) -> Addressee:
    """The recipient of the municipality's papers; where the initiator has none, who opened the case.

    Issues the personal link when there is none. Ask `trouble_with` before.
    """
    participant = invitation.participant
    if reads_by_account(invitation):
        person = invitation.meeting.case.opened_by
        return Addressee(participant, person.name or person.email, person.email, spoken_by(invitation))
    contact = participant.contact
    if contact is None:
        raise Refusal(letters.trouble_with(invitation, invitation.meeting.starts_at))
    link = letters.link_of(participant)
    first = OutgoingEmail.objects.filter(link=link).order_by("created_at").first()
    return Addressee(
        participant,
        contact.name,
        contact.email,
        spoken_by(invitation),
        office=contact.get_office_display(),
        link=link,
        thread_id=first.message_id if first else "",
    )


def trouble_with(invitation: Invitation, now: dt.datetime, known: Mapping[str, str] | None = None) -> str:
    """Why nobody of this municipality can be written to now, in a sentence; or nothing."""
    return "" if reads_by_account(invitation) else letters.trouble_with(invitation, now, known)


def reads_by_account(invitation: Invitation) -> bool:
    """Whether the letter goes to the person who runs the case: the initiator needs no recipient."""
    return invitation.participant.is_initiator and invitation.participant.contact is None


def spoken_by(invitation: Invitation) -> str:
    """The language of papers that this municipality reads."""
    contact = invitation.participant.contact
    spoken = contact.language if contact else invitation.meeting.case.opened_by.language
    return languages.nearest(spoken) or settings.LANGUAGE_CODE
