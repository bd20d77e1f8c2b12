"""Signs of life for whoever watches the portal."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Min, Q
from django.utils import timezone

from imc_portal.core import outbox
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
    try:
        connection.ensure_connection()
        state["outbox"] = outbox_figures()
        state["database"] = True
    except Exception:  # whatever is wrong, the answer is "not ready"
        return False, state
    try:
        seen = cache.get(HEARTBEAT_KEY)
        state["broker"] = True
    except Exception:  # as above
        return False, state
    if seen is not None:
        state["worker_seen_seconds_ago"] = round(timezone.now().timestamp() - seen, 1)
    return True, state


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
