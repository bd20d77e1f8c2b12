"""What a recipient's mail program makes of a message: parts, headers, files, and nothing smuggled in."""

from __future__ import annotations

import contextlib
import email
import email.policy
import io
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import icalendar
import pikepdf
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from imc_portal.core import documents, lines, links, outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import Incident, OutgoingEmail, PersonalLink
from imc_portal.core.outbox import writing
from tests.core.mailserver import message, serving, story_of

pytestmark = pytest.mark.django_db
State = OutgoingEmail.State
ENTRY = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@x\r\n"
    "DTSTAMP:20261123T090000Z\r\nDTSTART:20261210T090000Z\r\nSUMMARY:Réunion\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def read_back(row: OutgoingEmail) -> EmailMessage:
    """As a mail program reads what leaves."""
    return email.message_from_bytes(writing.on_wire(outbox.build(row)), policy=email.policy.default)


def body_of(got: EmailMessage, kind: str = "plain") -> str:
    part = got.get_body((kind,))
    assert part is not None
    words: str = part.get_content()
    return words


def real_pdf(pages: int = 1) -> bytes:
    paper = pikepdf.new()
    for _page in range(pages):
        paper.add_blank_page()
    kept = io.BytesIO()
    paper.save(kept)
    return kept.getvalue()


def own_link() -> PersonalLink:
    return links.issue(purpose="participant", subject=uuid4(), holder="Mayor", language="fr")


def with_papers(**fields: Any) -> OutgoingEmail:
    """A message with all that a message can have."""
    name, digest = documents.store("p/papier d’été.pdf", real_pdf())
    given_files = [
        outbox.File("papier d’été.pdf", "application/pdf", document_name=name, sha256=digest),
        outbox.File("invitation.ics", "text/calendar; method=REQUEST", content=ENTRY.encode()),
    ]
    ready: dict[str, Any] = {
        "link": own_link(),
        "text": f"Bonjour\n\nOuvrir : {links.PLACEHOLDER}\n",
        "html": f'<html><body><p>Bonjour</p><a href="{links.PLACEHOLDER}">Ouvrir</a></body></html>',
        "language": "fr",
        "reply_to": "Anna Müller <anna@example.org>",
        "files": given_files,
    }
    return outbox.enqueue(message(**(ready | fields)))


