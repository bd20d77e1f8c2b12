"""`make demo`: set up the data, then run web, worker, beat and the mail catcher until told to stop."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sys
from pathlib import Path
from typing import IO

from imc_portal import engines, environment
from imc_portal.demo.child import end_with_parent
from imc_portal.demo.remains import end_remains
from imc_portal.demo.supervisor import Supervisor, run_step, say

ROOT = environment.BASE_DIR


def main(words: list[str]) -> int:
    """Run the demo in the foreground; 0 when it was asked to stop, 1 when it could not start."""
    if "--with-parent" in words:  # make may be killed: the demo then ends as well
        end_with_parent()
    var = environment.var_folder()
    var.mkdir(parents=True, exist_ok=True)
    try:
        port = _port()
        with _only_one(var / "demo.lock"):
            end_remains(var)
            _check_free(port)
            whose = "embedded" if engines.missing("DATABASE_URL") else "given"
            engines.provide()
            return _run(var, port, whose)
    except (engines.EngineProblem, environment.EnvironmentProblem, DemoProblem) as problem:
        say(f"make demo: {problem}")
        return 1


class DemoProblem(Exception):
    """The demo cannot start; the message says why and what to do."""


def _run(var: Path, port: int, whose: str) -> int:
    address = f"http://127.0.0.1:{port}"
    smtp_port = _free_port()
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "imc_portal.settings",
        "DEMO": "True",
        "BASE_URL": address,
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
        "IMC_VAR": str(var),
        "PYTHONPATH": str(ROOT),
        # Celery then gives unfinished tasks back instead of waiting for them.
        "REMAP_SIGTERM": "SIGQUIT",
    }
    with Supervisor(var / "log") as supervisor:
        for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(sign, supervisor.ask_to_stop)
        supervisor.start("mail", "imc_portal.demo.catcher", str(var / "mailbox"), str(smtp_port))
        stage = os.environ.get("STAGE") or "informal"
        if not run_step(supervisor, "imc_portal.demo.prepare", stage, whose):
            return 0 if supervisor.stopping else 1
        _start_portal(supervisor, var, port)
        if supervisor.wait_for_health(f"{address}/healthz"):
            _greet(var, address)
        supervisor.watch()
    return 0


def _start_portal(supervisor: Supervisor, var: Path, port: int) -> None:
    web = ["--preload", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    web += ["--graceful-timeout", "5", "--timeout", "60"]
    # Browsers open connections ahead of need: a worker without threads would wait for one that says nothing.
    web += ["--threads", "16", "--no-control-socket"]
    supervisor.start("web", "gunicorn", "imc_portal.wsgi", *web)
    worker = ["--queues", "default,mail,render", "--concurrency", "2", "--loglevel", "INFO"]
    quiet = ["--without-gossip", "--without-mingle", "--hostname", "demo@localhost"]
    supervisor.start("worker", "celery", "-A", "imc_portal", "worker", *worker, *quiet)
    (var / "beat").mkdir(exist_ok=True)
    kept = ["--schedule", str(var / "beat" / "schedule"), "--pidfile", ""]
    supervisor.start("beat", "celery", "-A", "imc_portal", "beat", *kept, "--loglevel", "WARNING")


def _greet(var: Path, address: str) -> None:
    logins = var / "demo_logins.txt"
    say("")
    say(f"The portal is ready: {address}")
    if logins.exists():
        say("")
        say(logins.read_text().rstrip())
    say("")
    say(f"Mail:  {address}/demo/mailbox/  (nothing leaves this computer)")
    say(f"Logs:  {var / 'log'}")
    say("Ctrl-C stops everything and keeps the data; `make clean` forgets it.")


def _port() -> int:
    wanted = os.environ.get("PORT") or "8000"
    if not wanted.isdigit() or not 0 < int(wanted) < 65536:
        raise DemoProblem(f"PORT={wanted!r}: write a number from 1 to 65535")
    return int(wanted)


def _only_one(file: Path) -> IO[str]:
    """A lock that the end of this process gives back, however it ends."""
    lock = file.open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise DemoProblem(f"a demo is running from {file.parent} already: stop it first (Ctrl-C)") from None
    return lock


def _check_free(port: int) -> None:
    # The web server of a killed demo needs a moment to notice and go.
    if not engines.wait_until(lambda: _can_bind(port), 6):
        raise DemoProblem(f"port {port} is taken: stop what listens there, or make demo PORT={port + 1}")


def _can_bind(port: int) -> bool:
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            line.bind(("127.0.0.1", port))
            line.listen()
        except PermissionError:
            raise DemoProblem(f"port {port} needs more rights: choose one above 1023") from None
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
    return port


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
