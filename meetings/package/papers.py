"""Every document that was really sent: proposals, agendas and notices, minutes, letters, as stored."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from django.utils.translation import gettext as _

from imc_portal.core import documents, links
from imc_portal.core.models import OutgoingEmail
from imc_portal.core.problems import Refusal
from meetings.models import Dispatch, Meeting, MeetingPaper, Minutes
from meetings.package import people
from meetings.troubles import NOTICE
from partners.models import Case
from proposals.documents import press
from proposals.documents.text import file_part
from proposals.models import Document

Facts = dict[str, Any]
#: Messages about packages themselves are no part of the case.
OWN = "receiver:"
#: Stands in a letter where its reader's secret address was.
NO_LINK = "[personal link]"


@dataclass(frozen=True, slots=True)
class Paper:
    """One file of the package, with what the data say about it."""

    told: Facts
    content: bytes


def of_case(case: Case) -> list[Paper]:
    """All of them, each checked against its checksum; Refusal when one is damaged."""
    found = [*_proposals(case), *_meeting_papers(case), *_letters(case)]
    return [_named_once(paper, found[:number]) for number, paper in enumerate(found)]


def _named_once(paper: Paper, before: list[Paper]) -> Paper:
    """Two files that would have one name get a number."""
    name = unicodedata.normalize("NFC", paper.told["file"])
    same = sum(unicodedata.normalize("NFC", one.told["file"]) == name for one in before)
    if same:
        stem, _dot, suffix = name.rpartition(".")
        name = f"{stem}-{same + 1}.{suffix}"
    return Paper(paper.told | {"file": name}, paper.content)


def _proposals(case: Case) -> Iterator[Paper]:
    """The proposals that really went out to a recipient."""
    sent = Dispatch.objects.filter(
        invitation__meeting__case=case, email__state=OutgoingEmail.State.SENT, document__isnull=False
    )
    rows = Document.objects.filter(pk__in=sent.values("document")).order_by(
        "version__number", "participant__municipality__name"
    )
    for one in rows.select_related("participant__municipality", "version__proposal__case"):
        told = _told("proposal", f"proposals/{press.file_name(one)}", one.language)
        told |= {"recipient": str(one.participant), "edition": one.version.number}
        yield _stored(told, one.file_name, one.sha256)


def _meeting_papers(case: Case) -> Iterator[Paper]:
    """Agendas of meetings that were called, and minutes that were sent."""
    sent = Minutes.objects.filter(meeting__case=case).exclude(state=Minutes.State.DRAFT)
    minutes = set(sent.values_list("meeting", "number"))
    rows = MeetingPaper.objects.filter(meeting__case=case, state=MeetingPaper.State.STORED)
    called = rows.exclude(meeting__state=Meeting.State.PLANNED).select_related("meeting")
    for one in called.order_by("meeting__starts_at", "kind", "edition", "language"):
        if one.kind == MeetingPaper.Kind.MINUTES and (one.meeting_id, one.edition) not in minutes:
            continue
        day = one.meeting.local_start.date().isoformat()
        name = f"meetings/{day}-{one.meeting.kind}-{one.kind}-{one.edition}-{one.language}.pdf"
        told = _told(one.kind, name, one.language) | {
            "meeting": str(one.meeting_id),
            "edition": one.edition,
        }
        yield _stored(told, one.file_name, one.sha256)


def _letters(case: Case) -> Iterator[Paper]:
    """E-mails that a mail server accepted, without the reader's secret link."""
    rows = OutgoingEmail.objects.filter(context=case.context, state=OutgoingEmail.State.SENT)
    ours = rows.exclude(key__startswith=OWN).exclude(key__startswith=NOTICE)
    for one in ours.order_by("sent_at", "key").prefetch_related("attachments"):
        if one.sent_at is None:  # a constraint of the table knows better than the types
            continue
        day = one.sent_at.date().isoformat()
        told = _told("letter", f"letters/{day}-{file_part(one.to_name or 'letter')}.eml", one.language)
        content = _eml(one)
        told |= {
            "recipient": one.to_name,
            "to": people.person(one.to_name, email=one.to_address),
            "subject": one.subject,
            "sent_at": one.sent_at.isoformat(),
            "attachments": [{"name": file.filename, "sha256": file.sha256} for file in one.attachments.all()],
        }
        yield Paper(told | _measured(content), content)


def _told(kind: str, name: str, language: str) -> Facts:
    return {
        "kind": kind,
        "file": name,
        "language": language,
        "recipient": None,
        "meeting": None,
        "edition": None,
        "sent_at": None,
        "to": None,
        "subject": "",
        "attachments": [],
    }


def _measured(content: bytes) -> Facts:
    return {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}


def _stored(told: Facts, name: str, sha256: str) -> Paper:
    try:
        content = documents.read(name, sha256=sha256)
    except documents.Damaged as problem:
        words = {"name": told["file"]}
        raise Refusal(
            _("The stored document %(name)s is missing or was altered; no package is made.") % words
        ) from problem
    return Paper(told | _measured(content), content)


def _eml(one: OutgoingEmail) -> bytes:
    """The words of the letter as a message that every mail program opens; attachments are named."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = one.subject
    message["To"] = _address(one)
    message["Date"] = one.sent_at
    message["Message-ID"] = one.message_id
    if one.thread_id:
        message["References"] = one.thread_id
    files = "".join(f"\n{file.filename}  SHA-256 {file.sha256}" for file in one.attachments.all())
    text = one.text.replace(links.PLACEHOLDER, NO_LINK).replace("\r\n", "\n")
    message.set_content(f"{text}\n\n--{files}\n" if files else text, charset="utf-8", cte="base64")
    return message.as_bytes()


def _address(one: OutgoingEmail) -> str:
    name = "".join(char for char in one.to_name if char.isalnum() or char in " .-'")
    return f'"{name}" <{one.to_address}>' if name.strip() else one.to_address
