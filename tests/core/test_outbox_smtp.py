"""The border to the mail server: each of its ends is told apart, and none is believed to be another."""

from __future__ import annotations

import datetime as dt
import ipaddress
import smtplib
import ssl
import time
from pathlib import Path
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone

from imc_portal.core import outbox, smtp
from imc_portal.core.models import EmailEvent, OutgoingEmail
from tests.core.mailserver import HANG, HANG_UP, MailServer, elsewhere, message, serving, story_of

pytestmark = pytest.mark.django_db
State = OutgoingEmail.State


def sent_by(server: MailServer, **fields: Any) -> OutgoingEmail:
    """One message, delivered once."""
    row = outbox.enqueue(message(**fields))
    outbox.deliver(row.pk)
    row.refresh_from_db()
    return row


def test_an_accepted_message_knows_the_server_and_its_queue_id(settings: Any) -> None:
    with serving(settings) as server:
        row = sent_by(server)
    assert (row.state, row.server) == (State.SENT, "127.0.0.1")
    assert row.server_reply == "250 2.0.0 Ok: queued as 4F2A1"
    assert story_of(row.pk) == ["queued", "claimed", "accepted"]
    last = EmailEvent.objects.get(email=row, kind="accepted")
    assert (last.attempt, last.detail) == (1, "127.0.0.1: 250 2.0.0 Ok: queued as 4F2A1")


@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "dot"])
@pytest.mark.parametrize("code", [421, 450, 451, 452])
def test_four_hundred_anything_is_tried_again(settings: Any, step: str, code: int) -> None:
    with serving(settings, **{step: f"{code} 4.7.1 come back later\r\n".encode()}) as server:
        row = sent_by(server)
    assert row.state == State.RETRY
    assert f"{code} 4.7.1 come back later" in row.last_error
    wait = (row.not_before - timezone.now()).total_seconds()
    assert 5 < wait < 13
    assert story_of(row.pk) == ["queued", "claimed", "postponed"]


@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "dot"])
@pytest.mark.parametrize("code", [550, 554])
def test_five_hundred_anything_is_final_at_once(settings: Any, step: str, code: int) -> None:
    with serving(settings, **{step: f"{code} 5.1.1 no such mailbox\r\n".encode()}) as server:
        row = sent_by(server)
    assert row.state == State.FAILED
    assert f"{code} 5.1.1 no such mailbox" in row.last_error
    assert outbox.deliver(row.pk) is None
    assert story_of(row.pk) == ["queued", "claimed", "refused"]


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("banner", b"554 no service here\r\n"),
        ("banner", b"421 too busy\r\n"),
        ("banner", HANG_UP),
        ("ehlo", HANG_UP),
        ("mail", HANG_UP),
        ("mail", b"530 5.7.0 authentication required\r\n"),
        ("mail", b"25"),
        ("rcpt", HANG_UP),
        ("data", HANG_UP),
        ("data", b"250 what?\r\n"),
        ("middle", HANG_UP),
    ],
)
def test_what_ends_before_the_final_dot_has_not_left(settings: Any, step: str, answer: bytes) -> None:
    with serving(settings, **{step: answer}) as server:
        # More than all buffers on the way hold, so that the sender is still at it.
        row = sent_by(server, text="Bonjour\n" * (1_500_000 if step == "middle" else 2_000))
        assert not server.messages
    assert row.state == State.RETRY
    assert row.last_error
    assert "may have been delivered" not in row.last_error


@pytest.mark.parametrize(
    "answer", [HANG_UP, b"25", b"2", b"250-half an answer\r\n", b"what?\r\n", b"999 what?\r\n", b"x" * 9000]
)
def test_no_clear_answer_to_the_final_dot_may_mean_delivered(settings: Any, answer: bytes) -> None:
    with serving(settings, dot=answer) as server:
        row = sent_by(server)
        assert len(server.messages) == 1
    assert row.state == State.UNKNOWN
    assert "may have been delivered" in row.last_error
    assert story_of(row.pk) == ["queued", "claimed", "uncertain"]


@pytest.mark.parametrize(
    ("step", "state"), [("banner", State.RETRY), ("rcpt", State.RETRY), ("dot", State.UNKNOWN)]
)
def test_a_server_that_hangs_is_left_after_the_time_out(settings: Any, step: str, state: str) -> None:
    with serving(settings, **{step: HANG}) as server:
        settings.EMAIL_TIMEOUT = 0.5
        begun = time.monotonic()
        row = sent_by(server)
    assert time.monotonic() - begun < 5
    assert row.state == state


