"""A mail server that does as told: it answers, hangs, hangs up or tells half, at any step of SMTP."""

from __future__ import annotations

import email
import email.policy
import socket
import ssl
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from typing import Any

from django.db import connection

from imc_portal.core import outbox
from imc_portal.core.models import EmailEvent

HANG = b"<hang>"
HANG_UP = b"<hang up>"
Act = bytes | Callable[[], bytes]

USUAL: dict[str, Act] = {
    "banner": b"220 mx.example.org ready\r\n",
    "ehlo": b"250-mx.example.org\r\n250-SIZE 20000000\r\n250 8BITMIME\r\n",
    "starttls": b"220 go ahead\r\n",
    "mail": b"250 sender ok\r\n",
    "rcpt": b"250 recipient ok\r\n",
    "data": b"354 go on\r\n",
    "dot": b"250 2.0.0 Ok: queued as 4F2A1\r\n",
    "rset": b"250 flushed\r\n",
    "quit": b"221 bye\r\n",
}


class MailServer:
    """Listens on loopback; `answers` change what it says at a step, also while it runs."""

    def __init__(self, tls: ssl.SSLContext | None = None, /, **answers: Act) -> None:
        self.answers = USUAL | answers
        self.tls = tls
        self.messages: list[EmailMessage] = []
        self.senders: list[str] = []
        self.recipients: list[str] = []
        self.connections = 0
        self.said: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._lines: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.port: int = self._socket.getsockname()[1]

    def start(self) -> None:
        """Listen in a thread."""
        self._run(self._accept)

    def stop(self) -> None:
        """Hang up everywhere and wait for every thread."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self.hang_up()
        for thread in self._threads:
            thread.join(10)

    def hang_up(self) -> None:
        """Cut every line that is open, as a server does that is restarted."""
        for line in self._lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def _run(self, work: Callable[..., None], *given: object) -> None:
        thread = threading.Thread(target=work, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                line, _address = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            self._lines.append(line)
            self._run(self._serve, line)

    def _serve(self, line: socket.socket) -> None:
        try:
            with line:
                _Talk(self, line).go_on()
        except OSError:
            pass


class _Talk:
    def __init__(self, server: MailServer, line: socket.socket) -> None:
        self.server, self.line = server, line
        self.file = line.makefile("rb")

    def go_on(self) -> None:
        """Answer until somebody hangs up."""
        with self.file:
            going = self.answer("banner")
            while going:
                command = self.file.readline()
                if not command:
                    return
                going = self.obey(command.decode(errors="replace").strip())
        if self.line.fileno() >= 0:
            self.line.close()

    def obey(self, command: str) -> bool:
        """One command; False ends the talk."""
        word = command.split(" ")[0].split(":")[0].lower()
        self.server.said.append(word)
        if word == "mail":
            self.server.senders.append(command.partition("<")[2].partition(">")[0])
        if word == "rcpt":
            self.server.recipients.append(command.partition("<")[2].partition(">")[0])
        if word == "starttls":
            return self.secure()
        if not self.answer(word):
            return False
        if word == "data" and self.server.answers["data"] == USUAL["data"]:
            return self.take()
        return word != "quit"

    def secure(self) -> bool:
        """Go over to TLS."""
        if not self.answer("starttls") or self.server.answers["starttls"] != USUAL["starttls"]:
            return self.server.answers["starttls"] not in (HANG, HANG_UP)
        assert self.server.tls is not None
        self.file.close()
        self.line = self.server.tls.wrap_socket(self.line, server_side=True)
        self.file = self.line.makefile("rb")
        return True

    def take(self) -> bool:
        """Read a message up to its final dot, or hang up in the middle when told so."""
        content = b""
        while True:
            if self.server.answers.get("middle") == HANG_UP:
                return False
            got = self.file.readline()
            if not got:
                return False
            if got == b".\r\n":
                break
            content += got[1:] if got.startswith(b".") else got
        self.server.messages.append(email.message_from_bytes(content, policy=email.policy.default))
        return self.answer("dot")

    def answer(self, step: str) -> bool:
        """Say what this step says; False when the talk is over."""
        act = self.server.answers.get(step, b"502 unknown\r\n")
        reply = act() if callable(act) else act
        if reply == HANG_UP:
            return False
        if reply == HANG:
            self.file.read()
            return False
        self.line.sendall(reply)
        return reply.endswith(b"\n")


@contextmanager
def serving(settings: Any, tls: ssl.SSLContext | None = None, /, **answers: Act) -> Iterator[MailServer]:
    """A mail server that the portal is set to use, for as long as the block lasts."""
    server = MailServer(tls, **answers)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_TIMEOUT = 2
    try:
        yield server
    finally:
        server.stop()


def message(**fields: Any) -> outbox.Message:
    """A message as any other; `fields` say what matters in a test."""
    defaults: dict[str, Any] = {
        "key": "case:1/to:2",
        "to_address": "arbois@example.org",
        "to_name": "Mairie d’Arbois",
        "subject": "Une proposition",
        "text": "Bonjour",
        "html": "<p>Bonjour</p>",
    }
    return outbox.Message(**(defaults | fields))


def story_of(email_id: uuid.UUID) -> list[str]:
    """The kinds of the lines of a message's story, in order."""
    return list(EmailEvent.objects.filter(email=email_id).order_by("id").values_list("kind", flat=True))


def elsewhere(work: Callable[[], object]) -> None:
    """Do it in another thread, which is another session of the database."""
    trouble: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as problem:
            trouble.append(problem)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)
    if trouble:
        raise trouble[0]
