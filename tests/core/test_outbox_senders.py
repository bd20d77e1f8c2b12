"""Who sends a message: one sender at a time, known to live by its lock, and what its death leaves."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from typing import Any

import pytest
import time_machine
from celery.exceptions import SoftTimeLimitExceeded
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from imc_portal.core import outbox, tasks
from imc_portal.core.models import EmailEvent, MailPace, OutgoingEmail
from imc_portal.core.outbox import locks, pacing, retries
from tests.core.mailserver import elsewhere, message, serving, story_of

pytestmark = pytest.mark.django_db
State = OutgoingEmail.State
HOUR = dt.timedelta(hours=1)


def in_flight(row: OutgoingEmail, until: dt.datetime) -> None:
    """As a sender leaves it that died."""
    OutgoingEmail.objects.filter(pk=row.pk).update(
        state=State.SENDING, lease_until=until, claimed_at=until - HOUR, attempts=1
    )


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_one_message(settings: Any) -> None:
    row = outbox.enqueue(message())
    results: list[str] = []

    def work() -> None:
        results.append(str(outbox.deliver(row.pk)))
        connection.close()

    with serving(settings) as server:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(server.messages) == 1
    assert sorted(results) == ["None", "None", "None", "sent"]
    assert story_of(row.pk) == ["queued", "claimed", "accepted"]


@pytest.mark.django_db(transaction=True)
def test_while_its_lock_is_held_a_message_is_not_lost_however_late_it_is(settings: Any) -> None:
    """The clock jumps a day ahead while the server takes its time: nobody else sends."""
    row = outbox.enqueue(message())
    found: list[int] = []

    def recover() -> bytes:
        elsewhere(lambda: found.append(outbox.recover_lost(timezone.now() + dt.timedelta(days=1))))
        return b"250 queued\r\n"

    with serving(settings, dot=recover):
        assert outbox.deliver(row.pk) == State.SENT
    assert found == [0]
    assert story_of(row.pk) == ["queued", "claimed", "accepted"]


@pytest.mark.django_db(transaction=True)
def test_the_lock_ends_with_its_session() -> None:
    row = outbox.enqueue(message())
    in_flight(row, timezone.now() - HOUR)
    free: list[bool] = []

    def look() -> None:
        with locks.held(row.pk) as mine:
            free.append(mine)

    with locks.held(row.pk) as mine:
        assert mine
        elsewhere(look)
        assert outbox_recovered_elsewhere() == 0
        cut_this_session()
    elsewhere(look)
    assert free == [False, True]
    assert outbox_recovered_elsewhere() == 1


@pytest.mark.django_db(transaction=True)
def test_a_sender_stopped_while_it_gives_its_lock_back_keeps_none(
    monkeypatch: pytest.MonkeyPatch, wait_until: Any
) -> None:
    """A session with a lock that nobody uses any more must not lie in the pool."""
    row = outbox.enqueue(message())
    ask = locks._ask
    free: list[bool] = []

    def stopped(statement: str, key: int) -> bool:
        if "unlock" in statement:
            raise SoftTimeLimitExceeded
        return ask(statement, key)

    monkeypatch.setattr(locks, "_ask", stopped)
    with pytest.raises(SoftTimeLimitExceeded), locks.held(row.pk):
        pass
    monkeypatch.undo()

    def is_free() -> bool:
        elsewhere(look)
        return free[-1]

    def look() -> None:
        with locks.held(row.pk) as mine:
            free.append(mine)

    wait_until(is_free, 10, "the end of the session and of its lock")


def outbox_recovered_elsewhere() -> int:
    found: list[int] = []
    elsewhere(lambda: found.append(outbox.recover_lost(timezone.now())))
    return found[0]


def cut_this_session() -> None:
    """As a restart of the database does it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    cut(pid)


def cut(pid: int) -> None:
    def work() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    elsewhere(work)


@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_between_acceptance_and_mark_costs_no_copy(settings: Any) -> None:
    row = outbox.enqueue(message())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]

    def lose_database() -> bytes:
        cut(pid)
        return b"250 queued as 77\r\n"

    with serving(settings, dot=lose_database) as server:
        assert outbox.deliver(row.pk) == State.SENT
        assert len(server.messages) == 1
    row.refresh_from_db()
    assert (row.state, row.server_reply) == (State.SENT, "250 queued as 77")


@pytest.mark.django_db(transaction=True)
def test_a_sender_taken_for_dead_still_says_that_it_sent(settings: Any) -> None:
    """Its session was cut and its lease ran out while the server thought: the truth wins over the guess."""
    row = outbox.enqueue(message())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    found: list[int] = []

    def taken_for_dead() -> bytes:
        cut(pid)
        elsewhere(lambda: found.append(outbox.recover_lost(timezone.now() + HOUR)))
        return b"250 queued\r\n"

    with serving(settings, dot=taken_for_dead):
        assert outbox.deliver(row.pk) == State.SENT
    assert found == [1]
    row.refresh_from_db()
    assert row.state == State.SENT
    assert story_of(row.pk) == ["queued", "claimed", "uncertain", "accepted"]
    assert outbox.deliver(row.pk) is None


