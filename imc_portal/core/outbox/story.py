"""The story of each message: the only writer of EmailEvent, and the way every message moves."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, cast

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.sql import UpdateQuery
from django.utils import timezone

from imc_portal.core.models import EmailEvent, OutgoingEmail

Kind = EmailEvent.Kind

TELL = """
    INSERT INTO core_emailevent (email_id, kind, at, attempt, detail, who, report_id)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (report_id) WHERE report_id <> '' DO NOTHING
"""
MOVE = """
    WITH moved AS ({update} RETURNING id, attempts),
    told AS (
        INSERT INTO core_emailevent (email_id, kind, at, attempt, detail, who, report_id)
        SELECT id, %s, %s, attempts, %s, %s, '' FROM moved WHERE {unless}
    )
    SELECT id, attempts FROM moved
"""
ALWAYS = "true"
#: What is said already in the same words since the last attempt is not said again.
UNLESS_SAID = """NOT EXISTS (
    SELECT FROM core_emailevent said
    WHERE said.email_id = moved.id AND said.attempt = moved.attempts AND said.kind = %s AND said.detail = %s
)"""


def note(
    email_id: uuid.UUID,
    kind: str,
    *,
    detail: str = "",
    who: str = "",
    report_id: str = "",
    at: dt.datetime | None = None,
    attempt: int = 0,
) -> bool:
    """Append a line; False when a report with this name was there already."""
    at = at or timezone.now()
    values: list[Any] = [email_id, kind, at, attempt, detail[:500], who[:200], report_id[:200]]
    with connection.cursor() as cursor:
        cursor.execute(TELL, values)
        return bool(cursor.rowcount)


def move(
    emails: QuerySet[OutgoingEmail],
    kind: str,
    *,
    detail: str = "",
    who: str = "",
    at: dt.datetime | None = None,
    say_once: bool = False,
    **values: Any,
) -> dict[uuid.UUID, int]:
    """Change these rows and append a line for each, in one statement; returns their attempts by id.

    As `emails.update(**values)` does, and with the same guarantee: of two who try, one moves the row.
    """
    query = cast(UpdateQuery, emails.order_by().query.chain(UpdateQuery))
    query.add_update_values(values)
    try:
        update, changes = query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:  # none of no rows
        return {}
    detail = detail[:500]
    said = [kind, detail] if say_once else []
    statement = MOVE.format(update=update, unless=UNLESS_SAID if say_once else ALWAYS)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*changes, kind, at or timezone.now(), detail, who[:200], *said])
        return dict(cursor.fetchall())


def may_be_there(email_id: uuid.UUID) -> bool:
    """Whether an attempt ended without an answer and nobody has settled what became of it since."""
    told = EmailEvent.objects.filter(email=email_id, kind__in=[Kind.UNCERTAIN, Kind.SETTLED])
    return told.order_by("-id").values_list("kind", flat=True).first() == Kind.UNCERTAIN
