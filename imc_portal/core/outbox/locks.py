"""Who is sending a message now: a lock of the database session, which the end of its process gives back.

Neither a clock that jumps nor a message that takes long makes a living sender look dead.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import uuid
from collections.abc import Iterator

from django.db import Error, connection

log = logging.getLogger(__name__)


@contextlib.contextmanager
def held(email_id: uuid.UUID) -> Iterator[bool]:
    """Take the message's lock for a while; False when another session has it."""
    key = _key(email_id)
    mine: bool | None = None
    try:
        mine = _ask("SELECT pg_try_advisory_lock(%s)", key)
        yield mine
    finally:
        if mine is not False:
            _give_back(key)


def _give_back(key: int) -> None:
    try:
        _ask("SELECT pg_advisory_unlock(%s)", key)
    except BaseException as problem:
        _end_session()
        # When the session is gone, its locks are gone with it.
        if not isinstance(problem, Error):
            raise
        log.warning("a lock ended with its database session")


def _end_session() -> None:
    """End it for good: in the pool, a session that kept a lock would keep its message from ever leaving."""
    if connection.connection is not None and not connection.in_atomic_block:
        connection.connection.close()
        connection.close()


def _ask(statement: str, key: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [key])
        return bool(cursor.fetchone()[0])


def _key(email_id: uuid.UUID) -> int:
    digest = hashlib.sha256(b"e-mail:" + email_id.bytes).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
