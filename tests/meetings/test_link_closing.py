"""A letter that was passed on works for whoever has it, until its link is closed and renewed."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core import links
from imc_portal.core.models import AuditEntry, OutgoingEmail, PersonalLink
from meetings.models import Dispatch, Invitation, ToldTrouble
from meetings.services import organiser
from tests import makers
from tests.meetings import papers
from tests.meetings.scenes import Scene

pytestmark = pytest.mark.django_db
COMING = {"reply": "coming", "delegate_name": "Berta Birk", "delegate_office": "deputy", "mandate": "full"}


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    """Called, papers sent."""
    made = papers.called()
    papers.leave()
    return made


@pytest.fixture
def client(scene: Scene) -> Client:
    client = Client()
    client.force_login(scene.focal)
    return client


def letter(scene: Scene) -> OutgoingEmail:
    mail = Dispatch.objects.get(invitation__participant=scene.birk).email
    assert mail is not None
    return mail


def token(scene: Scene) -> str:
    return links.token_of(PersonalLink.objects.get(subject=scene.birk.pk, revoked_at=None))


def reply(scene: Scene, secret: str) -> int:
    mine = Invitation.objects.get(participant=scene.birk)
    answer = Client().post(reverse("personal:reply", args=[secret]), {"invitation": str(mine.pk), **COMING})
    return answer.status_code


def unlink(mail: OutgoingEmail) -> str:
    return reverse("meetings:message_unlink", args=[mail.pk])


def test_a_letter_that_was_passed_on_works_for_whoever_has_it(scene: Scene) -> None:
    home = reverse("personal:home", args=[token(scene)])
    for browser in (Client(), Client()):
        assert browser.get(home).status_code == 200
    assert reply(scene, token(scene)) == 302
    assert Invitation.objects.get(participant=scene.birk).delegate_name == "Berta Birk"


def test_a_closed_link_opens_nothing_and_the_recipient_gets_a_new_one(scene: Scene, client: Client) -> None:
    mail, old = letter(scene), token(scene)
    message = reverse("meetings:message", args=[mail.pk])
    assert unlink(mail) in client.get(message).content.decode()
    assert client.post(unlink(mail), {"reason": ""}).status_code == 422
    assert Client().get(reverse("personal:home", args=[old])).status_code == 200
    assert client.post(unlink(mail), {"reason": "It went round the council"}).status_code == 302
    assert AuditEntry.objects.get(verb="revoked a personal link").reason == "It went round the council"

    assert Client().get(reverse("personal:home", args=[old])).status_code == 410
    assert reply(scene, old) == 410
    assert Invitation.objects.get(participant=scene.birk).delegate_name == ""
    page = client.get(message).content.decode()
    assert "opens nothing any more" in page
    assert page.count("It went round the council") == 1, "the story of the message says why"
    assert unlink(mail) not in page
    assert client.post(unlink(mail), {"reason": "Again"}).status_code == 422

    paper = Dispatch.objects.get(invitation__participant=scene.birk)
    again = reverse("meetings:send_to", args=[paper.pk])
    assert again in page
    assert reverse("meetings:message_again", args=[mail.pk]) not in page, "the same words lead nowhere"
    assert organiser.tell_due(now=timezone.now()) == 1
    assert again in OutgoingEmail.objects.latest("created_at").text
    assert again in client.get("/").content.decode()
    assert client.post(again, {"reason": "A new link"}).status_code == 302
    papers.leave()
    new = OutgoingEmail.objects.get(again_of=mail)
    assert (new.state, new.to_address, new.link != mail.link) == ("sent", mail.to_address, True)
    assert Client().get(reverse("personal:home", args=[token(scene)])).status_code == 200
    assert Client().get(reverse("personal:home", args=[old])).status_code == 410
    assert again not in client.get("/").content.decode()
    assert client.post(again, {"reason": "Once more"}).status_code == 422

    # The second time is another trouble than the first.
    client.post(unlink(new), {"reason": "That one too"})
    ToldTrouble.objects.update(at=timezone.now() - dt.timedelta(days=1))
    assert organiser.tell_due(now=timezone.now()) == 1


def test_what_has_not_left_with_a_closed_link_never_leaves(scene: Scene, client: Client) -> None:
    mail = letter(scene)
    OutgoingEmail.objects.filter(pk=mail.pk).update(state="queued", sent_at=None)
    client.post(unlink(mail), {"reason": "Another address"})
    mail.refresh_from_db()
    assert mail.state == "cancelled"


def test_others_close_no_link(scene: Scene) -> None:
    mail = letter(scene)
    for user in (makers.make_user("Nobody in the case"), scene.guest):
        stranger = Client()
        stranger.force_login(user)
        assert stranger.post(unlink(mail), {"reason": "So"}).status_code in (403, 404)
    assert Client().post(unlink(mail), {"reason": "So"}).status_code == 302
    assert PersonalLink.objects.filter(revoked_at__isnull=False).count() == 0
