"""Read what the catcher caught, as a recipient's mail program would."""

from __future__ import annotations

import email
import email.policy
import re
import subprocess
import time
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import icalendar


@dataclass(frozen=True)
class Letter:
    """One caught message, opened."""

    message: EmailMessage

    @property
    def text(self) -> str:
        """The plain text part."""
        body = self.message.get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    @property
    def link(self) -> str:
        """Path of the personal link."""
        found = re.search(r"/p/[\w-]+/", self.text)
        assert found, self.text
        return found.group()

    def attachment(self, content_type: str) -> bytes:
        """Bytes of the first attachment of this type: of PDFs the paper itself, before the agenda."""
        part = next(
            part for part in self.message.iter_attachments() if part.get_content_type() == content_type
        )
        content = part.get_content()
        return content.encode() if isinstance(content, str) else bytes(content)

    def pdf_text(self, folder: Path) -> str:
        """Words of the attached PDF, by pdftotext."""
        file = folder / "paper.pdf"
        file.write_bytes(self.attachment("application/pdf"))
        return words_of(file)

    def calendar(self) -> icalendar.Calendar:
        """The attached calendar entry."""
        return icalendar.Calendar.from_ical(self.attachment("text/calendar"))


def words_of(file: Path) -> str:
    """Text of a PDF, white space folded."""
    done = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True
    )
    return " ".join(done.stdout.split())


def wait_for(
    mailbox: Path, address: str, *, subject: str = "", seconds: float = 90, since: float = 0
) -> Letter:
    """The newest message to this address whose subject has these whole words; fails when none comes.

    `since` leaves out what came before this moment.
    """
    wanted = re.compile(rf"\b{re.escape(subject)}\b") if subject else re.compile("")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for file in sorted(mailbox.glob("*.eml"), reverse=True):
            if file.stat().st_mtime < since:
                break
            message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            if address in str(message["To"]) and wanted.search(str(message["Subject"])):
                return Letter(message)
        time.sleep(0.2)
    raise AssertionError(f"no message to {address} within {seconds} s")
