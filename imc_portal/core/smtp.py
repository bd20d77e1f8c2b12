"""Hand one message to the mail server, step by step, so that each end is told apart.

Not taken: nothing has left, another try is safe. Refused: the server said no for good. Accepted: it said yes
to the final dot. Uncertain: the final dot was sent and no answer came, so it may have been delivered.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import select
import smtplib
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.utils import DNS_NAME

from imc_portal.core.lines import one_line

log = logging.getLogger(__name__)

Answer = tuple[int, bytes]
#: A kept connection is used again within this time, and for so many messages.
IDLE_SECONDS = 30.0
MOST_MESSAGES = 100
#: Checking or ending a kept connection may take this long; a new one is made when it takes longer.
PATIENCE = 3.0
CHUNK = 65_536
LONGEST_ANSWER = 60.0
#: These tell that the portal itself may not send: nothing is wrong with the message.
SIGN_IN = {530, 534, 535, 538}
LINE_END = re.compile(rb"\r\n|\n|\r")
DOT = re.compile(rb"^\.", re.MULTILINE)


class Trouble(Exception):
    """The message was not accepted; `code` is the server's, 0 when it gave none."""

    def __init__(self, words: str, code: int = 0) -> None:
        super().__init__(words)
        self.code = code


class NotTaken(Trouble):
    """Nothing has left: it is safe to try again."""


class Refused(Trouble):
    """The server said no for good."""


class Uncertain(Trouble):
    """No answer to the final dot: it may have been delivered."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server took the message over; its reply names it in the server's own queue."""

    server: str
    reply: str


class Line:
    """A connection to the mail server of the settings, for one process.

    Kept between messages it is checked before each; one that broke is replaced before anything was said. It
    carries one message at a time: while it is in use another thread takes a short one of its own.
    """

    def __init__(self) -> None:
        self._in_use = threading.Lock()
        self._smtp: smtplib.SMTP | None = None
        self._owner: tuple[int, str, int] | None = None
        self._used_at = 0.0
        self._messages = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def hand_over(self, sender: str, recipient: str, content: bytes) -> Accepted:
        """Send to one recipient; raises NotTaken, Refused or Uncertain."""
        if not self._in_use.acquire(blocking=False):
            with Line() as short:
                return short.hand_over(sender, recipient, content)
        try:
            return self._hand_over(sender, recipient, content)
        finally:
            self._in_use.release()

    def _hand_over(self, sender: str, recipient: str, content: bytes) -> Accepted:
        backend = smtp_backend()
        smtp = self._ready(backend)
        try:
            reply = _hand_over(smtp, sender, recipient, content)
        except Refused:
            self._used_at = time.monotonic()
            raise
        except BaseException:
            self._drop()
            raise
        self._used_at = time.monotonic()
        return Accepted(server=str(backend.host), reply=reply)

    def close(self) -> None:
        """End the connection politely, in a short time, without complaint."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        with contextlib.suppress(Exception):
            if smtp.sock is not None and self._owner and self._owner[0] == os.getpid():
                smtp.sock.settimeout(PATIENCE)
                smtp.quit()
        smtp.close()

    def _ready(self, backend: EmailBackend) -> smtplib.SMTP:
        owner = (os.getpid(), str(backend.host), int(backend.port))
        if self._smtp is not None and not self._still_good(owner):
            self.close()
        if self._smtp is None:
            self._smtp, self._owner, self._messages = _connect(backend), owner, 0
        elif self._smtp.sock is not None:
            self._smtp.sock.settimeout(_timeout(backend))
        self._messages += 1
        return self._smtp

    def _still_good(self, owner: tuple[int, str, int]) -> bool:
        smtp = self._smtp
        if smtp is None or smtp.sock is None or owner != self._owner or self._messages >= MOST_MESSAGES:
            return False
        if time.monotonic() - self._used_at > IDLE_SECONDS:
            return False
        try:
            smtp.sock.settimeout(PATIENCE)
            return smtp.rset()[0] == 250
        except Exception:  # whatever it is, a new connection is the answer
            return False

    def _drop(self) -> None:
        """Let go of a connection of which nobody knows what it would say next."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


def speaks_smtp() -> bool:
    """Whether the settings name a mail server rather than a drawer for tests."""
    return isinstance(get_connection(), EmailBackend)


def smtp_backend() -> EmailBackend:
    """Django's own backend, for what it knows of the settings."""
    backend = get_connection()
    if not isinstance(backend, EmailBackend):
        raise TypeError("EMAIL_BACKEND is not SMTP")
    return backend


def _connect(backend: EmailBackend) -> smtplib.SMTP:
    """Greet the server, with TLS and sign-in as set; never without TLS where it is set."""
    try:
        return _connected(backend)
    except Exception as problem:
        raise NotTaken(_why_not_connected(problem), _code(problem)) from problem


