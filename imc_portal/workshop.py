"""What a worker loads before it forks: its processes share it, and no task waits for it."""

from __future__ import annotations

import gc
from importlib import import_module
from typing import Any

from celery import bootsteps
from django.conf import settings

ROOMS = ["imc_portal.core", "partners", "proposals", "meetings", "imc_portal"]
PRINTERS = "render"


class Workshop(bootsteps.Step):
    """The tasks, the addresses they write into letters, and the press where papers are printed.

    A step and no signal: Celery only writes into its log what breaks in a handler of a signal.
    """

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        # Nothing of this is rubbish; and what is frozen stays shared with the processes to come.
        gc.disable()
        parent.app.autodiscover_tasks(ROOMS, force=True)
        import_module(settings.ROOT_URLCONF)
        if PRINTERS in parent.app.amqp.queues.consume_from:
            import_module("proposals.documents.typesetter")
        gc.freeze()
        gc.enable()
