"""Reading bounces over IMAP, from a real server on loopback that may also misbehave."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from imc_portal.core import bounces
from imc_portal.core.bounces import imap, reports
from imc_portal.core.bounces.reading import Tally
from imc_portal.core.models import OutgoingEmail
from tests.core.imap_server import ImapServer, make_certificate
from tests.core.returned import about, sent, state_of, story_of

pytestmark = pytest.mark.django_db(transaction=True)
State = OutgoingEmail.State
SEEN, STARRED = {r"\Seen"}, {r"\Seen", r"\Flagged"}


def point_to(settings: Any, server: ImapServer, **values: Any) -> None:
    """As BOUNCES_URL would."""
    settings.BOUNCE_ADDRESS = "bounces@portal.example.org"
    user, password = server.login
    where = {"host": "127.0.0.1", "port": server.port, "user": user, "password": password}
    settings.BOUNCES = {
        "kind": "imap",
        **where,
        "folder": server.folder,
        "security": "",
        "timeout": 1.0,
    } | values


@pytest.fixture
def server(settings: Any) -> Iterator[ImapServer]:
    server = ImapServer()
    point_to(settings, server)
    yield server
    server.stop()


def flags(server: ImapServer) -> list[set[str]]:
    return [kept.flags for kept in server.messages.values()]


def test_letters_are_read_matched_and_marked(server: ImapServer) -> None:
    back, late, away = sent("a"), sent("b"), sent("c")
    for email, name in ((back, "postfix-unknown"), (late, "postfix-delayed"), (away, "vacation")):
        server.add(about(email, name))
    server.add(about(away, "persons-reply"))
    tally = bounces.read()
    assert tally == Tally(read=4, came_back=1, delayed=1, nothing=1, unmatched=1)
    assert [state_of(email) for email in (back, late, away)] == [State.BOUNCED, State.SENT, State.SENT]
    assert flags(server) == [SEEN, SEEN, SEEN, STARRED]
    assert bounces.read() == Tally()
    assert not any("EXPUNGE" in command or "Deleted" in command for command in server.commands)


def test_of_a_huge_letter_only_the_beginning_is_fetched(server: ImapServer) -> None:
    email = sent()
    head, mark, tail = about(email, "exim-unknown").partition(b"Bonjour")
    server.add(head + mark + b"\n" + (b"A" * 76 + b"\n") * 200_000 + tail)
    assert bounces.read().came_back == 1
    assert f"<0.{reports.READ_BYTES}>" in " ".join(server.commands)


@pytest.mark.parametrize("moment", ["LOGIN", "SELECT", "UID SEARCH", "UID FETCH", "UID STORE", "LOGOUT"])
@pytest.mark.parametrize("fault", ["drop", "hang", "garbage"])
def test_a_lost_or_silent_server_costs_a_moment_and_no_letter(
    moment: str, fault: str, server: ImapServer, settings: Any
) -> None:
    settings.BOUNCES |= {"timeout": 0.4}
    email = sent()
    server.add(about(email, "postfix-unknown"))
    server.faults[moment] = fault
    start = time.monotonic()
    broken = bounces.read()
    assert time.monotonic() - start < 4
    assert bool(broken.problem) == (moment != "LOGOUT")
    server.faults.clear()
    server.released.set()
    again = bounces.read()
    assert not again.problem
    assert (broken.came_back + again.came_back, story_of(email), state_of(email)) == (
        1,
        ["bounced"],
        State.BOUNCED,
    )
    assert flags(server) == [SEEN]


def test_a_connection_lost_in_the_middle_loses_and_doubles_nothing(server: ImapServer) -> None:
    emails = [sent(str(number)) for number in range(5)]
    for email in emails:
        server.add(about(email, "postfix-unknown"))
    server.faults["UID STORE 9"] = "drop"
    first = bounces.read()
    assert (first.came_back, bool(first.problem)) == (3, True)
    server.faults.clear()
    second = bounces.read()
    assert (second.came_back, second.known, second.problem) == (2, 1, "")
    assert [story_of(email) for email in emails] == [["bounced"]] * 5
    assert flags(server) == [SEEN] * 5


def test_a_wrong_password_is_told_without_the_password(
    server: ImapServer, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.BOUNCES |= {"password": "very-secret"}
    tally = bounces.read()
    assert tally.problem == "The mail server did not let us sign in"
    assert "very-secret" not in caplog.text


def test_a_folder_that_is_not_there_is_told(server: ImapServer, settings: Any) -> None:
    settings.BOUNCES |= {"folder": "Elsewhere"}
    assert bounces.read().problem == "The mail server refused to open the folder"


def test_a_server_that_is_down_is_asked_again_next_time(settings: Any, free_port: int) -> None:
    server = ImapServer()
    point_to(settings, server, port=free_port)
    assert "connect" in bounces.read().problem
    point_to(settings, server)
    assert bounces.read().problem == ""
    server.stop()


@pytest.mark.parametrize("security", ["ssl", "tls"])
def test_encrypted_only_with_a_certificate_that_is_trusted(
    security: str, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path / "server.pem")
    server = ImapServer(certificate=certificate, starttls=security == "tls")
    point_to(settings, server, security=security)
    email = sent()
    server.add(about(email, "postfix-unknown"))
    assert "connect" in bounces.read().problem
    assert not any(command.startswith("LOGIN") for command in server.commands)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert bounces.read().came_back == 1
    server.stop()


def test_a_server_without_starttls_gets_no_password(server: ImapServer, settings: Any) -> None:
    settings.BOUNCES |= {"security": "tls"}
    assert "connect" in bounces.read().problem
    assert not any(command.startswith("LOGIN") for command in server.commands)


def test_names_and_passwords_are_quoted() -> None:
    assert imap._quoted('a "b" \\c') == '"a \\"b\\" \\\\c"'
