"""The Celery application: a bell. What is due, the database knows."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imc_portal.settings")
app = Celery("imc_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["imc_portal.core", "partners", "proposals", "meetings"])

# Every entry asks "what is due and not done", so a missed or doubled tick does no harm.
app.conf.beat_schedule = {
    "outbox": {"task": "imc_portal.core.tasks.sweep_outbox", "schedule": 5.0},
    "render": {"task": "proposals.tasks.sweep_documents", "schedule": 10.0},
    "dispatch": {"task": "meetings.tasks.dispatch_due", "schedule": 5.0},
    "questions": {"task": "partners.tasks.put_questions", "schedule": 60.0},
    "papers": {"task": "meetings.tasks.render_papers", "schedule": 5.0},
    "minutes": {"task": "meetings.tasks.see_to_minutes", "schedule": 15.0},
    "steps": {"task": "meetings.tasks.remind_of_steps", "schedule": 600.0},
    "orphans": {"task": "meetings.tasks.cancel_orphans", "schedule": 30.0},
    "dates": {"task": "meetings.tasks.remind_of_dates", "schedule": 60.0},
    "seals": {"task": "meetings.tasks.open_seals", "schedule": 15.0},
}
