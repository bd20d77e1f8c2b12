"""A meeting is not confirmed while somebody has a late paper and has not said that the time is enough."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from imc_portal.core.problems import Refusal
from meetings import confirmation
from meetings.models import Dispatch, InformalMeeting, Invitation, Meeting
from meetings.services import holding, planning, replies
from partners.models import Participant
from tests.meetings import papers
from tests.meetings.scenes import Scene, link_of, seat_everybody, sees

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    """Called three days ahead: everybody's papers came, and came late."""
    made = papers.build()
    soon = timezone.now() + dt.timedelta(days=3)
    Meeting.objects.update(starts_at=soon, ends_at=soon + dt.timedelta(hours=1))
    papers.call(made)
    papers.leave()
    return made


def late(scene: Scene) -> list[str]:
    found = confirmation.late_in(papers.meeting_of(scene), timezone.now())
    return [str(paper.invitation.participant) for paper in found]


def waive(scene: Scene, participant: Participant) -> None:
    paper = Dispatch.objects.get(invitation__participant=participant)
    Client().post(reverse("personal:waive", args=[link_of(participant)]), {"paper": str(paper.pk)})


def told(scene: Scene) -> list[str]:
    mails = OutgoingEmail.objects.filter(key__contains="confirmed")
    return sorted(mails.values_list("to_address", flat=True))


def addresses(scene: Scene, *others: str) -> list[str]:
    return sorted([*(guest.contact.email for guest in scene.guests if guest.contact), *others])


def test_the_last_waiver_confirms_it_and_tells_those_concerned_once(scene: Scene) -> None:
    assert late(scene) == ["Birk", "Corn"]
    waive(scene, scene.birk)
    assert late(scene) == ["Corn"]
    assert told(scene) == []
    waive(scene, scene.corn)
    assert late(scene) == []
    assert told(scene) == addresses(scene, scene.focal.email)
    waive(scene, scene.corn)
    assert len(told(scene)) == 3


def test_who_declined_is_not_told_that_it_takes_place(scene: Scene) -> None:
    Invitation.objects.filter(participant=scene.corn).update(reply="not_coming", replied_at=timezone.now())
    for guest in scene.guests:
        waive(scene, guest)
    assert scene.corn.contact is not None
    assert scene.corn.contact.email not in told(scene)


def test_all_pages_say_that_it_is_not_confirmed_and_why(scene: Scene) -> None:
    meeting = papers.meeting_of(scene)
    page = sees(scene.focal, "meeting", meeting.pk)[1]
    assert "Not confirmed" in page
    assert "Birk</" in page or "Birk " in page
    theirs = sees(scene.guest, "meeting", meeting.pk)[1]
    assert "Not confirmed" in theirs
    assert "Corn <a" not in theirs
    client = Client()
    client.force_login(scene.focal)
    for address in (reverse("meetings:meeting_list"), reverse("home")):
        shown = client.get(address).content.decode()
        assert "not confirmed" in shown
        assert "papers come late" in shown
    personal = Client().get(reverse("personal:home", args=[link_of(scene.birk)])).content.decode()
    assert "Not confirmed yet" in personal
    waive(scene, scene.birk)
    personal = Client().get(reverse("personal:home", args=[link_of(scene.birk)])).content.decode()
    assert "came late to somebody else" in personal
    assert "Corn" not in personal
    waive(scene, scene.corn)
    personal = Client().get(reverse("personal:home", args=[link_of(scene.birk)])).content.decode()
    assert "Not confirmed yet" not in personal
    assert "Not confirmed" not in sees(scene.focal, "meeting", meeting.pk)[1]
    assert "not confirmed" not in client.get(reverse("home")).content.decode()


def test_a_late_message_says_so_and_leads_to_the_question(scene: Scene) -> None:
    mail = OutgoingEmail.objects.get(to_name=scene.birk.contact.name)  # type: ignore[union-attr]
    body = str(papers.built(mail).get_body(("plain",)).get_content())  # type: ignore[union-attr]
    address = reverse("personal:late", args=[link_of(scene.birk)])
    assert "Your papers come late" in body
    assert "not confirmed until you say" in body
    assert address in body
    client = Client()
    page = client.get(address).content.decode()
    assert "The time is enough for us" in page
    assert "Propose another date" in page
    assert late(scene) == ["Birk", "Corn"], "a look accepts nothing"
    waive(scene, scene.birk)
    assert "nothing to say here" in client.get(address).content.decode()


def test_it_cannot_be_held_before(scene: Scene) -> None:
    meeting = InformalMeeting.objects.get()
    seat_everybody(meeting)
    with pytest.raises(Refusal, match="has not waived"):
        holding.hold(meeting=meeting, actor=Actor.person(scene.focal))
    for guest in scene.guests:
        waive(scene, guest)
    holding.hold(meeting=meeting, actor=Actor.person(scene.focal))
    assert Meeting.objects.get().state == "held"


def test_moved_far_enough_the_papers_are_in_time_and_moved_nearer_they_are_late_again(scene: Scene) -> None:
    meeting = papers.meeting_of(scene)
    actor = Actor.person(scene.focal)
    planning.change_meeting(
        meeting=meeting, plan=papers.plan_of(timezone.now() + dt.timedelta(days=40)), actor=actor
    )
    assert late(scene) == []
    papers.tick()
    [change, _other] = OutgoingEmail.objects.filter(key__contains="/change:1/")
    assert "come late" not in change.text
    papers.leave()
    planning.change_meeting(
        meeting=papers.meeting_of(scene),
        plan=papers.plan_of(timezone.now() + dt.timedelta(days=4)),
        actor=actor,
    )
    assert late(scene) == ["Birk", "Corn"]
    papers.tick()
    assert all("come late" in mail.text for mail in OutgoingEmail.objects.filter(key__contains="/change:2/"))


@pytest.mark.parametrize("state", ["bounced", "failed", "unknown", "queued"])
def test_what_came_back_or_never_left_is_late_once_it_is_due(state: str) -> None:
    scene = papers.called()
    papers.leave()
    assert late(scene) == []
    paper = Dispatch.objects.get(invitation__participant=scene.birk)
    fields = {"state": state, "last_error": "x", "bounced_at": timezone.now(), "sent_at": None}
    OutgoingEmail.objects.filter(dispatch=paper).update(**fields)
    assert late(scene) == []
    Dispatch.objects.update(due_at=timezone.now() - dt.timedelta(hours=1))
    OutgoingEmail.objects.filter(state="sent").update(sent_at=timezone.now() - dt.timedelta(days=1))
    assert late(scene) == ["Birk"]
    replies.waive(
        dispatch=Dispatch.objects.get(invitation__participant=scene.birk), by="Mayor", actor=Actor.portal()
    )
    assert late(scene) == []


def test_only_the_newest_paper_of_a_recipient_counts(scene: Scene) -> None:
    papers.approve(papers.draft(scene, number=2), scene)
    papers.tick()
    assert Dispatch.objects.count() == 4
    assert late(scene) == ["Birk", "Corn"]
    newest = Dispatch.objects.get(invitation__participant=scene.birk, document__version__number=2)
    replies.waive(dispatch=newest, by="Mayor", actor=Actor.portal())
    assert late(scene) == ["Corn"]
