"""One message as it leaves, or left: headers, text, HTML, files, the calendar entry in words.

The personal link is the recipient's alone: the outbox shows its place, its secret never.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar

from imc_portal.core import dates, documents, incidents, links, outbox
from imc_portal.core.lines import BadAddress
from imc_portal.core.models import EmailAttachment, OutgoingEmail

CALENDAR = "text/calendar"
#: What a reader looks for first, in this order; the rest stands below.
FIRST = ("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References")
#: Said by the structure of the message itself.
STRUCTURE = {"content-type", "mime-version", "content-transfer-encoding"}
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the recipient's calendar does with the entry."""

    title: str
    when: str
    place: str
    what: str


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that leaves with the message, verified on reading; `problem` says why it cannot be had."""

    number: int
    file: EmailAttachment
    size: int
    problem: str = ""
    entry: Entry | None = None
    #: Too large to travel: the text holds a link to it instead.
    by_link: bool = False


@dataclass(frozen=True, slots=True)
class Contents:
    """All that the recipient gets."""

    headers: Sequence[tuple[str, str]]
    others: Sequence[tuple[str, str]]
    text: str
    html: str
    files: Sequence[Enclosed]
    size: int

    @property
    def is_damaged(self) -> bool:
        """Whether something in it cannot be had, so that it cannot leave."""
        return any(file.problem for file in self.files)


def read(email: OutgoingEmail) -> Contents:
    """The message as it leaves; of one whose document is damaged, what is left."""
    rows = list(email.attachments.all())
    opened = [_opened(email, number, file) for number, file in enumerate(rows)]
    whole = None if any(one.problem for one in opened) else _whole(email)
    if whole is None:
        known = _from_row(email)
        return Contents(known, (), _hidden(email.text), _hidden(email.html), opened, 0)
    headers = [(name, str(value)) for name, value in whole.items() if name.lower() not in STRUCTURE]
    travelling = {part.get_filename() for part in whole.walk() if part.get_filename()}
    return Contents(
        headers=_first(email, headers),
        others=[(name, value) for name, value in headers if name.title() not in _TITLED],
        text=_body(whole, "plain"),
        html=_body(whole, "html"),
        files=[_placed(one, travelling) for one in opened],
        size=len(whole.as_bytes()),
    )


def as_new(found: Contents, email: OutgoingEmail) -> Contents:
    """The same as a new message that answers this one."""
    new = {
        "To": _("as chosen here"),
        "Date": _("set when it leaves"),
        "Message-ID": _("a new one"),
        "In-Reply-To": email.message_id,
    }
    kept = {name: value for name, value in found.headers if name != "References"} | new
    return replace(found, headers=[(name, kept[name]) for name in FIRST if name in kept])


def content_of(email: OutgoingEmail, file: EmailAttachment) -> bytes:
    """The bytes of a file, verified; raises documents.StoreProblem, which is told as an incident."""
    if file.document_name:
        return documents.read(file.document_name, sha256=file.sha256, context=email.context)
    content = bytes(file.content or b"")
    if hashlib.sha256(content).hexdigest() != file.sha256:
        key, kind = f"core.emailattachment:{file.pk}", incidents.Kind.DOCUMENT_ALTERED
        incidents.report(kind=kind, target_key=key, context=email.context, detail=file.filename)
        raise documents.Altered(file.filename)
    return content


def policy_of(html: str) -> str:
    """What the frame with the HTML may do: show words in the one sheet of style that our letters carry."""
    style = STYLE.search(html)
    digest = b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode() if style else ""
    allowed = f"'sha256-{digest}'" if digest else "'none'"
    return (
        f"default-src 'none'; style-src {allowed}; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'self'; sandbox"
    )


_TITLED = {name.title() for name in FIRST}


def _hidden(text: str) -> str:
    """A name for the personal link where its address goes."""
    return text.replace(links.PLACEHOLDER, _("[the recipient's personal link]"))


def _opened(email: OutgoingEmail, number: int, file: EmailAttachment) -> Enclosed:
    try:
        content = content_of(email, file)
    except documents.StoreProblem as problem:
        return Enclosed(number, file, 0, problem=problem.words)
    entry = _entry(content) if file.content_type.startswith(CALENDAR) else None
    return Enclosed(number, file, len(content), entry=entry)


def _whole(email: OutgoingEmail) -> EmailMessage | None:
    try:
        made = outbox.preview(email)
    except (documents.StoreProblem, BadAddress):
        return None
    return message_from_bytes(made.as_bytes(), policy=default)


def _first(email: OutgoingEmail, headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers a reader knows; the date is that of its leaving."""
    known = {name.title(): value for name, value in headers}
    if email.sent_at is None:
        known["Date"] = _("set when it leaves")
    else:
        known["Date"] = email.sent_at.astimezone(dt.UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")
    return [(name, known[name.title()]) for name in FIRST if known.get(name.title())]


def _from_row(email: OutgoingEmail) -> list[tuple[str, str]]:
    to = f"{email.to_name} <{email.to_address}>" if email.to_name else email.to_address
    pairs = [("To", to), ("Reply-To", email.reply_to), ("Subject", email.subject)]
    pairs += [("Message-ID", email.message_id), ("In-Reply-To", email.thread_id)]
    return [(name, value) for name, value in pairs if value]


def _body(whole: EmailMessage, kind: str) -> str:
    part = whole.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part else ""


def _placed(one: Enclosed, travelling: set[str | None]) -> Enclosed:
    away = one.file.filename not in travelling
    return replace(one, by_link=away)


def _entry(content: bytes) -> Entry | None:
    """The entry in words; nothing when it cannot be read, for the file itself is there."""
    try:
        calendar = Calendar.from_ical(content)
        event = next(iter(calendar.walk("VEVENT")))
        starts, ends = event.decoded("dtstart"), event.decoded("dtend")
    except (ValueError, KeyError, StopIteration):
        return None
    return Entry(
        title=str(event.get("summary", "")),
        when=_span(starts, ends, str(event["dtstart"].params.get("TZID", ""))),
        place=str(event.get("location", "")),
        what=_asked(str(calendar.get("method", "")), int(event.get("sequence", 0))),
    )


def _span(starts: dt.datetime, ends: dt.datetime, zone: str) -> str:
    """Monday 7 December 2026, 09:00 to 11:00 (time in Paris), by the clock that the entry names."""
    if not zone:
        zone = timezone.get_current_timezone_name()
        starts, ends = timezone.localtime(starts), timezone.localtime(ends)
    return _("%(day)s, %(start)s to %(end)s (time in %(zone)s)") % {
        "day": dates.day(starts),
        "start": dates.clock(starts),
        "end": dates.clock(ends),
        "zone": dates.zone(zone),
    }


def _asked(method: str, sequence: int) -> str:
    if method == "CANCEL":
        return _("takes the entry out of the calendar")
    if sequence:
        return _("replaces the entry in the calendar")
    return _("puts an entry into the calendar and asks for a reply") if method == "REQUEST" else _("an entry")


def frame(html: str) -> Iterator[str]:
    """The HTML for its frame: a click opens nothing, for the frame may open no window."""
    yield '<!doctype html><base target="_blank">'
    yield html
