"""Signs of life of workers, and answers in time when an engine accepts and says nothing."""

from __future__ import annotations

import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.utils import timezone

from imc_portal.core import beats, health
from imc_portal.core.models import WorkerBeat
from tests.conftest import ROOT, StartWorker


@contextmanager
def silent() -> Iterator[int]:
    """A door that opens and says nothing: the kernel accepts, nobody reads."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield listener.getsockname()[1]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_shows_that_it_lives_and_takes_leave(
    celery_worker_process: StartWorker, wait_until: Callable[..., None], client: Client
) -> None:
    cache.clear()
    assert client.get("/readyz").json()["worker_seen_seconds_ago"] is None
    worker = celery_worker_process("mail,render")
    wait_until(WorkerBeat.objects.exists, 40, "the first sign of life")
    row = WorkerBeat.objects.get()
    assert row.name.startswith("test0-")
    assert row.queues == "mail,render"
    assert client.get("/readyz").json()["worker_seen_seconds_ago"] < 30
    worker.terminate()
    worker.wait(30)
    assert not WorkerBeat.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_grows_silent(
    celery_worker_process: StartWorker, wait_until: Callable[..., None]
) -> None:
    worker = celery_worker_process("mail")
    wait_until(WorkerBeat.objects.exists, 40, "the first sign of life")
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    assert beats.forget_old() == 0
    WorkerBeat.objects.update(seen_at=timezone.now() - dt.timedelta(days=2))
    assert beats.forget_old() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_clock_shows_that_it_lives_and_takes_leave(
    child_environment: dict[str, str], wait_until: Callable[..., None], tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "celery", "-A", "imc_portal", "beat", "--pidfile="]
    command += ["--schedule", str(tmp_path / "schedule"), "--loglevel", "WARNING"]
    clock = subprocess.Popen(command, env=child_environment, cwd=ROOT)
    try:
        wait_until(WorkerBeat.objects.exists, 40, "the first sign of life")
        assert WorkerBeat.objects.get().name == f"beat@{socket.gethostname()}"
        assert beats.newest() is None
    finally:
        clock.terminate()
        clock.wait(30)
    assert not WorkerBeat.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_beat_is_one_row_that_moves_on() -> None:
    heart = beats.Heart("w@host", ["mail"])
    heart.beat()
    first = WorkerBeat.objects.get()
    heart.beat()
    again = WorkerBeat.objects.get()
    assert (again.started_at, again.queues) == (first.started_at, "mail")
    assert again.seen_at > first.seen_at
    beats.Heart("w@host", ["mail"]).beat()
    assert WorkerBeat.objects.get().started_at > first.started_at
    heart.stop()
    assert not WorkerBeat.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_beat_leaves_a_silent_database_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    heart = beats.Heart("w@host", ["mail"])
    with silent() as port:
        where = connections["default"].settings_dict | {"HOST": "127.0.0.1", "PORT": str(port)}
        monkeypatch.setattr(connections["default"], "settings_dict", where)
        begun = time.monotonic()
        heart.beat()
        heart.stop()
        assert time.monotonic() - begun < 9
    monkeypatch.undo()
    assert heart.away
    heart.beat()
    assert not heart.away


@pytest.mark.django_db
def test_the_clock_is_no_worker() -> None:
    now = timezone.now()
    WorkerBeat.objects.create(name="beat@host:1", queues="", started_at=now, seen_at=now)
    assert beats.newest() is None
    WorkerBeat.objects.create(name="w@host", queues="mail", started_at=now, seen_at=now)
    assert beats.newest() == now


@pytest.mark.django_db
def test_readiness_and_liveness_answer_while_the_database_is_silent(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with silent() as port:
        where = connections["default"].settings_dict | {"HOST": "127.0.0.1", "PORT": str(port)}
        monkeypatch.setattr(connections["default"], "settings_dict", where)
        begun = time.monotonic()
        answer = client.get("/readyz")
        took = time.monotonic() - begun
        assert client.get("/healthz").status_code == 200
    monkeypatch.undo()
    assert answer.status_code == 503
    assert answer.json() == {
        "database": False,
        "broker": False,
        "worker_seen_seconds_ago": None,
        "outbox": None,
    }
    assert took < 8


@pytest.mark.django_db
def test_readiness_answers_while_the_broker_is_silent(
    client: Client, settings: pytest.FixtureRequest
) -> None:
    with silent() as port:
        settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"  # type: ignore[attr-defined]  # pytest-django's own
        begun = time.monotonic()
        answer = client.get("/readyz")
    assert time.monotonic() - begun < 8
    assert answer.status_code == 503
    body = answer.json()
    assert (body["database"], body["broker"]) == (True, False)
    assert body["outbox"]["due"] == 0


def test_liveness_asks_nobody(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_more: object) -> None:
        raise AssertionError("liveness asked an engine")

    monkeypatch.setattr(health, "database_answers", refuse)
    monkeypatch.setattr(health, "broker_answers", refuse)
    client.cookies["session"] = "x" * 32
    assert client.get("/healthz", headers={"host": "unknown.example"}).content == b"ok"
