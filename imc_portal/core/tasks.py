"""Post room at work: thin tasks around the outbox."""

from __future__ import annotations

import atexit
import uuid

from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from imc_portal.core import bell, bounces, outbox, smtp
from imc_portal.core.rounds import note_round

HEARTBEAT_KEY = "worker-seen"
BATCH = 500
QUEUE = settings.CELERY_TASK_ROUTES["imc_portal.core.tasks.deliver_email"]["queue"]
#: While the database is away a sender tries to mark what became of its message, for most of its lease.
SOFT_SECONDS = max(settings.CELERY_TASK_SOFT_TIME_LIMIT, settings.MAIL_LEASE_SECONDS - 25)
HARD_SECONDS = max(settings.CELERY_TASK_TIME_LIMIT, settings.MAIL_LEASE_SECONDS - 5)
#: Kept between the messages of a worker process, which sends one at a time.
LINE = smtp.Line()
atexit.register(LINE.close)


@shared_task(soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS)
def deliver_email(email_id: str) -> None:
    """Send one message if it is due and nobody else has it."""
    outbox.deliver(uuid.UUID(email_id), line=LINE)


@shared_task
def sweep_outbox() -> None:
    """Ring for every message that is due; recover those whose sender died; leave a sign of life."""
    now = timezone.now()
    cache.set(HEARTBEAT_KEY, now.timestamp(), timeout=None)
    outbox.recover_lost(now)
    waiting = list(outbox.due(now).values_list("pk", "attempts", "not_before")[:BATCH])
    unrung = bell.unrung(QUEUE, waiting)
    names = {f"{key}:{attempt}:{then.timestamp()}": key for key, attempt, then in unrung}
    for email_id in bell.not_lately(names):
        deliver_email.delay(str(email_id))


@shared_task
def read_bounces() -> None:
    """Read what came back; without a mailbox there is nothing to do."""
    if settings.BOUNCES:
        note_round("bounces", place=bounces.read().problem)