def test_a_slow_server_is_waited_for(settings: Any) -> None:
    def slowly() -> bytes:
        time.sleep(0.7)
        return b"250 at last\r\n"

    with serving(settings, mail=slowly, rcpt=slowly, dot=slowly) as server:
        settings.EMAIL_TIMEOUT = 1.5
        assert sent_by(server).state == State.SENT


def test_an_answer_of_many_lines_is_shown_as_one_clean_line(settings: Any) -> None:
    reply = b"550-5.7.1 <b>bad\x1b[31m\x00\x07 user\r\n550 \xff\xe2\x80\xae try\ttelephone\r\n"
    with serving(settings, rcpt=reply) as server:
        row = sent_by(server)
    assert row.last_error.startswith("The mail server refused the recipient: 550 5.7.1 <b>bad [31m user")
    assert row.last_error.isprintable()
    assert row.last_error.endswith("try telephone")


def test_a_bounded_part_of_an_endless_answer_is_kept(settings: Any) -> None:
    with serving(settings, dot=b"250-" + b"x" * 500 + b"\r\n250 ok\r\n") as server:
        row = sent_by(server)
    assert row.state == State.SENT
    assert len(row.server_reply) <= 300


def test_what_may_have_been_delivered_goes_once_more_and_then_asks(settings: Any) -> None:
    with serving(settings, dot=HANG_UP) as server:
        row = sent_by(server)
        due_again(row)
        assert outbox.deliver(row.pk) == State.UNKNOWN
        due_again(row)
        assert outbox.deliver(row.pk) is None
        assert {got["Message-ID"] for got in server.messages} == {row.message_id}
        assert len(server.messages) == 2
    row.refresh_from_db()
    assert (row.state, row.ask_first) == (State.UNKNOWN, True)


def test_asked_first_nothing_goes_twice_by_itself(settings: Any) -> None:
    with serving(settings, dot=HANG_UP) as server:
        row = sent_by(server, ask_first=True)
        due_again(row)
        assert outbox.deliver(row.pk) is None
        assert len(server.messages) == 1


def test_after_an_unknown_end_a_refusal_says_both(settings: Any) -> None:
    with serving(settings, dot=HANG_UP) as server:
        row = sent_by(server)
        due_again(row)
        server.answers["rcpt"] = b"451 later\r\n"
        assert outbox.deliver(row.pk) == State.RETRY
        due_again(row)
        server.answers["rcpt"] = b"550 gone\r\n"
        assert outbox.deliver(row.pk) == State.FAILED
    row.refresh_from_db()
    assert "550 gone An earlier attempt may have been delivered." in row.last_error


@pytest.mark.parametrize(("words", "state"), [("DATA", State.RETRY), ("answer", State.UNKNOWN)])
def test_a_time_limit_of_the_worker_strikes_before_or_after_the_final_dot(
    settings: Any, monkeypatch: pytest.MonkeyPatch, words: str, state: str
) -> None:
    def late(*given: object) -> None:
        raise SoftTimeLimitExceeded

    with serving(settings):
        if words == "DATA":
            monkeypatch.setattr(smtplib.SMTP, "docmd", late)
            row = outbox.enqueue(message())
            outbox.deliver(row.pk)
        else:
            send = smtplib.SMTP.send

            def send_and_stop(self: smtplib.SMTP, content: bytes | str) -> None:
                send(self, content)
                if content == b".\r\n":
                    late()

            monkeypatch.setattr(smtplib.SMTP, "send", send_and_stop)
            row = outbox.enqueue(message())
            outbox.deliver(row.pk)
    row.refresh_from_db()
    assert row.state == state


def due_again(row: OutgoingEmail) -> None:
    """Its time has come."""
    OutgoingEmail.objects.filter(pk=row.pk).update(not_before=timezone.now() - dt.timedelta(seconds=1))


def own_certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A certificate that nobody has signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    secret, public = folder / "key.pem", folder / "certificate.pem"
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, secret)
    return context, public