@pytest.mark.django_db(transaction=True)
def test_an_old_sender_does_not_mark_the_claim_of_a_newer_one(settings: Any) -> None:
    row = outbox.enqueue(message())

    def claimed_by_another() -> bytes:
        OutgoingEmail.objects.filter(pk=row.pk).update(attempts=7)
        connection.close()
        return b"250 queued\r\n"

    with serving(settings, dot=claimed_by_another):
        assert outbox.deliver(row.pk) is None
    row.refresh_from_db()
    assert row.state == State.SENDING


def test_a_lease_that_no_clock_could_have_given_is_over(settings: Any) -> None:
    """The clock was a day ahead when the sender died, and is right again."""
    row = outbox.enqueue(message())
    in_flight(row, timezone.now() + dt.timedelta(days=1))
    assert outbox.recover_lost(timezone.now()) == 1


def test_a_short_wait_that_a_wrong_clock_put_far_ahead_is_over() -> None:
    now = timezone.now()
    tomorrow = now + dt.timedelta(days=1)
    short = outbox.enqueue(message(key="a"))
    meant = outbox.enqueue(message(key="b", not_before=tomorrow))
    OutgoingEmail.objects.filter(pk=short.pk).update(not_before=tomorrow + dt.timedelta(seconds=40))
    outbox.story.note(short.pk, "postponed", at=tomorrow)
    outbox.recover_lost(now)
    short.refresh_from_db()
    meant.refresh_from_db()
    assert short.not_before == now
    assert meant.not_before == tomorrow
    OutgoingEmail.objects.filter(pk=short.pk).update(not_before=now + dt.timedelta(seconds=20))
    outbox.recover_lost(now)
    short.refresh_from_db()
    assert short.not_before == now + dt.timedelta(seconds=20)


def test_what_was_queued_while_the_clock_was_ahead_leaves_now() -> None:
    now = timezone.now()
    with time_machine.travel(now + dt.timedelta(days=1)):
        row = outbox.enqueue(message())
    assert not outbox.due(now).exists()
    outbox.recover_lost(now)
    assert outbox.due(now).get() == row


def test_the_story_is_append_only() -> None:
    row = outbox.enqueue(message())
    for sql in ("UPDATE core_emailevent SET detail = 'x'", "DELETE FROM core_emailevent"):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
    assert story_of(row.pk) == ["queued"]


def test_a_report_counts_once() -> None:
    row = outbox.enqueue(message())
    assert outbox.story.note(row.pk, "delayed", report_id="r1")
    assert not outbox.story.note(row.pk, "delayed", report_id="r1")
    assert outbox.story.note(row.pk, "delayed")
    assert outbox.story.note(row.pk, "delayed")
    assert story_of(row.pk).count("delayed") == 3


@pytest.mark.parametrize("files", [0, 1, 3])
def test_statements_for_a_message_are_few_and_always_the_same(settings: Any, files: int) -> None:
    """Queue: look, save point and its end twice, insert, story, files. Send: find, lock, pace, claim, files,
    mark, unlock."""
    given = [outbox.File(f"{n}.txt", "application/pdf", content=b"x") for n in range(files)]
    with CaptureQueriesContext(connection) as queueing:
        row = outbox.enqueue(message(files=given))
    assert len(queueing) == 7 + (1 if files else 0), [query["sql"] for query in queueing]
    with serving(settings), CaptureQueriesContext(connection) as sending:
        assert outbox.deliver(row.pk) == State.SENT
    assert len(sending) == 7, [query["sql"] for query in sending]
    with CaptureQueriesContext(connection) as late_bell:
        assert outbox.deliver(row.pk) is None
    assert len(late_bell) == 1


def test_a_minute_holds_so_many_to_a_domain_however_it_is_written(settings: Any) -> None:
    settings.MAIL_PER_DOMAIN, settings.MAIL_PER_MINUTE = 2, 100
    addresses = ["a@Bücher.example", "b@xn--bcher-kva.example", "c@BÜCHER.example", "d@other.example"]
    with serving(settings) as server:
        rows = [outbox.enqueue(message(key=to, to_address=to)) for to in addresses]
        results = [outbox.deliver(row.pk) for row in rows]
        assert results == [State.SENT, State.SENT, None, State.SENT]
        assert len(server.messages) == 3
    waits = rows[2]
    waits.refresh_from_db()
    assert (waits.state, waits.attempts) == (State.QUEUED, 0)
    now = timezone.now()
    assert waits.not_before >= now.replace(second=0, microsecond=0) + pacing.MINUTE - dt.timedelta(minutes=1)
    assert MailPace.objects.get(domain="*").used == 3


