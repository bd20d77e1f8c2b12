"""The press under real workers: killed in the middle, too slow, poisoned; others are printed all the same."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.utils import timezone
from weasyprint.urls import FatalURLFetchingError

from proposals import tasks
from proposals.documents import binding, engine, frozen, press, typesetter
from proposals.documents.context import Common
from proposals.models import Document
from tests import makers
from tests.conftest import StartWorker
from tests.proposals import sheets

pytestmark = pytest.mark.slow
State = Document.State


def child_of(worker: subprocess.Popen[bytes]) -> int | None:
    """The process in which a worker prints."""
    found = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
    return int(found[0]) if found else None


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_a_printer_killed_in_the_middle_leaves_its_paper_to_another(
    celery_worker_process: StartWorker, wait_until: Callable[..., None]
) -> None:
    version = makers.make_approved(sheets.make_version(recipients=3))
    document = version.documents.all()[0]
    row = Document.objects.filter(pk=document.pk)
    worker = celery_worker_process("render")
    wait_until(lambda: child_of(worker), what="the worker's child")
    row.update(state=State.QUEUED)
    tasks.render_document.delay(str(document.pk))
    wait_until(lambda: row.filter(state=State.RENDERING).exists(), 30, "printing")
    os.kill(child_of(worker) or 0, signal.SIGKILL)
    worker.kill()
    worker.wait()
    assert row.get().state == State.RENDERING
    press.waiting(timezone.now() + press.LEASE + timedelta(seconds=1))
    assert row.get().state == State.QUEUED
    celery_worker_process("render")
    for one in version.documents.filter(state=State.QUEUED):
        tasks.render_document.delay(str(one.pk))
    wait_until(lambda: not version.documents.exclude(state=State.RENDERED).exists(), 60, "all papers")
    assert row.get().attempts == 2
    assert row.get().pages


@pytest.fixture
def document(db: None) -> Document:
    return makers.make_approved(sheets.make_version()).documents.all()[0]


@pytest.mark.parametrize(
    ("problem", "states", "said"),
    [
        (SoftTimeLimitExceeded(), ["queued", "queued", "failed"], "took too long"),
        (MemoryError(), ["queued", "queued", "failed"], "MemoryError"),
        (FatalURLFetchingError("file:///etc/passwd"), ["failed"], "blocked resource"),
        (RecursionError(), ["failed"], "nested too deeply"),
    ],
)
def test_what_stops_the_typesetter_is_said_in_the_row(
    document: Document,
    monkeypatch: pytest.MonkeyPatch,
    problem: BaseException,
    states: list[str],
    said: str,
) -> None:
    """The one stand-in: nobody waits for a real minute to pass."""

    def stop(*args: object) -> None:
        raise problem

    monkeypatch.setattr(typesetter, "lay_out", stop)
    assert [press.render(document.pk) for _state in states] == states
    assert press.render(document.pk) is None
    document.refresh_from_db()
    assert said in document.last_error
    assert document.lease_until is None
    monkeypatch.undo()
    others = document.version.documents.exclude(pk=document.pk)
    assert [press.render(one.pk) for one in others] == [State.RENDERED]


def test_a_refused_paper_leaves_the_typesetter_free(document: Document) -> None:
    with pytest.raises(engine.Unprintable):
        engine.make_pdf("<p>without anything</p>", {})
    assert press.render(document.pk) == State.RENDERED


def test_the_limits_of_a_task_follow_one_another() -> None:
    """Soft, hard, lease, message back: each a little later than the one before."""
    soft, hard = settings.CELERY_TASK_SOFT_TIME_LIMIT, settings.CELERY_TASK_TIME_LIMIT
    back = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    assert soft < hard < press.LEASE.total_seconds() < back


def test_statements_for_a_paper_do_not_grow_with_the_group(
    db: None, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for recipients in (2, 6):
        version = makers.make_approved(sheets.make_version(recipients=recipients))
        first, second, *_others = version.documents.all()
        press.render(first.pk)
        with django_assert_max_num_queries(10):  # type: ignore[attr-defined]  # a context manager
            press.render(second.pk)


class Laid:
    """As many pages as were asked for."""

    def __init__(self, pages: list[str]) -> None:
        self.pages = pages

    def copy(self, pages: list[str]) -> Laid:
        return Laid(pages)


def test_the_shelf_of_common_parts_stays_small(db: None) -> None:
    common = sheets.paper_of(sheets.make_version()).common
    made: list[tuple[str, int]] = []

    def shared(part: Common, place: binding.Place) -> Laid:
        made.append((part.title, place.ahead))
        return Laid([f"{part.title} {place.ahead + number + 1}" for number in range(10)])

    def own(length: int, place: binding.Place) -> Laid:
        assert place.behind == 10
        return Laid(["own"] * length)

    binder = binding.Binder(shelf=40)
    papers = [_titled(common, f"Case {number}") for number in range(20)]
    for part in papers:
        for ahead in (4, 5, 4, 9, 6, 7, 4):
            bound = binder.bind(part, partial(own, ahead), shared)
            assert bound.pages[ahead] == f"{part.title} {ahead + 1}"
    assert sum(one.weight for one in binder._kept.values()) <= 40
    assert made.count(("Case 3", 4)) <= 2


def _titled(common: Common, title: str) -> Common:
    return replace(common, title=title)


def test_figures_of_few_versions_are_kept(db: None) -> None:
    for _number in range(frozen.VERSIONS + 2):
        version = makers.make_approved(sheets.make_version(recipients=1))
        assert press.render(version.documents.get().pk) == State.RENDERED
    assert len(frozen._LATEST) <= frozen.VERSIONS
