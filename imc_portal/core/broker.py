"""The broker, asked past Celery: whether it answers, and how many bells it holds."""

from __future__ import annotations

import redis
from django.conf import settings
from kombu.transport.redis import Channel
from redis.backoff import NoBackoff
from redis.retry import Retry

#: Seconds for the broker to answer.
PATIENCE = 1.5
PRIORITIES: list[int] = Channel.priority_steps
SEPARATOR: str = Channel.sep


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
            return {name: sum(map(asked.llen, _lists(name))) for name in queues}
    except (redis.RedisError, OSError):
        return None


def _lists(queue: str) -> list[str]:
    """Celery keeps the bells of each priority in a list of their own."""
    return [f"{queue}{SEPARATOR}{step}" if step else queue for step in PRIORITIES]