def test_a_message_over_the_limit_waits_for_the_next_minute_and_says_so_once(settings: Any) -> None:
    settings.MAIL_PER_DOMAIN, settings.MAIL_PER_MINUTE = 0, 1
    now = timezone.now()
    assert pacing.over_limit("a@example.org", now) == ""
    assert "At most 1 messages a minute leave" in pacing.over_limit("a@example.org", now)
    assert pacing.over_limit("a@example.org", now + pacing.MINUTE) == ""
    assert now.minute != pacing.next_minute(now).minute
    row = outbox.enqueue(message())
    MailPace.objects.filter(domain="*").update(used=9, minute=timezone.now())
    for _turn in range(3):
        OutgoingEmail.objects.filter(pk=row.pk).update(not_before=timezone.now())
        assert outbox.deliver(row.pk) is None
    assert story_of(row.pk) == ["queued", "postponed"]


def test_a_counter_from_a_wrong_clock_holds_nobody_up(settings: Any) -> None:
    settings.MAIL_PER_DOMAIN, settings.MAIL_PER_MINUTE = 1, 1
    now = timezone.now()
    assert pacing.over_limit("a@example.org", now + dt.timedelta(days=1)) == ""
    assert pacing.over_limit("a@example.org", now) == ""
    assert pacing.over_limit("a@example.org", now) != ""


def test_a_domain_over_its_limit_takes_nothing_from_the_others(settings: Any) -> None:
    settings.MAIL_PER_DOMAIN, settings.MAIL_PER_MINUTE = 1, 3
    now = timezone.now()
    asked = ["a@one.example"] * 5 + ["a@two.example", "a@three.example", "a@four.example"]
    passed = [to for to in asked if not pacing.over_limit(to, now)]
    assert passed == ["a@one.example", "a@two.example", "a@three.example"]


def test_the_most_urgent_leaves_first() -> None:
    now = timezone.now()
    for key, give_up_at in (("never", None), ("later", now + 2 * HOUR), ("soon", now + HOUR)):
        outbox.enqueue(message(key=key, give_up_at=give_up_at))
    assert [row.key for row in outbox.due(timezone.now())] == ["soon", "later", "never"]


def test_waits_grow_with_jitter_and_by_what_went_wrong() -> None:
    now = timezone.now()

    def waits(code: int, attempt: int) -> set[int]:
        found = (retries.again_at(now, code=code, attempts=attempt, give_up_at=None) for _ in range(50))
        return {round((then - now).total_seconds()) for then in found if then}

    assert min(waits(451, 1)) >= 8
    assert max(waits(451, 1)) <= 12
    assert len(waits(421, 4)) > 10
    assert 60 < min(waits(421, 4)) < max(waits(421, 4)) < 100
    assert min(waits(471, 1)) >= 48
    assert max(waits(0, 11)) <= retries.QUICK.longest * 1.2
    assert waits(0, retries.MAX_ATTEMPTS) == set()


def test_the_last_attempt_is_made_while_it_is_of_use() -> None:
    now = timezone.now()
    end = now + dt.timedelta(minutes=5)
    then = retries.again_at(now, code=471, attempts=99, give_up_at=end)
    assert then == end - retries.LAST_CALL
    assert retries.again_at(end - dt.timedelta(seconds=12), code=0, attempts=99, give_up_at=end) is None


def test_too_late_it_is_not_sent_and_says_so(settings: Any) -> None:
    with serving(settings, rcpt=b"451 later\r\n") as server:
        row = outbox.enqueue(message(give_up_at=timezone.now() + dt.timedelta(seconds=8)))
        assert outbox.deliver(row.pk) == State.FAILED
        row.refresh_from_db()
        assert row.last_error.endswith("451 later (given up after attempt 1: another would come too late)")
        late = outbox.enqueue(message(key="late", give_up_at=timezone.now()))
        assert outbox.deliver(late.pk) == State.FAILED
        assert server.connections == 1
    late.refresh_from_db()
    assert "too late to be of use" in late.last_error
    assert story_of(late.pk) == ["queued", "claimed", "given_up"]


def test_the_sweep_rings_once_for_each_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    rung: list[str] = []
    monkeypatch.setattr(tasks.deliver_email, "delay", rung.append)
    row = outbox.enqueue(message())
    tasks.sweep_outbox()
    tasks.sweep_outbox()
    assert rung == [str(row.pk)]
    OutgoingEmail.objects.filter(pk=row.pk).update(attempts=1, state=State.RETRY)
    tasks.sweep_outbox()
    assert rung == [str(row.pk)] * 2
    cache.clear()
    tasks.sweep_outbox()
    assert rung == [str(row.pk)] * 3


def test_nobody_delivers_what_is_not_there() -> None:
    assert outbox.deliver(uuid.uuid4()) is None
    assert not EmailEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_pooled_connection_that_a_restart_broke_is_replaced_unseen() -> None:
    idle: list[int] = []

    def leave_one_idle() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            idle.append(cursor.fetchone()[0])

    elsewhere(leave_one_idle)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", idle)
    elsewhere(leave_one_idle)
    assert idle[0] != idle[1]
