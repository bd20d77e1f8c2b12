"""What the tests stand on: real engines, a database and broker numbers of this run, a scratch folder."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import IO
from urllib.parse import parse_qs, quote, urlencode, urlsplit, urlunsplit

from imc_portal import engines, environment

SLOTS = 7
_slot_lock: IO[str] | None = None


def environment_for_tests() -> Path:
    """Write the whole environment of the tests, before settings are read; returns the scratch folder.

    Several runs may share the engines: each takes a slot, which names its test database and its
    broker numbers. Workers of pytest-xdist find what their parent has written and add their own number.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker:
        engines.provide()
        slot = _take_slot(environment.var_folder())
        os.environ["IMC_TEST_SLOT"] = str(slot)
        os.environ["IMC_TEST_REDIS_URL"] = os.environ["REDIS_URL"]
        # A commit need not reach the disk: the test database dies with the run.
        os.environ["PGOPTIONS"] = "-c synchronous_commit=off"
    offset = int(worker.removeprefix("gw")) % 8 + 1 if worker else 0
    number = 1 + int(os.environ["IMC_TEST_SLOT"]) * 9 + offset
    os.environ["REDIS_URL"] = _with_number(os.environ["IMC_TEST_REDIS_URL"], number)
    scratch = Path(tempfile.mkdtemp(prefix="imc-test-"))
    (scratch / "static").mkdir()
    # What one process of this run makes for all of them; it goes with the parent's scratch folder.
    os.environ.setdefault("IMC_TEST_SHARED", str(scratch))
    os.environ |= {
        "IMC_VAR": str(scratch),
        "SECRET_KEY": os.environ.get("SECRET_KEY") or "only-for-this-test-run-" + "x" * 32,
        "DOCUMENTS_URL": f"file://{scratch / 'documents'}",
        "BASE_URL": "http://testserver",
        "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
        "DEMO": "False",
        "LOG_FORMAT": "text",
    }
    return scratch


def name_test_database() -> None:
    """Give the test database of this run a name of its own; settings must be importable by now."""
    from django.conf import settings  # only after the environment stands

    settings.DATABASES["default"]["TEST"] = {"NAME": f"test_imc_{os.environ['IMC_TEST_SLOT']}"}


def child_environment() -> dict[str, str]:
    """The environment of a process that shall see the database and broker of this very test or benchmark."""
    from django.conf import settings  # as above

    database = settings.DATABASES["default"]
    login = f"{quote(database['USER'], safe='')}:{quote(database['PASSWORD'], safe='')}"
    if database["HOST"].startswith("/"):
        where = f"/{database['NAME']}?host={quote(database['HOST'])}"
    else:
        port = f":{database['PORT']}" if database["PORT"] else ""
        where = f"{database['HOST']}{port}/{database['NAME']}"
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "imc_portal.settings",
        "DATABASE_URL": f"postgresql://{login}@{where}",
        "PYTHONPATH": str(environment.BASE_DIR),
    }


def clear(scratch: Path) -> None:
    """Remove the scratch folder of this process."""
    shutil.rmtree(scratch, ignore_errors=True)


def _take_slot(var: Path) -> int:
    """The first number no other run holds; the lock is given back by the end of the process."""
    global _slot_lock
    var.mkdir(parents=True, exist_ok=True)
    for slot in range(SLOTS):
        _slot_lock = (var / f"tests.{slot}.lock").open("a")
        try:
            fcntl.flock(_slot_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _slot_lock.close()
        else:
            return slot
    raise RuntimeError(f"{SLOTS} test runs share these engines already: wait for one to end")


def _with_number(url: str, number: int) -> str:
    parts = urlsplit(url)
    if parts.scheme != "unix":
        # A server of one's own may have no more than the usual 16.
        return urlunsplit(parts._replace(path=f"/{number % 16}"))
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | {"db": str(number)}
    return f"unix://{parts.path}?{urlencode(query)}"  # urlunsplit would drop the empty host
