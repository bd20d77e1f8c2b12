"""What people do with messages, and what other servers report about them afterwards."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from imc_portal.core import links, outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, EmailEvent, OutgoingEmail, UndeliverableAddress
from imc_portal.core.problems import Refusal
from tests import makers
from tests.core.mailserver import HANG_UP, elsewhere, message, serving, story_of

pytestmark = pytest.mark.django_db
State = OutgoingEmail.State
EVERY = OutgoingEmail.objects.all


@pytest.fixture
def anna() -> Actor:
    return Actor.person(makers.make_user("Anna"))


def put(state: str, **fields: Any) -> OutgoingEmail:
    """A message in this state, as the constraints want it."""
    row = outbox.enqueue(message(**fields))
    now = timezone.now()
    OutgoingEmail.objects.filter(pk=row.pk).update(
        state=state,
        sent_at=now,
        claimed_at=now,
        lease_until=now,
        bounced_at=now,
        last_error="why",
        attempts=1,
    )
    row.refresh_from_db()
    return row


def test_a_message_held_from_the_start_waits_for_its_release(settings: Any, anna: Actor) -> None:
    row = outbox.enqueue(message(held=True, context="case:1"))
    assert row.state == State.HELD
    assert outbox.deliver(row.pk) is None
    assert outbox.release(emails=EVERY(), actor=anna) == 1
    with serving(settings):
        assert outbox.deliver(row.pk) == State.SENT
    assert story_of(row.pk) == ["held", "released", "claimed", "accepted"]
    assert EmailEvent.objects.get(kind="released").who == "Anna"
    assert AuditEntry.objects.get().context == "case:1"


def test_holding_stops_what_waits_and_nothing_else(anna: Actor) -> None:
    rows = {state: put(state, key=state) for state in State.values}
    assert outbox.hold(emails=EVERY(), actor=anna, reason="a figure is wrong") == 2
    for state, row in rows.items():
        row.refresh_from_db()
        assert row.state == (State.HELD if state in (State.QUEUED, State.RETRY) else state)
    assert AuditEntry.objects.filter(verb="held back an e-mail", reason="a figure is wrong").count() == 2
    with pytest.raises(Refusal, match="why it is held back"):
        outbox.hold(emails=EVERY(), actor=anna, reason=" ")


def test_cancelling_stops_what_has_not_left_held_ones_too(anna: Actor) -> None:
    rows = {state: put(state, key=state) for state in State.values}
    assert outbox.cancel(emails=EVERY(), actor=anna, reason="moved") == 3
    for state, row in rows.items():
        row.refresh_from_db()
        stopped = state in (State.HELD, State.QUEUED, State.RETRY)
        assert row.state == (State.CANCELLED if stopped else state)
    assert outbox.cancel(emails=EVERY(), actor=anna, reason="moved") == 0
    assert EmailEvent.objects.filter(kind="cancelled", who="Anna", detail="moved").count() == 3


@pytest.mark.parametrize("state", ["sent", "bounced", "failed", "cancelled", "unknown"])
def test_sent_again_is_a_new_message_that_answers_the_old_one(state: str, anna: Actor) -> None:
    link = links.issue(purpose="participant", subject=uuid4(), holder="Mayor", language="fr")
    file = outbox.File("a.pdf", "application/pdf", document_name="x/a.pdf", sha256="0" * 64)
    old = put(state, link=link, files=[file], reply_to="anna@example.org", context="case:1", ask_first=True)
    new = outbox.send_again(email=old, actor=anna, reason="she never got it")
    assert new.key == f"{old.key}/again:1"
    assert new.message_id != old.message_id
    assert (new.thread_id, new.again_of, new.again_because) == (old.message_id, old, "she never got it")
    assert (new.state, new.link, new.reply_to, new.ask_first) == (
        State.QUEUED,
        link,
        "anna@example.org",
        True,
    )
    [copy] = new.attachments.all()
    assert (copy.document_name, copy.filename) == ("x/a.pdf", "a.pdf")
    assert (story_of(old.pk)[-1], story_of(new.pk)) == ("again", ["queued"])
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.context, entry.reason) == ("sent an e-mail again", "case:1", "she never got it")
    second = outbox.send_again(email=old, actor=anna, reason="still not", to_address="other@example.org")
    assert (second.key, second.to_address) == (f"{old.key}/again:2", "other@example.org")


@pytest.mark.parametrize("state", ["held", "queued", "retry", "sending"])
def test_what_has_not_ended_is_not_sent_again(state: str, anna: Actor) -> None:
    with pytest.raises(Refusal, match="has not left yet"):
        outbox.send_again(email=put(state), actor=anna, reason="impatience")
    assert OutgoingEmail.objects.count() == 1


def test_sending_again_refuses_what_could_not_arrive(anna: Actor) -> None:
    link = links.issue(purpose="participant", subject=uuid4(), holder="Mayor", language="fr")
    old = put(State.SENT, link=link)
    with pytest.raises(Refusal, match="not an e-mail address"):
        outbox.send_again(email=old, actor=anna, reason="x", to_address="nobody")
    with pytest.raises(Refusal, match="why it is sent again"):
        outbox.send_again(email=old, actor=anna, reason="")
    came_back(old)
    with pytest.raises(Refusal, match="came back"):
        outbox.send_again(email=old, actor=anna, reason="x")
    links.revoke(link=link, actor=anna, reason="wrong person")
    with pytest.raises(Refusal, match="does not open any more"):
        outbox.send_again(email=old, actor=anna, reason="x", to_address="other@example.org")


def test_a_key_that_is_long_already_does_not_burst(anna: Actor) -> None:
    old = put(State.FAILED, key="k" * 200)
    assert outbox.send_again(email=old, actor=anna, reason="x").key == f"email:{old.pk}/again:1"


def test_a_person_settles_what_nobody_knew(settings: Any, anna: Actor) -> None:
    with serving(settings, dot=HANG_UP) as server:
        arrived = outbox.enqueue(message(key="a", ask_first=True))
        lost = outbox.enqueue(message(key="b", ask_first=True))
        for row in (arrived, lost):
            assert outbox.deliver(row.pk) == State.UNKNOWN
        settled = outbox.settle(email=arrived, delivered=True, actor=anna, reason="she told me")
        outbox.settle(email=lost, delivered=False, actor=anna, reason="he has nothing")
        server.answers["dot"] = b"250 ok\r\n"
        assert outbox.deliver(arrived.pk) is None
        assert outbox.deliver(lost.pk) == State.SENT
        assert [got["Message-ID"] for got in server.messages][1:] == [lost.message_id] * 2
    assert (settled.state, settled.last_error) == (State.SENT, "")
    assert story_of(lost.pk) == ["queued", "claimed", "uncertain", "settled", "claimed", "accepted"]
    with pytest.raises(Refusal, match="Nothing is open here"):
        outbox.settle(email=arrived, delivered=True, actor=anna, reason="twice")
    with pytest.raises(Refusal, match="how you know"):
        outbox.settle(email=arrived, delivered=True, actor=anna, reason="")


def came_back(row: OutgoingEmail, report_id: str = "r1", at: dt.datetime | None = None) -> bool:
    return outbox.came_back(
        email=row,
        report_id=report_id,
        at=at or timezone.now(),
        address=row.to_address,
        detail="5.1.1 unknown",
    )


@pytest.mark.parametrize("state", State.values)
def test_a_bounce_moves_only_what_has_left(state: str) -> None:
    row = put(state)
    assert came_back(row)
    assert not came_back(row)
    row.refresh_from_db()
    assert row.state == (State.BOUNCED if state in ("sent", "unknown", "bounced") else state)
    assert story_of(row.pk).count("bounced") == 1
    assert outbox.undeliverable("ARBOIS@example.org") == "5.1.1 unknown"


@pytest.mark.django_db(transaction=True)
def test_a_bounce_that_is_quicker_than_the_mark_is_not_forgotten(settings: Any) -> None:
    row = outbox.enqueue(message())

    def back_at_once() -> bytes:
        elsewhere(lambda: came_back(row))
        return b"250 ok\r\n"

    with serving(settings, dot=back_at_once):
        outbox.deliver(row.pk)
    row.refresh_from_db()
    assert (row.state, row.last_error) == (State.BOUNCED, "5.1.1 unknown")
    assert row.bounced_at is not None
    assert row.sent_at is not None


def test_nothing_goes_to_an_address_that_sent_one_back_until_it_is_lifted(settings: Any, anna: Actor) -> None:
    came_back(put(State.SENT, key="a", to_address="Mairie@Example.org"))
    with serving(settings) as server:
        barred = outbox.enqueue(message(key="b", to_address="mairie@example.org"))
        assert outbox.deliver(barred.pk) == State.FAILED
        assert server.connections == 0
        barred.refresh_from_db()
        assert "an earlier message came back (5.1.1 unknown)" in barred.last_error
        assert "Ask for another address" in barred.last_error
        outbox.lift(address="MAIRIE@example.org", actor=anna, reason="she wrote from it")
        again = outbox.send_again(email=barred, actor=anna, reason="works again")
        assert outbox.deliver(again.pk) == State.SENT
    assert outbox.undeliverable("mairie@example.org") == ""
    with pytest.raises(Refusal, match="Nothing keeps"):
        outbox.lift(address="mairie@example.org", actor=anna, reason="again")


def test_an_old_report_does_not_undo_what_a_person_lifted(anna: Actor) -> None:
    row = put(State.SENT)
    came_back(row)
    outbox.lift(address=row.to_address, actor=anna, reason="works")
    came_back(row, "r2", timezone.now() - dt.timedelta(days=1))
    assert outbox.undeliverable(row.to_address) == ""
    came_back(row, "r3", timezone.now() + dt.timedelta(seconds=1))
    assert outbox.undeliverable(row.to_address) == "5.1.1 unknown"
    assert UndeliverableAddress.objects.count() == 1


def test_a_report_about_another_address_bars_only_whom_we_wrote_to() -> None:
    row = put(State.SENT)
    outbox.came_back(
        email=row, report_id="r", at=timezone.now(), address="victim@example.com", detail="gone\r\nX: y"
    )
    assert outbox.undeliverable("victim@example.com") == ""
    assert outbox.undeliverable(row.to_address) == "victim@example.com: gone X: y"


def test_delay_and_arrival_are_told_once_and_an_arrival_ends_the_doubt() -> None:
    sent, unknown = put(State.SENT, key="a"), put(State.UNKNOWN, key="b")
    now = timezone.now()
    for row in (sent, unknown):
        for report in (outbox.delayed, outbox.arrived):
            name = f"{row.key}{report.__name__}"
            assert report(email=row, report_id=name, at=now, detail="by mx")
            assert not report(email=row, report_id=name, at=now, detail="by mx")
        row.refresh_from_db()
        assert row.state == State.SENT
        assert story_of(row.pk) == ["queued", "delayed", "delivered"]
    assert outbox.deliver(unknown.pk) is None


def test_the_envelope_names_the_message_and_nobody_can_forge_it(settings: Any) -> None:
    settings.BOUNCE_ADDRESS = "bounces@portal.example.org"
    with serving(settings) as server:
        row = outbox.enqueue(message())
        assert outbox.deliver(row.pk) == State.SENT
        assert server.senders == [outbox.sender_of(row)]
        assert server.messages[0]["From"].addresses[0].addr_spec == "portal@localhost"
    address = outbox.sender_of(row)
    local = address.partition("@")[0]
    assert re.fullmatch(r"bounces\+[a-z2-7]{40}", local)
    assert outbox.email_of(address) == row
    assert outbox.email_of(f"<{address.upper()}>") == row
    last = local[-1]
    forged = [local[:-1] + ("a" if last != "a" else "b"), local[:-1], "bounces", "", local + "a"]
    for wrong in forged:
        assert outbox.email_of(f"{wrong}@portal.example.org") is None
    settings.BOUNCE_ADDRESS = ""
    assert outbox.sender_of(row) == "portal@localhost"
