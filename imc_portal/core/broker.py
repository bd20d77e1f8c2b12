"""The broker, asked past Celery: whether it answers, and how many bells it holds."""

from __future__ import annotations

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

#: Seconds for the broker to answer.
PATIENCE = 1.5


def client() -> redis.Redis:
    """The broker, asked once and briefly."""
    asked: redis.Redis = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )
    return asked


def answers() -> bool:
    """Whether the broker answers in time."""
    try:
        with client() as asked:
            return bool(asked.ping())
    except (redis.RedisError, OSError):
        return False


def bells(*queues: str) -> dict[str, int] | None:
    """How many bells wait in each of these queues; None when the broker does not answer."""
    try:
        with client() as asked:
            lines = asked.pipeline(transaction=False)
            for name in queues:
                lines.llen(name)
            return dict(zip(queues, lines.execute(), strict=True))
    except (redis.RedisError, OSError):
        return None
