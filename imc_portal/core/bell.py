"""Ring for a worker after the commit; where nobody answers the door, do not stand there for each message."""

from __future__ import annotations

import functools
import logging
import time
from typing import Any

from celery import Task
from django.db import transaction

log = logging.getLogger(__name__)

#: Seconds of silence after a ring that failed: a broker that swallows connections costs four each time.
SILENCE = 10.0
_quiet_until = 0.0


def ring(task: Task[Any, Any], *words: str) -> None:
    """Have a worker take up the task once the transaction is in; without a broker the clock finds it."""
    transaction.on_commit(functools.partial(_ring, task, *words), robust=True)


def _ring(task: Task[Any, Any], *words: str) -> None:
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        task.delay(*words)
    except Exception as problem:  # whatever the broker has: the row is in, and the clock finds it
        _quiet_until = time.monotonic() + SILENCE
        log.warning("the broker does not answer: %s; the clock rings instead", type(problem).__name__)
