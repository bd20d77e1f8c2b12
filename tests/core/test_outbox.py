"""The post room: one row per message, claimed once, sent over real SMTP, marked with the truth."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.db import connection
from django.utils import timezone

from imc_portal.core import documents, links, outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from imc_portal.core.problems import Refusal

pytestmark = pytest.mark.django_db
State = OutgoingEmail.State


class Catcher:
    """Keeps what arrives; answers as told."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.answer = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer:
            return self.answer
        self.messages.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 kept"


@pytest.fixture
def catcher(settings: Any, free_port: int) -> Iterator[Catcher]:
    """A real SMTP server on loopback."""
    handler = Catcher()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port
    yield handler
    controller.stop()


def message(**fields: Any) -> outbox.Message:
    defaults: dict[str, Any] = {
        "key": "case:1/to:2",
        "to_address": "arbois@example.org",
        "to_name": "Mairie d’Arbois",
        "subject": "Une proposition",
        "text": "Bonjour",
        "html": "<p>Bonjour</p>",
    }
    return outbox.Message(**(defaults | fields))


def test_a_message_is_queued_once_by_its_key() -> None:
    first = outbox.enqueue(message())
    second = outbox.enqueue(message(subject="Another"))
    assert first.pk == second.pk
    assert [row.subject for row in OutgoingEmail.objects.all()] == ["Une proposition"]


def test_a_message_without_address_is_refused_and_leaves_no_row() -> None:
    with pytest.raises(Refusal, match="no e-mail address"):
        outbox.enqueue(message(to_address=""))
    assert not OutgoingEmail.objects.exists()


def test_delivery_sends_over_smtp_with_attachments_thread_and_identity(catcher: Catcher) -> None:
    name, digest = documents.store("p/proposal.pdf", b"%PDF-1.7 one")
    files = [
        outbox.File("proposal.pdf", "application/pdf", document_name=name, sha256=digest),
        outbox.File(
            "invitation.ics", "text/calendar; method=REQUEST; charset=utf-8", content=b"BEGIN:VCALENDAR"
        ),
    ]
    row = outbox.enqueue(message(files=files, reply_to="anna@example.org", thread_id="<first@host>"))
    assert outbox.deliver(row.pk) == State.SENT
    [got] = catcher.messages
    assert got["Message-ID"] == row.message_id
    assert got["In-Reply-To"] == got["References"] == "<first@host>"
    assert got["Reply-To"] == "anna@example.org"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["To"].addresses[0].display_name == "Mairie d’Arbois"
    parts = {part.get_filename(): part.get_content() for part in got.iter_attachments()}
    assert parts["proposal.pdf"] == b"%PDF-1.7 one"
    assert {part.get_content_type() for part in got.walk()} >= {"text/plain", "text/html", "text/calendar"}
    row.refresh_from_db()
    assert (row.state, row.attempts, row.lease_until) == (State.SENT, 1, None)
    assert row.sent_at is not None


def test_an_invitation_travels_as_an_alternative_and_as_a_file(catcher: Catcher) -> None:
    entry = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Réunion\r\nEND:VCALENDAR\r\n".encode()
    files = [
        outbox.File("proposal.pdf", "application/pdf", content=b"%PDF-1.7 one"),
        outbox.File("invitation.ics", "text/calendar; method=REQUEST", content=entry),
    ]
    row = outbox.enqueue(message(files=files))
    assert outbox.deliver(row.pk) == State.SENT
    [got] = catcher.messages
    assert got.get_content_type() == "multipart/mixed"
    body, *attached = got.iter_parts()
    assert body.get_content_type() == "multipart/alternative"
    said = list(body.iter_parts())
    assert [part.get_content_type() for part in said] == ["text/plain", "text/html", "text/calendar"]
    assert [part.get_filename() for part in attached] == ["proposal.pdf", "invitation.ics"]
    for part in (said[-1], attached[-1]):
        assert part.get_content_type() == "text/calendar"
        assert part.get_param("method") == "REQUEST"
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        assert content.split() == entry.split()
        assert part.get_param("charset") == "utf-8"


def test_a_sent_message_is_not_sent_again(catcher: Catcher) -> None:
    row = outbox.enqueue(message())
    outbox.deliver(row.pk)
    assert outbox.deliver(row.pk) is None
    assert len(catcher.messages) == 1


def test_a_message_waits_for_its_time(catcher: Catcher) -> None:
    row = outbox.enqueue(message(not_before=timezone.now() + dt.timedelta(hours=1)))
    assert outbox.deliver(row.pk) is None
    assert not catcher.messages


