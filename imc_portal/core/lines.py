"""What may stand in a header: one line, an address that a mail server understands, a Message-ID."""

from __future__ import annotations

import hashlib
import hmac
import re
import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

ISOLATES = "\N{FIRST STRONG ISOLATE}\N{POP DIRECTIONAL ISOLATE}"
MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,198}>")


class BadAddress(ValueError):
    """No mail server could deliver to this; the words say why."""


def one_line(text: str) -> str:
    """No control characters and no line breaks: nothing a header could be split with.

    What keeps a name's own direction among words of another one stays: it hides nothing and turns nothing.
    """
    kept = (character if character.isprintable() or character in ISOLATES else " " for character in text)
    return " ".join("".join(kept).split())


def message_id(key: str) -> str:
    """The Message-ID of the message with this key; the same each time it is sent, and known before.

    Nobody but the portal and who got the message can know it: it is proof in what came back (core.bounces).
    """
    secret = hashlib.sha256(b"message-id:" + settings.SECRET_KEY.encode()).digest()
    digest = hmac.new(secret, f"{settings.BASE_URL}{key}".encode(), hashlib.sha256).digest()
    return f"<{uuid.UUID(bytes=digest[:16])}@{urlsplit(settings.BASE_URL).hostname}>"


def is_message_id(text: str) -> bool:
    """Whether the text is one Message-ID and nothing else."""
    return MESSAGE_ID.fullmatch(text) is not None


def file_name(text: str) -> str:
    """A name for an attachment: one line, no way into another folder."""
    return one_line(text).replace("/", "-").replace("\\", "-")[:150]


def ascii_address(address: str) -> str:
    """The address as SMTP takes it, its domain in letters of the DNS; raises BadAddress in plain words."""
    local, at, _domain = address.rpartition("@")
    if not at or not local.isascii():
        reason = "letters beyond ASCII before the @ are not supported" if at else "it has no @"
        raise BadAddress(f"“{one_line(address)}” cannot be written to: {reason}.")
    try:
        plain = f"{local}@{domain_of(address)}"
        validate_email(plain)
    except (UnicodeError, ValidationError) as problem:
        raise BadAddress(f"“{one_line(address)}” is not an e-mail address.") from problem
    return plain


def domain_of(address: str) -> str:
    """The domain in small letters of the DNS: two ways of writing one domain are one. Raises UnicodeError."""
    return address.rpartition("@")[2].strip().encode("idna").decode("ascii").lower()
