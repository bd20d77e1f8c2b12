"""One gunicorn worker on loopback, one client: how long its pages take beside a bare list.

Requests in turn (A B A B …), medians of the pairs.
"""

from __future__ import annotations

import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.test import Client

from imc_portal.core.models import User

ROUNDS = 60
WARM_UP = 5
BARE = "/bare/"
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Pace:
    """Medians in milliseconds, and the median of the ratios within each pair."""

    ours: float
    reference: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Site:
    """Where the portal answers, and as whom we ask."""

    port: int
    master: int
    cookie: str

    def pace(self, paths: Sequence[str], rounds: int = ROUNDS) -> Pace:
        """One after the other, each beside the bare list."""
        ours: list[float] = []
        reference: list[float] = []
        for turn in range(rounds + WARM_UP):
            pair = (self.fetch(paths[turn % len(paths)]), self.fetch(BARE))
            if turn >= WARM_UP:
                ours.append(pair[0])
                reference.append(pair[1])
        ratios = [a / b for a, b in zip(ours, reference, strict=True)]
        return Pace(
            1000 * statistics.median(ours), 1000 * statistics.median(reference), statistics.median(ratios)
        )

    def fetch(self, path: str) -> float:
        """Seconds until the last byte of a page."""
        start = time.perf_counter()
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        line.request("GET", path, headers={"Cookie": self.cookie, "Accept-Language": "en"})
        answer = line.getresponse()
        body = answer.read()
        line.close()
        if answer.status != 200 or not body:
            raise RuntimeError(f"{path} answered {answer.status}")
        return time.perf_counter() - start

    def busy(self, paths: Sequence[str], rounds: int = ROUNDS) -> float:
        """Milliseconds of processor time the worker takes for a page: the same on a busy machine."""
        before = self._processor()
        for turn in range(rounds):
            self.fetch(paths[turn % len(paths)])
        return 1000 * (self._processor() - before) / rounds

    def resident(self) -> float:
        """Megabytes of memory the worker holds, shared pages included."""
        status = (self._worker() / "status").read_text().splitlines()
        return int(next(line for line in status if line.startswith("VmRSS:")).split()[1]) / 1024

    def _processor(self) -> float:
        # After the name in brackets; utime and stime are fields 14 and 15 of proc_pid_stat(5).
        fields = (self._worker() / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _worker(self) -> Path:
        (worker,) = Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()
        return Path("/proc", worker)


@contextmanager
def serving(person: User) -> Iterator[Site]:
    """The portal as one sync worker on this run's database, with that person signed in."""
    client = Client()
    client.force_login(person)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "tests.bench.serve:application", "-b", f"127.0.0.1:{port}"]
    command += ["-w", "1", "--no-control-socket", "--log-level", "error"]
    server = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
    try:
        _wait(port)
        yield Site(port, server.pid, cookie)
    finally:
        server.terminate()
        server.wait(15)


def _wait(port: int) -> None:
    for _ in range(200):
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("gunicorn did not start")
