"""A mail server with moods: it accepts, waits, refuses, hangs up or holds its answer back, as it is told.

Each message that it takes over is a line of its book before the answer leaves, so the book knows what the
sender may never learn. It is told its mood by lines of JSON on its standard input.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

LIMIT_BYTES = 30 * 1024 * 1024
LOOK = 0.01


class Moody:
    """Keeps the book; `mood` says what goes wrong and for whom."""

    def __init__(self, book: Path) -> None:
        self.book = os.open(book, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self.mood: dict[str, Any] = {}
        self.asked: Counter[str] = Counter()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the recipient, ask to come again, or refuse for good."""
        await self._hang(server)
        if address in self.mood.get("refuse", ()):
            return "550 5.1.1 nobody of that name here"
        if address in self.mood.get("later", ()) and self.asked[address] < self.mood.get("times", 1):
            self.asked[address] += 1
            return "451 4.7.1 not now, come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Write the message into the book, then answer, late or never."""
        await self._hang(server)
        await asyncio.sleep(self.mood.get("slow", 0))
        to = envelope.rcpt_tos[0]
        first = not self.asked[f"dropped {to}"]
        if first and to in self.mood.get("drop_lost", ()):
            self._drop(server, to)
            return "451 never said"
        self._write(envelope)
        if first and to in self.mood.get("drop_kept", ()):
            self._drop(server, to)
        while self.mood.get("hold"):
            await asyncio.sleep(LOOK)
        return "250 OK taken over"

    async def _hang(self, server: SMTP) -> None:
        while self.mood.get("hang"):
            await asyncio.sleep(LOOK)

    def _drop(self, server: SMTP, to: str) -> None:
        self.asked[f"dropped {to}"] += 1
        if isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()

    def _write(self, envelope: Envelope) -> None:
        headers = BytesHeaderParser().parsebytes(envelope.original_content or b"")
        line = {
            "at": time.time(),
            "to": envelope.rcpt_tos[0],
            "others": len(envelope.rcpt_tos) - 1,
            "id": str(headers.get("Message-ID", "")).strip(),
            "size": len(envelope.original_content or b""),
        }
        os.write(self.book, (json.dumps(line) + "\n").encode())


def main(book: str, port: str) -> None:
    """Catch until the standard input ends."""
    moody = Moody(Path(book))
    controller = Controller(moody, hostname="127.0.0.1", port=int(port), data_size_limit=LIMIT_BYTES)
    controller.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        moody.mood = json.loads(line)
    # Whoever holds a connection open shall not keep the server alive.
    threading.Timer(1, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
    controller.stop()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