def test_a_mail_program_finds_every_part_in_its_place(settings: Any) -> None:
    row = with_papers()
    with serving(settings) as server:
        assert outbox.deliver(row.pk) == State.SENT
        [got] = server.messages
        assert server.recipients == ["arbois@example.org"]
    assert not got.defects
    assert not any(part.defects for part in got.walk())
    assert got.get_content_type() == "multipart/mixed"
    body, *files = got.iter_parts()
    assert [part.get_content_type() for part in body.iter_parts()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    assert [part.get_filename() for part in files] == ["papier d’été.pdf", "invitation.ics"]
    with pikepdf.open(io.BytesIO(files[0].get_content())) as paper:
        assert len(paper.pages) == 1
    for part in (files[1], list(body.iter_parts())[2]):
        assert part.get_param("method") == "REQUEST"
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        entry = icalendar.Calendar.from_ical(content)
        assert entry.events[0]["SUMMARY"] == "Réunion"
        assert entry["METHOD"] == "REQUEST"


def test_headers_say_what_the_message_is() -> None:
    got = read_back(with_papers())
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Content-Language"] == "fr"
    assert got["Reply-To"].addresses == (Address("Anna Müller", "anna", "example.org"),)
    assert got["Date"].datetime is not None
    assert got["MIME-Version"] == "1.0"
    assert got["Return-Path"] is None
    for name in ("Message-ID", "Date", "From", "To", "Subject"):
        assert len(got.get_all(name) or []) == 1


def test_nothing_is_loaded_from_elsewhere_and_nobody_is_watched() -> None:
    row = with_papers()
    got = read_back(row)
    for mark in ("<img", "<script", "<link", "background", "url("):
        assert mark not in body_of(got, "html")


def test_a_case_is_one_thread() -> None:
    first = outbox.enqueue(message(key="first"))
    second = outbox.enqueue(message(key="second", thread_id=first.message_id))
    OutgoingEmail.objects.filter(pk=second.pk).update(state=State.CANCELLED)
    second.refresh_from_db()
    third = outbox.send_again(email=second, actor=Actor.portal(), reason="lost")
    fourth_of = OutgoingEmail.objects.filter(pk=third.pk)
    fourth_of.update(state=State.CANCELLED)
    fourth = outbox.send_again(email=fourth_of.get(), actor=Actor.portal(), reason="lost again")
    assert read_back(first)["References"] is None
    assert read_back(second)["References"] == first.message_id
    got = read_back(fourth)
    assert got["In-Reply-To"] == third.message_id
    assert got["References"].split() == [first.message_id, second.message_id, third.message_id]


def test_a_preview_is_the_message_but_for_the_secret_of_the_link() -> None:
    row = with_papers()
    assert row.link is not None
    token = links.token_of(row.link)
    real, shown = read_back(row), outbox.preview(row)
    seen = email.message_from_bytes(shown.as_bytes(linesep="\r\n"), policy=email.policy.default)
    assert token not in seen.as_string()
    assert f"/p/{writing.HIDDEN_TOKEN}/" in body_of(seen)
    assert [part.get_content_type() for part in real.walk()] == [p.get_content_type() for p in seen.walk()]
    for name in ("Message-ID", "Subject", "To", "From", "Reply-To", "Content-Language"):
        assert real[name] == seen[name]
    assert body_of(real).replace(token, writing.HIDDEN_TOKEN) == body_of(seen)
    assert abs(outbox.size_of(row) - len(writing.on_wire(outbox.build(row)))) < 200


def test_papers_too_large_stay_behind_the_link(settings: Any) -> None:
    settings.MAIL_ATTACH_LIMIT = 400
    row = with_papers(language="en")
    assert row.link is not None
    got = read_back(row)
    names = [part.get_filename() for part in got.iter_attachments()]
    assert "invitation.ics" in names
    assert not any(name.endswith(".pdf") for name in names if name)
    address = f"/p/{links.token_of(row.link)}/"
    for kind in ("plain", "html"):
        words = body_of(got, kind)
        assert "The documents are too large for an e-mail." in words
        assert words.rindex(address) > words.index("too large")
    assert body_of(got, "html").rstrip().endswith("</body></html>")


def test_the_limit_counts_what_base64_makes_of_the_bytes(settings: Any) -> None:
    size = len(real_pdf()) + len(ENTRY.encode())
    settings.MAIL_ATTACH_LIMIT = size + 20
    assert "too large" in read_back(with_papers(language="en", key="a")).as_string()
    settings.MAIL_ATTACH_LIMIT = int(size * 1.37)
    assert "too large" not in read_back(with_papers(language="en", key="b")).as_string()


def test_without_a_link_large_papers_stay_in_the_message(settings: Any) -> None:
    settings.MAIL_ATTACH_LIMIT = 10
    got = read_back(with_papers(link=None))
    assert any(part.get_content_type() == "application/pdf" for part in got.iter_attachments())


def test_a_document_that_is_gone_is_an_incident_and_is_never_mailed(settings: Any) -> None:
    row = with_papers()
    [stored] = row.attachments.exclude(document_name="")
    OutgoingEmail.objects.filter(pk=row.pk).update(context="case:1")
    stored.document_name = "p/nowhere.pdf"
    stored.save()
    with serving(settings) as server:
        assert outbox.deliver(row.pk) == State.FAILED
        assert server.connections == 0
    row.refresh_from_db()
    assert row.last_error == "The stored document “p/nowhere.pdf” is missing. It was not sent."
    assert Incident.objects.get().context == "case:1"
    assert story_of(row.pk) == ["queued", "claimed", "given_up"]


def test_bytes_in_the_row_that_were_altered_are_an_incident_as_well() -> None:
    row = with_papers()
    [file] = row.attachments.filter(document_name="")
    file.content = b"something else"
    file.save()
    assert outbox.deliver(row.pk) == State.FAILED
    assert Incident.objects.get().kind == Incident.Kind.DOCUMENT_ALTERED


def test_a_store_that_is_away_is_waited_for(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(name: str, *, sha256: str, context: str = "") -> bytes:
        raise documents.StoreDown(name, "disk is full")

    monkeypatch.setattr(documents, "read", away)
    row = with_papers()
    assert outbox.deliver(row.pk) == State.RETRY
    row.refresh_from_db()
    assert "disk is full" in row.last_error


def test_what_nobody_thought_of_is_tried_again_and_not_called_delivered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def burst(name: str, *, sha256: str, context: str = "") -> bytes:
        raise RuntimeError("never seen before")

    monkeypatch.setattr(documents, "read", burst)
    row = with_papers()
    assert outbox.deliver(row.pk) == State.RETRY


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("mairie@exämple.org", ""),
        ("été@example.org", "letters beyond ASCII before the @ are not supported"),
        ("no-at-sign", "it has no @"),
        ("two words@example.org", "is not an e-mail address"),
        ("a@" + "ä" * 70 + ".org", "is not an e-mail address"),
        ("a@-.-", "is not an e-mail address"),
        ("a@b@c", "is not an e-mail address"),
        ("a@b.org\r\nBcc: all@example.org", "is not an e-mail address"),
    ],
)
def test_addresses_of_the_world_arrive_or_are_refused_in_words(
    settings: Any, address: str, words: str
) -> None:
    with serving(settings) as server:
        row = outbox.enqueue(message(to_address=address))
        state = outbox.deliver(row.pk)
        row.refresh_from_db()
        if words:
            assert state == State.FAILED
            assert words in row.last_error
            assert server.connections == 0
        else:
            assert state == State.SENT
            assert server.recipients == ["mairie@xn--exmple-cua.org"]


