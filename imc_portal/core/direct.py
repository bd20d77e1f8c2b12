"""A connection of one's own to the database, past the pool: for signs of life, which must not wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connections

#: Seconds for reaching the server (libpq knows no less than two), and for each statement.
SECONDS = 2


@contextmanager
def connection(seconds: int = SECONDS) -> Iterator[psycopg.Connection[Any]]:
    """Open for a few statements, each committed at once; raises psycopg.Error in time when nobody answers."""
    where = connections["default"].settings_dict
    wanted = {
        "dbname": where["NAME"],
        "user": where["USER"],
        "password": where["PASSWORD"],
        "host": where["HOST"],
        "port": where["PORT"],
    }
    patience = f"-c statement_timeout={seconds * 1000} -c lock_timeout={seconds * 1000}"
    with psycopg.connect(
        **{name: value for name, value in wanted.items() if value},
        connect_timeout=seconds,
        options=patience,
        autocommit=True,
    ) as opened:
        yield opened
