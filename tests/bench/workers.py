"""Real workers at the press, on the database and broker of this run; what is done is given them again."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from proposals import tasks
from proposals.models import Document
from tests import provide

ROOT = Path(__file__).resolve().parents[2]
_number = itertools.count(1)


class Worker:
    """One Celery worker with one child, which is never replaced, so that its memory can be watched."""

    def __init__(self) -> None:
        name = f"bench{next(_number)}-{os.getpid()}@localhost"
        command = [sys.executable, "-m", "celery", "-A", "imc_portal", "worker", "-Q", "render", "-c", "1"]
        command += ["--without-gossip", "--without-mingle", "--hostname", name, "--loglevel", "INFO"]
        command += ["--max-tasks-per-child", "1000000", "--max-memory-per-child", "100000000"]
        self._log = Path(os.environ["IMC_VAR"]) / f"{name}.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command, env=provide.child_environment(), cwd=ROOT, stdout=log, stderr=log
            )

    def peak(self) -> float:
        """Megabytes of memory its child ever held at once."""
        status = Path(f"/proc/{self._child()}/status").read_text().splitlines()
        return int(next(line for line in status if line.startswith("VmHWM:")).split()[1]) / 1024

    def printed(self) -> int:
        """How many documents it has printed."""
        return self._log.read_text("utf-8", "replace").count("succeeded in")

    def leave(self) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _child(self) -> int:
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(children[0])


class Shift:
    """Workers printing the same documents again and again, always with more to do than they are."""

    def __init__(self, documents: Sequence[Document], put_back: Callable[[Sequence[Document]], None]) -> None:
        self._documents = list(documents)
        self._put_back = put_back
        self._workers: list[Worker] = []

    def __enter__(self) -> Shift:
        return self

    def __exit__(self, *error: object) -> None:
        for worker in self._workers:
            worker.leave()

    def hire(self) -> Worker:
        """One more."""
        self._workers.append(Worker())
        return self._workers[-1]

    def print(self, count: int) -> float:
        """Have so many printed; how many were done in a second."""
        waiting = self._ring(self._documents[:count])
        issued, done = len(waiting), 0
        begun, end = time.perf_counter(), time.monotonic() + 60 + 5 * count
        while done < count:
            time.sleep(0.05)
            ready = self._ready(waiting)
            done += len(ready)
            again = [one for one in waiting if one.pk in ready][: count - issued]
            waiting = [one for one in waiting if one.pk not in ready] + self._ring(again)
            issued += len(again)
            if time.monotonic() > end:
                raise RuntimeError(f"{done} of {count} documents printed in time")
        return count / (time.perf_counter() - begun)

    def _ring(self, documents: Sequence[Document]) -> list[Document]:
        if documents:
            self._put_back(documents)
        for document in documents:
            tasks.render_document.delay(str(document.pk))
        return list(documents)

    def _ready(self, waiting: Sequence[Document]) -> set[object]:
        keys = [one.pk for one in waiting]
        rows = dict(Document.objects.filter(pk__in=keys).values_list("pk", "state"))
        if failed := [key for key, state in rows.items() if state == Document.State.FAILED]:
            raise RuntimeError(f"not printed: {Document.objects.get(pk=failed[0]).last_error}")
        return {key for key, state in rows.items() if state == Document.State.RENDERED}
