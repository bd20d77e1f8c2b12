"""Post room at work: thin tasks around the outbox."""

from __future__ import annotations

import atexit
import uuid

from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from imc_portal.core import bounces, outbox, smtp
from imc_portal.core.rounds import note_round

HEARTBEAT_KEY = "worker-seen"
BATCH = 500
#: A bell may get lost; more bells than messages only fill the broker while the mail server is slow.
RING_AGAIN = 30
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
    waiting = outbox.due(now).values_list("pk", "attempts", "not_before")[:BATCH]
    bells = {f"rung:{key}:{attempt}:{then.timestamp()}": key for key, attempt, then in waiting}
    rung = cache.get_many(bells)
    for name, email_id in bells.items():
        if name not in rung:
            deliver_email.delay(str(email_id))
    cache.set_many(dict.fromkeys(bells.keys() - rung.keys(), 1), timeout=RING_AGAIN)


@shared_task
def read_bounces() -> None:
    """Read what came back; without a mailbox there is nothing to do."""
    if settings.BOUNCES:
        note_round("bounces", place=bounces.read().problem)
