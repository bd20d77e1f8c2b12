"""Trail, links, documents, health and the person's own settings."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core import audit, documents, links
from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, OutgoingEmail, PersonalLink, User
from imc_portal.core.tasks import sweep_outbox
from tests import makers

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    return makers.make_user("Anna")


@pytest.mark.parametrize("sql", ["UPDATE core_auditentry SET verb = 'x'", "DELETE FROM core_auditentry"])
def test_the_trail_refuses_change_and_removal(anna: User, sql: str) -> None:
    from django.db import connection

    audit.record(Actor.person(anna), "opened", anna)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert AuditEntry.objects.count() == 1


def test_the_trail_outlives_the_person(anna: User) -> None:
    entry = audit.record(Actor.person(anna), "opened", anna, before={"a": 1}, after={"a": 2}, reason="why")
    anna.delete()
    entry.refresh_from_db()
    assert (entry.actor_name, entry.reason, entry.after) == ("Anna", "why", {"a": 2})


def test_a_link_is_found_by_its_token_alone() -> None:
    link = links.issue(purpose="participant", subject=uuid4(), holder="Mayor", language="fr")
    token = links.token_of(link)
    assert links.find(token) == link
    assert links.find(token[:-1] + ("a" if token[-1] != "a" else "b")) is None
    assert token not in json.dumps([str(value) for value in PersonalLink.objects.values().get().values()])


def test_the_same_holder_gets_the_same_link_until_it_is_revoked() -> None:
    subject = uuid4()
    first = links.issue(purpose="participant", subject=subject, holder="Mayor", language="fr")
    assert links.issue(purpose="participant", subject=subject, holder="Mayor", language="fr") == first
    assert links.issue(purpose="participant", subject=subject, holder="Mayor", language="ar") == first
    first.refresh_from_db()
    assert first.language == "ar"
    links.revoke(link=first, actor=Actor.portal(), reason="wrong person")
    first.refresh_from_db()
    assert not first.is_live
    second = links.issue(purpose="participant", subject=subject, holder="Mayor", language="fr")
    assert second != first
    assert second.is_live


def test_a_link_expires() -> None:
    link = links.issue(purpose="participant", subject=uuid4(), holder="Mayor", language="fr", days=0)
    assert not link.is_live


def test_documents_are_checked_when_read() -> None:
    name, digest = documents.store("a/b.pdf", b"content")
    assert documents.read(name, sha256=digest) == b"content"
    with pytest.raises(documents.Damaged):
        documents.read(name, sha256="0" * 64)
    with pytest.raises(documents.Damaged):
        documents.read("a/missing.pdf", sha256=digest)


def test_the_same_document_is_stored_once() -> None:
    assert documents.store("a/b.pdf", b"same") == documents.store("a/b.pdf", b"same")


def test_addresses_differ_by_more_than_case(anna: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email=anna.email.upper(), name="Other")


def test_healthz_needs_nothing(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert client.get("/healthz").content == b"ok"


def test_readyz_tells_what_waits(client: Client) -> None:
    cache.clear()
    past = timezone.now() - dt.timedelta(seconds=90)
    OutgoingEmail.objects.create(
        key="k", to_address="a@example.org", subject="s", text="t", message_id="<k@h>", not_before=past
    )
    body = client.get("/readyz").json()
    assert body["database"] is True
    assert body["broker"] is True
    assert body["worker_seen_seconds_ago"] is None
    assert body["outbox"]["due"] == 1
    assert 89 < body["outbox"]["oldest_due_seconds"] < 120
    assert (body["outbox"]["failed"], body["outbox"]["unknown"]) == (0, 0)


def test_the_sweep_leaves_a_sign_of_life_and_rings_for_what_is_due(client: Client) -> None:
    sweep_outbox()
    seen = client.get("/readyz").json()["worker_seen_seconds_ago"]
    assert seen is not None
    assert seen < 5


def test_a_person_changes_language_and_zone(client: Client, anna: User) -> None:
    client.force_login(anna)
    data = {"name": "Anna", "language": "fr", "time_zone": "Europe/Paris"}
    assert client.post(reverse("profile"), data).status_code == 302
    page = client.get(reverse("profile"))
    assert '<html lang="fr"' in page.content.decode()
    assert page.headers["Cache-Control"] == "private, no-store"


def test_a_wrong_time_zone_is_refused_beside_the_field(client: Client, anna: User) -> None:
    client.force_login(anna)
    page = client.post(reverse("profile"), {"name": "Anna", "language": "en", "time_zone": "Mars/Olympus"})
    assert "is not a time zone" in page.content.decode()
    anna.refresh_from_db()
    assert anna.time_zone == "UTC"


def test_sign_up_is_closed(client: Client) -> None:
    client.post(
        reverse("account_signup"), {"email": "new@example.org", "password1": "a-long-enough-password"}
    )
    assert not User.objects.filter(email="new@example.org").exists()


def test_pages_carry_a_strict_policy(client: Client) -> None:
    policy = client.get(reverse("account_login")).headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert "default-src 'none'" in policy
