"""Going through a Maildir: one reader at a time, safe to repeat, nothing deleted, nothing for ever."""

from __future__ import annotations

import json
import mailbox
import threading
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.management import call_command
from django.db import OperationalError, connection

from imc_portal.core import bounces, tasks
from imc_portal.core.bounces import effects, maildir, reading, reports
from imc_portal.core.bounces.reading import Tally
from imc_portal.core.models import CheckRound, OutgoingEmail
from tests.core.returned import about, barred, sent, state_of, story_of
from tests.core.test_bounces_reports import letter

pytestmark = pytest.mark.django_db(transaction=True)
State = OutgoingEmail.State


@pytest.fixture
def box(tmp_path: Path, settings: Any) -> mailbox.Maildir:
    """A Maildir as a mail server makes it."""
    folder = tmp_path / "bounces"
    settings.BOUNCE_ADDRESS = "bounces@portal.example.org"
    settings.BOUNCES = {"kind": "maildir", "folder": str(folder)}
    return mailbox.Maildir(folder, create=True)


def unread(box: mailbox.Maildir) -> int:
    return sum("S" not in message.get_flags() for message in box)


def apart(box: mailbox.Maildir) -> list[str]:
    """Subjects of what was kept apart."""
    return [str(message["Subject"]) for message in box.get_folder("unmatched")]


def test_letters_are_read_matched_and_marked(box: mailbox.Maildir) -> None:
    back, late, there = sent("a"), sent("b"), sent("c")
    for email, name in (
        (back, "exchange-unknown"),
        (late, "warning-free-form"),
        (there, "postfix-delivered"),
    ):
        box.add(about(email, name))
    box.add(about(there, "vacation"))
    assert bounces.read() == Tally(read=4, came_back=1, delayed=1, arrived=1, nothing=1)
    assert [state_of(email) for email in (back, late, there)] == [State.BOUNCED, State.SENT, State.SENT]
    assert [story_of(email) for email in (back, late, there)] == [["bounced"], ["delayed"], ["delivered"]]
    assert (len(box), unread(box)) == (4, 0)
    assert bounces.read() == Tally()


def test_what_nobody_can_match_is_kept_apart_once_and_whole(box: mailbox.Maildir) -> None:
    email = sent()
    raw = about(email, "persons-reply")
    box.add(raw)
    box.add(letter("postfix-unknown", to=email.to_address))
    box.add(b"\x00\xff no header at all")
    assert bounces.read() == Tally(read=3, unmatched=2, unreadable=1)
    assert len(box) == 0
    folder = box.get_folder("unmatched")
    assert len(folder) == 3
    assert raw in [folder.get_bytes(key) for key in folder.keys()]  # noqa: SIM118  # a Maildir, not a dict
    assert bounces.read() == Tally()
    assert (state_of(email), barred(), bounces.kept_apart()) == (State.SENT, [], 3)
    box.add(raw)
    assert (bounces.read().unmatched, bounces.kept_apart()) == (1, 4)


def test_what_a_mail_reader_has_only_listed_still_counts(box: mailbox.Maildir) -> None:
    email = sent()
    box.add(about(email, "postfix-unknown"))
    (path,) = (Path(box._path) / "new").iterdir()
    path.rename(path.parent.parent / "cur" / f"{path.name}:2,R")
    assert bounces.read().came_back == 1
    (moved,) = (path.parent.parent / "cur").iterdir()
    assert moved.name.endswith(":2,RS")


def test_a_run_has_its_limit_and_the_next_one_goes_on(box: mailbox.Maildir) -> None:
    emails = [sent(str(number)) for number in range(5)]
    for email in emails:
        box.add(about(email, "postfix-unknown"))
    first = bounces.read(letters=3)
    assert (first.read, first.waiting) == (3, 2)
    hurried = bounces.read(seconds=0)
    assert (hurried.read, hurried.waiting) == (1, 1)
    assert bounces.read() == Tally(read=1, came_back=1)
    assert {state_of(email) for email in emails} == {State.BOUNCED}


