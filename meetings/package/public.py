"""The public copy: elected members and heads of administration by name, everybody else by role.

Every text is searched for the names of the case that may not stand in it, and for e-mail addresses.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from meetings.package import people

Facts = dict[str, Any]
EMAIL = re.compile(r"[^\s<>\"'(),;:\[\]]+@[^\s<>\"'(),;:\[\]]+", re.UNICODE)
#: What stands in brackets behind a name is no part of it.
BRACKETS = re.compile(r"\([^()]*\)")
#: A family name alone is looked for from this length on, and only as it is written.
SHORTEST = 3
#: Words before a name that are none.
TITLES = frozenset({"mr", "mrs", "ms", "dr", "prof", "m", "mme", "mlle", "herr", "frau", "sr", "sra", "the"})


def copy(facts: Facts, known: Iterable[Facts]) -> Facts:
    """The same facts without personal data; `known` are the people of the case beside those in the facts."""
    everybody = [*known, *_people_in(facts)]
    heads = {_plain(one["name"]) for one in everybody if one["name"] and one["office"] in people.HEADS}
    others = {one["name"] for one in everybody if one["name"] and _plain(one["name"]) not in heads}
    places = {word for one in facts["participants"] for word in _words(one["name"])}
    public = places | {word for name in heads for word in _words(name)}
    masked: Facts = _masked(facts, heads, Mask(others, public))
    return masked


def hide(facts: Facts, names: Iterable[str]) -> Facts:
    """The same facts without the names of municipalities that nobody has spoken to, in whatever text."""
    pattern = _any({_pattern(name.split()) for name in names if name.strip()}, re.IGNORECASE)
    hidden: Facts = facts if pattern is None else _replaced(facts, pattern, _("[a municipality not asked]"))
    return hidden


class Mask:
    """Takes names and addresses out of a text."""

    def __init__(self, names: Iterable[str], public: set[str]) -> None:
        whole, alone = set(), set()
        for name in names:
            words = [word for word in _words(name) if word not in TITLES]
            if not words or set(words) <= public:
                continue
            whole |= {_pattern(words), _pattern([*words[-1:], *words[:-1]])}
            last = BRACKETS.sub(" ", name).split()[-1].strip(".,;:()")
            if len(last) >= SHORTEST and last.casefold() not in public and last[:1].isupper():
                alone.add(_pattern([last]))
        self._whole = _any(whole, re.IGNORECASE)
        self._alone = _any(alone, 0)

    def __call__(self, text: str) -> str:
        """The text without them."""
        text = unicodedata.normalize("NFC", text)
        text = EMAIL.sub(_("[e-mail address left out]"), text)
        for pattern in (self._whole, self._alone):
            if pattern is not None:
                text = pattern.sub(_("[name left out]"), text)
        return text


def _masked(value: Any, heads: set[str], mask: Mask) -> Any:
    if people.is_person(value):
        return _shown(value, heads, mask)
    if isinstance(value, dict):
        return {key: _masked(item, heads, mask) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, heads, mask) for item in value]
    return mask(value) if isinstance(value, str) else value


def _replaced(value: Any, pattern: re.Pattern[str], words: str) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(item, pattern, words) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, pattern, words) for item in value]
    return pattern.sub(words, value) if isinstance(value, str) else value


def _shown(who: Facts, heads: set[str], mask: Mask) -> Facts:
    """A head with the name, anybody else with the role alone; nobody with an address."""
    named = bool(who["name"]) and _plain(who["name"]) in heads
    role = mask(who["role"]) or _("a person known to the initiator")
    return who | {"name": who["name"] if named else None, "role": role, "email": None}


def _people_in(value: Any) -> Iterator[Facts]:
    if people.is_person(value):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _people_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from _people_in(item)


def _plain(name: str) -> str:
    name = BRACKETS.sub(" ", name)
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _words(name: str) -> list[str]:
    return [word.strip(".,;:()") for word in _plain(name).split() if word.strip(".,;:()")]


def _pattern(words: list[str]) -> str:
    """The words one after another, whatever blanks or hyphens stand between them."""
    return r"[\s\u00a0,-]+".join(re.escape(unicodedata.normalize("NFC", word)) for word in words)


def _any(patterns: set[str], flags: int) -> re.Pattern[str] | None:
    if not patterns:
        return None
    # The longest first, so that a name is taken out whole.
    listed = "|".join(sorted(patterns, key=lambda text: (-len(text), text)))
    return re.compile(rf"(?<!\w)(?:{listed})(?!\w)", flags)
