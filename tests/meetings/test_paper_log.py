"""The paper log: a paper that came by post or by hand counts as arrived on that day."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, OutgoingEmail
from imc_portal.core.problems import Refusal
from meetings import confirmation, leadtime, postroom
from meetings.models import Dispatch, HandDelivery, Meeting
from meetings.services import paper_log
from meetings.services.paper_log import Handed
from partners.models import Participant
from proposals.models import ProposalVersion
from tests.meetings import papers
from tests.meetings.scenes import Scene, sees

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    """Called, approved ten days ago; nothing has left."""
    made = papers.called()
    ago = timezone.now() - dt.timedelta(days=10)
    ProposalVersion.objects.update(approved_at=ago, submitted_at=ago)
    return made


def paper_of(participant: Participant) -> Dispatch:
    return Dispatch.objects.select_related("email", "by_hand").get(invitation__participant=participant)


def today(scene: Scene) -> dt.date:
    return leadtime.Where.of(scene.birk.municipality).day(timezone.now())


def note(scene: Scene, *, days_ago: int = 1, **fields: object) -> HandDelivery:
    values: dict[str, object] = {
        "how": "hand",
        "received_on": today(scene) - dt.timedelta(days=days_ago),
        "received_by": "Registry of Birk",
    }
    handed = Handed(**(values | fields))  # type: ignore[arg-type]  # by name
    return paper_log.note(dispatch=paper_of(scene.birk), handed=handed, actor=Actor.person(scene.focal))


def test_it_counts_as_arrived_and_the_queued_message_is_cancelled(scene: Scene) -> None:
    note(scene)
    paper = paper_of(scene.birk)
    assert paper.email is not None
    assert paper.email.state == "cancelled"
    assert paper.arrived_at is not None
    assert not paper.is_late
    assert Participant.objects.get(pk=scene.birk.pk).state == "proposal_sent"
    papers.tick()
    papers.leave()
    assert not OutgoingEmail.objects.filter(to_name=scene.birk.contact.name, state="sent").exists()  # type: ignore[union-attr]
    assert OutgoingEmail.objects.filter(to_name=scene.corn.contact.name, state="sent").exists()  # type: ignore[union-attr]
    entry = AuditEntry.objects.get(verb="noted a paper that came by post or by hand")
    assert entry.after["received by"] == "Registry of Birk"


def test_where_it_is_wished_the_message_goes_all_the_same(scene: Scene) -> None:
    note(scene, mail_too=True)
    papers.leave()
    assert paper_of(scene.birk).email.state == "sent"  # type: ignore[union-attr]


def test_a_recipient_without_address_gets_no_message_once_the_paper_is_there() -> None:
    scene = papers.build()
    Participant.objects.filter(pk=scene.birk.pk).update(contact=None)
    papers.call(scene)
    assert [line.trouble is not None for line in postroom.lines(papers.meeting_of(scene))].count(True) == 1
    note(scene, days_ago=0)
    assert not any(line.trouble for line in postroom.lines(papers.meeting_of(scene)))
    assert papers.tick().queued == 0


def test_late_or_not_is_told_by_the_day_it_was_received(scene: Scene) -> None:
    Dispatch.objects.update(due_at=timezone.now() - dt.timedelta(days=3))
    assert late(scene) == ["Birk", "Corn"]
    note(scene, days_ago=1)
    assert late(scene) == ["Birk", "Corn"]
    note(scene, days_ago=4)
    assert late(scene) == ["Corn"]
    due_day = leadtime.Where.of(scene.birk.municipality).day(paper_of(scene.birk).due_at)
    note(scene, received_on=due_day)
    assert late(scene) == ["Corn"], "the last day counts whole"


def late(scene: Scene) -> list[str]:
    found = confirmation.late_in(papers.meeting_of(scene), timezone.now())
    return [str(paper.invitation.participant) for paper in found]


def test_corrected_it_is_one_entry_with_what_it_was_before(scene: Scene) -> None:
    note(scene)
    note(scene, how="post", received_by="Mayor Birk")
    assert HandDelivery.objects.count() == 1
    entry = AuditEntry.objects.filter(verb="noted a paper that came by post or by hand").order_by("at").last()
    assert entry is not None
    assert (entry.before["received by"], entry.after["received by"]) == ("Registry of Birk", "Mayor Birk")


@pytest.mark.parametrize(
    "bad",
    [
        {"days_ago": -1},
        {"days_ago": 11},
        {"received_by": "  "},
        {"received_by": "x" * 201},
        {"how": "pigeon"},
        {"note": "x" * 501},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(scene: Scene, bad: dict[str, object]) -> None:
    with pytest.raises(Refusal):
        note(scene, **bad)  # type: ignore[arg-type]  # by name
    assert not HandDelivery.objects.exists()
    assert paper_of(scene.birk).email.state == "queued"  # type: ignore[union-attr]


def test_a_meeting_that_is_over_and_a_municipality_that_left_wait_for_nothing(scene: Scene) -> None:
    Meeting.objects.update(state="held", held_at=timezone.now())
    with pytest.raises(Refusal):
        note(scene)
    Meeting.objects.update(state="called")
    Participant.objects.filter(pk=scene.birk.pk).update(state="withdrawn", reason="No")
    with pytest.raises(Refusal):
        note(scene)


def test_the_page_notes_it_and_the_post_room_shows_it(scene: Scene, client: Client) -> None:
    address = reverse("meetings:paper_log", args=[paper_of(scene.birk).pk])
    client.force_login(scene.focal)
    room = reverse("meetings:delivery", args=[papers.meeting_of(scene).pk])
    assert address in client.get(room).content.decode()
    page = client.get(address).content.decode()
    assert "never printed" in page
    assert "type their answers" in page
    data = {"how": "post", "received_on": today(scene).isoformat(), "received_by": "Registry"}
    for bad in (
        {"received_on": (today(scene) + dt.timedelta(days=1)).isoformat()},
        {"received_on": (today(scene) - dt.timedelta(days=30)).isoformat()},
        {"received_on": "0000-00-00"},
        {"received_on": ""},
        {"received_by": ""},
        {"how": "pigeon"},
    ):
        answer = client.post(address, data | bad)
        assert answer.status_code == 422, bad
    assert client.post(address, data | {"received_by": "\0"}).status_code in (400, 422)
    assert client.post(address, data).status_code == 302
    shown = client.get(room).content.decode()
    assert "received by Registry" in shown
    assert "by post" in shown
    assert "Correct the paper log" in shown


def test_only_those_who_run_the_case_note_it(scene: Scene) -> None:
    paper = paper_of(scene.birk)
    for user, status in (
        (scene.reader, 403),
        (scene.guest, 403),
        (scene.observer, 403),
        (scene.stranger, 404),
    ):
        assert sees(user, "paper_log", paper.pk)[0] == status
        assert sees(user, "send_to", paper.pk)[0] == status
