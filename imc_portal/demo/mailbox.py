"""The caught messages as the mailbox page reads them: files of var/mailbox, newest first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default
from pathlib import Path

NAME = re.compile(r"[0-9]{20}-[0-9a-f]{8}")


class Unreadable(Exception):
    """There is no such message."""


@dataclass(frozen=True)
class Line:
    """A message in the list."""

    name: str
    caught_at: datetime
    sender: str
    recipients: str
    subject: str


@dataclass(frozen=True)
class Attachment:
    """A file of a message, as its sender named it."""

    filename: str
    content_type: str
    content: bytes

    @property
    def size(self) -> int:
        """Bytes when downloaded."""
        return len(self.content)


@dataclass(frozen=True)
class Letter:
    """A message opened."""

    line: Line
    headers: list[tuple[str, str]]
    text: str
    html: str
    attachments: list[Attachment]


def names(folder: Path) -> list[str]:
    """All messages, newest first; the names sort by time."""
    return sorted((file.stem for file in folder.glob("*.eml") if NAME.fullmatch(file.stem)), reverse=True)


def line(folder: Path, name: str) -> Line:
    """The headers of one message, its body unread."""
    with _file(folder, name).open("rb") as file:
        return _line(name, BytesHeaderParser(policy=default).parse(file))


def letter(folder: Path, name: str) -> Letter:
    """One message with its text, HTML and attachments."""
    message = message_from_bytes(_file(folder, name).read_bytes(), policy=default)
    headers = [(key, str(value)) for key, value in message.items()]
    return Letter(
        line=_line(name, message),
        headers=headers,
        text=_body(message, "plain"),
        html=_body(message, "html"),
        attachments=list(_attachments(message)),
    )


def _file(folder: Path, name: str) -> Path:
    # The name comes from an address: only what the catcher itself writes is ever opened.
    if not NAME.fullmatch(name) or not (file := folder / f"{name}.eml").is_file():
        raise Unreadable(name)
    return file


def _line(name: str, message: EmailMessage) -> Line:
    return Line(
        name=name,
        caught_at=datetime.fromtimestamp(int(name[:20]) / 1e9, UTC),
        sender=str(message.get("From", "")),
        recipients=str(message.get("To", message.get("X-Envelope-To", ""))),
        subject=str(message.get("Subject", "")),
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part else ""


def _attachments(message: EmailMessage) -> Iterator[Attachment]:
    shown = [part for kind in ("plain", "html") if (part := message.get_body(preferencelist=(kind,)))]
    named = {part.get_payload(decode=True) for part in message.walk() if part.get_filename()}
    for part in message.walk():
        if part.is_multipart() or part in shown:
            continue
        # An invitation travels twice, as an alternative without a name and as a file: one of them is enough.
        if not part.get_filename() and part.get_payload(decode=True) in named:
            continue
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes):
            continue
        kind = part.get_content_type()
        name = part.get_filename() or ("invitation.ics" if kind == "text/calendar" else "attachment")
        # A path inside a file name is the sender's fancy, not ours.
        yield Attachment(re.split(r"[\\/]", name)[-1] or "attachment", kind, content)
