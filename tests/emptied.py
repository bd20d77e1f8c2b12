"""The database after a test with real transactions: what it wrote is taken out, the catalogue stays.

Django would empty all tables and let everything be filled anew, which takes half a second for a few rows.
"""

from __future__ import annotations

from django.db import connection, transaction
from django.test import TransactionTestCase
from psycopg import sql

#: What is filled together with the tables themselves.
STAYS = ("django_content_type", "auth_permission", "partners_function", "partners_evidence")
#: What the data were is noted first, so that taking them out is a change of them too.
NOTES = "partners_datarevision"
#: What refuses to lose single entries; nothing points to them.
APPEND_ONLY = ("core_auditentry", "core_emailevent")

_empty_all = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]  # of Django, but not public


def begin() -> None:
    """From now on tests with real transactions end like this."""
    first = _staying()

    def take_out(test: TransactionTestCase) -> None:
        nonlocal first
        if _staying() == first:
            _take_out()
            return
        _empty_all(test)
        first = _staying()

    TransactionTestCase._fixture_teardown = take_out  # type: ignore[attr-defined]  # the stubs leave it out, Django calls it after each test


def _staying() -> list[tuple[object, ...]]:
    """What stays, row by row in short: whoever changed it has it filled anew."""
    one = sql.SQL("SELECT count(*), sum(hashtextextended(kept::text, 0)) FROM {} kept")
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(one.format(sql.Identifier(table)) for table in STAYS))
        found: list[tuple[object, ...]] = cursor.fetchall()
    return found


def _take_out() -> None:
    """Rows of all other tables, in one transaction, at whose end no row may point to one that is gone."""
    with transaction.atomic(), connection.cursor() as cursor:
        filled = _filled()
        for table in filled & {*APPEND_ONLY}:
            cursor.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(table)))
        for table in sorted(filled - {*APPEND_ONLY}, key=lambda table: table != NOTES):
            cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))


def _filled() -> set[str]:
    tables = {*connection.introspection.django_table_names(only_existing=False, include_views=False)}
    one = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
    asked = (one.format(table, sql.Identifier(table)) for table in sorted(tables - {*STAYS}))
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(asked))
        return {name for (name,) in cursor.fetchall()}
