"""From approval to the recipient's reply with nothing put in place of the real thing: press, SMTP, link."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import re
import subprocess
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.test import Client
from django.utils import timezone

from imc_portal.core import outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from meetings.models import Dispatch, Invitation
from partners.models import Case, Participant
from proposals.documents import press
from proposals.models import Document, ProposalVersion
from proposals.services import approval
from tests.meetings import papers
from tests.meetings.scenes import Scene, make_scene

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


class Catcher:
    """Keeps what arrives, by recipient."""

    def __init__(self) -> None:
        self.kept: dict[str, EmailMessage] = {}

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Accept."""
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.kept[envelope.rcpt_tos[0]] = message
        return "250 kept"


@pytest.fixture
def catcher(settings: Any, free_port: int) -> Iterator[Catcher]:
    """A real SMTP server on loopback."""
    handler = Catcher()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port
    yield handler
    controller.stop()


def approve(version: ProposalVersion, scene: Scene) -> None:
    """Completed and submitted by the focal point, approved by the lead, through the services."""
    for section in ProposalVersion.SECTIONS:
        setattr(version, section, "Words of this section.")
    version.answer_by = timezone.localdate() + dt.timedelta(days=10)
    version.save()
    approval.submit(version=version, actor=Actor.person(scene.focal))
    approval.approve(version=version, actor=Actor.person(scene.lead))


def text_of(pdf: bytes) -> str:
    command = ["pdftotext", "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def test_each_recipient_gets_its_own_pdf_reads_it_and_replies(catcher: Catcher) -> None:
    scene = make_scene(state=Case.State.PROPOSAL)
    version = papers.draft(scene)
    papers.planned(scene)
    approve(version, scene)
    assert papers.tick().called == 1
    assert not OutgoingEmail.objects.exists()
    for document in Document.objects.all():
        press.render(document.pk)
    assert papers.tick().queued == 2
    for row in OutgoingEmail.objects.all():
        assert outbox.deliver(row.pk) == OutgoingEmail.State.SENT
    assert papers.tick().marked_sent == 2
    for guest, other in ((scene.birk, scene.corn), (scene.corn, scene.birk)):
        assert guest.contact is not None
        message = catcher.kept[guest.contact.email]
        pdf = next(p for p in message.iter_attachments() if p.get_content_type() == "application/pdf")
        words = text_of(pdf.get_content())
        assert f"{guest} saves 12 % a year." in words
        assert f"{other} saves" not in words
        reads_and_replies(message, pdf.get_content(), guest)


def reads_and_replies(message: EmailMessage, pdf: bytes, guest: Participant) -> None:
    """As somebody without an account would, by the link of the message."""
    body = message.get_body(("plain",))
    assert body is not None
    found = re.search(r"http://testserver(/p/[\w-]+/)", body.get_content())
    assert found is not None
    reader, home = Client(), found[1]
    asked = timezone.localdate() + dt.timedelta(days=10)
    spoken = f"{asked:%A} {asked.day} {asked:%B %Y}"
    assert spoken in body.get_content()
    assert spoken in reader.get(home).content.decode()
    assert reader.post(f"{home}open/", follow=True).content == pdf
    invitation = Invitation.objects.get(participant=guest)
    reader.post(f"{home}reply/", {"invitation": invitation.pk, "reply": "not_coming", "text": "Ill."})
    invitation.refresh_from_db()
    assert invitation.reply == Invitation.Reply.NOT_COMING
    assert Dispatch.objects.get(invitation=invitation).opened_at is not None
    assert Participant.objects.get(pk=guest.pk).state == Participant.State.PROPOSAL_READ
