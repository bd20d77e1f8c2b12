"""What we write to those who are invited: one message per recipient, in the recipient's language.

Builds plain messages for the post room, writes nothing. Everything that people typed is escaped in HTML and
loses its line breaks where a header or a heading could be split.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _

from imc_portal.core import dates, links
from imc_portal.core.models import OutgoingEmail, PersonalLink
from imc_portal.core.outbox import File, Message, one_line
from imc_portal.core.templatetags.portal import colon
from imc_portal.core.templatetags.portal import day as day_in_words
from meetings import calendar, leadtime, spoken
from meetings.agenda import Item
from meetings.models import CaseRules, Dispatch, Invitation, Meeting, MeetingPaper
from partners.models import Case, OfficeHolder
from proposals.documents import tokens
from proposals.documents.facts import facts_of
from proposals.documents.wording import currency_of
from proposals.models import Document

REPLY_DAYS_BEFORE = 3
#: A message in these states is with its reader, or may be.
REACHED = (OutgoingEmail.State.SENDING, OutgoingEmail.State.SENT, OutgoingEmail.State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything a message says: to whom, about which invitation, by which link, in which thread."""

    invitation: Invitation
    contact: OfficeHolder
    link: PersonalLink | None
    thread_id: str
    now: dt.datetime
    due_at: dt.datetime | None = None
    benefit: str = ""
    document: Document | None = None
    agenda: MeetingPaper | None = None
    #: When the recipient was asked; a reminder names the day.
    asked_at: dt.datetime | None = None
    #: Whether its paper is late and nobody has waived that.
    late: bool = False
    #: The agenda in the recipient's language, where it is known already.
    items: Sequence[Item] | None = None

    @property
    def meeting(self) -> Meeting:
        """What it is about."""
        return self.invitation.meeting

    @property
    def case(self) -> Case:
        """What that belongs to."""
        return self.meeting.case


def letter_key(dispatch: Dispatch) -> str:
    """What the message that carries this paper is about: meeting, version, recipient."""
    meeting, participant = dispatch.invitation.meeting_id, dispatch.invitation.participant_id
    version = dispatch.document.version_id if dispatch.document else "none"
    return f"meeting:{meeting}/version:{version}/to:{participant}"


def proposal(letter: Letter, key: str) -> Message:
    """The proposal with its PDF, the invitation to the informal meeting and the personal link."""
    with _in_the_language_of(letter):
        subject = _("%(host)s to %(name)s: a proposal, and an informal meeting on %(day)s") % _words(letter)
        items = _items(letter)
        files = [*_pdf(letter), *_agenda(letter), _entry(letter, items)]
        return _message(letter, key, subject, "proposal", files, items)


def formal_invitation(letter: Letter, key: str) -> Message:
    """The invitation to the formal meeting."""
    with _in_the_language_of(letter):
        subject = _("%(host)s to %(name)s: invitation to the formal meeting on %(day)s") % _words(letter)
        items = _items(letter)
        return _message(letter, key, subject, "formal", [*_agenda(letter), _entry(letter, items)], items)


def changed(letter: Letter, key: str) -> Message:
    """The meeting has changed: what holds now, with the changed calendar entry."""
    with _in_the_language_of(letter):
        subject = _("Changed: meeting with %(host)s, now on %(day)s") % _words(letter)
        items = _items(letter)
        return _message(letter, key, subject, "changed", [*_agenda(letter), _entry(letter, items)], items)


def cancelled(letter: Letter, key: str) -> Message:
    """The meeting does not take place, and why; the calendar entry goes."""
    with _in_the_language_of(letter):
        subject = _("Cancelled: meeting with %(host)s on %(day)s") % _words(letter)
        items = _items(letter)
        return _message(letter, key, subject, "cancelled", [_entry(letter, items, cancelled=True)], items)


def reminder(letter: Letter, key: str) -> Message:
    """We have not heard from you; the paper lies where it was, and silence is no refusal."""
    with _in_the_language_of(letter):
        subject = _("%(host)s asks %(name)s: do you come to the meeting on %(day)s?") % _words(letter)
        return _message(letter, key, subject, "reminder", [])


