"""The post room: the way of each paper, what troubles it, and what to do about it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core import links
from imc_portal.core.models import AuditEntry, OutgoingEmail, PersonalLink
from meetings import postroom
from meetings.models import Dispatch, Invitation, Meeting
from meetings.services import dispatch
from partners.models import Participant
from proposals.models import Document
from tests import world as worlds
from tests.meetings import papers
from tests.meetings.papers import build, call, meeting_of
from tests.meetings.scenes import Scene, sees

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    """A called informal meeting, papers queued."""
    return papers.called()


def way(scene: Scene, participant: Participant) -> dict[str, str]:
    meeting = Meeting.objects.select_related("case").get(pk=meeting_of(scene).pk)
    line = next(row for row in postroom.lines(meeting) if row.participant.pk == participant.pk)
    return {step.label: step.state for step in line.steps}


def test_the_way_of_a_paper_from_draft_to_answer() -> None:
    scene = build()
    stops = ["drafted", "approved", "rendered", "sent", "opened", "answered"]
    todo = ["done", "current", "todo", "todo", "todo", "todo"]
    assert way(scene, scene.birk) == dict(zip(stops, todo, strict=True))
    call(scene)
    assert way(scene, scene.birk)["sent"] == "current"
    OutgoingEmail.objects.update(state="sent", sent_at=timezone.now())
    assert way(scene, scene.birk)["opened"] == "current"
    Invitation.objects.filter(participant=scene.birk).update(reply="not_coming", replied_at=timezone.now())
    assert way(scene, scene.birk)["opened"] == "skipped"
    assert way(scene, scene.birk)["answered"] == "done"
    Dispatch.objects.update(opened_at=timezone.now())
    assert set(way(scene, scene.birk).values()) == {"done"}


def test_trouble_stands_on_top_with_what_to_do(client: Client, scene: Scene) -> None:
    OutgoingEmail.objects.filter(to_name=scene.corn.contact.name).update(  # type: ignore[union-attr]  # has one
        state="failed", last_error="The mail server refused: 550 no such mailbox"
    )
    client.force_login(scene.focal)
    page = client.get(reverse("meetings:delivery", args=[meeting_of(scene).pk])).content.decode()
    assert "550 no such mailbox" in page
    assert "Check the address" in page
    assert page.index("<h2>Corn</h2>") < page.index("<h2>Birk</h2>")
    assert "1 recipient cannot be reached" in page


def test_a_failed_rendering_offers_another_try(client: Client) -> None:
    scene = build()
    papers.approve(scene.extra["version"], scene, state=papers.QUEUED)  # type: ignore[arg-type]  # a version
    Document.objects.filter(participant=scene.birk).update(state="failed", last_error="Took too long.")
    papers.tick()
    client.force_login(scene.focal)
    page = client.get(reverse("meetings:delivery", args=[meeting_of(scene).pk])).content.decode()
    assert "The PDF could not be made: Took too long." in page
    assert reverse("proposals:render_again", args=[Document.objects.get(participant=scene.birk).pk]) in page
    assert way(scene, scene.birk)["rendered"] == "trouble"


def test_a_recipient_without_address_is_shown_with_the_cure(client: Client) -> None:
    scene = build()
    Participant.objects.filter(pk=scene.birk.pk).update(contact=None)
    call(scene)
    client.force_login(scene.focal)
    page = client.get(reverse("meetings:delivery", args=[meeting_of(scene).pk])).content.decode()
    assert "No recipient is chosen" in page
    assert reverse("partners:contacts", args=[scene.case.pk]) in page


def test_the_message_can_be_read_without_giving_the_link_away(client: Client, scene: Scene) -> None:
    paper = Dispatch.objects.get(invitation__participant=scene.birk)
    assert sees(scene.focal, "letter", paper.pk)[0] == 302
    status, page = sees(scene.focal, "message", paper.email_id)
    assert status == 200
    assert "What is in it for Birk" in page
    token = links.token_of(PersonalLink.objects.get(subject=scene.birk.pk))
    assert token not in page
    assert links.PLACEHOLDER not in page
    assert sees(scene.guest, "letter", paper.pk)[0] == 403
    assert sees(scene.stranger, "letter", paper.pk)[0] == 404


def test_the_host_records_who_waived_and_how(client: Client, scene: Scene) -> None:
    paper = Dispatch.objects.get(invitation__participant=scene.birk)
    Dispatch.objects.filter(pk=paper.pk).update(due_at=timezone.now() - dt.timedelta(days=1))
    client.force_login(scene.focal)
    room = reverse("meetings:delivery", args=[meeting_of(scene).pk])
    address = reverse("meetings:waive", args=[paper.pk])
    assert address in client.get(room).content.decode()
    assert client.post(address, {"by": "Berta Birk", "how": ""}).status_code == 422
    client.post(address, {"by": "Berta Birk", "how": "by telephone"})
    paper.refresh_from_db()
    assert paper.waived_by == "Berta Birk"
    assert AuditEntry.objects.get(verb="waived the lead time").reason == "by telephone"
    assert "waived by" in client.get(room).content.decode()


def test_who_left_waits_for_nothing(client: Client, scene: Scene) -> None:
    Participant.objects.filter(pk=scene.birk.pk).update(state="withdrawn", reason="No.")
    client.force_login(scene.focal)
    page = client.get(reverse("meetings:delivery", args=[meeting_of(scene).pk])).content.decode()
    assert "withdrew" in page


def test_what_is_due_is_the_day_where_the_recipient_lives(scene: Scene) -> None:
    scene.birk.municipality.time_zone = "America/Martinique"
    scene.birk.municipality.save()
    paper = Dispatch.objects.get(invitation__participant=scene.birk)
    paper.due_at = dispatch.due_at(meeting_of(scene), Participant.objects.get(pk=scene.birk.pk))
    paper.save()
    line = next(row for row in postroom.lines(meeting_of(scene)) if row.participant.pk == scene.birk.pk)
    assert line.due_day == paper.due_at.date()
    assert line.due_day != paper.due_at.astimezone(dt.UTC).date()
    spoken = f"{line.due_day:%A} {line.due_day.day} {line.due_day:%B %Y}"
    assert spoken in sees(scene.focal, "delivery", meeting_of(scene).pk)[1]
    assert spoken in sees(scene.focal, "waive", paper.pk)[1]


def test_the_post_room_looks_again_by_itself_until_all_have_left(client: Client) -> None:
    world = worlds.build()
    client.force_login(world.people["focal"])
    meeting, sent = world.made["informal"], world.made["dispatch_partner"]
    assert isinstance(meeting, Meeting)
    assert isinstance(sent, Dispatch)
    url = reverse("meetings:delivery", kwargs={"pk": meeting.pk})
    assert b"hx-get" not in client.get(url).content
    Dispatch.objects.filter(pk=sent.pk).update(email=None)
    page = client.get(url).content.decode()
    assert f'hx-get="{url}" hx-trigger="every 3s"' in page
    assert "htmx-2.min" in page
