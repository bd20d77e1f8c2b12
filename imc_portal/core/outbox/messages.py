"""What is to be said, to whom, with which files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from imc_portal.core.models import PersonalLink


@dataclass(frozen=True, slots=True)
class File:
    """An attachment: bytes, or the name of a stored document with its checksum."""

    filename: str
    content_type: str
    content: bytes | None = None
    document_name: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be said, to whom; `key` names what it is about and makes it unique.

    `held`: somebody looks at it before it leaves. `ask_first`: when it may have been delivered, a person
    decides whether it is sent again. `give_up_at`: after this moment another attempt is of no use.
    """

    key: str
    to_address: str
    subject: str
    text: str
    html: str = ""
    to_name: str = ""
    reply_to: str = ""
    language: str = "en"
    context: str = ""
    thread_id: str = ""
    link: PersonalLink | None = None
    not_before: dt.datetime | None = None
    files: Sequence[File] = field(default_factory=tuple)
    held: bool = False
    ask_first: bool = False
    give_up_at: dt.datetime | None = None
