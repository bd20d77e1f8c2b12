"""What Celery, Redis and mail are known to do, and what keeps them from doing it here (docs/faults.md)."""

from __future__ import annotations

import ast
import os
import re
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import psycopg
import pytest
import yaml
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.cache import cache
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from imc_portal import celery_app
from imc_portal.core import bell, broker, outbox
from imc_portal.core.outbox import locks
from imc_portal.core.tasks import deliver_email, sweep_outbox
from imc_portal.engines import valkey
from meetings import tasks
from meetings.models import Dispatch
from meetings.services import dispatch, queueing
from meetings.tasks import render_paper
from proposals.tasks import render_document
from tests import provide
from tests.core.mailserver import message
from tests.faults.portal import ROOT
from tests.meetings import scenes

ROOMS = ("imc_portal", "partners", "proposals", "meetings")
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
TRANSPORT = settings.CELERY_BROKER_TRANSPORT_OPTIONS


def calls(path: Path) -> Iterator[ast.Call]:
    """Every call in a file."""
    return (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))


def named(path: Path, *names: str) -> list[str]:
    """Where a file mentions such an attribute."""
    found = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute))
    return [f"{path.relative_to(ROOT)}:{node.lineno}" for node in found if node.attr in names]


# --- 1, 2, 3: what waits, waits in the database; what runs ends long before the broker misses it --------


def test_1_nothing_is_given_to_the_broker_for_later() -> None:
    later = [spot for path in SOURCES for spot in named(path, "apply_async", "retry", "s", "si", "signature")]
    words = {"countdown", "eta", "autoretry_for", "retry_backoff", "max_retries"}
    spoken = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in SOURCES
        for call in calls(path)
        if {keyword.arg for keyword in call.keywords} & words
    ]
    assert not later
    assert not spoken


def test_2_and_3_limits_stand_in_order() -> None:
    soft, hard = settings.CELERY_TASK_SOFT_TIME_LIMIT, settings.CELERY_TASK_TIME_LIMIT
    assert 0 < soft < hard < settings.PRESS_LEASE_SECONDS
    assert hard * 2 <= TRANSPORT["visibility_timeout"] <= 600
    assert settings.EMAIL_TIMEOUT * 2 < settings.MAIL_LEASE_SECONDS
    assert TRANSPORT["unacked_restore_interval"] * TRANSPORT["unacked_restore_throttle"] <= 10


def test_no_entry_of_the_clock_expires_or_comes_less_than_every_ten_minutes() -> None:
    for name, entry in celery_app.conf.beat_schedule.items():
        assert 0 < entry["schedule"] <= 600, name
        assert not entry.get("options"), name
    for name in ("outbox", "render", "dispatch", "papers"):
        assert celery_app.conf.beat_schedule[name]["schedule"] <= 60, name


# --- 4, 10: the broker keeps what it is told, and throws nothing out for want of room -------------------


def test_4_and_10_the_broker_writes_down_and_evicts_nothing() -> None:
    production = " ".join(COMPOSE["services"]["valkey"]["command"])
    for configuration in (valkey.CONFIGURATION, production):
        for line in ("appendonly yes", "appendfsync everysec", "maxmemory-policy noeviction"):
            assert line in configuration


# --- 5, 6: acknowledged late, never given back by the broker for ever -----------------------------------


def test_5_and_6_who_dies_is_missed_by_the_database_not_by_the_broker() -> None:
    assert settings.CELERY_TASK_ACKS_LATE is True
    assert settings.CELERY_TASK_REJECT_ON_WORKER_LOST is False
    assert settings.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
    assert settings.CELERY_TASK_IGNORE_RESULT is True


# --- 7, 8: rung after the commit, and not for long -------------------------------------------------------


def test_7_bells_are_rung_by_the_clock_or_after_the_commit() -> None:
    allowed = {
        "imc_portal/core/tasks.py",
        "proposals/tasks.py",
        "meetings/tasks.py",
        "imc_portal/core/bell.py",
    }
    spots = {spot.partition(":")[0] for path in SOURCES for spot in named(path, "delay", "delay_on_commit")}
    assert spots <= allowed, "use imc_portal.core.bell.ring"