def confirmed(letter: Letter, key: str) -> Message:
    """The meeting takes place as planned: nobody's late paper stands against it any more."""
    with _in_the_language_of(letter):
        subject = _("Confirmed: meeting with %(host)s on %(day)s") % _words(letter)
        return _message(letter, key, subject, "confirmed", [])


def calendar_entry(
    meeting: Meeting,
    now: dt.datetime,
    contact: OfficeHolder | None = None,
    items: Sequence[Item] | None = None,
) -> calendar.Entry:
    """The meeting as calendars know it; its sender is the portal, else mail programs ignore the changes.

    `items`: its agenda in the active language, where that is known already.
    """
    return calendar.Entry(
        uid=uid_of(meeting),
        sequence=meeting.sequence,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        time_zone=meeting.time_zone,
        summary=title_of(meeting),
        description=_agenda_text(meeting, spoken.items(meeting) if items is None else items),
        place=one_line(meeting.place),
        url=meeting.online_url,
        stamp=now,
        organizer=_organizer(meeting),
        attendee=calendar.Person(contact.name, contact.email) if contact else None,
        cancelled=meeting.state == Meeting.State.CANCELLED,
        modified=meeting.changed_at or meeting.called_at,
    )


def feed_entry(meeting: Meeting) -> calendar.Entry:
    """The meeting in a feed: title, time and place alone; nothing in it changes unless the meeting does."""
    modified = meeting.changed_at or meeting.called_at or meeting.starts_at
    return calendar.Entry(
        uid=uid_of(meeting),
        sequence=meeting.sequence,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        time_zone=meeting.time_zone,
        summary=title_of(meeting),
        description="",
        place=one_line(meeting.place or meeting.online_url),
        url="",
        stamp=modified,
        organizer=_organizer(meeting),
        cancelled=meeting.state == Meeting.State.CANCELLED,
        modified=modified,
    )


def uid_of(meeting: Meeting) -> str:
    """The name by which every calendar knows the meeting, through all its changes."""
    return f"{meeting.pk}@{urlsplit(settings.BASE_URL).hostname}"


def title_of(meeting: Meeting) -> str:
    """Formal meeting: shared waste collection."""
    return one_line(capfirst(f"{meeting.get_kind_display()}{colon()}{meeting.case.title}"))


def _organizer(meeting: Meeting) -> calendar.Person:
    """The portal, in the host's name: mail programs ignore changes by anybody but the sender."""
    name = _("%(host)s (IMC portal)") % {"host": meeting.host}
    return calendar.Person(name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1])


def spoken_time(start: dt.datetime, end: dt.datetime, zone: str) -> str:
    """Monday 7 December 2026, 09:00 to 11:00 (time in Paris), in the language now active."""
    local = start.astimezone(zoneinfo.ZoneInfo(zone))
    until = end.astimezone(zoneinfo.ZoneInfo(zone))
    return _("%(day)s, %(start)s to %(end)s (time in %(zone)s)") % {
        "day": day_in_words(local),
        "start": dates.clock(local),
        "end": dates.clock(until),
        "zone": dates.zone(zone),
    }


def reply_by(
    meeting: Meeting, where: leadtime.Where, now: dt.datetime, asked: dt.date | None = None
) -> dt.date:
    """By when we ask for a reply: the day that the paper names, while that lies ahead and before the meeting.

    Else three working days before the meeting, or its own day when that is over too.
    """
    zone = zoneinfo.ZoneInfo(where.time_zone)
    today, day = now.astimezone(zone).date(), meeting.starts_at.astimezone(zone).date()
    wanted = leadtime.due(meeting.starts_at, REPLY_DAYS_BEFORE, where).date()
    return next((choice for choice in (asked, wanted) if choice and today <= choice < day), day)


def _items(letter: Letter) -> Sequence[Item]:
    return spoken.items(letter.meeting) if letter.items is None else letter.items


def _in_the_language_of(letter: Letter) -> translation.override:
    return translation.override(letter.contact.language)


def _words(letter: Letter) -> dict[str, str]:
    zone = zoneinfo.ZoneInfo(letter.invitation.participant.municipality.time_zone)
    return {
        "host": str(letter.case.initiator),
        "name": str(letter.invitation.participant),
        "day": day_in_words(letter.meeting.starts_at.astimezone(zone)),
    }


