"""Read one letter that came to the bounce address: what it says, about whom, and about which message.

Nothing here touches the database, and nothing in a letter is believed yet: the effects ask for a signature.
"""

from __future__ import annotations

import datetime as dt
import email
import enum
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.utils import getaddresses, parseaddr, parsedate_to_datetime

from flufl.bounce import all_failures

from imc_portal.core.bounces import statuses

#: A report returns whole messages with their attachments; what it says itself stands before them.
READ_BYTES = 1_000_000
#: flufl's patterns are quadratic in the length of a line.
FREE_FORM_BYTES, FREE_FORM_LINE = 65_536, 400
PARTS, ADDRESSES, IDS = 100, 24, 4
DETAIL = 400

ENVELOPE_FIELDS = (
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "X-Delivered-To",
    "To",
    "Cc",
)
RETURNED = {"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"}
STATUS_PARTS = {"message/delivery-status", "message/global-delivery-status"}
MESSAGE_ID = re.compile(r"<[^<>\s]{1,198}>")
ID_LINE = re.compile(r"^[> \t]*Message-ID:\s*(<[^<>\s]{1,198}>)", re.IGNORECASE | re.MULTILINE)
FOR_LINE = re.compile(r"\bfor\s+<?([^\s<>;@]{1,128}@[^\s<>;@]{1,128})>?")
MAILER = re.compile(r"mailer-daemon|postmaster|mail[-_ .]?delivery|microsoftexchange", re.IGNORECASE)
AUTOMATIC = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From", "X-Mail-Autoreply")


class Unreadable(Exception):
    """Not a letter that anything can be made of."""


class Kind(enum.Enum):
    """What a letter, or one recipient's part of it, says."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    #: Handed on to where nobody reports: nothing is known.
    RELAYED = "relayed"
    COMPLAINED = "complained"
    AUTOMATIC = "automatic"
    #: Somebody wrote, or nothing can be made of it.
    OTHER = "other"


ACTIONS = {
    "failed": Kind.FAILED,
    "failure": Kind.FAILED,
    "delayed": Kind.DELAYED,
    "delivered": Kind.DELIVERED,
    "expanded": Kind.DELIVERED,
    "relayed": Kind.RELAYED,
}
CLASSES = {"5": Kind.FAILED, "4": Kind.DELAYED, "2": Kind.DELIVERED}


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of the message for one recipient."""

    kind: Kind
    recipients: frozenset[str] = frozenset()
    status: str = ""
    detail: str = ""
    #: Whether nothing more should go to the address.
    bars: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """A letter as read; `report_id` is the same for the same letter, by whatever way it comes."""

    report_id: str
    kind: Kind
    fates: tuple[Fate, ...] = ()
    #: Every address it was sent to or returned for: one of them may carry our signature.
    addresses: tuple[str, ...] = ()
    #: Message-IDs of what was returned, never those it refers to.
    message_ids: tuple[str, ...] = ()
    #: Recognised by its wording alone; counts only when it names the very recipient.
    free_form: bool = False
    #: What the letter says of itself; clocks of other servers may be wrong.
    written_at: dt.datetime | None = None


def read(raw: bytes) -> Report:
    """Make sense of a letter; raises Unreadable, and nothing else, when there is none."""
    try:
        return _read(raw[:READ_BYTES])
    except Unreadable:
        raise
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError) as problem:
        # The parser and the detectors meet whatever anybody sends; their failure is the letter's.
        raise Unreadable(type(problem).__name__) from problem


def _read(raw: bytes) -> Report:
    letter = email.message_from_bytes(raw)
    if not letter.keys():
        raise Unreadable("no header")
    parts = _parts(letter)
    fates, free_form = _fates(letter, parts, raw)
    return Report(
        report_id=f"dsn:{_identity(letter, raw)}",
        kind=fates[0].kind,
        fates=tuple(fate for fate in fates if fate.kind not in (Kind.AUTOMATIC, Kind.OTHER)),
        addresses=tuple(dict.fromkeys(_addresses(letter, parts)))[:ADDRESSES],
        message_ids=tuple(dict.fromkeys(_message_ids(parts)))[:IDS],
        free_form=free_form,
        written_at=_written_at(letter),
    )


