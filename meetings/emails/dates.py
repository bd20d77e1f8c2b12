"""What we write while a date is sought: the question, a reminder, the date, that it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from imc_portal.core import links
from imc_portal.core.models import PersonalLink
from imc_portal.core.outbox import Message, one_line
from imc_portal.core.templatetags.portal import day as day_in_words
from meetings import clocks
from meetings.emails.invitations import spoken_time
from meetings.models import DatePoll, DateSlot
from partners.models import OfficeHolder, Participant


@dataclass(frozen=True, slots=True)
class DateLetter:
    """Everything a message about a date says: to whom, about which question, by which link."""

    poll: DatePoll
    participant: Participant
    contact: OfficeHolder
    link: PersonalLink
    slots: Sequence[DateSlot]
    thread_id: str = ""


def key(poll: DatePoll, about: str, participant: Participant) -> str:
    """What a message is about, and to whom it goes."""
    return f"dates:{poll.pk}/{about}/to:{participant.pk}"


def asked(letter: DateLetter) -> Message:
    """Which of these times would suit you?"""
    with translation.override(letter.contact.language):
        subject = _("%(host)s asks %(name)s: when could we meet?") % _words(letter)
        return _message(letter, "asked", subject)


def reminder(letter: DateLetter) -> Message:
    """Two days are left to answer."""
    with translation.override(letter.contact.language):
        subject = _("Reminder: %(host)s still asks %(name)s when we could meet") % _words(letter)
        return _message(letter, "reminder", subject)


def fixed(letter: DateLetter) -> Message:
    """This is the date."""
    with translation.override(letter.contact.language):
        subject = _("The date is set: meeting with %(host)s") % _words(letter)
        return _message(letter, "fixed", subject)


def withdrawn(letter: DateLetter) -> Message:
    """The question for a date is taken back."""
    with translation.override(letter.contact.language):
        subject = _("No date is sought any more: meeting with %(host)s") % _words(letter)
        return _message(letter, "withdrawn", subject)


def in_zones(slot: DateSlot, own: str, there: str) -> list[str]:
    """The time by the reader's own clock; and by the clock of the meeting where that shows another one."""
    lines = [spoken_time(slot.starts_at, slot.ends_at, own)]
    if clocks.differ(slot.starts_at, own, there):
        lines.append(spoken_time(slot.starts_at, slot.ends_at, there))
    return lines


def _words(letter: DateLetter) -> dict[str, str]:
    return {"host": str(letter.poll.case.initiator), "name": str(letter.participant)}


def _message(letter: DateLetter, about: str, subject: str) -> Message:
    context = _context(letter, about) | {"subject": subject}
    return Message(
        key=key(letter.poll, about, letter.participant),
        to_address=letter.contact.email,
        to_name=letter.contact.name,
        subject=subject,
        text=render_to_string("meetings/emails/dates.txt", context),
        html=render_to_string("meetings/emails/dates.html", context),
        reply_to=letter.poll.case.opened_by.email,
        language=letter.contact.language,
        context=letter.poll.case.context,
        thread_id=letter.thread_id,
        link=letter.link,
    )


def _context(letter: DateLetter, about: str) -> dict[str, object]:
    poll, case = letter.poll, letter.poll.case
    zone = letter.participant.municipality.time_zone
    chosen = [slot for slot in letter.slots if slot.fixed] if about == "fixed" else letter.slots
    return {
        "about": about,
        "poll": poll,
        "kind": poll.get_kind_display(),
        "formal": poll.kind == "formal",
        "municipality": letter.participant.municipality,
        "contact": one_line(letter.contact.name),
        "office": letter.contact.get_office_display(),
        "host": case.initiator,
        "case": case,
        "times": [in_zones(slot, zone, poll.time_zone) for slot in chosen],
        "answer_by": day_in_words(poll.answer_by),
        "sender": one_line(str(case.opened_by)),
        "address": case.opened_by.email,
        "language": letter.contact.language,
        "link": f"{links.PLACEHOLDER}dates/{poll.pk}/",
    }