def _message(
    letter: Letter, key: str, subject: str, template: str, files: Sequence[File], items: Sequence[Item] = ()
) -> Message:
    context = _context(letter) | {"subject": subject, "agenda": items}
    return Message(
        key=key,
        to_address=letter.contact.email,
        to_name=letter.contact.name,
        subject=subject,
        text=render_to_string(f"meetings/emails/{template}.txt", context),
        html=render_to_string(f"meetings/emails/{template}.html", context),
        reply_to=_reply_to(letter.case),
        language=letter.contact.language,
        context=letter.case.context,
        thread_id=letter.thread_id,
        link=letter.link,
        files=files,
    )


def _context(letter: Letter) -> dict[str, object]:
    municipality = letter.invitation.participant.municipality
    where = leadtime.Where.of(municipality)
    meeting = letter.meeting
    return {
        "letter": letter,
        "meeting": meeting,
        "contact": one_line(letter.contact.name),
        "office": letter.contact.get_office_display(),
        "host": letter.case.initiator,
        "municipality": municipality,
        "case": letter.case,
        "when": spoken_time(meeting.starts_at, meeting.ends_at, municipality.time_zone),
        "reply_by": day_in_words(reply_by(meeting, where, letter.now, _asked(letter))),
        "late": letter.late,
        "late_url": f"{links.PLACEHOLDER}late/",
        "asked_on": day_in_words(letter.asked_at.astimezone(where.zone)) if letter.asked_at else "",
        "lead_time": CaseRules.days_ahead(letter.case, meeting.kind),
        "benefit": _benefit(letter),
        "corrects": _corrects(letter),
        "sender": one_line(str(letter.case.opened_by)),
        "address": _reply_to(letter.case),
        "language": letter.contact.language,
        "link": links.PLACEHOLDER if letter.link else "",
    }


def _benefit(letter: Letter) -> str:
    """What is in it for the recipient, its figures filled in as in the paper."""
    if letter.document is None or "{" not in letter.benefit:
        return letter.benefit
    facts = facts_of(letter.document.version)
    reader = str(letter.document.participant_id)
    return tokens.fill(letter.benefit, tokens.values_for(facts, reader, currency_of(facts.country)))


def _corrects(letter: Letter) -> int | None:
    """The number of the version that the attached one replaces for this recipient, who has had it."""
    if letter.document is None:
        return None
    version = letter.document.version
    if version.number == 1:
        return None
    reached = Dispatch.objects.filter(
        Q(email__state__in=REACHED) | Q(by_hand__isnull=False),
        invitation__participant=letter.document.participant_id,
        document__version__proposal=version.proposal_id,
        document__version__number__lt=version.number,
    )
    number = "document__version__number"
    return reached.order_by(f"-{number}").values_list(number, flat=True).first()


def _asked(letter: Letter) -> dt.date | None:
    return letter.document.version.answer_by if letter.document else None


def _reply_to(case: Case) -> str:
    return case.opened_by.email


def _pdf(letter: Letter) -> list[File]:
    document = letter.document
    if document is None:
        return []
    name = slugify(f"{_('proposal')} {letter.case.initiator} {letter.invitation.participant}")[:120]
    return [File(f"{name}.pdf", "application/pdf", document_name=document.file_name, sha256=document.sha256)]


def _agenda(letter: Letter) -> list[File]:
    paper = letter.agenda
    if paper is None:
        return []
    what = _("notice and agenda") if letter.meeting.is_formal else _("agenda")
    name = slugify(f"{what} {letter.case.initiator} {letter.meeting.local_start:%Y-%m-%d}")[:120]
    return [File(f"{name}.pdf", "application/pdf", document_name=paper.file_name, sha256=paper.sha256)]


def _entry(letter: Letter, items: Sequence[Item], *, cancelled: bool = False) -> File:
    entry = calendar_entry(letter.meeting, letter.now, letter.contact, items)
    method, content = (
        ("CANCEL", calendar.cancel(entry)) if cancelled else ("REQUEST", calendar.request(entry))
    )
    return File("invitation.ics", f"text/calendar; method={method}", content=content)


def _agenda_text(meeting: Meeting, items: Sequence[Item]) -> str:
    lines = [f"{number}. {item.title}" for number, item in enumerate(items, 1)]
    return "\n".join([str(meeting.case.title), *lines])
