"""What a mail provider reports over HTTP: only signed, only about our messages, once however it comes."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import importlib
import json
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.test import Client
from django.urls import clear_url_caches, get_resolver
from django.utils import timezone

from imc_portal.core import mail_providers, outbox
from imc_portal.core.bounces import effects, reports
from imc_portal.core.bounces.effects import Effect
from imc_portal.core.models import EmailEvent, OutgoingEmail
from tests.core.returned import TO, about, barred, sent, state_of, story_of

pytestmark = pytest.mark.django_db
State = OutgoingEmail.State
Answer = Any  # django-stubs has no public name for what its test client returns
KEY, SECRET = "a-signing-key-of-mailgun", "anymail:only-for-this-test-run"


@pytest.fixture
def open_door(settings: Any) -> Iterator[Any]:
    """The site map of an installation that hears this provider."""
    settings.BOUNCE_ADDRESS = "bounces@portal.example.org"

    def load() -> ModuleType:
        clear_url_caches()
        return importlib.reload(sys.modules["imc_portal.urls"])

    def open_for(provider: str, **given: str) -> None:
        settings.ANYMAIL_WEBHOOK, settings.ANYMAIL = provider, given
        load()

    get_resolver().url_patterns  # noqa: B018  # loads the site map as it is
    yield open_for
    settings.ANYMAIL_WEBHOOK, settings.ANYMAIL = "", {}
    load()


def post(path: str, body: Any, **headers: str) -> Answer:
    client = Client(raise_request_exception=False)
    return client.post(path, json.dumps(body), content_type="application/json", headers=headers)


def basic(secret: str = SECRET) -> str:
    return "Basic " + base64.b64encode(secret.encode()).decode()


def mailgun(email: OutgoingEmail, event: str, *, once: str = "t1", key: str = KEY, **data: Any) -> Answer:
    """An event as Mailgun signs it."""
    stamp = str(int(timezone.now().timestamp()))
    signature = hmac.new(key.encode(), f"{stamp}{once}".encode(), hashlib.sha256).hexdigest()
    headers = {"message-id": email.message_id.strip("<>"), "to": email.to_address}
    event_data = {
        "event": event,
        "timestamp": float(stamp),
        "recipient": email.to_address,
        "message": {"headers": headers},
    }
    body = {
        "signature": {"timestamp": stamp, "token": once, "signature": signature},
        "event-data": event_data | data,
    }
    return post("/anymail/mailgun/tracking/", body)


UNKNOWN: dict[str, Any] = {
    "severity": "permanent",
    "delivery-status": {"message": "550 5.1.1 no such user", "code": 550},
}


@pytest.fixture
def with_mailgun(open_door: Any) -> None:
    open_door("mailgun", MAILGUN_WEBHOOK_SIGNING_KEY=KEY)


def test_without_a_provider_there_is_no_door() -> None:
    assert post("/anymail/mailgun/tracking/", {}).status_code == 404


@pytest.mark.usefixtures("with_mailgun")
def test_only_the_door_of_the_provider_is_open() -> None:
    sent()
    for path in (
        "postmark/tracking/",
        "mailgun/inbound/",
        "postal/tracking/",
        "mandrill/",
        "resend/tracking/",
    ):
        assert post(f"/anymail/{path}", {}).status_code == 404
    assert Client().get("/anymail/mailgun/tracking/").status_code == 405


@pytest.mark.usefixtures("with_mailgun")
@pytest.mark.parametrize(
    ("event", "data", "state", "story", "bars"),
    [
        ("failed", UNKNOWN, State.BOUNCED, ["bounced"], True),
        ("failed", {"severity": "permanent", "reason": "suppress-bounce"}, State.BOUNCED, ["bounced"], True),
        (
            "failed",
            {"severity": "permanent", "delivery-status": {"message": "552 5.2.2 mailbox full"}},
            State.BOUNCED,
            ["bounced"],
            False,
        ),
        ("failed", {"severity": "temporary"}, State.SENT, ["delayed"], False),
        ("rejected", {"reject": {"reason": "old"}}, State.BOUNCED, ["bounced"], False),
        ("delivered", {}, State.SENT, ["delivered"], False),
        ("complained", {}, State.SENT, ["complained"], True),
        ("opened", {}, State.SENT, [], False),
        ("clicked", {"url": "https://portal.example.org/p/x/"}, State.SENT, [], False),
        ("unsubscribed", {}, State.SENT, [], False),
    ],
)
def test_each_event_has_the_effect_of_what_it_says(
    event: str, data: dict[str, Any], state: str, story: list[str], bars: bool
) -> None:
    email = sent()
    assert mailgun(email, event, **data).status_code == 200
    assert (state_of(email), story_of(email), barred()) == (state, story, [TO] if bars else [])


@pytest.mark.usefixtures("with_mailgun")
def test_a_wrong_signature_is_refused_and_nothing_is_written(caplog: pytest.LogCaptureFixture) -> None:
    email = sent()
    lines = EmailEvent.objects.count()
    assert mailgun(email, "failed", key="another key", **UNKNOWN).status_code == 400
    assert post("/anymail/mailgun/tracking/", {"event-data": {"event": "failed"}}).status_code == 400
    assert post("/anymail/mailgun/tracking/", "{").status_code in {400, 500}
    assert (state_of(email), EmailEvent.objects.count(), barred()) == (State.SENT, lines, [])
    assert TO not in caplog.text


@pytest.mark.usefixtures("with_mailgun")
def test_the_same_event_counts_once_and_so_does_the_letter_about_it() -> None:
    email = sent()
    for _again in range(3):
        assert mailgun(email, "failed", once="soft", severity="temporary").status_code == 200
    for token in ("hard", "hard", "hard again"):
        assert mailgun(email, "failed", once=token, **UNKNOWN).status_code == 200
    assert effects.take(reports.read(about(email, "postfix-unknown"))) is Effect.KNOWN
    assert story_of(email) == ["delayed", "bounced"]


@pytest.mark.usefixtures("with_mailgun")
def test_events_out_of_order_go_forward_only() -> None:
    email = sent()
    assert mailgun(email, "failed", once="1", **UNKNOWN).status_code == 200
    assert mailgun(email, "delivered", once="2").status_code == 200
    assert mailgun(email, "failed", once="3", severity="temporary").status_code == 200
    assert (state_of(email), story_of(email)) == (State.BOUNCED, ["bounced"])


@pytest.mark.usefixtures("with_mailgun")
def test_an_event_that_is_not_about_our_message_to_them_changes_nothing() -> None:
    email, other = sent("a"), sent("b", to_address="other@town.example")
    assert mailgun(email, "failed", **UNKNOWN, recipient="somebody@else.example").status_code == 200
    stranger = OutgoingEmail(message_id="<not-ours@example.org>", to_address=TO)
    assert mailgun(stranger, "failed", **UNKNOWN).status_code == 200
    assert [state_of(email), state_of(other)] == [State.SENT, State.SENT]
    assert not barred()


@pytest.mark.usefixtures("with_mailgun")
def test_an_event_that_comes_too_early_is_asked_for_again(caplog: pytest.LogCaptureFixture) -> None:
    lease = timezone.now() + dt.timedelta(minutes=2)
    email = sent(state=State.SENDING, sent_at=None, lease_until=lease)
    assert mailgun(email, "failed", **UNKNOWN).status_code == 500
    OutgoingEmail.objects.filter(pk=email.pk).update(
        state=State.SENT, sent_at=timezone.now(), lease_until=None
    )
    assert mailgun(email, "failed", **UNKNOWN).status_code == 200
    assert state_of(email) == State.BOUNCED


def test_postmark_hands_back_the_header_that_we_gave(open_door: Any) -> None:
    open_door("postmark", WEBHOOK_SECRET=SECRET)
    email = sent()
    header = dict(outbox.build(email).message().items())["X-PM-Metadata-message"]
    assert header == email.message_id
    body = {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "ID": 42,
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Email": TO,
        "BouncedAt": "2026-11-16T08:00:00Z",
        "Details": "smtp;550 5.1.1 The email account does not exist",
        "Metadata": {"message": header},
    }
    path = "/anymail/postmark/tracking/"
    assert post(path, body).status_code == 400
    assert post(path, body, authorization=basic("anymail:wrong")).status_code == 400
    assert (state_of(email), story_of(email)) == (State.SENT, [])
    assert post(path, body, authorization=basic()).status_code == 200
    assert (state_of(email), story_of(email), barred()) == (State.BOUNCED, ["bounced"], [TO])


def test_postal_signs_the_whole_event(open_door: Any) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    open_door("postal", POSTAL_WEBHOOK_KEY=base64.b64encode(key.public_key().public_bytes(*pem)).decode())
    email = sent()
    message = {"id": 7, "message_id": email.message_id.strip("<>"), "to": TO, "direction": "outgoing"}
    payload = {"status": "HardFail", "output": "550 5.1.1 unknown", "message": message}
    body = {"event": "MessageDeliveryFailed", "uuid": "u-1", "timestamp": 1795000000.1, "payload": payload}
    raw = json.dumps(body).encode()
    signed = base64.b64encode(key.sign(raw, padding.PKCS1v15(), hashes.SHA1())).decode()  # noqa: S303  # Postal's
    path = "/anymail/postal/tracking/"
    assert post(path, body).status_code == 400
    other = body | {"uuid": "u-2"}
    assert post(path, other, **{"X-Postal-Signature": signed}).status_code == 400
    assert state_of(email) == State.SENT
    assert post(path, body, **{"X-Postal-Signature": signed}).status_code == 200
    assert (state_of(email), barred()) == (State.BOUNCED, [TO])


def test_amazon_is_known_by_the_signed_envelope(open_door: Any) -> None:
    open_door("amazon_ses", WEBHOOK_SECRET=SECRET)
    email = sent()
    bounce = {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "timestamp": "2026-11-16T08:00:00Z",
        "bouncedRecipients": [
            {"emailAddress": TO, "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 unknown"}
        ],
    }
    mail = {"messageId": "0102-own", "source": outbox.sender_of(email), "destination": [TO]}
    told = {"notificationType": "Bounce", "bounce": bounce, "mail": mail}
    body = {"Type": "Notification", "MessageId": "sns-1", "Message": json.dumps(told)}
    headers = {"x-amz-sns-message-type": "Notification", "x-amz-sns-message-id": "sns-1"}
    path = "/anymail/amazon_ses/tracking/"
    assert post(path, body, **headers).status_code == 401
    assert state_of(email) == State.SENT
    assert post(path, body, authorization=basic(), **headers).status_code == 200
    assert (state_of(email), barred()) == (State.BOUNCED, [TO])


def test_no_header_of_a_provider_where_there_is_none() -> None:
    assert mail_providers.header("<a@b.example>") == {}
    assert not [name for name in dict(outbox.build(sent()).message().items()) if name.startswith("X-")]
