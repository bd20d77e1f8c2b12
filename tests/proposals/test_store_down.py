"""A store of documents that does not answer: papers wait without blame, pages say so, nothing is lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core import documents, incidents
from imc_portal.core.documents import keeping
from imc_portal.core.models import Incident
from meetings.models import MeetingPaper
from meetings.services import papers
from proposals.documents import press
from proposals.models import Document
from tests import makers
from tests import world as worlds
from tests.doors import TABLE
from tests.meetings import scenes
from tests.proposals import sheets

pytestmark = pytest.mark.django_db
State = Document.State


class Down:
    """A keeper whose disk is full."""

    def keep(self, name: str, content: bytes) -> None:
        raise documents.StoreDown(name, "No space left on device")

    def fetch(self, name: str) -> bytes:
        raise documents.StoreDown(name, "Input/output error")

    def answer(self, name: str) -> None: ...

    def sweep(self, older_than: float) -> int:
        return 0


@pytest.fixture
def down() -> Iterator[pytest.MonkeyPatch]:
    """The store is down until `undo`."""
    patch = pytest.MonkeyPatch()
    patch.setattr(keeping, "keeper", Down)
    yield patch
    patch.undo()


def test_a_paper_waits_for_the_store_and_is_not_blamed(down: pytest.MonkeyPatch) -> None:
    document = makers.make_approved(sheets.make_version(recipients=1)).documents.get()
    now = timezone.now()
    for minute in range(5):
        with time_machine.travel(now + dt.timedelta(minutes=minute)):
            assert press.waiting(timezone.now()) == [document.pk]
            assert press.render(document.pk) == State.QUEUED
            assert press.waiting(timezone.now()) == []  # it rests a little
            assert press.render(document.pk) is None
    document.refresh_from_db()
    assert (document.state, document.attempts) == (State.QUEUED, 0)
    assert "does not answer" in document.last_error
    assert [(one.kind, one.times) for one in Incident.objects.all()] == [("store", 5)]
    down.undo()
    with time_machine.travel(now + dt.timedelta(minutes=6)):
        assert press.render(document.pk) == State.RENDERED
    document.refresh_from_db()
    assert (document.attempts, document.last_error, document.lease_until) == (1, "", None)


def test_a_paper_of_a_meeting_waits_too(down: pytest.MonkeyPatch) -> None:
    meeting = scenes.call_informal(scenes.make_scene())
    paper = papers.ask(meeting=meeting, kind="agenda", language="en", edition=7)
    now = timezone.now()
    for minute in range(4):
        with time_machine.travel(now + dt.timedelta(minutes=minute)):
            assert papers.render(paper.pk) == MeetingPaper.State.WAITING
            assert papers.render(paper.pk) is None
    paper.refresh_from_db()
    assert paper.attempts == 0
    down.undo()
    with time_machine.travel(now + dt.timedelta(minutes=6)):
        assert papers.render(paper.pk) == MeetingPaper.State.STORED


@pytest.fixture
def reader(client: Client) -> tuple[Client, Document]:
    version = makers.make_approved(sheets.make_version(recipients=1))
    document = version.documents.get()
    assert press.render(document.pk) == State.RENDERED
    document.refresh_from_db()
    client.force_login(version.drafted_by)
    return client, document


def test_the_page_of_a_paper_says_later(reader: tuple[Client, Document]) -> None:
    client, document = reader
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "keeper", Down)
        answer = client.get(document.get_absolute_url())
    assert answer.status_code == 503
    assert "does not answer just now" in answer.content.decode()
    assert client.get(document.get_absolute_url()).status_code == 200


def test_a_missing_paper_names_its_case(reader: tuple[Client, Document]) -> None:
    client, document = reader
    root = Path(settings.STORAGES["documents"]["OPTIONS"]["location"])
    (root / document.file_name).unlink()
    answer = client.get(document.get_absolute_url())
    assert answer.status_code == 503
    assert "missing or was altered" in answer.content.decode()
    one = incidents.open_ones().get()
    assert (one.kind, one.context) == ("missing", document.version.proposal.case.context)


@pytest.mark.slow
def test_every_door_to_a_stored_document_says_later(down: pytest.MonkeyPatch, client: Client) -> None:
    down.undo()
    world = worlds.build()
    down.setattr(keeping, "keeper", Down)
    client.force_login(world.people["lead"])
    for name in ("personal:document", "personal:agenda", "meetings:agenda", "meetings:package"):
        answer = client.get(reverse(name, kwargs=TABLE[name][1](world)))
        assert answer.status_code == 503, name
        assert answer.headers["Retry-After"] == "120"
        assert "does not answer just now" in answer.content.decode()
        assert answer.headers["X-Request-ID"] in answer.content.decode()