def _fates(letter: Message, parts: list[Message], raw: bytes) -> tuple[list[Fate], bool]:
    """What it says, by the surest sign first; Postfix and Exim call even their reports "auto-replied"."""
    if fates := [fate for part in parts if part.get_content_type() in STATUS_PARTS for fate in _by_dsn(part)]:
        return fates, False
    if fates := [fate for part in parts for fate in _by_feedback(part)]:
        return fates, False
    if not letter.get("X-Failed-Recipients") and _is_automatic(letter, parts):
        return [Fate(Kind.AUTOMATIC)], False
    if fate := _by_wording(letter, raw):
        return [fate], True
    return [Fate(Kind.OTHER)], False


def _by_dsn(part: Message) -> Iterator[Fate]:
    """One fate for each block of a delivery status that names a recipient."""
    for block in _blocks(part):
        named = [block.get(field, "") for field in ("Original-Recipient", "Final-Recipient")]
        action = str(block.get("Action", "")).split("(")[0].split(";")[0].strip().lower()
        words = " ".join(str(block.get("Diagnostic-Code", "")).split())
        status = statuses.best(str(block.get("Status", "")), words)
        kind = ACTIONS.get(action) or (CLASSES.get(status[:1]) if any(named) else None)
        if kind is None:
            continue
        recipients = frozenset(filter(None, (_address(str(name).rpartition(";")[2]) for name in named)))
        answer = re.sub(r"^[\w-]{1,20};\s*", "", words)
        yield _fate(kind, recipients, status, answer)


def _by_feedback(part: Message) -> Iterator[Fate]:
    """A provider passes on that somebody called the message unwanted (RFC 5965); other feedback is none."""
    if part.get_content_type() != "message/feedback-report":
        return
    for block in _blocks(part):
        named = str(block.get("Original-Rcpt-To", ""))
        kind = Kind.COMPLAINED if str(block.get("Feedback-Type", "")).strip().lower() == "abuse" else None
        if kind:
            yield Fate(kind, frozenset(filter(None, [_address(named)])))


def _fate(kind: Kind, recipients: frozenset[str], status: str, answer: str) -> Fate:
    return Fate(kind, recipients, status, answer[:DETAIL], bars=statuses.blames_the_address(status))


def _blocks(part: Message) -> Iterator[Message]:
    """The groups of fields of a delivery status, also when it is encoded or of the international kind."""
    payload = part.get_payload()
    if isinstance(payload, list):
        encoded = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
        text = b"\n\n".join(block.as_bytes() for block in payload if isinstance(block, Message))
        if encoded in {"base64", "quoted-printable"}:
            carrier = Message()
            carrier["Content-Transfer-Encoding"] = encoded
            carrier.set_payload(text.decode("ascii", "replace"))
            text = _bytes(carrier)
    else:
        text = _bytes(part)
    for group in re.split(rb"\r?\n[ \t]*\r?\n", text):
        yield email.message_from_bytes(group.strip(b"\r\n"))


def _by_wording(letter: Message, raw: bytes) -> Fate | None:
    """What flufl.bounce makes of a report that follows no standard."""
    lines = (line[:FREE_FORM_LINE] for line in raw[:FREE_FORM_BYTES].splitlines())
    for_now, for_good = all_failures(email.message_from_bytes(b"\n".join(lines)))
    named = for_good or for_now
    if not named:
        return None
    recipients = frozenset(filter(None, (_address(address.decode("ascii", "replace")) for address in named)))
    words = "\n".join(_texts(_parts(letter), FREE_FORM_BYTES))
    detail = _sentence_about(recipients, words)
    kind = Kind.FAILED if for_good else Kind.DELAYED
    return _fate(kind, recipients, statuses.in_words(detail), detail)


