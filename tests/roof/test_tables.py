"""Tables are made at once where there are none; a database that grew step by step has the same."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from tests import provide

ROOT = Path(__file__).resolve().parents[2]
SQUASHED = "_squashed_"
#: The last steps that a database of some time ago lacks.
LACKING = [
    [],
    [("core", "0007_what_left_before_a_restore"), ("meetings", "0012_what_organisers_were_told_of")],
    [("partners", "0014_cases_that_rest_split_and_merge"), ("meetings", "0002_talks_in_full")],
]
STEP_BY_STEP = f"""
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
executor = MigrationExecutor(connection)
executor.loader = MigrationLoader(connection, replace_migrations=False)
at_once = [step for (app, name), step in executor.loader.disk_migrations.items() if {SQUASHED!r} in name]
last = {{one[0]: one for step in at_once for one in step.replaces}}
others = [one for one in executor.loader.graph.leaf_nodes() if one[0] not in last]
executor.migrate([*last.values(), *others])
call_command("migrate", verbosity=0)
"""
#: All that makes up the tables, whatever the order of their columns.
QUESTIONS = {
    "columns": """SELECT table_name, column_name, udt_name, character_maximum_length, numeric_precision,
        numeric_scale, is_nullable, column_default, is_identity, generation_expression
        FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraints": """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace""",
    "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": """SELECT pg_get_functiondef(pg_proc.oid) FROM pg_proc
        JOIN pg_language ON pg_language.oid = prolang AND lanname = 'plpgsql'
        WHERE pronamespace = 'public'::regnamespace""",
    "evidence": """SELECT key, efficient_scale, low, central, high, confidence, source, checked_on,
        measured_curve, studied_from FROM partners_evidence""",
    "catalogue": """SELECT code, name, cofog, modes, key
        FROM partners_function JOIN partners_evidence ON partners_evidence.id = evidence_id""",
    "steps": "SELECT app, name FROM django_migrations",
}


@pytest.mark.django_db
@pytest.mark.parametrize("lacking", LACKING)
def test_a_database_that_grew_step_by_step_takes_the_steps_it_lacks(lacking: list[tuple[str, str]]) -> None:
    steps = MigrationRecorder.Migration.objects
    steps.filter(name__contains=SQUASHED).delete()
    for app, first in lacking:
        steps.filter(app=app, name__gte=first).delete()
    executor = MigrationExecutor(connection)
    planned = executor.migration_plan(executor.loader.graph.leaf_nodes())
    assert not executor.loader.detect_conflicts()
    assert not [one.name for one, _backwards in planned if SQUASHED in one.name]
    first_steps = [(one.app_label, one.name) for one, _backwards in planned]
    assert set(lacking) <= set(first_steps)
    assert len(first_steps) == len(set(first_steps))
    assert all(any(app == known and name >= first for known, first in lacking) for app, name in first_steps)


@pytest.fixture
def grown(transactional_db: None) -> Iterator[str]:
    """The address of a database in which every step was taken, one after the other."""
    environment = provide.child_environment()
    name = f"{connection.settings_dict['NAME']}_grown"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    address = environment["DATABASE_URL"].replace(f"/{connection.settings_dict['NAME']}", f"/{name}")
    command = [sys.executable, "-c", STEP_BY_STEP]
    done = subprocess.run(
        command, env=environment | {"DATABASE_URL": address}, cwd=ROOT, capture_output=True, text=True
    )
    assert not done.returncode, done.stderr
    yield address
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.slow
def test_step_by_step_or_at_once_the_tables_are_the_same(grown: str) -> None:
    with psycopg.connect(grown) as there, connection.cursor() as here:
        for what, question in QUESTIONS.items():
            here.execute(question)
            at_once = sorted(map(str, here.fetchall()))
            assert at_once == sorted(map(str, there.execute(question.encode()).fetchall())), what
            assert at_once, what
