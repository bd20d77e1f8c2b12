"""The clock of the meetings: a thin task around what is due."""

from __future__ import annotations

import logging

from celery import shared_task

from meetings.services import answers, dispatch

log = logging.getLogger(__name__)


@shared_task
def dispatch_due() -> None:
    """Call approved meetings and queue the papers that are ready; does nothing the second time."""
    report = dispatch.dispatch_due()
    if any(report.counts.values()):
        log.info("dispatch: %s", report.counts)


@shared_task
def open_seals() -> None:
    """Open the sealed answers whose deadline has passed or which nobody owes any more."""
    if opened := answers.open_due():
        log.info("opened %s seals", opened)
