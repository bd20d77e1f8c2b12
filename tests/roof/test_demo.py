"""`make demo` from outside: it starts, stops all of itself, keeps its data, and survives being killed."""

from __future__ import annotations

import os
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from imc_portal.engines import postgres, valkey

pytestmark = [pytest.mark.slow, pytest.mark.faults]
ROOT = Path(__file__).resolve().parents[2]
Wait = Callable[..., None]


class Demo:
    """One run of the demo with a var folder and a port of its own."""

    def __init__(self, var: Path, port: int) -> None:
        ours = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DOCUMENTS_URL", "BASE_URL", "PGOPTIONS", "DEMO"}
        bare = {name: value for name, value in os.environ.items() if name not in ours}
        self.var, self.address = var, f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "imc_portal.demo"],
            env=bare | {"IMC_VAR": str(var), "PORT": str(port), "STAGE": "needs"},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._said: list[str] = []
        self._ear = threading.Thread(target=self._listen, daemon=True)
        self._ear.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            self._said.extend(iter(lines.readline, ""))

    @property
    def said(self) -> str:
        """What it has said so far."""
        return "".join(self._said)

    def wait_until_ready(self) -> None:
        """Wait until it says that it is ready."""
        while "Ctrl-C" not in self.said:
            assert self._ear.is_alive(), self.said
            time.sleep(0.05)
        assert self.get("/healthz") == 200

    def get(self, path: str) -> int:
        """Status of one of its pages."""
        with urllib.request.urlopen(self.address + path, timeout=20) as answer:  # noqa: S310  # http, our own
            return int(answer.status)

    def end(self, sign: signal.Signals) -> int:
        """End the supervisor by a signal; returns its status."""
        self.process.send_signal(sign)
        return self.wait(60)

    def wait(self, seconds: float) -> int:
        """Wait for its end, and for its last words; returns its status."""
        status = self.process.wait(seconds)
        self._ear.join(seconds)
        return status

    def family(self) -> list[int]:
        """All processes that were told this run's var folder, the supervisor's descendants and engines."""
        return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if self._is_ours(entry)]

    def expect_nothing_left(self, seconds: float = 10) -> None:
        """Wait for the end of the whole family; fails with a portrait of whoever lives on."""
        end = time.monotonic() + seconds
        while (left := self.family()) and time.monotonic() < end:
            time.sleep(0.05)
        assert not left, f"after {seconds} s there still live\n" + "\n".join(map(_portrait, left))

    def _is_ours(self, entry: Path) -> bool:
        try:
            # A zombie has an empty command line; it is gone, only not yet buried.
            told = (entry / "environ").read_bytes().split(b"\0")
            return f"IMC_VAR={self.var}".encode() in told and bool((entry / "cmdline").read_bytes())
        except OSError:
            return False


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    """One folder for all runs of this file, as on a real machine; what the first prepares the next find."""
    closed = Path(tempfile.mkdtemp(prefix="imc-demo-"))
    yield closed / "var"
    note = closed / "var" / "socket_folder"
    if note.exists():
        shutil.rmtree(note.read_text(), ignore_errors=True)
    shutil.rmtree(closed)


class Runs:
    """Runs of the demo, one after the other: to start takes time, so tests go on with the one that stands."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self._last: Demo | None = None

    def start(self) -> Demo:
        """Another run, ready."""
        self._last = Demo(self.var, _free_port())
        self._last.wait_until_ready()
        return self._last

    def standing(self) -> Demo:
        """The run that stands, or a new one."""
        if self._last is None or self._last.process.poll() is not None:
            return self.start()
        return self._last

    def end(self) -> None:
        """Leave nothing of them."""
        if self._last is None:
            return
        if self._last.process.poll() is None:
            self._last.end(signal.SIGKILL)
        for pid in self._last.family():
            os.kill(pid, signal.SIGKILL)
        postgres.stop(self.var / "postgres")
        valkey.stop(self.var / "valkey")


@pytest.fixture(scope="module")
def runs(var: Path) -> Iterator[Runs]:
    """The runs of this file; at the end nothing of them is left."""
    started = Runs(var)
    yield started
    started.end()


def _free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
    return port


def _smtp_port(demo: Demo) -> int:
    for pid in demo.family():
        words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
        if "imc_portal.demo.catcher" in words:
            return int(words[words.index("imc_portal.demo.catcher") + 2])
    raise AssertionError("no mail catcher runs")


def _portrait(pid: int) -> str:
    """Who a process is and what it does, as far as it still lives."""
    process = Path(f"/proc/{pid}")
    try:
        state, parent, _group, session = (process / "stat").read_text().rpartition(")")[2].split()[:4]
        words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        waits = (process / "wchan").read_text()
    except OSError:
        return f"{pid} (gone meanwhile)"
    return f"{pid} parent {parent} session {session} state {state} in {waits}: {words}"


def _child(demo: Demo, word: str) -> int | None:
    """The supervisor's own child whose command line has that word."""
    for pid in demo.family():
        process = Path(f"/proc/{pid}")
        try:
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            words = (process / "cmdline").read_text().split("\0")
        except OSError:  # it has ended since it was listed
            continue
        if parent == demo.process.pid and word in words:
            return pid
    return None


