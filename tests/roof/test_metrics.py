"""/metrics: what Prometheus reads, who may read it, and that it names nobody."""

from __future__ import annotations

import datetime as dt
import socket
import time
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from imc_portal import figures
from imc_portal.core import incidents
from imc_portal.core.models import OutgoingEmail, WorkerBeat
from meetings.models import Dispatch
from proposals.models import Document
from tests import makers
from tests.meetings import scenes
from tests.proposals import sheets

pytestmark = pytest.mark.django_db


def read(client: Client, **headers: str) -> dict[str, float]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return {
        sample.name + "".join(f"/{value}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def email(key: str, state: str, **fields: Any) -> OutgoingEmail:
    wanted = {"to_address": f"{key}@example.org", "subject": "s", "text": "t", "message_id": f"<{key}@h>"}
    return OutgoingEmail.objects.create(
        key=key, state=state, **({"not_before": timezone.now()} | wanted | fields)
    )


def test_it_tells_what_waits_and_how_long_it_took(client: Client) -> None:
    now = timezone.now()
    email("a", "queued", not_before=now - dt.timedelta(seconds=90))
    email("b", "failed", last_error="no")
    for key, seconds in (("c", 0.2), ("d", 3.0)):
        email(key, "sent", claimed_at=now - dt.timedelta(seconds=seconds), sent_at=now)
    WorkerBeat.objects.create(
        name="w@h", queues="mail", started_at=now, seen_at=now - dt.timedelta(seconds=40)
    )
    incidents.report(kind="poison", target_key="document:1")
    told = read(client)
    assert told["imc_outbox_messages/queued"] == 1
    assert told["imc_outbox_messages/sent"] == 2
    assert told["imc_outbox_messages/bounced"] == 0
    assert 89 < told["imc_outbox_queue_age_seconds"] < 120
    assert told["imc_send_seconds_bucket/0.25"] == 1
    assert told["imc_send_seconds_bucket/5.0"] == told["imc_send_seconds_count"] == 2
    assert told["imc_send_seconds_sum"] == pytest.approx(3.2, abs=0.01)
    assert 39 < told["imc_worker_heartbeat_age_seconds/w@h"] < 60
    assert told["imc_incidents_open/poison"] == 1
    assert told["imc_database_reachable"] == told["imc_broker_reachable"] == 1
    assert "imc_broker_queue_length/mail" in told


def test_it_tells_how_long_printing_took(client: Client) -> None:
    document = makers.make_approved(sheets.make_version(recipients=1)).documents.get()
    assert read(client)["imc_documents/queued"] == 1
    Document.objects.filter(pk=document.pk).update(
        state="rendered", file_name="a", sha256="b", size=1, rendered_at=timezone.now(), render_seconds=0.3
    )
    told = read(client)
    assert told["imc_documents/rendered"] == 1
    assert (told["imc_render_seconds_bucket/0.25"], told["imc_render_seconds_bucket/0.5"]) == (0, 1)


def test_papers_at_risk_are_those_due_soon_and_not_there(client: Client) -> None:
    meeting = scenes.call_informal(scenes.make_scene(guests=3))
    papers = [
        Dispatch.objects.create(invitation=one, due_at=meeting.starts_at) for one in meeting.invitations.all()
    ]
    assert len(papers) >= 3
    assert read(client)["imc_dispatches_at_risk"] == 0
    soon = timezone.now() + dt.timedelta(hours=1)
    Dispatch.objects.update(due_at=soon)
    assert read(client)["imc_dispatches_at_risk"] == len(papers)
    Dispatch.objects.filter(pk=papers[0].pk).update(
        email=email("sent", "sent", sent_at=timezone.now(), claimed_at=timezone.now())
    )
    Dispatch.objects.filter(pk=papers[1].pk).update(waived_at=timezone.now(), waived_by="M. Ayor")
    assert read(client)["imc_dispatches_at_risk"] == len(papers) - 2
    Dispatch.objects.filter(pk=papers[0].pk).update(
        email=email("back", "bounced", bounced_at=soon, last_error="5.1.1")
    )
    assert read(client)["imc_dispatches_at_risk"] == len(papers) - 1


def test_a_handful_of_queries_however_many_rows(client: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(20):
        email(f"k{number}", "queued")
    with django_assert_max_num_queries(12):
        figures.gather()


def test_it_names_nobody(client: Client) -> None:
    scene = scenes.make_scene()
    email("anna", "queued", to_name="Anna")
    text = client.get("/metrics").content.decode()
    for word in ("anna", "Anna", "example.org", scene.case.title, str(scene.case.pk)):
        assert word not in text


def test_without_a_token_only_this_machine_reads(client: Client) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="::1").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 403
    assert client.get("/metrics", REMOTE_ADDR="").status_code == 403
    assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 403
    assert client.post("/metrics").status_code == 405


def test_with_a_token_only_who_shows_it_reads(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "a-token-of-the-tests"
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 403
    shown = {"Authorization": "Bearer a-token-of-the-tests"}
    assert client.get("/metrics", headers=shown, REMOTE_ADDR="192.0.2.7").status_code == 200


def test_it_answers_while_the_engines_are_silent(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
        assert read(client)["imc_broker_reachable"] == 0
        where = connections["default"].settings_dict | {"HOST": "127.0.0.1", "PORT": str(port)}
        monkeypatch.setattr(connections["default"], "settings_dict", where)
        begun = time.monotonic()
        told = read(client)
        monkeypatch.undo()
    assert told == {"imc_database_reachable": 0, "imc_broker_reachable": 0}
    assert time.monotonic() - begun < 9
