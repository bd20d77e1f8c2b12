"""Backup and restore as docs/operations.md tells it: dump, send on, lose the database, restore, send on.

A PostgreSQL of its own, its own programs, a mail server that counts: none missing, none twice.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from imc_portal.engines import postgres

pytestmark = [pytest.mark.slow, pytest.mark.faults]
ROOT = Path(__file__).resolve().parents[2]

SETUP = "import sys, uuid, django\ndjango.setup()\nfrom django.utils import timezone\n"
PUT = (
    SETUP
    + """
from imc_portal.core import outbox
for number in range(int(sys.argv[2]), int(sys.argv[3])):
    key = f"{sys.argv[1]}-{number}"
    outbox.enqueue(outbox.Message(key=key, to_address=f"{key}@example.org", subject=key, text="A word"))
"""
)
SEND = (
    SETUP
    + """
from imc_portal.core import outbox
for email in list(outbox.due(timezone.now()))[:int(sys.argv[1])]:
    outbox.deliver(email.pk)
"""
)
STATES = (
    SETUP
    + """
import collections, json
from imc_portal.core.models import OutgoingEmail
print(json.dumps(collections.Counter(OutgoingEmail.objects.values_list("state", flat=True))))
"""
)


@dataclass
class Book:
    """What the mail server took over: by recipient, and as its log."""

    taken: Counter[str] = field(default_factory=Counter)
    log: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Count and write down."""
        self.taken[envelope.rcpt_tos[0]] += 1
        found = re.search(rb"(?im)^message-id:\s*(<\S+>)", bytes(envelope.original_content or b""))
        assert found is not None
        self.log.append(f"{dt.datetime.now(dt.UTC).isoformat()} mx: message-id={found.group(1).decode()}")
        return "250 taken"


@dataclass
class House:
    """A database of one's own, and the portal's programs on it."""

    folder: Path
    port: int
    password: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def data(self) -> Path:
        return self.folder / "postgres"

    def start(self) -> None:
        postgres.start(self.data, self.folder / "door", self.password, self.folder / "postgres.log")

    def destroy(self) -> None:
        postgres.stop(self.data)
        shutil.rmtree(self.data)

    def tool(self, *command: str) -> None:
        """A program of PostgreSQL itself."""
        binary = postgres._binaries() / command[0]
        where = {"PGHOST": str(self.folder / "door"), "PGUSER": "imc", "PGPASSWORD": self.password}
        subprocess.run([binary, *command[1:]], env=os.environ | where, check=True, timeout=120)

    def run(self, *command: str) -> str:
        """A program of the portal."""
        environ = {name: value for name, value in os.environ.items() if name != "PGOPTIONS"}
        environ |= {
            "DJANGO_SETTINGS_MODULE": "imc_portal.settings",
            "DATABASE_URL": f"postgresql://imc:{self.password}@/imc?host={quote(str(self.folder / 'door'))}",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.port}",
            "PYTHONPATH": str(ROOT),
        }
        done = subprocess.run(
            [sys.executable, *command], env=environ, cwd=ROOT, capture_output=True, text=True, timeout=240
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def house(book: Book, free_port: int) -> Iterator[House]:
    """Short names: the path of a Unix socket may have 107 bytes at most."""
    folder = Path(tempfile.mkdtemp(prefix="imc-r-"))
    folder.chmod(0o711)
    server = Controller(book, hostname="127.0.0.1", port=free_port)
    server.start()
    made = House(folder, free_port)
    made.start()
    yield made
    server.stop()
    postgres.stop(made.data)
    shutil.rmtree(folder, ignore_errors=True)


def test_a_database_lost_in_the_middle_of_a_dispatch_sends_nothing_twice(house: House, book: Book) -> None:
    house.run("manage.py", "migrate", "--verbosity", "0")
    house.run("-c", PUT, "invitation", "0", "40")
    house.run("-c", SEND, "15")
    copied_at = dt.datetime.now(dt.UTC)
    copy = house.folder / "copy.dump"
    house.tool("pg_dump", "--format=custom", f"--file={copy}", "imc")
    time.sleep(0.1)
    house.run("-c", SEND, "10")  # what the copy does not know has left
    house.run("-c", PUT, "later", "0", "10")  # what the copy does not know was written
    house.run("-c", SEND, "17")
    assert sum(book.taken.values()) == 42

    house.destroy()
    house.start()
    house.tool("pg_restore", "--no-owner", "--dbname=imc", str(copy))
    assert json.loads(house.run("-c", STATES)) == {"sent": 15, "queued": 25}
    when = ["manage.py", "after_restore", "--dumped-at", copied_at.isoformat(), "--format", "json"]
    assert json.loads(house.run(*when)) == {"held": 25}
    house.run("-c", SEND, "100")
    assert sum(book.taken.values()) == 42, "what is held back does not leave"

    log = house.folder / "mail.log"
    log.write_text("\n".join(book.log))
    told = json.loads(house.run(*when, "--accepted", str(log)))
    left = sum(1 for to in book.taken if to.startswith("invitation")) - 15
    assert told == {"listed": 42, "sent": left, "released": 25 - left, "held_by_people": 0}
    house.run("-c", PUT, "later", "0", "10")  # the portal writes anew what it does not know it wrote
    house.run("-c", SEND, "100")
    assert set(book.taken.values()) == {1}, "none twice"
    assert len(book.taken) == 50, "none missing"
    assert json.loads(house.run("-c", STATES)) == {"sent": 50}
