"""Who has a text open just now: kept in the cache for a minute, never in the database."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Model
from django.utils import timezone
from redis.exceptions import RedisError

from imc_portal.core.models import User
from partners.models import Case

log = logging.getLogger(__name__)
#: A page says every 20 seconds that it is still open; three times unheard, and it is gone.
SECONDS = 60


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who has the text open."""

    name: str
    since: dt.datetime


def arrive(text: Model, user: User) -> None:
    """Say that a person has the text open; since when stays as first said."""
    key = _key(text, user.pk)
    with _forgiving():
        cache.set(key, cache.get(key) or timezone.now().isoformat(), timeout=SECONDS)


def leave(text: Model, user: User) -> None:
    """Say that a person has closed it."""
    with _forgiving():
        cache.delete(_key(text, user.pk))


def others(text: Model, case: Case, *, besides: User) -> list[Present]:
    """Who else has it open, the first one first; only people of the initiator are ever looked for."""
    inside = User.objects.filter(memberships__municipality=case.initiator_id, is_active=True)
    names = {_key(text, user.pk): str(user) for user in inside.exclude(pk=besides.pk).distinct()}
    found: dict[str, str] = {}
    with _forgiving():
        found = cache.get_many(names)
    present = [Present(names[key], dt.datetime.fromisoformat(since)) for key, since in found.items()]
    return sorted(present, key=lambda one: one.since)


def _key(text: Model, user: int) -> str:
    return f"presence:{text.pk}:{user}"


@contextmanager
def _forgiving() -> Iterator[None]:
    """A cache that is down hides who is there; it must not keep anybody from writing."""
    try:
        yield
    except (RedisError, OSError):
        log.warning("presence is not known: the cache does not answer")
