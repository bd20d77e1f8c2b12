"""The portal looks after itself: signs of life of its workers, and the slow look at what is stored."""

from __future__ import annotations

import atexit
import logging
from typing import Any

from celery import shared_task, signals

from imc_portal.core import beats, documents
from meetings.services import stored

log = logging.getLogger(__name__)
#: Of this process, once it works.
HEARTS: list[beats.Heart] = []


@shared_task
def watch() -> None:
    """Look at a few stored documents, sweep up after dead writers, forget workers that are long gone."""
    found = stored.look()
    if found.damaged or found.is_down:
        log.error("documents damaged: %s, store down: %s", len(found.damaged), found.is_down)
    if swept := documents.sweep():
        log.info("removed %s unfinished files", swept)
    beats.forget_old()


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
