"""Keeps the programs of the demo running, and leaves none behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

LONGEST_PAUSE = 30.0
PATIENCE = 25.0


def say(line: str) -> None:
    """A line for the person at the terminal."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@dataclass
class Child:
    """One program: how it is started, and how it fares."""

    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    again_at: float = 0.0
    pause: float = field(default=1.0)

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches the supervisor alone."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, "IMC_PARENT": str(os.getpid())},
            )
        self.started_at = time.monotonic()
        self.again_at = 0.0

    @property
    def running(self) -> bool:
        """True while the program itself lives."""
        return self.process is not None and self.process.poll() is None

    def signal(self, sign: signal.Signals) -> None:
        """Send a signal to the program, if it lives."""
        if self.process is not None and self.running:
            self.process.send_signal(sign)

    def end(self) -> None:
        """Make sure that neither it nor anything it started lives on."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Supervisor:
    """Starts programs, restarts what falls over, ends all of them when it is left."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.children: list[Child] = []
        self._stop = threading.Event()
        logs.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, *problem: object) -> None:
        self.stop_all()

    @property
    def stopping(self) -> bool:
        """True once somebody asked for the end."""
        return self._stop.is_set()

    def ask_to_stop(self, number: int = 0, frame: FrameType | None = None) -> None:
        """Handler of SIGINT and SIGTERM: the end comes at the next look around."""
        self._stop.set()

    def start(self, name: str, module: str, *words: str) -> Child:
        """Run a Python module as a child that cannot outlive this process."""
        child = Child(name, python_child(module, *words), self.logs / f"{name}.log")
        child.start()
        self.children.append(child)
        return child

    def watch(self) -> None:
        """Stay until asked to stop; restart what has ended, after a pause that doubles each time."""
        while not self._stop.wait(0.2):
            self.look_around()

    def look_around(self) -> None:
        """Start again what has ended and has paused long enough."""
        now = time.monotonic()
        for child in self.children:
            if child.running:
                continue
            if not child.again_at:
                self._plan_restart(child, now)
            elif now >= child.again_at:
                child.start()

    def _plan_restart(self, child: Child, now: float) -> None:
        if child.process is None:
            return
        child.pause = 1.0 if now - child.started_at > 60 else min(child.pause * 2, LONGEST_PAUSE)
        child.again_at = now + child.pause
        code = child.process.returncode
        child.end()  # what it may have left in its session
        say(f"{child.name} has ended (status {code}), starts again in {child.pause:.0f} s. See {child.log}")

    def wait_for_health(self, url: str, seconds: float = 120) -> bool:
        """True when the address answers 200; False when asked to stop before."""
        end = time.monotonic() + seconds
        told = False
        while not self._stop.wait(0.1):
            self.look_around()
            if _healthy(url):
                return True
            if time.monotonic() > end and not told:
                say(f"{url} does not answer yet. See {self.logs}")
                told = True
        return False

    def stop_all(self) -> None:
        """End every program in good order, the last started first; kill what does not listen."""
        for child in reversed(self.children):
            child.signal(signal.SIGTERM)
        end = time.monotonic() + PATIENCE
        while any(child.running for child in self.children) and time.monotonic() < end:
            time.sleep(0.05)
        for child in self.children:
            child.end()


def python_child(module: str, *words: str) -> list[str]:
    """The command line of a Python module that ends with this process."""
    python = [sys.executable, "-m"]
    return [*python, "imc_portal.demo.child", *python, module, *words]


def run_step(supervisor: Supervisor, module: str, *words: str) -> bool:
    """Run a module to its end, its words on this terminal; False when it failed or the end was asked for."""
    environment = {**os.environ, "IMC_PARENT": str(os.getpid())}
    process = subprocess.Popen(python_child(module, *words), env=environment, start_new_session=True)
    while process.poll() is None:
        if supervisor.stopping:
            process.terminate()
            process.wait()
            return False
        time.sleep(0.05)
    return process.returncode == 0


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # our own address, http
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
