"""The Celery application: a bell. What is due, the database knows."""

from __future__ import annotations

import os

from celery import Celery, signals
from django.db import close_old_connections
from django_structlog.celery.steps import DjangoStructLogInitStep

from imc_portal import environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imc_portal.settings")
# Celery would load every page to check it, and throw away what it finds; `manage.py` tells what it found.
os.environ.setdefault("CELERY_SKIP_CHECKS", "True")
app = Celery("imc_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
# A connection to the database serves that many tasks: by itself Celery makes a pool of them for each task.
app.conf["CELERY_DB_REUSE_MAX"] = 1000
# What a task logs carries its number, and that of the request that asked for it.
app.steps["worker"].add(DjangoStructLogInitStep)
# Workers load the tasks; the clock knows them by name alone, and starts in a third of the time.
app.steps["worker"].add("imc_portal.workshop:Workshop")
app.autodiscover_tasks(["imc_portal"], related_name="hearts")

#: Seconds after which the clock looks again for what is due: messages, papers, meetings to call.
TICK = float(environment.number("TICK_SECONDS", 5))

# Celery's own scheduler waits out a clock that was set back.
app.conf.beat_scheduler = "imc_portal.ticking:Ticking"
# Every entry asks "what is due and not done", so a missed or doubled tick does no harm.
app.conf.beat_schedule = {
    "outbox": {"task": "imc_portal.core.tasks.sweep_outbox", "schedule": TICK},
    "render": {"task": "proposals.tasks.sweep_documents", "schedule": 2 * TICK},
    "dispatch": {"task": "meetings.tasks.dispatch_due", "schedule": TICK},
    "questions": {"task": "partners.tasks.put_questions", "schedule": 60.0},
    "papers": {"task": "meetings.tasks.render_papers", "schedule": TICK},
    "minutes": {"task": "meetings.tasks.see_to_minutes", "schedule": 15.0},
    "steps": {"task": "meetings.tasks.remind_of_steps", "schedule": 600.0},
    "orphans": {"task": "meetings.tasks.cancel_orphans", "schedule": 30.0},
    "dates": {"task": "meetings.tasks.remind_of_dates", "schedule": 60.0},
    "time": {"task": "meetings.tasks.keep_time", "schedule": 12 * TICK},
    "bounces": {"task": "imc_portal.core.tasks.read_bounces", "schedule": 60.0},
    "watch": {"task": "imc_portal.tasks.watch", "schedule": 60.0},
    "seals": {"task": "meetings.tasks.open_seals", "schedule": 15.0},
}


@signals.task_prerun.connect
def _let_go_of_broken_connections(**_more: object) -> None:
    """What a restart of the database or an error broke is replaced before the task asks it anything."""
    close_old_connections()
