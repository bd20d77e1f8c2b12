"""How much of everything there is: what a page that refuses must leave as it was."""

from __future__ import annotations

from functools import cache

from django.apps import apps
from django.db import connection
from psycopg import sql

OURS = ("core", "partners", "proposals", "meetings")


def rows() -> dict[str, int]:
    """Rows of each model of ours, counted by one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_statement())
        return dict(cursor.fetchall())


@cache
def _statement() -> sql.Composed:
    models = [model for app in OURS for model in apps.get_app_config(app).get_models()]
    count = sql.SQL("SELECT {}, count(*) FROM {}")
    each = (count.format(one._meta.label, sql.Identifier(one._meta.db_table)) for one in models)
    return sql.SQL(" UNION ALL ").join(each)
