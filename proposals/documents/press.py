"""The press: claim a document, print it outside any transaction, store it once, mark it.

The row is the truth. A printer that dies leaves a lease behind; the sweep takes the document up again, three
times at most, then it stands as failed with the error.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit, documents, leases
from imc_portal.core.audit import Actor
from proposals.documents import content, engine
from proposals.documents.context import Paper
from proposals.documents.frozen import frozen
from proposals.documents.text import file_part
from proposals.models import Annex, Document

log = logging.getLogger(__name__)

State = Document.State
#: Longer than the hard time limit of a task, so that a lease never ends under a living printer.
LEASE = dt.timedelta(seconds=settings.PRESS_LEASE_SECONDS)
MOST_ATTEMPTS = 3
BATCH = 200
#: Between two tries while the store of documents does not answer.
STORE_PAUSE = dt.timedelta(seconds=30)


def render(document_id: uuid.UUID) -> str | None:
    """Print one queued document and keep it; None when somebody else has it or it is done."""
    now = timezone.now()
    queued = _queued(now).filter(pk=document_id)
    if not queued.update(state=State.RENDERING, lease_until=now + LEASE, attempts=F("attempts") + 1):
        return None
    document = _with_all(document_id)
    begun = time.perf_counter()
    try:
        pdf, pages = engine.set_paper(_compose(document))
        document.render_seconds = time.perf_counter() - begun
        name, sha256 = documents.store(path_of(document), pdf)
    except documents.StoreDown as problem:
        return _put_off(document, problem)
    except Exception as problem:  # whatever it was, the row must say so and be tried again
        log.exception("document %s was not rendered", document_id)
        return _failed(document, problem)
    return _rendered(document, name, sha256, len(pdf), pages)


def waiting(now: dt.datetime) -> list[uuid.UUID]:
    """Take back documents whose printer died, and name all that wait to be printed."""
    lost = Document.objects.filter(leases.over(now, LEASE), state=State.RENDERING)
    error = "The printer died while rendering this document."
    lost.filter(attempts__gte=MOST_ATTEMPTS).update(state=State.FAILED, lease_until=None, last_error=error)
    lost.update(state=State.QUEUED, lease_until=None, last_error=error)
    return list(_queued(now).order_by("pk").values_list("pk", flat=True)[:BATCH])


def path_of(document: Document) -> str:
    """Where the file is kept."""
    version = document.version
    return f"proposals/{version.proposal_id}/v{version.number}-{document.participant_id}.pdf"


def file_name(document: Document) -> str:
    """What the file is called when it is downloaded or attached."""
    version = document.version
    title = file_part(version.proposal.case.title)
    return f"{title}-{file_part(document.participant.municipality.name)}-v{version.number}.pdf"


def _queued(now: dt.datetime) -> QuerySet[Document]:
    """What waits, but for those that were put off."""
    return Document.objects.filter(Q(lease_until=None) | leases.over(now, LEASE), state=State.QUEUED)


def _with_all(document_id: uuid.UUID) -> Document:
    related = (
        "version__proposal__case__initiator",
        "version__drafted_by",
        "participant__municipality",
        "participant__contact",
    )
    # The frozen figures are long; they are read once for a version, see below.
    return Document.objects.select_related(*related).defer("version__figures").get(pk=document_id)


def _compose(document: Document) -> Paper:
    annex = Annex.objects.prefetch_related("statements").get(
        version=document.version_id, participant=document.participant_id
    )
    annex.version, annex.participant = document.version, document.participant
    version = frozen(document.version)
    return content.compose(annex, document.language, version.facts, version.common(document.language))


@transaction.atomic
def _rendered(document: Document, name: str, sha256: str, size: int, pages: int) -> str | None:
    mine = Document.objects.filter(pk=document.pk, state=State.RENDERING)
    if not mine.update(
        state=State.RENDERED,
        lease_until=None,
        last_error="",
        file_name=name,
        sha256=sha256,
        size=size,
        pages=pages,
        rendered_at=timezone.now(),
        render_seconds=document.render_seconds,
    ):
        return None
    audit.record(
        Actor.portal(),
        "rendered a document",
        document,
        context=document.version.proposal.case.context,
        after={"sha256": sha256, "size": size, "language": document.language},
    )
    return State.RENDERED


def _told(problem: Exception) -> str:
    """For the people who look at the list of documents."""
    if isinstance(problem, engine.TooMuch):
        return str(problem)
    if isinstance(problem, SoftTimeLimitExceeded):
        return _("Printing this document took too long and was stopped.")
    return f"{type(problem).__name__}: {problem}"


def _put_off(document: Document, problem: documents.StoreDown) -> str:
    """The paper is not to blame: it waits a little, and this was no attempt of its own."""
    log.warning("document %s waits for the store of documents", document.pk)
    Document.objects.filter(pk=document.pk, state=State.RENDERING).update(
        state=State.QUEUED,
        lease_until=timezone.now() + STORE_PAUSE,
        attempts=F("attempts") - 1,
        last_error=problem.words,
    )
    return State.QUEUED


def _failed(document: Document, problem: Exception) -> str:
    spent = document.attempts >= MOST_ATTEMPTS or isinstance(problem, engine.Unprintable)
    state = State.FAILED if spent else State.QUEUED
    Document.objects.filter(pk=document.pk, state=State.RENDERING).update(
        state=state, lease_until=None, last_error=_told(problem)[:2000]
    )
    return state
