"""A program of the portal with a fault inside: `python -m tests.faults.faulty worker …` (or beat).

FAULT_POISON names documents whose printing ends its process, FAULT_HANG those whose printing never ends and
does not listen; FAULT_CLOCK a file that says by how many seconds the clock is wrong now.
"""

from __future__ import annotations

import datetime as dt
import os
import resource
import sys
import threading
import time
from pathlib import Path
from typing import Any

import django
import time_machine
from celery.exceptions import SoftTimeLimitExceeded
from celery.signals import worker_process_init

LOOK = 0.05


def poison() -> None:
    """Let two documents break their printer, one loudly and one without a word."""
    from proposals.documents import press

    crashing = os.environ.get("FAULT_POISON", "").split()
    hanging = os.environ.get("FAULT_HANG", "").split()
    compose = press._compose

    def broken(document: Any) -> Any:
        if str(document.pk) in crashing:
            os.abort()
        while str(document.pk) in hanging:
            try:
                time.sleep(3600)
            except SoftTimeLimitExceeded:
                continue
        return compose(document)

    press._compose = broken


def follow(file: Path) -> None:
    """Set this process's clock as the file says, again and again."""
    threading.Thread(target=_follow, args=(file,), daemon=True).start()


def _follow(file: Path) -> None:
    wrong, traveller = 0.0, None
    begun, then = time.monotonic(), time.time()
    while True:
        wanted = float(file.read_text() or 0)
        if wanted != wrong:
            if traveller:
                traveller.stop()
            right = then + time.monotonic() - begun
            traveller = time_machine.travel(dt.datetime.fromtimestamp(right + wanted, dt.UTC), tick=True)
            traveller.start()
            wrong = wanted
        threading.Event().wait(LOOK)


def main(words: list[str]) -> None:
    """Put the fault in place, then be the program."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    django.setup()
    from imc_portal.celery import app

    poison()
    if clock := os.environ.get("FAULT_CLOCK"):
        if words[0] == "beat":
            follow(Path(clock))
        else:
            worker_process_init.connect(lambda **_kwargs: follow(Path(clock)), weak=False)
    app.start(words)


if __name__ == "__main__":
    main(sys.argv[1:])