@pytest.mark.parametrize(
    ("answer", "state"), [("451 try later", State.RETRY), ("550 no such user", State.FAILED)]
)
def test_the_servers_answer_decides(catcher: Catcher, answer: str, state: str) -> None:
    catcher.answer = answer
    row = outbox.enqueue(message())
    assert outbox.deliver(row.pk) == state
    row.refresh_from_db()
    assert answer[:3] in row.last_error
    assert (row.not_before > timezone.now()) == (state == State.RETRY)


def test_no_server_means_try_again_later(settings: Any, free_port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port
    row = outbox.enqueue(message())
    assert outbox.deliver(row.pk) == State.RETRY


def test_it_gives_up_openly_after_the_last_attempt(settings: Any, free_port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port
    row = outbox.enqueue(message())
    OutgoingEmail.objects.filter(pk=row.pk).update(attempts=outbox.MAX_ATTEMPTS - 1)
    assert outbox.deliver(row.pk) == State.FAILED
    row.refresh_from_db()
    assert "given up" in row.last_error


def test_an_altered_document_is_never_mailed(catcher: Catcher) -> None:
    name, _digest = documents.store("p/proposal.pdf", b"%PDF-1.7 two")
    wrong = outbox.File("proposal.pdf", "application/pdf", document_name=name, sha256="0" * 64)
    row = outbox.enqueue(message(files=[wrong]))
    assert outbox.deliver(row.pk) == State.FAILED
    assert not catcher.messages


def test_a_sender_that_died_leaves_an_unknown_message_that_goes_once_more(catcher: Catcher) -> None:
    row = outbox.enqueue(message())
    past = timezone.now() - dt.timedelta(seconds=1)
    OutgoingEmail.objects.filter(pk=row.pk).update(state=State.SENDING, lease_until=past, attempts=1)
    assert outbox.recover_lost(timezone.now()) == 1
    row.refresh_from_db()
    assert row.state == State.UNKNOWN
    assert "may have been delivered" in row.last_error
    assert outbox.deliver(row.pk) == State.SENT
    assert catcher.messages[0]["Message-ID"] == row.message_id


def test_a_message_being_sent_is_not_taken_by_another(catcher: Catcher) -> None:
    row = outbox.enqueue(message())
    later = timezone.now() + dt.timedelta(minutes=1)
    OutgoingEmail.objects.filter(pk=row.pk).update(state=State.SENDING, lease_until=later)
    assert outbox.recover_lost(timezone.now()) == 0
    assert outbox.deliver(row.pk) is None


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one_message(catcher: Catcher) -> None:
    row = outbox.enqueue(message())
    results: list[object] = []

    def work() -> None:
        results.append(outbox.deliver(row.pk))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(catcher.messages) == 1
    assert sorted(map(str, results)) == ["None", "None", "None", "sent"]


def test_names_and_subjects_cannot_inject_headers(catcher: Catcher) -> None:
    row = outbox.enqueue(
        message(
            to_name="Eve\r\nBcc: all@example.org",
            subject="Hello\nX-Evil: yes",
            reply_to="a@b.org\r\nX-Evil: 1",
        )
    )
    assert outbox.deliver(row.pk) == State.SENT
    [got] = catcher.messages
    assert got["Bcc"] is None
    assert got["X-Evil"] is None
    assert got["Subject"] == "Hello X-Evil: yes"


def test_the_personal_link_is_in_the_mail_but_not_in_the_table(catcher: Catcher) -> None:
    from uuid import uuid4

    link = links.issue(purpose="participant", subject=uuid4(), holder="Mayor", language="en")
    row = outbox.enqueue(message(text=f"Open {links.PLACEHOLDER}", html="", link=link))
    outbox.deliver(row.pk)
    token = links.token_of(link)
    assert f"/p/{token}/" in catcher.messages[0].get_content()
    row.refresh_from_db()
    assert token not in row.text
    assert token not in link.token_hash
    found = links.find(token)
    assert found is not None
    assert found.pk == link.pk


def test_cancelling_stops_what_has_not_left(catcher: Catcher) -> None:
    waiting = outbox.enqueue(message(key="a"))
    gone = outbox.enqueue(message(key="b"))
    outbox.deliver(gone.pk)
    count = outbox.cancel(emails=OutgoingEmail.objects.all(), actor=Actor.portal(), reason="moved")
    assert count == 1
    waiting.refresh_from_db()
    gone.refresh_from_db()
    assert (waiting.state, gone.state) == (State.CANCELLED, State.SENT)
    assert outbox.deliver(waiting.pk) is None
