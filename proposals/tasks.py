"""The press at work: thin tasks around it."""

from __future__ import annotations

import uuid

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from imc_portal.core import bell
from proposals.documents import press

QUEUE = settings.CELERY_TASK_ROUTES["proposals.tasks.*"]["queue"]


@shared_task
def render_document(document_id: str) -> None:
    """Print one document if it waits and nobody else has it."""
    press.render(uuid.UUID(document_id))


def print_soon(document_id: uuid.UUID) -> None:
    """Ring for a document once the transaction is in; without a broker the sweep finds it later."""
    bell.ring(render_document, str(document_id))


@shared_task
def sweep_documents() -> None:
    """Ring for every document that waits; take back those whose printer died."""
    for document_id in bell.unrung(QUEUE, press.waiting(timezone.now())):
        render_document.delay(str(document_id))
