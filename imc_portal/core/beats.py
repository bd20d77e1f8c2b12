"""Signs of life: the main process of each worker, and of beat, writes its row while the database answers.

A thread of its own does it, so that a database that is away holds up no task. A process that ends in good
order takes its row along; that of a killed one grows old, is told as silent, and goes after a day.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import socket
import threading
from collections.abc import Iterable

import psycopg
from django.utils import timezone

from imc_portal.core import direct
from imc_portal.core.models import WorkerBeat

log = logging.getLogger(__name__)

EVERY = 15.0
#: After that many seconds without a sign a worker counts as silent.
SILENT = 60.0
FORGOTTEN = dt.timedelta(days=1)
#: The scheduler works for no queue.
CLOCK = "beat"

WRITE = """
INSERT INTO core_workerbeat (name, queues, started_at, seen_at) VALUES (%s, %s, now(), now())
ON CONFLICT (name) DO UPDATE SET queues = excluded.queues, seen_at = excluded.seen_at,
    started_at = CASE WHEN %s THEN excluded.started_at ELSE core_workerbeat.started_at END
"""


class Heart(threading.Thread):
    """Beats for one process until it is stopped."""

    def __init__(self, name: str, queues: Iterable[str] = (), every: float = EVERY) -> None:
        super().__init__(name="signs-of-life", daemon=True)
        self.of = name[:200]
        self.queues = ",".join(sorted(queues))[:200]
        self.every = every
        self.began = True
        self.away = False
        self._talking = threading.Lock()
        self._ended = threading.Event()
        # A fork in the middle of a talk with the database would copy its locks: let it end first.
        os.register_at_fork(before=self._wait, after_in_parent=self._go_on, after_in_child=self._forget)

    def run(self) -> None:
        """Once at the start, then every few seconds."""
        self.beat()
        while not self._ended.wait(self.every):
            self.beat()

    def beat(self) -> None:
        """Write the row; a database that is away is noted once."""
        try:
            with self._talking, direct.connection() as opened:
                opened.execute(WRITE, [self.of, self.queues, self.began])
        except psycopg.Error as problem:
            if not self.away:
                log.warning("no sign of life can be written: %s", type(problem).__name__)
            self.away = True
        else:
            self.began = self.away = False

    def stop(self) -> None:
        """Take the row along; without a database it grows old by itself."""
        self._ended.set()
        try:
            with self._talking, direct.connection() as opened:
                opened.execute("DELETE FROM core_workerbeat WHERE name = %s", [self.of])
        except psycopg.Error:
            log.warning("the sign of life of %s stays behind", self.of)

    def _wait(self) -> None:
        self._held = self._talking.acquire(timeout=5)

    def _go_on(self) -> None:
        if self._held:
            self._talking.release()

    def _forget(self) -> None:
        self._talking = threading.Lock()


def newest() -> dt.datetime | None:
    """When any worker was last seen."""
    seen = WorkerBeat.objects.exclude(queues="").order_by("-seen_at").values_list("seen_at", flat=True)
    return seen.first()


def forget_old() -> int:
    """Remove the rows of workers that were silent for a day; returns how many."""
    return WorkerBeat.objects.filter(seen_at__lt=timezone.now() - FORGOTTEN).delete()[0]


def host() -> str:
    """The name of this machine."""
    return socket.gethostname()