@pytest.mark.django_db(transaction=True)
def test_7_a_bell_is_silent_until_the_commit_and_when_it_is_taken_back() -> None:
    with mock.patch.object(deliver_email, "delay") as rung:
        with transaction.atomic():
            bell.ring(deliver_email, "one")
            assert not rung.called
        assert rung.call_args.args == ("one",)
        with transaction.atomic():
            bell.ring(deliver_email, "two")
            transaction.set_rollback(True)
        assert rung.call_count == 1


@pytest.mark.django_db
def test_7_what_the_broker_holds_a_bell_for_is_not_rung_again(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    rung: list[str] = []
    monkeypatch.setattr(deliver_email, "delay", rung.append)
    rows = [outbox.enqueue(message(key=f"of many {number}")) for number in range(3)]
    with broker.client() as asked:
        asked.lpush("mail", "one bell", "another bell")
    sweep_outbox()
    assert rung == [str(rows[0].pk)], "one of three has no bell: the most urgent is rung for"
    cache.clear()
    sweep_outbox()
    assert rung[1:] == [str(row.pk) for row in rows], "a broker that forgot everything is told everything"


def test_7_proposals_wait_behind_letters_and_agendas_and_are_counted_all_the_same() -> None:
    cache.clear()
    for task in (render_document, render_document, render_paper):
        task.delay(str(uuid.uuid4()))
    with broker.client() as asked:
        assert asked.llen("render") == 1, "the agenda comes first"
    assert broker.bells("render", "mail") == {"render": 3, "mail": 0}
    cache.clear()


@pytest.fixture
def black_hole() -> Iterator[int]:
    """A port that takes connections and says nothing."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        line.listen(64)
        yield line.getsockname()[1]


RING = """
import time, django
django.setup()
from imc_portal.core import bell, broker, outbox
from imc_portal.core.outbox import locks
from imc_portal.core.tasks import deliver_email, sweep_outbox
begun = time.monotonic()
for number in range(20):
    bell._ring(deliver_email, str(number))
print(time.monotonic() - begun)
"""


@pytest.mark.slow
@pytest.mark.parametrize("refusing", [True, False], ids=["no-broker", "black-hole"])
def test_8_a_broker_that_is_away_holds_nobody_up(black_hole: int, refusing: bool) -> None:
    port = 1 if refusing else black_hole
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "imc_portal.settings",
        "REDIS_URL": f"redis://127.0.0.1:{port}/0",
    }
    done = subprocess.run(
        [sys.executable, "-c", RING], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert not done.returncode, done.stderr[-2000:]
    assert float(done.stdout) < 8, "twenty letters cost more than one look at the door"


def test_8_every_look_at_the_broker_has_an_end() -> None:
    assert 0 < TRANSPORT["socket_connect_timeout"] <= TRANSPORT["socket_timeout"] <= 5


# --- 9: connections are looked after ---------------------------------------------------------------------


def test_9_a_connection_that_went_dead_is_noticed() -> None:
    assert 0 < TRANSPORT["health_check_interval"] <= 30
    assert settings.CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP is True


# --- 11: told to stop, it ends what it does, or hands it back ----------------------------------------------


def seconds(text: str) -> int:
    """35s as a number."""
    found = re.fullmatch(r"(\d+)s", text)
    assert found, text
    return int(found.group(1))


def test_11_a_worker_that_is_told_to_stop_has_time_for_it() -> None:
    assert "REMAP_SIGTERM=SIGQUIT" in DOCKERFILE
    soft = settings.CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT
    assert soft >= settings.EMAIL_TIMEOUT
    grace = seconds(COMPOSE["services"]["worker"]["stop_grace_period"])
    assert soft + 10 < grace
    assert grace > settings.CELERY_TASK_TIME_LIMIT
    demo = (ROOT / "imc_portal" / "demo" / "__main__.py").read_text()
    assert '"REMAP_SIGTERM": "SIGQUIT"' in demo


# --- 12: two clocks ----------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_12_one_process_at_a_time_dispatches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "dispatch_due", done := mock.Mock(return_value=dispatch.Report()))
    key = locks._key(uuid.uuid5(uuid.NAMESPACE_URL, "work:dispatch"))
    with psycopg.connect(provide.child_environment()["DATABASE_URL"]) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [key])
        tasks.dispatch_due()
        assert not done.called
        # Given back before the session ends: its end takes PostgreSQL a moment.
        other.execute("SELECT pg_advisory_unlock(%s)", [key])
    tasks.dispatch_due()
    assert done.called
    tasks.dispatch_due()
    assert done.call_count == 2, "the lock was kept"


def test_12_the_clock_counts_in_utc() -> None:
    assert settings.CELERY_TIMEZONE == "UTC"
    assert celery_app.conf.enable_utc is True
    assert settings.USE_TZ is True


# --- 15, 17: printers are processes of their own, and replaced before they grow ------------------------


def test_15_printers_are_replaced() -> None:
    assert 0 < settings.CELERY_WORKER_MAX_TASKS_PER_CHILD <= 200
    assert 0 < settings.CELERY_WORKER_MAX_MEMORY_PER_CHILD <= 400_000


def test_17_printers_are_processes_never_threads() -> None:
    assert celery_app.conf.worker_pool == "prefork"
    demo = (ROOT / "imc_portal" / "demo" / "__main__.py").read_text()
    for words in (COMPOSE["services"]["worker"]["command"], DOCKERFILE, demo):
        assert not re.search(r"--pool|-P\b|gevent|eventlet", words)


def test_printing_and_sending_have_queues_of_their_own_and_a_worker_serves_them_all() -> None:
    queues = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    queues.add(settings.CELERY_TASK_DEFAULT_QUEUE)
    command = COMPOSE["services"]["worker"]["command"].split()
    assert set(command[command.index("--queues") + 1].split(",")) == queues


# --- the clock of a host that is set back ------------------------------------------------------------


def test_a_clock_that_is_set_back_does_not_stop_the_periodic_work(tmp_path: Path) -> None:
    import time_machine

    from imc_portal.ticking import Ticking

    with mock.patch.object(celery_app, "send_task"):
        clock = Ticking(app=celery_app, schedule_filename=str(tmp_path / "schedule"))
        with time_machine.travel("2026-11-24T10:00:00Z", tick=False):
            while clock.tick() == 0:
                pass
        with (
            time_machine.travel("2026-11-23T10:00:00Z", tick=False),
            mock.patch.object(clock, "apply_entry") as rung,
        ):
            while clock.tick() == 0:
                pass
        clock.close()
    assert {call.args[0].name for call in rung.call_args_list} == set(celery_app.conf.beat_schedule)


# --- what is nobody's fault ---------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("problem", [OperationalError, InterfaceError, SoftTimeLimitExceeded])
def test_a_database_that_goes_away_or_time_that_is_up_is_not_told_as_a_recipients_fault(
    problem: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    invitation = scenes.call_informal(scenes.make_scene(state="proposal")).invitations.all()[0]
    waiting = Dispatch.objects.create(invitation=invitation, due_at=timezone.now())
    monkeypatch.setattr(queueing, "_queue", mock.Mock(side_effect=problem))
    with pytest.raises(problem):
        queueing.queue(meeting_id=invitation.meeting_id, dispatch_ids=[waiting.pk], now=timezone.now())
    waiting.refresh_from_db()
    assert waiting.problem == ""


def test_every_test_that_the_table_of_faults_names_is_there() -> None:
    told = (ROOT / "docs" / "faults.md").read_text()
    named_tests = set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", told))
    assert len(named_tests) > 25
    missing = [
        f"{file}::{name}" for file, name in named_tests if f"def {name}(" not in (ROOT / file).read_text()
    ]
    assert not missing