def _catches(pid: int, sign: signal.Signals) -> bool:
    """Whether a process has a handler of its own for this signal."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:")).split()[1]
    return bool(int(caught, 16) >> (sign - 1) & 1)


# The tests of a file run in their order: each leaves a run that stands, for the next to go on with.


def test_it_starts_from_nothing_and_says_where_it_is(runs: Runs) -> None:
    demo = runs.standing()
    assert demo.address in demo.said
    assert "/demo/mailbox/" in demo.said
    assert demo.get("/demo/mailbox/") == 200
    assert len(demo.family()) >= 6


def test_a_second_demo_on_its_folder_is_refused(runs: Runs, free_port: int) -> None:
    first = runs.standing()
    second = Demo(first.var, free_port)
    assert second.wait(30) == 1
    assert "running from" in second.said
    assert first.get("/healthz") == 200


def test_what_falls_over_is_started_again(runs: Runs, wait_until: Wait) -> None:
    demo = runs.standing()
    before = _child(demo, "gunicorn")
    assert before is not None
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: _child(demo, "gunicorn") not in {None, before}, 20, "the new web server")

    def answers() -> bool:
        try:
            return demo.get("/healthz") == 200
        except OSError:
            return False

    wait_until(answers, 20, "an answer of the new web server")
    assert "web has ended" in demo.said


def test_it_stops_all_of_itself_and_finds_its_data_again(runs: Runs) -> None:
    first = runs.standing()
    with smtplib.SMTP("127.0.0.1", _smtp_port(first)) as server:
        server.sendmail("a@example.org", ["b@example.org"], "Subject: kept over night\r\n\r\nhello")
    assert first.end(signal.SIGTERM) == 0
    first.expect_nothing_left()

    second = runs.start()
    with urllib.request.urlopen(f"{second.address}/demo/mailbox/") as page:  # noqa: S310  # http, our own
        assert "kept over night" in page.read().decode()
    assert "Seeding" in first.said
    assert "Seeding" not in second.said


def test_a_killed_run_leaves_nothing_that_blocks_the_next(runs: Runs) -> None:
    killed = runs.standing()
    killed.end(signal.SIGKILL)
    following = runs.start()
    assert following.get("/healthz") == 200


def test_what_a_killed_run_left_and_does_not_listen_is_ended_by_the_next(
    runs: Runs, wait_until: Wait
) -> None:
    killed = runs.standing()
    stubborn = _child(killed, "celery")
    assert stubborn is not None
    # Before it has its own handler the signal ends it even while it is stopped.
    wait_until(lambda: _catches(stubborn, signal.SIGTERM), 30, "a handler of SIGTERM")
    os.kill(stubborn, signal.SIGSTOP)  # it does not hear the SIGTERM that its parent's death brings
    killed.end(signal.SIGKILL)
    assert stubborn in killed.family()

    following = runs.start()
    assert stubborn not in following.family()
    assert "has left" in following.said
    assert following.end(signal.SIGINT) == 0
    following.expect_nothing_left()


def test_a_taken_port_is_said_clearly(tmp_path: Path, free_port: int) -> None:
    with socket.socket() as line:
        line.bind(("127.0.0.1", free_port))
        line.listen()
        demo = Demo(tmp_path / "var", free_port)
        assert demo.wait(30) == 1
    assert f"port {free_port} is taken" in demo.said
