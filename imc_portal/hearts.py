"""The signs of life of the processes that work: each worker, and the clock."""

from __future__ import annotations

import atexit
from typing import Any

from celery import signals

from imc_portal.core import beats

#: Of this process, once it works.
HEARTS: list[beats.Heart] = []


@signals.worker_ready.connect
def _worker_lives(sender: Any, **_more: object) -> None:
    _begin(beats.Heart(sender.hostname, sender.app.amqp.queues.consume_from))


@signals.beat_init.connect
def _clock_lives(sender: Any, **_more: object) -> None:
    heart = beats.Heart(f"{beats.CLOCK}@{beats.host()}")
    atexit.register(heart.stop)
    _begin(heart)


@signals.worker_shutdown.connect
def _worker_goes(**_more: object) -> None:
    for heart in HEARTS:
        heart.stop()


def _begin(heart: beats.Heart) -> None:
    HEARTS.append(heart)
    heart.start()
