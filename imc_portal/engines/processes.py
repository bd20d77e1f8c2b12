"""Processes of the embedded engines: whose they are, and how a server that refuses root is run by root."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

NOBODY = 65534
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2


class EngineProblem(Exception):
    """An embedded engine cannot be provided; the message says why and what to do."""


def running_in(folder: Path, program: str, pid: int) -> bool:
    """True when process `pid` is `program` working in `folder`: a bare number may long be another's."""
    proc = Path("/proc") / str(pid)
    if not Path("/proc/self").exists():  # macOS: the best that can be known
        return _exists(pid)
    try:
        # A zombie has an empty command line and so counts as gone.
        command = (proc / "cmdline").read_bytes()
        return program.encode() in command and os.path.samefile(proc / "cwd", folder)
    except OSError:
        return False


def pid_in(file: Path) -> int | None:
    """The process id on the first line of a pid file, or None when there is none to read."""
    try:
        pid = int(file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if pid > 0 else None


def stop(pid: int, sign: signal.Signals, is_ours: Callable[[], bool], seconds: float = 20) -> None:
    """End one process in good order; kill it when it has not gone in `seconds`."""
    for each, patience in ((sign, seconds), (signal.SIGKILL, 5.0)):
        if not is_ours():
            return
        os.kill(pid, each)
        if wait_until(lambda: not is_ours(), patience):
            return
    raise EngineProblem(f"process {pid} does not stop")


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Ask again and again until true or until the time is over."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def run(command: Sequence[str], problem: str, stdin: str | None = None) -> str:
    """Run a short command and return its output; a failure becomes an EngineProblem that quotes it."""
    done = subprocess.run(
        list(command),
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        env={**os.environ, "LC_ALL": "C"},
    )
    if done.returncode:
        raise EngineProblem(f"{problem}\n{done.stdout.strip()}")
    return done.stdout


def as_ordinary_user(binary: Path, folder: Path) -> list[str]:
    """The words to put before a command of a server that refuses root; none when we are not root.

    Root runs it as nobody. Where nobody cannot walk to the program or to the data (a clone below a
    0700 folder such as /root) it may keep the one right to pass closed folders, and nothing else.
    """
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        raise EngineProblem(
            "PostgreSQL refuses to run as root and `setpriv` (package util-linux) is missing:"
            " install it, or run as an ordinary user, or set DATABASE_URL"
        )
    # `test` asks access(2), the very question PostgreSQL asks about its own program.
    questions = (["test", "-x", str(binary)], ["test", "-w", str(folder)])
    for prefix in _ways_to_be_nobody():
        if all(_succeeds([*prefix, *question]) for question in questions):
            return prefix
    raise EngineProblem(
        f"user nobody ({NOBODY}), as whom root runs PostgreSQL, cannot reach {binary} and {folder}:"
        " move the project to a folder that others may enter, or set DATABASE_URL"
    )


def _ways_to_be_nobody() -> list[list[str]]:
    plain = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
    ways = [[*plain, "--no-new-privs", "--"]]
    for capability, number in (("dac_read_search", CAP_DAC_READ_SEARCH), ("dac_override", CAP_DAC_OVERRIDE)):
        if _bounding_set() >> number & 1:
            # Without no_setuid_fixup access(2) would forget the capability for everyone but root.
            keep = [f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}"]
            only = [f"--bounding-set=-all,+{capability}", "--securebits=+no_setuid_fixup"]
            ways.append([*plain, *only, *keep, "--"])
    return ways


def _bounding_set() -> int:
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1], 16) for line in lines if line.startswith("CapBnd")), 0)


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, cwd="/").returncode == 0


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