@pytest.mark.parametrize(
    "problem", [ValueError("odd"), MemoryError(), SoftTimeLimitExceeded(), RecursionError()]
)
def test_a_poison_letter_stops_no_other(
    problem: Exception,
    box: mailbox.Maildir,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    email = sent()
    box.add(b"From: x@y.example\nSubject: poison\n\nsecret words")
    box.add(about(email, "postfix-unknown"))
    sound = reports.read

    def read(raw: bytes) -> reports.Report:
        if b"poison" in raw:
            raise problem
        return sound(raw)

    monkeypatch.setattr(reports, "read", read)
    assert bounces.read() == Tally(read=2, came_back=1, unreadable=1)
    assert apart(box) == ["poison"]
    assert bounces.read() == Tally()
    assert "secret words" not in caplog.text


def test_a_letter_that_kills_its_reader_is_put_aside_after_the_third_time(
    box: mailbox.Maildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = sent()
    box.add(b"From: x@y.example\nSubject: poison\n\nwords")
    box.add(about(email, "postfix-unknown"))
    sound = reports.read

    def read(raw: bytes) -> reports.Report:
        if b"poison" in raw:
            raise KeyboardInterrupt  # as SIGKILL, it leaves nobody to note anything
        return sound(raw)

    monkeypatch.setattr(reports, "read", read)
    for _again in range(3):
        with pytest.raises(KeyboardInterrupt):
            bounces.read()
    assert unread(box) == 2
    assert bounces.read() == Tally(read=2, came_back=1, unreadable=1)
    assert (apart(box), state_of(email)) == (["poison"], State.BOUNCED)


def test_a_reader_stopped_by_chance_does_no_harm_to_its_letter(
    box: mailbox.Maildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    emails = [sent(str(number)) for number in range(6)]
    for email in emails:
        box.add(about(email, "postfix-unknown"))
        with monkeypatch.context() as stopped:
            stopped.setattr(reports, "read", _stop)
            with pytest.raises(KeyboardInterrupt):
                bounces.read()
        assert bounces.read() == Tally(read=1, came_back=1)
    assert {state_of(email) for email in emails} == {State.BOUNCED}


def _stop(raw: bytes) -> reports.Report:
    raise KeyboardInterrupt


def test_without_the_database_a_letter_stays_for_the_next_run(
    box: mailbox.Maildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = sent()
    box.add(about(email, "postfix-unknown"))
    with monkeypatch.context() as broken:

        def lost(report: reports.Report) -> effects.Effect:
            raise OperationalError("server closed the connection")

        broken.setattr(effects, "take", lost)
        assert bounces.read().problem == "The database was lost."
    assert unread(box) == 1
    assert bounces.read().came_back == 1


def test_a_reader_killed_between_effect_and_mark_tells_it_once(
    box: mailbox.Maildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = sent()
    box.add(about(email, "postfix-unknown"))
    with monkeypatch.context() as killed:

        def die(*given: Any) -> None:
            raise KeyboardInterrupt

        killed.setattr(maildir.Maildir, "done", die)
        with pytest.raises(KeyboardInterrupt):
            bounces.read()
    assert (state_of(email), unread(box)) == (State.BOUNCED, 1)
    assert bounces.read() == Tally(read=1, known=1)
    assert (story_of(email), unread(box)) == (["bounced"], 0)


def test_what_comes_while_its_message_is_sent_waits_unread(box: mailbox.Maildir) -> None:
    email = sent()
    box.add(about(email, "postfix-unknown"))
    lease = {"state": State.SENDING, "lease_until": email.created_at}
    OutgoingEmail.objects.filter(pk=email.pk).update(**lease)
    assert bounces.read() == Tally(read=1, waiting=1)
    OutgoingEmail.objects.filter(pk=email.pk).update(state=State.SENT, lease_until=None)
    assert bounces.read().came_back == 1


def test_only_one_reads_at_a_time(box: mailbox.Maildir) -> None:
    email = sent()
    box.add(about(email, "postfix-unknown"))
    inside, go = threading.Event(), threading.Event()
    tallies: list[Tally] = []

    def other() -> None:
        with reading._alone() as alone:
            assert alone
            inside.set()
            go.wait(10)
        connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    assert inside.wait(10)
    tallies.append(bounces.read())
    go.set()
    thread.join()
    tallies.append(bounces.read())
    assert [tally.problem for tally in tallies] == ["Another reader is at the mailbox.", ""]
    assert (tallies[0].read, tallies[1].came_back) == (0, 1)


def test_a_folder_that_is_no_maildir_is_told_also_to_who_watches(tmp_path: Path, settings: Any) -> None:
    settings.BOUNCES = {"kind": "maildir", "folder": str(tmp_path)}
    assert "names no Maildir" in bounces.read().problem
    assert "names no Maildir" in CheckRound.objects.get(name="bounces").place
    mailbox.Maildir(tmp_path / "sound", create=True)
    settings.BOUNCES = {"kind": "maildir", "folder": str(tmp_path / "sound")}
    assert bounces.read() == Tally()
    assert CheckRound.objects.get(name="bounces").place == ""


def test_the_command_tells_in_words_and_in_json(box: mailbox.Maildir, settings: Any) -> None:
    box.add(about(sent(), "postfix-unknown"))
    out = StringIO()
    call_command("read_bounces", stdout=out)
    assert "1 messages that came back" in out.getvalue()
    out = StringIO()
    call_command("read_bounces", format="json", stdout=out)
    assert json.loads(out.getvalue()) == Tally().counts()
    settings.BOUNCES = {}
    out, wrong = StringIO(), StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("read_bounces", format="json", stdout=out, stderr=wrong)
    assert end.value.code == 1
    assert json.loads(out.getvalue())["read"] == 0
    assert "BOUNCES_URL is not set" in wrong.getvalue()


def test_the_clock_reads_only_where_there_is_a_mailbox(box: mailbox.Maildir, settings: Any) -> None:
    email = sent()
    box.add(about(email, "postfix-unknown"))
    where, settings.BOUNCES = settings.BOUNCES, {}
    tasks.read_bounces()
    assert state_of(email) == State.SENT
    settings.BOUNCES = where
    tasks.read_bounces()
    assert state_of(email) == State.BOUNCED
