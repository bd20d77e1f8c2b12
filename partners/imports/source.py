"""A file of reference data as bytes and lines: unpacked, bounded, decoded, with its checksum."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from partners.imports.problems import Problems

CHUNK = 1 << 18
#: No file may unpack to more: a small .gz can hold terabytes.
UNPACKED_LIMIT = 1 << 30
KINDS = (".csv", ".csv.gz", ".geojson", ".geojson.gz")


class _Bounded(io.RawIOBase):
    """Reads on until the limit; raises OverflowError beyond."""

    def __init__(self, inner: BinaryIO, limit: int) -> None:
        self.inner, self.left = inner, limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any writable buffer
        got = self.inner.read(len(buffer))
        self.left -= len(got)
        if self.left < 0:
            raise OverflowError
        buffer[: len(got)] = got
        return len(got)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A named binary file, of the disk or of an upload; read as often as needed."""

    name: str
    stream: BinaryIO
    unpacked_limit: int = UNPACKED_LIMIT

    @classmethod
    @contextmanager
    def of_disk(cls, path: str | Path) -> Iterator[SourceFile]:
        """Open a file of the disk; what cannot be opened is refused in plain words."""
        name = Path(path).name
        with ExitStack() as stack:
            try:
                stream = stack.enter_context(Path(path).open("rb"))
            except OSError as error:
                reason = _("Cannot be opened: %(why)s.") % {"why": (error.strerror or str(error)).lower()}
                raise Problems(name).stop(reason) from error
            yield cls(name, stream)

    @property
    def is_geojson(self) -> bool:
        """By its name."""
        return self.name.lower().removesuffix(".gz").endswith((".geojson", ".json"))

    def sha256(self) -> str:
        """Checksum of the bytes as they came."""
        self.stream.seek(0)
        digest = hashlib.sha256()
        while chunk := self.stream.read(CHUNK):
            digest.update(chunk)
        return digest.hexdigest()

    def lines(self, problems: Problems) -> Iterator[str]:
        """Decoded lines from the beginning; what is not UTF-8 is refused with its line."""
        line = 0
        with self._refusing(problems):
            for raw in self._open():
                line += 1
                yield self._decode(raw, line, problems)
        if not line:
            raise problems.stop(_("The file is empty."))

    def chunks(self, problems: Problems) -> Iterator[str]:
        """Decoded text in pieces that end at the end of a line or of CHUNK bytes of one line."""
        line, begin, held = 1, True, b""
        with self._refusing(problems):
            opened = self._open()
            while raw := opened.read(CHUNK):
                held, begin = held + raw, False
                cut = _last_whole_character(held)
                text = self._decode(held[:cut], line, problems)
                held = held[cut:]
                line += text.count("\n")
                yield text
        if begin:
            raise problems.stop(_("The file is empty."))
        if held:
            raise problems.stop(_("The file ends in the middle of a character."), line=line)

    def _open(self) -> io.BufferedReader:
        self.stream.seek(0)
        inner: BinaryIO = self.stream
        if self.name.lower().endswith(".gz"):
            inner = gzip.GzipFile(fileobj=self.stream, mode="rb")  # type: ignore[assignment]  # reads bytes
        return io.BufferedReader(_Bounded(inner, self.unpacked_limit), CHUNK)

    @contextmanager
    def _refusing(self, problems: Problems) -> Iterator[None]:
        try:
            yield
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise problems.stop(_("The compressed file is broken or cut off.")) from error
        except OverflowError as error:
            limit = self.unpacked_limit // (1 << 20)
            reason = _("The file is larger than %(limit)d MB when unpacked.") % {"limit": limit}
            raise problems.stop(reason) from error

    @staticmethod
    def _decode(raw: bytes, line: int, problems: Problems) -> str:
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            at = line + raw.count(b"\n", 0, error.start)
            start = raw.rfind(b"\n", 0, error.start) + 1
            reason = _("This line is not UTF-8 (it looks like Latin-1). Save the file as UTF-8.")
            shown = raw[max(start, error.start - 20) : error.start + 20].decode("latin-1").strip()
            raise problems.stop(reason, line=at, value=shown) from error
        return text.removeprefix("\ufeff") if line == 1 else text


def _last_whole_character(raw: bytes) -> int:
    """Where to cut so that no character of UTF-8 is torn."""
    for back in range(1, min(4, len(raw)) + 1):
        byte = raw[-back]
        if byte & 0xC0 == 0xC0:
            width = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(raw) - back if width > back else len(raw)
        if byte < 0x80:
            break
    return len(raw)
