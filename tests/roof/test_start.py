"""What a process of the portal loads when it starts: what it works with, and nothing it never asks for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from imc_portal import celery_app, workshop
from tests import provide

ROOT = Path(__file__).resolve().parents[2]
TELL = "\nimport json, sys; print(json.dumps(sorted(sys.modules)))"
#: Each takes as long to load as all of Django, or has all pages and services behind it.
HEAVY = {"weasyprint", "fontTools", "scipy.optimize", "scipy.sparse", "scipy.spatial", "jsonschema"}
ROOMS = {"meetings.services", "meetings.views", "proposals.services", "proposals.documents.press", "numpy"}

HELPER = "import imc_portal.demo.__main__, imc_portal.demo.catcher, imc_portal.demo.child"
# As Celery does for `beat` and for each worker before it reads what it shall do.
CELERY = "from imc_portal.celery import app; app.loader.init_worker(); app.finalize()"
COMMAND = "import django, django.core.management as it; django.setup(); it.call_command('check')"
WORKER = """
from types import SimpleNamespace
from imc_portal.workshop import Workshop
app.amqp.queues.select([{queue!r}])
Workshop(SimpleNamespace(app=app, steps=[]))
"""
WEB = "import imc_portal.wsgi"


def loaded_by(*words: str) -> set[str]:
    """The modules of a process of its own after these lines."""
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(words) + TELL],
        cwd=ROOT,
        env=provide.child_environment(),
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_helpers_of_the_demo_and_the_engines_speak_neither_django_nor_celery() -> None:
    assert not loaded_by(HELPER) & {"django", "celery", "structlog"}


def test_the_clock_knows_tasks_by_name_alone_and_shows_that_it_lives() -> None:
    found = loaded_by(CELERY)
    assert not found & (HEAVY | ROOMS)
    assert "imc_portal.hearts" in found


def test_every_entry_of_the_clock_names_a_task_that_workers_load() -> None:
    celery_app.autodiscover_tasks(workshop.ROOMS, force=True)
    assert {entry["task"] for entry in celery_app.conf.beat_schedule.values()} <= set(celery_app.tasks)


def test_a_command_and_a_worker_that_never_prints_load_no_press() -> None:
    found = loaded_by(COMMAND, CELERY, WORKER.format(queue="mail"))
    assert not found & HEAVY
    # What is asked for is there before the first task: the pages, whose addresses stand in letters.
    assert {"imc_portal.urls", "meetings.views", "meetings.tasks", "imc_portal.core.tasks"} <= found


def test_a_worker_that_prints_has_its_press_before_it_forks() -> None:
    found = loaded_by(CELERY, WORKER.format(queue="render"))
    assert {"weasyprint", "proposals.documents.typesetter", "proposals.tasks"} <= found


def test_a_web_process_has_everything_before_its_first_visitor() -> None:
    found = loaded_by(WEB)
    assert HEAVY - {"jsonschema"} <= found
    assert {"imc_portal.urls", "meetings.views.personal_minutes"} <= found
