"""The embedded default: PostgreSQL and Valkey under var/, started when no address of theirs is given."""

from __future__ import annotations

import atexit
import fcntl
import os
import secrets
import signal
import stat
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote

from imc_portal import environment
from imc_portal.engines import postgres, valkey
from imc_portal.engines.processes import EngineProblem, wait_until

__all__ = ["EngineProblem", "missing", "provide", "release", "stop", "wait_until"]

SHORT_FOLDER = "/tmp"  # noqa: S108  # only mkdtemp writes there
_held: IO[str] | None = None
_holder = 0
_var = Path()


def provide() -> None:
    """Start or join the engines that the environment does not name and write their addresses into it.

    The process then holds a share in them; the last holder to leave stops them. A killed holder
    leaves a running engine that the next one finds and uses.
    """
    global _held, _holder, _var
    database, broker = missing("DATABASE_URL"), missing("REDIS_URL")
    if not database and not broker:
        return
    var = _var = environment.var_folder()
    _prepare(var)
    (var / "log").mkdir(exist_ok=True)
    _held = _held or (var / "engines.lock").open("a")
    fcntl.flock(_held, fcntl.LOCK_SH)
    with _alone(var / "engines.start.lock"):
        sockets = _socket_folder(var)
        if database:
            _provide_database(var, sockets)
        if broker:
            _provide_broker(var, sockets)
    _holder = os.getpid()
    atexit.register(release)
    _leave_in_good_order()


def release() -> None:
    """Give up this process's share; the last holder stops the engines."""
    global _held
    if _held is None or _holder != os.getpid():  # a forked child holds no share of its own
        return
    try:
        fcntl.flock(_held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pass
    else:
        _stop_all(_var)
    _held.close()
    _held = None


def stop() -> None:
    """Stop the engines under var/ now, unless somebody holds them."""
    var = environment.var_folder()
    if not (var / "engines.lock").exists():
        return
    with (var / "engines.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EngineProblem(f"{var} is in use: stop `make demo` or the tests first") from None
        _stop_all(var)


def _prepare(var: Path) -> None:
    if not var.exists():
        var.mkdir(parents=True)
        # Nobody's business but ours; PostgreSQL, which root runs as nobody, has to pass.
        var.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _provide_database(var: Path, sockets: Path) -> None:
    password = _secret(var / "postgres_password")
    postgres.start(var / "postgres", sockets / "postgres", password, var / "log" / "postgres.log")
    os.environ["DATABASE_URL"] = f"postgresql://imc:{password}@/imc?host={quote(str(sockets / 'postgres'))}"
    # A key of our own making belongs to the embedded default alone: elsewhere its absence is an error.
    if missing("SECRET_KEY"):
        os.environ["SECRET_KEY"] = _secret(var / "secret_key")


def _provide_broker(var: Path, sockets: Path) -> None:
    door = valkey.start(var / "valkey", sockets, var / "log" / "valkey.log")
    os.environ["REDIS_URL"] = f"unix://{door}"


def _stop_all(var: Path) -> None:
    postgres.stop(var / "postgres")
    valkey.stop(var / "valkey")


def missing(name: str) -> bool:
    """Whether the environment names no such engine, so that the embedded one serves."""
    return not os.environ.get(name, "").strip() and not os.environ.get(f"{name}_FILE")


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    with file.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _secret(file: Path) -> str:
    if not file.exists():
        made = file.with_suffix(".new")
        made.unlink(missing_ok=True)
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(secrets.token_urlsafe(48))
        made.replace(file)
    return file.read_text()


def _socket_folder(var: Path) -> Path:
    """A private folder with a short name: the path of a Unix socket may have 107 bytes at most."""
    note = var / "socket_folder"
    known = Path(note.read_text()) if note.exists() else None
    if known and _is_private(known):
        return known
    short = [place for place in (tempfile.gettempdir(), SHORT_FOLDER) if len(place) < 60]
    made = Path(tempfile.mkdtemp(prefix="imc-", dir=next(iter(short), None)))
    if os.geteuid() == 0:
        made.chmod(0o711)  # PostgreSQL, running as nobody, has to pass to its own folder inside
    note.write_text(str(made))
    return made


def _is_private(folder: Path) -> bool:
    try:
        seen = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.geteuid() and not seen.st_mode & 0o066


def _leave_in_good_order() -> None:
    """Let SIGTERM and a closed terminal end the process the ordinary way, so that the share is given up."""
    if threading.current_thread() is not threading.main_thread():
        return
    for sign in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(sign) is signal.SIG_DFL:
            signal.signal(sign, lambda number, frame: sys.exit(128 + number))