def _connected(backend: EmailBackend) -> smtplib.SMTP:
    host, port, name = str(backend.host), int(backend.port), DNS_NAME.get_fqdn()
    smtp: smtplib.SMTP
    if backend.use_ssl:
        smtp = smtplib.SMTP_SSL(host, port, name, timeout=_timeout(backend), context=backend.ssl_context)
    else:
        smtp = smtplib.SMTP(host, port, name, timeout=_timeout(backend))
    try:
        if smtp.sock is not None:
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if backend.use_tls:
            smtp.starttls(context=backend.ssl_context)
        if backend.username and backend.password:
            smtp.login(backend.username, backend.password)
        smtp.ehlo_or_helo_if_needed()
    except BaseException:
        smtp.close()
        raise
    return smtp


def _timeout(backend: EmailBackend) -> float:
    """Seconds for each answer; a setting that names none shall not mean for ever."""
    return float(backend.timeout or LONGEST_ANSWER)


def _why_not_connected(problem: Exception) -> str:
    told = _told(problem)
    if isinstance(problem, ssl.SSLError):
        return f"No secure connection (TLS) to the mail server, so nothing was sent: {told}"
    if isinstance(problem, smtplib.SMTPNotSupportedError):
        return f"The mail server offers no secure connection (TLS) or no sign-in, so nothing was sent: {told}"
    if isinstance(problem, smtplib.SMTPAuthenticationError):
        return f"The mail server does not accept the portal's sign-in: {told}"
    if isinstance(problem, smtplib.SMTPResponseException):
        return f"The mail server takes nothing just now: {told}"
    return f"No connection to the mail server: {told}"


def _hand_over(smtp: smtplib.SMTP, sender: str, recipient: str, content: bytes) -> str:
    payload = _payload(content)
    try:
        _expect("the sender", smtp.mail(sender, _options(smtp, payload)), 250)
        _expect("the recipient", smtp.rcpt(recipient), 250, 251)
        _expect("the message", smtp.docmd("DATA"), 354)
        for start in range(0, len(payload), CHUNK):
            smtp.send(payload[start : start + CHUNK])
        if _hung_up(smtp):
            raise NotTaken("The mail server hung up before it had the whole message.")
    except Trouble:
        raise
    except Exception as problem:
        _log_unless_network(problem)
        words = f"The connection broke before the mail server had the whole message: {_told(problem)}"
        raise NotTaken(words, _code(problem)) from problem
    return _answer_to_the_dot(smtp)


def _answer_to_the_dot(smtp: smtplib.SMTP) -> str:
    """From here on only a whole answer tells what happened."""
    try:
        smtp.send(b".\r\n")
        code, reply = smtp.getreply()
    except Exception as problem:
        _log_unless_network(problem)
        raise Uncertain(
            f"The mail server had the whole message and did not answer: {_told(problem)}"
        ) from problem
    if 200 <= code < 300:
        return f"{code} {said_by(reply)}"[:300]
    if 400 <= code < 600:
        _expect("the message", (code, reply), 250)
    raise Uncertain(
        f"The mail server had the whole message and gave no clear answer: {code} {said_by(reply)}"
    )


def _expect(what: str, answer: Answer, *wanted: int) -> None:
    code, reply = answer
    if code in wanted:
        return
    said = f"{code} {said_by(reply)}".strip()
    if code in SIGN_IN:
        raise NotTaken(f"The mail server wants another sign-in of the portal: {said}", code)
    if 500 <= code < 600:
        raise Refused(f"The mail server refused {what}: {said}", code)
    if 400 <= code < 500:
        raise NotTaken(f"The mail server asked to wait with {what}: {said}", code)
    raise NotTaken(f"The mail server gave no clear answer to {what}: {said}", code)


def _options(smtp: smtplib.SMTP, payload: bytes) -> list[str]:
    """Tell the size, so that a server which takes less says so before it has everything."""
    offered = [("size", f"size={len(payload)}"), ("8bitmime", "BODY=8BITMIME")]
    return [option for name, option in offered if smtp.has_extn(name)]


def _payload(content: bytes) -> bytes:
    """Lines as SMTP has them: each ends alike, and none but the last is a single dot."""
    lines = LINE_END.sub(b"\r\n", content)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    return DOT.sub(b"..", lines)


def _hung_up(smtp: smtplib.SMTP) -> bool:
    """Whether the other side is gone already, before the final dot; with TLS one cannot look."""
    line = smtp.sock
    if line is None or isinstance(line, ssl.SSLSocket):
        return line is None
    readable, _w, _x = select.select([line], [], [], 0)
    return bool(readable) and line.recv(1, socket.MSG_PEEK) == b""


def said_by(reply: bytes | str) -> str:
    """What a server said, as one line that can be shown."""
    return one_line(reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply)[:250]


def _told(problem: Exception) -> str:
    if isinstance(problem, smtplib.SMTPResponseException):
        return f"{problem.smtp_code} {said_by(problem.smtp_error)}".strip()
    return said_by(str(problem)) or type(problem).__name__


def _code(problem: Exception) -> int:
    return problem.smtp_code if isinstance(problem, smtplib.SMTPResponseException) else 0


def _log_unless_network(problem: Exception) -> None:
    if not isinstance(problem, OSError):
        log.error("sending broke off: %s", type(problem).__name__, exc_info=problem)
