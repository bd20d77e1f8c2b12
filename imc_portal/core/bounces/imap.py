"""A folder on an IMAP server: read without marking, then flagged; every call has its time-out."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar

from imc_portal.core.bounces.mailboxes import TIMEOUT, Broken, Letter
from imc_portal.core.bounces.reports import READ_BYTES

BEGINNING = f"(BODY.PEEK[]<0.{READ_BYTES}>)"
Answer = TypeVar("Answer")
#: Seen and not flagged is done; seen and flagged (a star in mail readers) is kept apart for a person.
DONE, APART = r"(\Seen)", r"(\Seen \Flagged)"


@dataclass(frozen=True, slots=True)
class Server:
    """Where the folder is; `security` is "ssl", "tls" (STARTTLS) or "" for loopback and closed networks."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    security: str
    timeout: float = TIMEOUT


class Imap:
    """Unread are the messages without the flag Seen; UIDs are used within one session only."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.session: imaplib.IMAP4 | None = None

    def __enter__(self) -> Self:
        """Connect, sign in, open the folder."""
        self.session = self._try("connect", self._connect)
        try:
            # imaplib quotes the password alone.
            self._try("sign in", lambda: self._open.login(_quoted(self.server.user), self.server.password))
            self._answer("open the folder", lambda: self._open.select(_quoted(self.server.folder)))
        except Broken:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, where: TracebackType | None
    ) -> None:
        """Say goodbye; a server that is gone need not hear it."""
        session, self.session = self.session, None
        if session is None:
            return
        try:
            session.logout()
        except (imaplib.IMAP4.error, OSError):
            _hang_up(session)

    def waiting(self) -> list[str]:
        """UIDs, which grow with arrival."""
        found = self._answer("search", partial(self._uid, "SEARCH", "UNSEEN"))
        words = b" ".join(part for part in found if isinstance(part, bytes)).split()
        return [str(number) for number in sorted(int(word) for word in words if word.isdigit())]

    def letters(self, keys: list[str]) -> Iterator[Letter]:
        """The beginning of each, without marking it as read."""
        for key in keys:
            found = self._answer("fetch", partial(self._uid, "FETCH", key, BEGINNING))
            raw = next((part[1] for part in found if isinstance(part, tuple)), None)
            if isinstance(raw, bytes):
                yield Letter(key, raw[:READ_BYTES])

    def done(self, letter: Letter) -> None:
        """Flag as seen."""
        self._answer("flag", partial(self._uid, "STORE", letter.key, "+FLAGS.SILENT", DONE))

    def keep_apart(self, letter: Letter) -> None:
        """Flag as seen, with a star."""
        self._answer("flag", partial(self._uid, "STORE", letter.key, "+FLAGS.SILENT", APART))

    @property
    def _open(self) -> imaplib.IMAP4:
        if self.session is None:
            raise Broken("The mail server is not connected")
        return self.session

    def _uid(self, command: str, *words: str) -> tuple[str, list[Any]]:
        return self._open.uid(command, *words)

    def _connect(self) -> imaplib.IMAP4:
        server = self.server
        if server.security == "ssl":
            context = ssl.create_default_context()
            return imaplib.IMAP4_SSL(server.host, server.port, ssl_context=context, timeout=server.timeout)
        session = imaplib.IMAP4(server.host, server.port, timeout=server.timeout)
        if server.security == "tls":
            try:
                session.starttls(ssl.create_default_context())
            except (imaplib.IMAP4.error, OSError):
                _hang_up(session)
                raise
        return session

    def _answer(self, act: str, call: Callable[[], tuple[str, list[Any]]]) -> list[Any]:
        status, data = self._try(act, call)
        if status != "OK":
            raise Broken(f"The mail server refused to {act}")
        return data

    def _try(self, act: str, call: Callable[[], Answer]) -> Answer:
        try:
            return call()
        except imaplib.IMAP4.error as problem:
            # Its words may hold what we sent, the password included.
            raise Broken(f"The mail server did not let us {act}") from problem
        except OSError as problem:
            reason = problem.strerror or type(problem).__name__
            raise Broken(f"The mail server was lost while trying to {act}: {reason}") from problem


def _hang_up(session: imaplib.IMAP4) -> None:
    """Close the line, which may be closed already."""
    with suppress(OSError):
        session.shutdown()


def _quoted(text: str) -> str:
    """A quoted string of RFC 3501; what would end the line is refused before (environment.py)."""
    return '"{}"'.format(re.sub(r'(["\\])', r"\\\1", text))
