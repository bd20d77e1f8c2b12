"""What status codes of RFC 3463 say: final or for now, about the address or about this message."""

from __future__ import annotations

import re

#: An enhanced code as servers write it: after a reply code ("550 5.1.1", "550-5.1.1") or a hash ("#5.1.1").
ENHANCED = re.compile(r"(?:\b[245]\d\d[ -]|#|\()\s?([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
REPLY = re.compile(r"\b([245])[0-5]\d\b")
FIELD = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?!\d)")

#: Final for this message, but no word against the address: a full mailbox, a route or a server that fails
#: (5.4.4 is also what a name server in trouble looks like), a size, our own sender address, a policy.
#: 5.4.1 is not here: Exchange says it of recipients that do not exist.
OF_THE_MOMENT = re.compile(r"4\.|5\.2\.[23]$|5\.1\.[78]$|5\.3\.|5\.4\.(?!1$)|5\.[67]\.")


def in_field(text: str) -> str:
    """The code at the start of a Status field, or nothing."""
    found = FIELD.match(text)
    return found[1] if found else ""


def in_words(text: str) -> str:
    """The code in a server's answer: the enhanced one, else the class of its reply code as x.0.0."""
    if found := ENHANCED.search(text):
        return found[1]
    if found := REPLY.search(text):
        return f"{found[1]}.0.0"
    return ""


def best(field: str, words: str) -> str:
    """The more exact of a Status field and the answer it came from; x.0.0 says nothing by itself."""
    stated, answered = in_field(field), in_words(words)
    if not stated:
        return answered
    if stated.endswith(".0.0") and answered[:1] == stated[:1]:
        return answered
    return stated


def blames_the_address(status: str) -> bool:
    """Whether nothing more should go to the address after this; an unknown code does not spare it."""
    return not OF_THE_MOMENT.match(status)
