"""What a report does to its message: once, forward only, and only with proof."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from imc_portal.core import outbox
from imc_portal.core.audit import Actor
from imc_portal.core.bounces import effects, reports
from imc_portal.core.bounces.effects import Effect, TooEarly
from imc_portal.core.models import EmailEvent, OutgoingEmail, UndeliverableAddress
from tests.core.returned import TO, about, barred, sent, state_of, story_of
from tests.core.test_bounces_reports import LETTERS, letter

pytestmark = pytest.mark.django_db
State = OutgoingEmail.State


@pytest.fixture(autouse=True)
def _signed_envelopes(settings: Any) -> None:
    settings.BOUNCE_ADDRESS = "bounces@portal.example.org"


def take(raw: bytes) -> Effect:
    return effects.take(reports.read(raw))


@pytest.mark.parametrize("name", LETTERS)
def test_each_letter_has_the_effect_of_what_it_says(name: str) -> None:
    kind, _status, blamed, words = LETTERS[name]
    email = sent()
    wanted = {
        reports.Kind.FAILED: (Effect.CAME_BACK, State.BOUNCED, ["bounced"]),
        reports.Kind.DELAYED: (Effect.DELAYED, State.SENT, ["delayed"]),
        reports.Kind.DELIVERED: (Effect.ARRIVED, State.SENT, ["delivered"]),
        reports.Kind.RELAYED: (Effect.NOTHING, State.SENT, []),
    }[kind]
    assert (take(about(email, name)), state_of(email), story_of(email)) == wanted
    assert barred() == ([TO] if blamed and kind is reports.Kind.FAILED else [])
    if kind is reports.Kind.FAILED:
        assert words in email.last_error
        assert email.bounced_at is not None


@pytest.mark.parametrize("name", ["vacation", "exchange-out-of-office", "read-receipt"])
def test_an_automatic_reply_changes_nothing(name: str) -> None:
    email = sent()
    assert take(about(email, name)) is Effect.NOTHING
    assert (state_of(email), story_of(email)) == (State.SENT, [])


def test_a_persons_reply_is_for_a_person() -> None:
    email = sent()
    assert take(about(email, "persons-reply")) is Effect.UNMATCHED
    assert (state_of(email), story_of(email), barred()) == (State.SENT, [], [])


def test_either_proof_is_enough() -> None:
    by_signature, by_id = sent("a"), sent("b")
    sender = outbox.sender_of(by_signature)
    assert take(letter("exim-unknown", verp=sender, to=TO, message_id="<x@y.example>")) is Effect.CAME_BACK
    unsigned = letter("gmail-unknown", verp="portal@portal.example.org", to=TO, message_id=by_id.message_id)
    assert take(unsigned) is Effect.CAME_BACK
    assert {state_of(by_signature), state_of(by_id)} == {State.BOUNCED}


def test_the_address_alone_proves_nothing() -> None:
    email = sent()
    local, _plus, rest = outbox.sender_of(email).partition("+")
    signature = rest.partition("@")[0]
    turned = signature[:-2] + ("aa" if signature[-2:] != "aa" else "bb")
    for forged in (
        letter("postfix-unknown", verp="bounces@portal.example.org", to=TO, message_id="<guess@testserver>"),
        letter("postfix-unknown", verp=f"{local}+{turned}@portal.example.org", to=TO, message_id="<a@b.c>"),
        letter(
            "postfix-unknown", verp=f"{local}+{email.pk.hex}@portal.example.org", to=TO, message_id="<a@b.c>"
        ),
        letter("qmail-free-form", verp="bounces@portal.example.org", to=TO, message_id="<a@b.c>"),
        letter("feedback-report", verp="bounces@portal.example.org", to=TO, message_id="<a@b.c>"),
    ):
        assert take(forged) is Effect.UNMATCHED
    assert (state_of(email), story_of(email), barred()) == (State.SENT, [], [])


def test_a_message_id_proves_nothing_about_another_address() -> None:
    email = sent()
    other = letter(
        "postfix-unknown", verp="x@y.example", to="mayor@other.example", message_id=email.message_id
    )
    assert take(other) is Effect.UNMATCHED
    assert (state_of(email), barred()) == (State.SENT, [])


def test_a_message_id_cannot_be_guessed_from_what_it_is_about(settings: Any) -> None:
    first = outbox.message_id("case:1/to:2")
    settings.SECRET_KEY = "another portal's " * 4
    assert outbox.message_id("case:1/to:2") != first


def test_free_words_count_only_when_they_name_the_recipient() -> None:
    email = sent()
    raw = about(email, "qmail-free-form").replace(f"<{TO}>:".encode(), b"<somebody@else.example>:")
    assert take(raw) is Effect.UNMATCHED
    assert state_of(email) == State.SENT


def test_a_forwarded_address_is_named_and_only_ours_is_barred() -> None:
    email = sent()
    assert take(about(email, "forwarded")) is Effect.CAME_BACK
    assert state_of(email) == State.BOUNCED
    assert email.last_error.startswith("private@elsewhere.example: ")
    assert barred() == [TO]


def test_a_list_that_delivered_to_some_has_delivered() -> None:
    email = sent()
    assert take(about(email, "list-in-part")) is Effect.ARRIVED
    assert (state_of(email), story_of(email)) == (State.SENT, ["delivered"])


def test_the_domain_counts_in_whatever_letters() -> None:
    email = sent(to_address="mairie@école.example")
    raw = letter(
        "postfix-unknown", verp="x@y.example", to="MAIRIE@xn--cole-9oa.example", message_id=email.message_id
    )
    assert take(raw) is Effect.CAME_BACK
    assert barred() == ["mairie@école.example"]


def test_twice_is_once() -> None:
    email = sent()
    raw = about(email, "postfix-delayed")
    assert [take(raw), take(raw)] == [Effect.DELAYED, Effect.KNOWN]
    raw = about(email, "postfix-unknown")
    assert [take(raw), take(raw), take(about(email, "gmail-unknown"))] == [
        Effect.CAME_BACK,
        Effect.KNOWN,
        Effect.KNOWN,
    ]
    assert story_of(email) == ["delayed", "bounced"]
    assert UndeliverableAddress.objects.count() == 1


def test_letters_of_one_name_about_two_messages_are_two() -> None:
    emails = [sent("a"), sent("b")]
    assert [take(about(email, "postfix-delayed")) for email in emails] == [Effect.DELAYED] * 2
    assert [take(about(email, "postfix-unknown")) for email in emails] == [Effect.CAME_BACK] * 2


def test_out_of_order_goes_forward_only() -> None:
    email = sent()
    assert take(about(email, "postfix-unknown")) is Effect.CAME_BACK
    assert take(about(email, "postfix-delayed")) is Effect.KNOWN
    assert take(about(email, "postfix-delivered")) is Effect.KNOWN
    assert (state_of(email), story_of(email)) == (State.BOUNCED, ["bounced"])


def test_what_arrived_may_still_come_back() -> None:
    email = sent()
    assert take(about(email, "postfix-delivered")) is Effect.ARRIVED
    assert take(about(email, "postfix-delayed")) is Effect.KNOWN
    assert take(about(email, "postfix-unknown")) is Effect.CAME_BACK
    assert (state_of(email), story_of(email)) == (State.BOUNCED, ["delivered", "bounced"])


def test_unknown_becomes_certain_either_way() -> None:
    back, there = sent("a", state=State.UNKNOWN, sent_at=None), sent("b", state=State.UNKNOWN, sent_at=None)
    take(about(back, "postfix-unknown"))
    take(about(there, "postfix-delivered"))
    assert (state_of(back), state_of(there)) == (State.BOUNCED, State.SENT)


def test_while_a_message_is_being_sent_its_report_waits() -> None:
    email = sent(state=State.SENDING, sent_at=None, lease_until=timezone.now() + dt.timedelta(minutes=2))
    with pytest.raises(TooEarly):
        take(about(email, "postfix-unknown"))
    assert story_of(email) == []


def test_a_bounce_of_an_earlier_attempt_does_not_hide_that_of_the_next() -> None:
    email = sent(state=State.RETRY, sent_at=None)
    assert take(about(email, "exchange-full")) is Effect.CAME_BACK
    assert state_of(email) == State.RETRY
    OutgoingEmail.objects.filter(pk=email.pk).update(state=State.SENT, sent_at=timezone.now())
    assert take(about(email, "postfix-unknown")) is Effect.CAME_BACK
    assert state_of(email) == State.BOUNCED


def test_an_old_report_does_not_bar_what_a_person_has_lifted() -> None:
    first, second = sent("a"), sent("b")
    take(about(first, "postfix-unknown"))
    outbox.lift(address=TO, actor=Actor.portal(), reason="The mailbox was made.")
    late = about(second, "gmail-unknown")
    assert take(late) is Effect.CAME_BACK
    assert state_of(second) == State.BOUNCED
    # The letter says Monday; both messages are younger than that, so it counts from when they were made.
    assert barred() == []


def test_a_date_in_the_future_is_today() -> None:
    email = sent()
    take(about(email, "postfix-unknown").replace(b"16 Nov 2026 08:00:05", b"16 Nov 2126 08:00:05"))
    assert state_of(email) == State.BOUNCED
    assert email.bounced_at is not None
    assert email.bounced_at <= timezone.now()


def test_a_complaint_bars_the_address_and_the_message_stays_sent() -> None:
    email = sent()
    raw = about(email, "feedback-report")
    assert [take(raw), take(raw)] == [Effect.COMPLAINED, Effect.KNOWN]
    assert (state_of(email), story_of(email), barred()) == (State.SENT, ["complained"], [TO])
    assert "unwanted" in outbox.undeliverable(TO)


def test_the_log_names_neither_address_nor_answer(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    email = sent()
    take(about(email, "postfix-unknown"))
    assert str(email.pk) in caplog.text
    assert "town.example" not in caplog.text
    assert "virtual mailbox" not in caplog.text
    assert EmailEvent.objects.filter(email=email, kind="bounced").count() == 1
