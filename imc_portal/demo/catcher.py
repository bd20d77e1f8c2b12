"""A mail server that delivers nothing: each message becomes a file of the demo's mailbox."""

from __future__ import annotations

import secrets
import signal
import sys
import time
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

LIMIT_BYTES = 30 * 1024 * 1024


class Catcher:
    """Keeps every message it is handed, whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Store the message under a name that sorts by time, then say so."""
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        half = self.folder / f"{name}.part"
        half.write_bytes(_envelope_lines(envelope) + (envelope.original_content or b""))
        half.rename(half.with_suffix(".eml"))
        return "250 OK kept in the demo mailbox"


def _envelope_lines(envelope: Envelope) -> bytes:
    lines = [f"X-Envelope-From: {envelope.mail_from}", f"X-Envelope-To: {', '.join(envelope.rcpt_tos)}"]
    return "".join(f"{line}\r\n" for line in lines).encode()


def listen(folder: Path, port: int) -> Controller:
    """Start catching on loopback in a thread of this process; the caller stops it."""
    controller = Controller(
        Catcher(folder), hostname="127.0.0.1", port=port, data_size_limit=LIMIT_BYTES, enable_SMTPUTF8=True
    )
    controller.start()
    return controller


def main(folder: str, port: str) -> None:
    """Catch until told to stop."""
    controller = listen(Path(folder), int(port))
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    controller.stop()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    main(*sys.argv[1:])
