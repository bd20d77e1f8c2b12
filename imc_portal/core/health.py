"""Signs of life for whoever watches the portal; the answer comes in a few seconds, whoever hangs."""

from __future__ import annotations

from typing import Any

import psycopg
import redis
from django.core.cache import cache
from django.db import Error
from django.db.models import Count, Min, Q
from django.utils import timezone

from imc_portal.core import beats, broker, direct, outbox
from imc_portal.core.models import OutgoingEmail
from imc_portal.core.tasks import HEARTBEAT_KEY


def readiness() -> tuple[bool, dict[str, Any]]:
    """Whether database and broker answer, when a worker was last seen, and what waits in the outbox."""
    state: dict[str, Any] = {
        "database": False,
        "broker": False,
        "worker_seen_seconds_ago": None,
        "outbox": None,
    }
    if not database_answers():
        return False, state
    try:
        state["outbox"] = outbox_figures()
        seen = beats.newest()
        state["database"] = True
    except Error:
        return False, state
    ages = [timezone.now().timestamp() - seen.timestamp()] if seen else []
    state["broker"] = broker_answers()
    if state["broker"]:
        ages += _swept()
    state["worker_seen_seconds_ago"] = round(max(min(ages), 0), 1) if ages else None
    return bool(state["broker"]), state


def database_answers() -> bool:
    """Whether a new connection to the database answers in time; asks past the pool, which waits longer."""
    try:
        with direct.connection() as opened:
            opened.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


def broker_answers() -> bool:
    """Whether the broker answers in time."""
    return broker.answers()


def outbox_figures() -> dict[str, Any]:
    """Messages due, the age of the oldest, and how many failed or are uncertain."""
    now = timezone.now()
    waiting = outbox.due(now).aggregate(due=Count("pk"), oldest=Min("not_before"))
    states = OutgoingEmail.State
    ended = OutgoingEmail.objects.aggregate(
        failed=Count("pk", filter=Q(state=states.FAILED)), unknown=Count("pk", filter=Q(state=states.UNKNOWN))
    )
    age = round((now - waiting["oldest"]).total_seconds(), 1) if waiting["oldest"] else 0
    return {"due": waiting["due"], "oldest_due_seconds": age, **ended}


def _swept() -> list[float]:
    """How long ago a worker last swept the outbox, if it is known."""
    try:
        seen = cache.get(HEARTBEAT_KEY)
    except (redis.RedisError, OSError):
        return []
    return [] if seen is None else [timezone.now().timestamp() - float(seen)]
