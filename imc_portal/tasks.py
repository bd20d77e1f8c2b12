"""The portal looks after itself: the slow look at what is stored, and what dead programs left behind."""

from __future__ import annotations

import logging

from celery import shared_task

from imc_portal.core import beats, documents
from meetings.services import stored

log = logging.getLogger(__name__)


@shared_task
def watch() -> None:
    """Look at a few stored documents, sweep up after dead writers, forget workers that are long gone."""
    found = stored.look()
    if found.damaged or found.is_down:
        log.error("documents damaged: %s, store down: %s", len(found.damaged), found.is_down)
    if swept := documents.sweep():
        log.info("removed %s unfinished files", swept)
    beats.forget_old()
