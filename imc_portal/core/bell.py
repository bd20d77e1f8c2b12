"""Ring for a worker after the commit; where nobody answers the door, do not stand there for each message."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from celery import Task
from django.core.cache import cache
from django.db import transaction

from imc_portal.core import broker

log = logging.getLogger(__name__)

#: Seconds of silence after a ring that failed: a broker that swallows connections costs four each time.
SILENCE = 10.0
_quiet_until = 0.0
#: A bell may get lost; more bells than messages only fill the broker while the mail server is slow.
RING_AGAIN = 30
Key = TypeVar("Key")


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


def unrung(queue: str, waiting: Sequence[Key]) -> Sequence[Key]:
    """Of what waits for this queue, the most urgent first, as many as the broker holds no bell for.

    A lost bell is a gap in their number: what stands first is rung for again, and so is all in the end.
    Without an answer of the broker, all.
    """
    held = broker.bells(queue) or {queue: 0}
    return waiting[: max(len(waiting) - held[queue], 0)]


def not_lately(names: Mapping[str, Key]) -> list[Key]:
    """Those whose name nobody has rung for in the last half minute; from now on somebody has."""
    known = {f"rung:{name}": key for name, key in names.items()}
    rung = cache.get_many(known)
    fresh = {name: key for name, key in known.items() if name not in rung}
    cache.set_many(dict.fromkeys(fresh, 1), timeout=RING_AGAIN)
    return list(fresh.values())