WITH_TLS = b"250-mx.example.org\r\n250 STARTTLS\r\n"


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(settings: Any, tmp_path: Path) -> None:
    context, _public = own_certificate(tmp_path)
    with serving(settings, context, ehlo=WITH_TLS) as server:
        settings.EMAIL_USE_TLS = True
        row = sent_by(server)
        assert server.said == ["ehlo", "starttls"]
    assert row.state == State.RETRY
    assert row.last_error.startswith("No secure connection (TLS) to the mail server, so nothing was sent")


def test_a_trusted_certificate_carries_the_message(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, public = own_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    with serving(settings, context, ehlo=WITH_TLS) as server:
        settings.EMAIL_USE_TLS = True
        assert sent_by(server).state == State.SENT
        assert server.said[:3] == ["ehlo", "starttls", "ehlo"]


@pytest.mark.parametrize(
    ("ehlo", "starttls"),
    [(b"250 mx.example.org\r\n", b""), (WITH_TLS, b"454 not now\r\n"), (WITH_TLS, HANG_UP)],
)
def test_without_tls_nothing_leaves_in_the_clear(settings: Any, ehlo: bytes, starttls: bytes) -> None:
    with serving(settings, ehlo=ehlo, starttls=starttls) as server:
        settings.EMAIL_USE_TLS = True
        row = sent_by(server)
        assert not server.senders
    assert row.state == State.RETRY


def test_a_line_is_kept_between_messages(settings: Any) -> None:
    with serving(settings) as server, smtp.Line() as line:
        for number in range(3):
            row = outbox.enqueue(message(key=f"k{number}"))
            assert outbox.deliver(row.pk, line=line) == State.SENT
        assert (server.connections, len(server.messages)) == (1, 3)
    assert server.said[-1] == "quit"


def test_a_kept_line_that_broke_is_replaced_before_a_word_is_said(settings: Any) -> None:
    with serving(settings) as server, smtp.Line() as line:
        for number in range(3):
            row = outbox.enqueue(message(key=f"k{number}"))
            assert outbox.deliver(row.pk, line=line) == State.SENT
            row.refresh_from_db()
            assert row.attempts == 1
            server.hang_up()
        assert (server.connections, len(server.messages)) == (3, 3)


def test_a_kept_line_that_hangs_is_replaced(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "PATIENCE", 0.3)
    with serving(settings, rset=HANG) as server, smtp.Line() as line:
        for number in range(2):
            row = outbox.enqueue(message(key=f"k{number}"))
            assert outbox.deliver(row.pk, line=line) == State.SENT
        assert (server.connections, len(server.messages)) == (2, 2)


def test_a_line_in_use_is_not_shared(settings: Any) -> None:
    """Two threads that share one line would speak into each other's message."""
    with serving(settings) as server, smtp.Line() as line:

        def meanwhile() -> bytes:
            server.answers["dot"] = b"250 queued\r\n"
            elsewhere(lambda: line.hand_over("a@example.org", "second@example.org", b"Subject: 2\r\n\r\n"))
            return b"250 queued\r\n"

        server.answers["dot"] = meanwhile
        line.hand_over("a@example.org", "first@example.org", b"Subject: 1\r\n\r\n")
        assert server.connections == 2
        assert sorted(got["Subject"] for got in server.messages) == ["1", "2"]
        line.hand_over("a@example.org", "third@example.org", b"Subject: 3\r\n\r\n")
        assert server.connections == 2


def test_a_refused_recipient_leaves_no_trace_in_the_next_message(settings: Any) -> None:
    with serving(settings, rcpt=b"550 unknown\r\n") as server, smtp.Line() as line:
        refused = outbox.enqueue(message(key="a"))
        assert outbox.deliver(refused.pk, line=line) == State.FAILED
        server.answers["rcpt"] = b"250 ok\r\n"
        row = outbox.enqueue(message(key="b", to_address="b@example.org"))
        assert outbox.deliver(row.pk, line=line) == State.SENT
        assert [got["To"].addresses[0].addr_spec for got in server.messages] == ["b@example.org"]
        assert server.connections == 1
        assert "rset" in server.said


def test_lines_that_begin_with_a_dot_arrive_whole(settings: Any) -> None:
    text = ".\n..\n.hidden\nline\r.\rend\n."
    with serving(settings) as server:
        sent_by(server, text=text, html="")
    [got] = server.messages
    assert got.get_content().splitlines() == [".", "..", ".hidden", "line", ".", "end", "."]
