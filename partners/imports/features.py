"""The features of a GeoJSON file one after another: the file is never held whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from partners.imports.problems import Problems
from partners.imports.source import SourceFile

#: No single value (one outline) may be longer than this many characters.
VALUE_LIMIT = 16_000_000
SPACE = " \t\r\n"


class _Number(ValueError):
    """NaN and infinity are no JSON."""


def _refuse_constant(name: str) -> Any:
    raise _Number(name)


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature with the line it begins in."""

    line: int
    value: Any


class FeatureReader:
    """Walks through the text of a FeatureCollection with a window that holds little more than one feature."""

    def __init__(self, source: SourceFile, problems: Problems) -> None:
        self.problems = problems
        self.chunks = source.chunks(problems)
        self.decoder = json.JSONDecoder(parse_constant=_refuse_constant)
        self.text, self.at, self.line, self.ended = "", 0, 1, False

    def __iter__(self) -> Iterator[Feature]:
        """Every feature; raises FileRefused where the file stops being GeoJSON."""
        self._expect("{", _("A GeoJSON file begins with {."))
        seen = False
        while self._peek() != "}":
            key = self._value()
            self._expect(":", _("A colon is missing here."))
            if key == "features":
                seen = True
                yield from self._features()
            else:
                self._check_member(key, self._value())
            if self._peek() == ",":
                self.at += 1
            elif self._peek() != "}":
                raise self._broken(_("A comma or } is missing here."))
        self.at += 1
        if not seen:
            raise self.problems.stop(_("The file has no “features”: a FeatureCollection is needed."))
        if self._peek():
            raise self._broken(_("Something follows after the end."))

    def _features(self) -> Iterator[Feature]:
        self._expect("[", _("“features” is not a list."))
        while self._peek() != "]":
            yield Feature(self.line, self._value())
            if self._peek() == ",":
                self.at += 1
                if self._peek() == "]":
                    raise self._broken(_("A feature is missing after the comma."))
            elif self._peek() != "]":
                raise self._broken(_("A comma or ] is missing here."))
        self.at += 1

    def _check_member(self, key: Any, value: Any) -> None:
        if key == "type" and value != "FeatureCollection":
            raise self.problems.stop(_("A FeatureCollection is needed."), line=self.line, value=str(value))

    def _more(self) -> bool:
        """Take the next piece of the file into the window."""
        if self.ended:
            return False
        piece = next(self.chunks, None)
        if piece is None:
            self.ended = True
            return False
        self.text, self.at = self.text[self.at :] + piece, 0
        return True

    def _peek(self) -> str:
        """The next character that is no space; empty at the end of the file."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in SPACE:
                self.line += self.text[self.at] == "\n"
                self.at += 1
            if self.at < len(self.text):
                return self.text[self.at]
            if not self._more():
                return ""

    def _expect(self, sign: str, reason: str) -> None:
        if self._peek() != sign:
            raise self._broken(reason)
        self.at += 1

    def _value(self) -> Any:
        """The next JSON value, reading on while it is not complete."""
        self._peek()
        while True:
            try:
                value, end = self.decoder.raw_decode(self.text, self.at)
            except json.JSONDecodeError as error:
                if self._is_cut(error) and len(self.text) - self.at < VALUE_LIMIT and self._more():
                    continue
                raise self._broken(self._words(error), error.pos) from error
            except (RecursionError, _Number) as error:
                raise self._broken(_("This is no JSON.")) from error
            if end == len(self.text) and self._more():
                continue
            self.line += self.text.count("\n", self.at, end)
            self.at = end
            return value

    def _is_cut(self, error: json.JSONDecodeError) -> bool:
        """Whether the fault may vanish with more text: it lies at the end, or a string has no end yet."""
        return error.pos >= len(self.text) - 16 or error.msg.startswith("Unterminated string")

    def _words(self, error: json.JSONDecodeError) -> str:
        if self.ended and self._is_cut(error):
            return _("The file is cut off here.")
        return _("This is no JSON (%(why)s).") % {"why": error.msg}

    def _broken(self, reason: str, at: int | None = None) -> Exception:
        at = self.at if at is None else at
        line = self.line + self.text.count("\n", self.at, at)
        if not self.text[at:] and self.ended:
            reason = _("The file is cut off here.")
        return self.problems.stop(reason, line=line, value=self.text[at : at + 30])
