"""The messages that carry the papers: their words, files, calendar and headers as they arrive."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from imc_portal.core import links, outbox
from imc_portal.core.models import OutgoingEmail, PersonalLink
from meetings.models import Meeting
from meetings.services import dispatch
from partners.models import Case, OfficeHolder
from proposals.models import Document
from tests.meetings import papers
from tests.meetings.papers import approve_draft, built, calendar_of, meeting_of
from tests.meetings.scenes import Scene, make_scene

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    """Alder, with a case at the proposal and a planned informal meeting; nothing approved."""
    return papers.build()


def test_the_message_says_why_what_when_and_what_to_do(scene: Scene) -> None:
    approve_draft(scene)
    papers.tick()
    contact = scene.birk.contact
    assert contact is not None
    row = OutgoingEmail.objects.get(to_address=contact.email)
    message = built(row)
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # letters have a plain part
    html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    link = PersonalLink.objects.get(subject=scene.birk.pk)
    address = f"http://testserver/p/{links.token_of(link)}/"
    assert text.splitlines()[2].startswith("You receive this because Alder proposes to Birk")
    assert "What is in it for Birk: Birk saves 12 % a year." in text
    assert "has less control" not in text
    assert "Corn" not in text + html
    local = meeting_of(scene).local_start
    assert f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M}" in text
    assert "(time in Paris)" in text
    assert address in text
    assert f'href="{address}"' in html
    assert links.PLACEHOLDER not in text + html
    assert "<img" not in html
    assert "//" not in html.replace(address, "").replace("mailto:", "")
    assert message["Reply-To"] == scene.focal.email
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == outbox.message_id(row.key)
    assert links.token_of(link) not in row.text + row.html


def test_the_message_carries_the_invitation_for_the_calendar(scene: Scene) -> None:
    approve_draft(scene)
    papers.tick()
    contact = scene.birk.contact
    assert contact is not None
    row = OutgoingEmail.objects.get(to_address=contact.email)
    part = next(p for p in built(row).walk() if p.get_content_type() == "text/calendar")
    assert part.get_param("method") == "REQUEST"
    parsed = calendar_of(row)
    event = parsed.events[0]
    meeting = meeting_of(scene)
    assert parsed["METHOD"] == "REQUEST"
    assert event["UID"] == f"{meeting.pk}@testserver"
    assert event["SEQUENCE"] == 0
    assert event.start == meeting.starts_at.replace(microsecond=0)
    assert event["ATTENDEE"] == f"mailto:{contact.email}"
    assert event["ORGANIZER"] == "mailto:portal@localhost"


def test_a_recipient_is_written_to_in_its_language(scene: Scene) -> None:
    OfficeHolder.objects.filter(pk=scene.birk.contact_id or "").update(language="fr")
    approve_draft(scene)
    papers.tick()
    row = OutgoingEmail.objects.get(to_address=OfficeHolder.objects.get(pk=scene.birk.contact_id or "").email)
    months = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ]
    assert row.language == "fr"
    assert months[meeting_of(scene).local_start.month - 1] in row.text
    assert '<html lang="fr" dir="ltr">' in row.html


def test_later_messages_stay_in_the_thread_of_the_first(scene: Scene) -> None:
    approve_draft(scene)
    papers.tick()
    papers.leave()
    first = OutgoingEmail.objects.get(to_name=scene.birk.contact.name)  # type: ignore[union-attr]
    papers.approve(papers.draft(scene, number=2), scene)
    papers.tick()
    later = OutgoingEmail.objects.exclude(pk=first.pk).get(to_name=first.to_name, to_address=first.to_address)
    assert first.thread_id == ""
    assert later.thread_id == first.message_id
    assert built(later)["References"] == first.message_id


def test_names_and_texts_cannot_inject_headers_or_markup(scene: Scene) -> None:
    evil = 'Eve\r\nBcc: all@example.org\r\n<script>alert(1)</script> "quoted"'
    OfficeHolder.objects.filter(pk=scene.birk.contact_id or "").update(name=evil[:150])
    type(scene.case).objects.filter(pk=scene.case.pk).update(title=evil)
    scene.birk.municipality.name = "Birk\r\nBcc: all@example.org <b>"
    scene.birk.municipality.save()
    scene.focal.name = evil
    scene.focal.save()
    Meeting.objects.update(place=evil)
    approve_draft(scene)
    papers.tick()
    contact = OfficeHolder.objects.get(pk=scene.birk.contact_id or "")
    row = OutgoingEmail.objects.get(to_address=contact.email)
    message = built(row)
    assert message["Bcc"] is None
    assert [address.addr_spec for address in message["To"].addresses] == [contact.email]
    html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "<script" not in html
    assert "<b>" not in html
    event = calendar_of(row).events[0]
    assert event["ATTENDEE"] == f"mailto:{contact.email}"
    for part in message.walk():
        assert part["Bcc"] is None


def test_a_fault_in_one_message_holds_up_nobody(scene: Scene) -> None:
    bad, _good = approve_draft(scene)
    Document.objects.filter(pk=bad.pk).update(sha256="0" * 64, file_name="nowhere.pdf")
    papers.tick()
    OutgoingEmail.objects.update(not_before=timezone.now() - dt.timedelta(seconds=1))
    states = {row.to_name: outbox.deliver(row.pk) for row in OutgoingEmail.objects.all()}
    assert states[scene.birk.contact.name] == OutgoingEmail.State.FAILED  # type: ignore[union-attr]
    assert states[scene.corn.contact.name] == OutgoingEmail.State.SENT  # type: ignore[union-attr]


def test_statements_per_message_are_constant(scene: Scene) -> None:
    def statements(guests: int) -> int:
        other = make_scene(guests, state=Case.State.PROPOSAL)
        version = papers.draft(other)
        papers.planned(other)
        papers.approve(version, other)
        dispatch.dispatch_due()
        papers.print_agendas()
        with CaptureQueriesContext(connection) as asked:
            assert dispatch.dispatch_due().queued == guests
        return len(asked)

    one, three, five = statements(1), statements(3), statements(5)
    assert three - one == five - three
    assert (five - three) / 2 <= 40
