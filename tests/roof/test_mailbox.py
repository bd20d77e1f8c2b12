"""The demo mailbox: mail that came over SMTP, shown safely, and only in the demo."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.conf import settings as portal_settings
from django.test import Client
from django.urls import include, path
from pytest_django import DjangoAssertNumQueries, Settings

from imc_portal.demo import mailbox
from imc_portal.demo.catcher import listen

urlpatterns = [
    path("demo/mailbox/", include("imc_portal.demo.urls")),
    path("", include("imc_portal.urls")),
]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.DEMO = True
    settings.VAR_DIR = tmp_path
    return tmp_path / "mailbox"


@pytest.fixture
def smtp_port(folder: Path, free_port: int) -> Iterator[int]:
    controller = listen(folder, free_port)
    yield free_port
    controller.stop()


def _message(subject: str = "Proposition à Arbois") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Portail <portail@example.org>"
    message["To"] = "mairie@arbois.example"
    message["Subject"] = subject
    message.set_content("Bonjour,\nvoici le lien : https://portal.example.org/p/abc\n")
    message.add_alternative(
        "<h1>Bonjour</h1><script>alert(1)</script><a href='https://portal.example.org/p/abc'>lien</a>",
        subtype="html",
    )
    message.add_attachment(
        b"%PDF-1.7 proposal", maintype="application", subtype="pdf", filename="../../étude <1>.pdf"
    )
    return message


def _send(port: int, *messages: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", port) as server:
        for message in messages:
            server.send_message(message, to_addrs=["mairie@arbois.example", "hidden@arbois.example"])


def test_mail_travels_over_smtp_and_is_listed_newest_first(
    client: Client, folder: Path, smtp_port: int
) -> None:
    assert "No e-mail yet" in client.get("/demo/mailbox/").content.decode()
    _send(smtp_port, _message("The first"), _message("The second"))
    page = client.get("/demo/mailbox/").content.decode()
    assert page.index("The second") < page.index("The first")
    assert not list(folder.glob("*.part"))


def test_a_message_opens_with_text_html_attachments_and_all_headers(
    client: Client, folder: Path, smtp_port: int
) -> None:
    _send(smtp_port, _message())
    [name] = mailbox.names(folder)
    page = client.get(f"/demo/mailbox/{name}/").content.decode()
    assert "Proposition à Arbois" in page
    assert 'href="https://portal.example.org/p/abc"' in page
    assert "hidden@arbois.example" in page
    assert "étude &lt;1&gt;.pdf" in page
    assert ".." not in mailbox.letter(folder, name).attachments[0].filename
    assert "alert(1)" not in page

    download = client.get(f"/demo/mailbox/{name}/attachments/0/")
    assert download.content == b"%PDF-1.7 proposal"
    assert download["Content-Type"] == "application/pdf"
    assert download["Content-Disposition"].startswith("attachment")
    assert client.get(f"/demo/mailbox/{name}/attachments/1/").status_code == 404


def test_the_html_of_a_message_can_do_nothing(client: Client, folder: Path, smtp_port: int) -> None:
    _send(smtp_port, _message())
    [name] = mailbox.names(folder)
    frame = client.get(f"/demo/mailbox/{name}/html/")
    policy = frame["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "script-src" not in policy
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    assert 'sandbox="allow-popups' in client.get(f"/demo/mailbox/{name}/").content.decode()


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("..%2f..%2fsecret_key", 404),
        ("....", 404),
        ("00000000000000000000-00000000", 404),
        ("secret", 404),
        ("%00", 400),
    ],
)
def test_only_caught_messages_can_be_asked_for(client: Client, folder: Path, name: str, status: int) -> None:
    folder.mkdir(parents=True)
    (folder / "secret.eml").write_text("Subject: not for you\n\nno")
    (folder.parent / "secret_key").write_text("no")
    for address in (f"/demo/mailbox/{name}/", f"/demo/mailbox/{name}/html/"):
        assert client.get(address).status_code == status


def test_a_broken_message_is_shown_as_far_as_it_goes(client: Client, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "00000000000000000001-0000abcd.eml").write_bytes(b"Subject: =?utf-8?q?broken\r\n\xff\xfe\r\n")
    assert client.get("/demo/mailbox/").status_code == 200
    assert client.get("/demo/mailbox/00000000000000000001-0000abcd/").status_code == 200


def test_the_list_costs_no_statement_per_message(
    client: Client, folder: Path, smtp_port: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _send(smtp_port, _message())
    with django_assert_num_queries(0):
        client.get("/demo/mailbox/")
    _send(smtp_port, _message(), _message())
    with django_assert_num_queries(0):
        client.get("/demo/mailbox/")


def test_outside_the_demo_there_is_no_mailbox(client: Client, folder: Path, settings: Settings) -> None:
    folder.mkdir(parents=True)
    (folder / "00000000000000000001-0000abcd.eml").write_bytes(b"Subject: here\r\n\r\nhere")
    address = "/demo/mailbox/00000000000000000001-0000abcd/"
    assert client.get(address).status_code == 200
    settings.DEMO = False
    for path_ in ("/demo/mailbox/", address, f"{address}html/", f"{address}attachments/0/"):
        assert client.get(path_).status_code == 404


@pytest.mark.urls("imc_portal.urls")
def test_the_ordinary_site_map_does_not_know_it(client: Client) -> None:
    assert portal_settings.DEMO is False
    assert client.get("/demo/mailbox/").status_code == 404


def test_an_invitation_that_travels_twice_is_offered_once(folder: Path, smtp_port: int) -> None:
    entry = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
    message = _message()
    [alternatives, *_files] = message.iter_parts()
    assert isinstance(alternatives, EmailMessage)
    alternatives.add_alternative(entry, subtype="calendar", params={"method": "REQUEST"})
    message.add_attachment(entry, subtype="calendar", filename="invitation.ics", params={"method": "REQUEST"})
    _send(smtp_port, message)
    [name] = mailbox.names(folder)
    files = [file.filename for file in mailbox.letter(folder, name).attachments]
    assert files == ["étude <1>.pdf", "invitation.ics"]
