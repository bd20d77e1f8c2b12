"""The clock of this room: thin tasks around what is due."""

from __future__ import annotations

from celery import shared_task

from partners.services import probes


@shared_task
def put_questions() -> None:
    """Put the private questions that wait; no line in the log tells when somebody asked."""
    probes.put_questions()