NASTY = st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=60)
BREAKS = ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\r\nBcc: x@y.org"]
SIGNS = ['"', "<", ">", "@", ",", "=?utf-8?q?"]
SMUGGLED = st.lists(NASTY | st.sampled_from(BREAKS + SIGNS), max_size=6).map("".join)
ALLOWED = {
    "content-type",
    "mime-version",
    "subject",
    "from",
    "to",
    "reply-to",
    "date",
    "message-id",
    "auto-submitted",
    "content-language",
    "in-reply-to",
    "references",
    "content-transfer-encoding",
}


@given(name=SMUGGLED, subject=SMUGGLED, reply_to=SMUGGLED, thread=SMUGGLED, filename=SMUGGLED, text=SMUGGLED)
@how(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_typed_becomes_a_header_or_an_address(
    name: str, subject: str, reply_to: str, thread: str, filename: str, text: str
) -> None:
    row = outbox.enqueue(
        message(
            key=str(uuid4()),
            to_name=name,
            subject=subject,
            reply_to=reply_to,
            thread_id=thread,
            text=f"Bonjour {text}",
            files=[outbox.File(filename, "application/pdf", content=b"%PDF")],
        )
    )
    got = read_back(row)
    assert {header.lower() for header in got} <= ALLOWED
    assert [address.addr_spec for address in got["To"].addresses] == ["arbois@example.org"]
    assert [part.get_content_type() for part in got.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/pdf",
    ]
    kept = next(got.iter_attachments()).get_filename() or ""
    assert not set(kept) & set("/\\\r\n")
    assert " ".join(got["Subject"].split()) == " ".join(lines.one_line(subject)[:250].split())


@given(address=SMUGGLED)
@how(max_examples=200)
def test_an_address_is_one_address_or_refused(address: str) -> None:
    with contextlib.suppress(lines.BadAddress):
        plain = lines.ascii_address(address)
        assert plain.isascii()
        assert plain.count("@") == 1
        assert not set(plain) & set(" \r\n<>")
