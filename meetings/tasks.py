"""The clock of the meetings: a thin task around what is due."""

from __future__ import annotations

import logging
import uuid

from celery import shared_task
from django.utils import timezone

from imc_portal.core import bell
from imc_portal.core.alone import alone
from meetings.services import (
    answers,
    approvals,
    dates,
    dispatch,
    minutes_letters,
    organiser,
    orphans,
    papers,
    reminders,
    steps,
)

log = logging.getLogger(__name__)


@shared_task
def dispatch_due() -> None:
    """Call approved meetings and queue the papers that are ready; does nothing the second time."""
    with alone("dispatch") as mine:
        report = dispatch.dispatch_due() if mine else dispatch.Report()
    if any(report.counts.values()):
        log.info("dispatch: %s", report.counts)


@shared_task
def open_seals() -> None:
    """Open the sealed answers whose deadline has passed or which nobody owes any more."""
    if opened := answers.open_due():
        log.info("opened %s seals", opened)


@shared_task
def render_paper(paper_id: str) -> None:
    """Print one paper of a meeting if it waits and nobody else has it."""
    papers.render(uuid.UUID(paper_id))


@shared_task
def render_papers() -> None:
    """Ring for every paper of a meeting that waits to be printed."""
    for paper_id in bell.not_lately({str(key): key for key in papers.waiting(timezone.now())}):
        render_paper.delay(str(paper_id))


@shared_task
def see_to_minutes() -> None:
    """Close minutes whose time to object is over, write their letters, remind of councils awaited."""
    report = minutes_letters.run()
    if any(report.counts.values()):
        log.info("minutes: %s", report.counts)


@shared_task
def remind_of_steps() -> None:
    """Remind of next steps that are due soon or overdue."""
    if written := steps.remind_due():
        log.info("reminded of %s next steps", written)


@shared_task
def remind_of_dates() -> None:
    """Remind those who have not said when they can come, two days before the answers are due."""
    if reminded := dates.remind_due():
        log.info("reminded %s of a question for a date", reminded)


@shared_task
def keep_time() -> None:
    """Remind of approvals and of replies that are awaited; tell the organisers what went wrong."""
    now = timezone.now()
    counts = {
        "approvals": approvals.remind_due(now=now),
        "reminders": reminders.remind_due(now=now),
        "troubles": organiser.tell_due(now=now),
    }
    if any(counts.values()):
        log.info("kept time: %s", counts)


@shared_task
def cancel_orphans() -> None:
    """Call off the meetings of cases that were closed."""
    if cancelled := orphans.cancel_orphans():
        log.info("called off %s meetings of closed cases", cancelled)
