"""The curator's page of operations: says what works, what to do, and nothing of any case."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from imc_portal.core import incidents
from imc_portal.core.models import AuditEntry, CheckRound, Incident, OutgoingEmail, User, WorkerBeat
from imc_portal.core.rounds import note_round
from meetings.models import Dispatch
from tests import makers
from tests.meetings import scenes
from tests.roof.test_metrics import email

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator(client: Client) -> User:
    person: User = makers.make_user("Cora Curator", is_staff=True)
    client.force_login(person)
    return person


def seen(client: Client) -> str:
    answer = client.get("/operations/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def all_well() -> None:
    now = timezone.now()
    WorkerBeat.objects.create(name="w@h", queues="default,mail,render", started_at=now, seen_at=now)
    WorkerBeat.objects.create(name="beat@h:1", queues="", started_at=now, seen_at=now)
    CheckRound.objects.create(name="documents", began_at=now, seen_at=now, ended_at=now)
    note_round("bounces")
    email("sent", "sent", sent_at=now, claimed_at=now)


def test_when_everything_works_it_says_so(client: Client, curator: User) -> None:
    all_well()
    text = seen(client)
    assert "Everything works" in text
    assert "does not work" not in text
    assert "PostgreSQL" in text


def test_each_trouble_comes_with_what_to_do(client: Client, curator: User, settings: Any) -> None:
    all_well()
    old = timezone.now() - dt.timedelta(hours=2)
    WorkerBeat.objects.update(seen_at=old)
    OutgoingEmail.objects.update(sent_at=old)
    email("again", "retry", not_before=old)
    note_round("bounces", place="The password is refused.")
    incidents.report(kind="store", target_key="store:documents")
    incidents.report(kind="poison", target_key="document:1")
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    text = seen(client)
    for words in (
        "Start Valkey again",
        "Start a worker for these queues",
        "Start beat, on one host",
        "Look at the log of the mail server",
        "See above whether workers and mail server work",
        "See whether its disk is full or mounted",
        "The password is refused.",
        "A document breaks its printer",
        "Silent since 2",
    ):
        assert words in text
    assert "Everything works" not in text


def test_a_case_is_a_number_here(client: Client, curator: User) -> None:
    scene = scenes.make_scene(guests=2)
    meeting = scenes.call_informal(scene)
    for one in meeting.invitations.all():
        Dispatch.objects.create(invitation=one, due_at=timezone.now())
    email("anna.secret", "queued", to_name="Anna Secret", subject="Secret subject")
    text = seen(client)
    count = meeting.invitations.count()
    assert f"<code>{str(scene.case.pk)[:8]}</code>: {count}" in text
    assert str(scene.case.pk) not in text
    for word in (scene.case.title, "anna", "Anna", "Secret"):
        assert word not in text


def test_an_incident_is_settled_with_a_word(client: Client, curator: User) -> None:
    found = incidents.report(kind="missing", target_key="file:a.pdf")
    assert found is not None
    address = f"/operations/incidents/{found.pk}/settle/"
    assert "file:a.pdf" in seen(client)
    answer = client.post(
        address, {"how": ""}, headers={"referer": "http://testserver/operations/"}, follow=True
    )
    assert "Say how it was settled" in answer.content.decode()
    back = {"referer": "http://testserver/operations/"}
    answer = client.post(address, {"how": "x" * 501}, headers=back, follow=True)
    assert "At most 500 characters" in answer.content.decode()
    assert client.post(address, {"how": "Put back."}).status_code == 302
    found.refresh_from_db()
    assert (found.settled_by, found.settled_how) == ("Cora Curator", "Put back.")
    assert AuditEntry.objects.get(verb="settled an incident").actor_key == f"user:{curator.pk}"
    again = client.post(
        address, {"how": "Twice."}, headers={"referer": "http://testserver/operations/"}, follow=True
    )
    assert "settled already" in again.content.decode()
    assert "Put back." in seen(client)
    assert Incident.objects.count() == 1


def test_nobody_else_gets_in(client: Client) -> None:
    found = incidents.report(kind="missing", target_key="file:a.pdf")
    assert found is not None
    client.force_login(makers.make_member(makers.make_municipality()))
    assert client.get("/operations/").status_code == 403
    assert client.post(f"/operations/incidents/{found.pk}/settle/", {"how": "x"}).status_code == 403
    assert "/operations/" not in client.get("/").content.decode()


def test_the_curator_finds_it_in_the_menu(client: Client, curator: User) -> None:
    assert 'href="/operations/"' in client.get("/").content.decode()


@pytest.mark.parametrize("many", [1, 3])
def test_the_number_of_queries_does_not_grow(
    client: Client, curator: User, django_assert_max_num_queries: Any, many: int
) -> None:
    for number in range(many * 3):
        incidents.report(kind="missing", target_key=f"file:{number}.pdf")
        email(f"k{number}", "queued")
        WorkerBeat.objects.create(
            name=f"w{number}", queues="mail", started_at=timezone.now(), seen_at=timezone.now()
        )
    with django_assert_max_num_queries(22):
        client.get("/operations/")
