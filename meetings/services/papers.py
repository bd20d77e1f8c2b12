"""Papers of a meeting: asked for, claimed, printed outside any transaction, stored once.

The row is the truth. A printer that dies leaves a lease behind; the sweep takes the paper up again, three
times at most, then it stands as failed with the error until somebody has it made again.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections.abc import Callable

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone, translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from imc_portal.core import audit, documents, leases
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal
from meetings.models import Meeting, MeetingPaper
from proposals.documents import engine

log = logging.getLogger(__name__)

Kind, State = MeetingPaper.Kind, MeetingPaper.State
#: Longer than the hard time limit of a task, so that a lease never ends under a living printer.
LEASE = dt.timedelta(seconds=settings.PRESS_LEASE_SECONDS)
MOST_ATTEMPTS = 3
BATCH = 50
#: Between two tries while the store of documents does not answer.
STORE_PAUSE = dt.timedelta(seconds=30)
#: Who sets each kind: HTML from the paper, in the language that is active.
SETTERS = {
    "agenda": "meetings.papers.agenda.html",
    "minutes": "meetings.papers.minutes.html",
    "final": "meetings.papers.minutes.html",
}


def ask(*, meeting: Meeting, kind: str, language: str, edition: int) -> MeetingPaper:
    """The paper of this edition and language; the clock prints it when it is not there yet."""
    paper, _created = MeetingPaper.objects.get_or_create(
        meeting_id=meeting.pk, kind=kind, language=language, edition=edition
    )
    return paper


def stored(*, meeting: Meeting, kind: str, language: str, edition: int) -> MeetingPaper | None:
    """The paper, once it is printed and kept; asks for nothing."""
    found = MeetingPaper.objects.filter(
        meeting_id=meeting.pk, kind=kind, language=language, edition=edition, state=State.STORED
    )
    return found.first()


def due(now: dt.datetime) -> QuerySet[MeetingPaper]:
    """Papers that wait and that nobody prints now; an agenda that a newer edition replaces is not due."""
    free = Q(lease_until=None) | leases.over(now, LEASE)
    replaced = Q(kind=Kind.AGENDA, meeting__sequence__gt=F("edition"))
    return MeetingPaper.objects.filter(free, ~replaced, state=State.WAITING).order_by("asked_at")


def waiting(now: dt.datetime) -> list[uuid.UUID]:
    """Give up openly on those whose printer died too often, and name all that wait to be printed."""
    due(now).filter(attempts__gte=MOST_ATTEMPTS).update(
        state=State.FAILED, lease_until=None, error="The printer died while printing this paper."
    )
    return list(due(now).values_list("pk", flat=True)[:BATCH])


def render_due(*, now: dt.datetime | None = None) -> int:
    """Print all that waits, one after the other. Returns how many were kept."""
    return sum(render(pk) == State.STORED for pk in waiting(now or timezone.now()))


def render(paper_id: uuid.UUID) -> str | None:
    """Print one paper and keep it; None when somebody else has it or it is done."""
    now = timezone.now()
    claimed = due(now).filter(pk=paper_id)
    if not claimed.update(lease_until=now + LEASE, attempts=F("attempts") + 1):
        return None
    paper = MeetingPaper.objects.select_related("meeting__host", "meeting__case__initiator").get(pk=paper_id)
    begun = time.perf_counter()
    try:
        content = _printed(paper)
        paper.render_seconds = time.perf_counter() - begun
        name, digest = documents.store(_path(paper), content)
    except documents.StoreDown as problem:
        return _put_off(paper, problem)
    except Exception as problem:  # whatever it was, the row must say so and be tried again
        log.exception("paper %s was not printed", paper_id)
        return _failed(paper, problem)
    return _keep(paper, name, digest, len(content))


@transaction.atomic
def print_again(*, paper: MeetingPaper, actor: Actor) -> None:
    """Send a failed paper to the press once more."""
    failed = MeetingPaper.objects.filter(pk=paper.pk, state=State.FAILED)
    if not failed.update(state=State.WAITING, attempts=0, lease_until=None, error=""):
        raise Refusal(_("This paper has not failed: there is nothing to make again."))
    context = paper.meeting.case.context
    audit.record(actor, "sent a document to the press again", paper, context=context)


def _printed(paper: MeetingPaper) -> bytes:
    set_it: Callable[[MeetingPaper], str] = import_string(SETTERS[paper.kind])
    with translation.override(paper.language):
        return engine.make_pdf(set_it(paper), {})


def _path(paper: MeetingPaper) -> str:
    return f"meetings/{paper.meeting_id}/{paper.kind}-{paper.edition}-{paper.language}.pdf"


@transaction.atomic
def _keep(paper: MeetingPaper, name: str, digest: str, size: int) -> str | None:
    mine = MeetingPaper.objects.filter(pk=paper.pk, state=State.WAITING)
    kept = {"file_name": name, "sha256": digest, "size": size, "stored_at": timezone.now()}
    took = paper.render_seconds
    if not mine.update(state=State.STORED, lease_until=None, error="", render_seconds=took, **kept):
        return None
    audit.record(
        Actor.portal(),
        "rendered a document",
        paper,
        context=paper.meeting.case.context,
        after={"sha256": digest, "size": size, "language": paper.language},
    )
    return State.STORED


def _put_off(paper: MeetingPaper, problem: documents.StoreDown) -> str:
    """The paper is not to blame: it waits a little, and this was no attempt of its own."""
    log.warning("paper %s waits for the store of documents", paper.pk)
    MeetingPaper.objects.filter(pk=paper.pk, state=State.WAITING).update(
        lease_until=timezone.now() + STORE_PAUSE, attempts=F("attempts") - 1, error=problem.words
    )
    return State.WAITING


def _failed(paper: MeetingPaper, problem: Exception) -> str:
    spent = paper.attempts >= MOST_ATTEMPTS or isinstance(problem, engine.Unprintable)
    state = State.FAILED if spent else State.WAITING
    MeetingPaper.objects.filter(pk=paper.pk, state=State.WAITING).update(
        state=state, lease_until=None, error=_told(problem)[:2000]
    )
    return state


def _told(problem: Exception) -> str:
    if isinstance(problem, SoftTimeLimitExceeded):
        return _("Printing this document took too long and was stopped.")
    return f"{type(problem).__name__}: {problem}"