def _sentence_about(recipients: frozenset[str], words: str) -> str:
    """The lines after the address in a free-form report: mostly what the other server answered."""
    lines = [" ".join(line[:FREE_FORM_LINE].split()) for line in words.splitlines()]
    for number, line in enumerate(lines):
        if any(address in line.lower() for address in recipients):
            following = [line, *lines[number + 1 : number + 6]]
            end = next((place for place, text in enumerate(following) if not text), len(following))
            return " ".join(following[:end])[:DETAIL]
    return "The report follows no standard."


def _is_automatic(letter: Message, parts: list[Message]) -> bool:
    """Out of office, a ticket number, a read receipt: neither arrived nor came back."""
    if any(part.get_content_type() == "message/disposition-notification" for part in parts):
        return True
    if MAILER.search(str(letter.get("From", ""))):
        return False
    submitted = str(letter.get("Auto-Submitted", "no")).split(";")[0].strip().lower()
    precedence = str(letter.get("Precedence", "")).strip().lower()
    if submitted != "no" or precedence in {"auto_reply", "bulk", "junk"}:
        return True
    return any(letter.get(field) is not None for field in AUTOMATIC)


def _addresses(letter: Message, parts: list[Message]) -> Iterator[str]:
    """Where it was sent: what the receiving server noted first, then what was returned."""
    for field in ENVELOPE_FIELDS:
        values = [str(value)[:2000] for value in letter.get_all(field, [])]
        yield from filter(None, (_address(address) for _name, address in getaddresses(values)))
    for line in letter.get_all("Received", [])[:10]:
        yield from filter(None, (_address(found) for found in FOR_LINE.findall(str(line)[:2000])))
    for returned in _returned(parts):
        yield from filter(None, (_address(str(value)) for value in returned.get_all("Return-Path", [])))
    for part in parts:
        if part.get_content_type() in STATUS_PARTS:
            for block in _blocks(part):
                sender = str(block.get("X-Postfix-Sender", "")).rpartition(";")[2]
                if address := _address(sender):
                    yield address


def _message_ids(parts: list[Message]) -> Iterator[str]:
    """Message-IDs of returned messages, and those in the words of a free-form report."""
    for returned in _returned(parts):
        for value in returned.get_all("Message-ID", []):
            yield from MESSAGE_ID.findall(str(value)[:400])
    for text in _texts(parts, FREE_FORM_BYTES):
        yield from ID_LINE.findall(text)


def _returned(parts: list[Message]) -> Iterator[Message]:
    """What was returned: whole messages, or their headers alone."""
    for part in parts:
        if part.get_content_type() not in RETURNED:
            continue
        payload = part.get_payload()
        if isinstance(payload, list):
            yield from (inner for inner in payload if isinstance(inner, Message))
        else:
            yield email.message_from_bytes(_bytes(part))


def _texts(parts: list[Message], limit: int) -> Iterator[str]:
    for part in parts:
        if part.get_content_maintype() == "text" and not part.is_multipart():
            # Latin-1 reads any bytes; addresses, codes and Message-IDs are ASCII in every charset met.
            yield _bytes(part)[:limit].decode("latin-1").replace("\0", " ")


def _parts(letter: Message) -> list[Message]:
    """The letter and its parts, what was returned with them, up to a bound."""
    return [part for part, _number in zip(letter.walk(), range(PARTS), strict=False)]


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _address(text: str) -> str:
    """A bare address in small letters, or nothing."""
    found = parseaddr(text.strip()[:400])[1].lower()
    return found if found.count("@") == 1 and found.isprintable() and len(found) <= 320 else ""


def _written_at(letter: Message) -> dt.datetime | None:
    try:
        written = parsedate_to_datetime(str(letter.get("Date", ""))[:100])
        # Without a time zone it is UTC as far as anybody knows.
        return written if written.tzinfo else written.replace(tzinfo=dt.UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _identity(letter: Message, raw: bytes) -> str:
    """What stays the same when one letter comes by two ways: its own Message-ID, else its body."""
    own = MESSAGE_ID.search(str(letter.get("Message-ID", ""))[:400])
    head, _gap, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    parts = (
        [own[0].encode("utf-8", "replace")] if own else [str(letter.get("Date", "")).encode(), body or head]
    )
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:40]
