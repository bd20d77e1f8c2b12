"""Pages of hosts and guests: the list, a meeting, replies by account."""

from __future__ import annotations

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from imc_portal.core.models import User
from meetings.models import Dispatch, Invitation, Meeting
from partners.models import Case
from tests.meetings import papers
from tests.meetings.papers import build, call, meeting_of
from tests.meetings.scenes import Scene, make_scene, sees

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    """A called informal meeting, papers queued."""
    return papers.called()


# --- who sees what -----------------------------------------------------------------------


def test_hosts_see_who_comes_guests_see_their_own_paper(scene: Scene) -> None:
    meeting = meeting_of(scene)
    status, page = sees(scene.focal, "meeting", meeting.pk)
    assert status == 200
    assert "Proposal to Birk (PDF)" in page
    assert "Proposal to Corn (PDF)" in page
    status, page = sees(scene.guest, "meeting", meeting.pk)
    assert status == 200
    assert "Proposal to Birk (PDF)" in page
    assert "Proposal to Corn" not in page
    assert "Post room" not in page
    assert "We do not come" in page


def test_a_word_to_the_host_is_for_the_host_alone(scene: Scene) -> None:
    Invitation.objects.filter(participant=scene.corn).update(
        reply="not_coming", replied_at=timezone.now(), reply_text="Between us: no money."
    )
    meeting = meeting_of(scene)
    assert "Between us" in sees(scene.focal, "meeting", meeting.pk)[1]
    for user in (scene.guest, scene.observer, scene.facilitator):
        status, page = sees(user, "meeting", meeting.pk)
        assert status == 200
        assert "Between us" not in page


def test_names_of_delegates_are_for_those_at_the_table(scene: Scene) -> None:
    Invitation.objects.filter(participant=scene.corn).update(
        reply="coming", replied_at=timezone.now(), delegate_name="Cora Corn", delegate_office="mayor"
    )
    meeting = meeting_of(scene)
    assert "Cora Corn" in sees(scene.guest, "meeting", meeting.pk)[1]
    assert "Cora Corn" not in sees(scene.observer, "meeting", meeting.pk)[1]


@pytest.mark.parametrize("name", ["meeting", "edit", "cancel", "delivery", "calendar"])
def test_strangers_find_nothing(scene: Scene, name: str) -> None:
    assert sees(scene.stranger, name, meeting_of(scene).pk)[0] == 404


@pytest.mark.parametrize("name", ["edit", "cancel", "delivery"])
@pytest.mark.parametrize("who", ["guest", "guest_lead", "observer", "facilitator"])
def test_guests_and_bodies_do_not_run_the_meeting(scene: Scene, name: str, who: str) -> None:
    assert sees(getattr(scene, who), name, meeting_of(scene).pk)[0] == 403


def test_a_reader_reads_the_post_room_but_changes_nothing(scene: Scene) -> None:
    meeting = meeting_of(scene)
    assert sees(scene.reader, "delivery", meeting.pk)[0] == 200
    assert sees(scene.reader, "edit", meeting.pk)[0] == 403
    paper = Dispatch.objects.all()[0]
    assert sees(scene.reader, "waive", paper.pk)[0] == 403


def test_guests_see_a_meeting_only_once_it_is_called() -> None:
    scene = build()
    meeting = meeting_of(scene)
    assert sees(scene.guest, "meeting", meeting.pk)[0] == 404
    assert sees(scene.focal, "meeting", meeting.pk)[0] == 200


# --- replies by account ------------------------------------------------------------------------


def test_people_with_an_account_reply_on_the_meeting_page(client: Client, scene: Scene) -> None:
    invitation = Invitation.objects.get(participant=scene.birk)
    client.force_login(scene.guest)
    address = reverse("meetings:reply", args=[invitation.pk])
    assert "Who comes" in client.get(address, {"reply": "coming"}).content.decode()
    values = {"reply": "coming", "delegate_name": "Bea", "delegate_office": "mayor", "mandate": "full"}
    assert client.post(address, values).status_code == 302
    invitation.refresh_from_db()
    assert (invitation.reply, invitation.replied_by) == ("coming", str(scene.guest))


def test_nobody_replies_for_another_municipality(scene: Scene) -> None:
    theirs = Invitation.objects.get(participant=scene.corn)
    for user, status in (
        (scene.guest, 403),
        (scene.focal, 403),
        (scene.observer, 403),
        (scene.stranger, 404),
    ):
        client = Client()
        client.force_login(user)
        response = client.post(reverse("meetings:reply", args=[theirs.pk]), {"reply": "not_coming"})
        assert response.status_code == status
    theirs.refresh_from_db()
    assert theirs.reply == "none"


# --- speed ------------------------------------------------------------------------------


def statements(user: User, address: str) -> int:
    client = Client()
    client.force_login(user)
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


@pytest.mark.parametrize("name", ["meeting", "delivery"])
def test_pages_ask_the_same_for_one_and_three_recipients(name: str) -> None:
    counts = []
    for guests in (1, 3):
        scene = build(guests)
        call(scene)
        counts.append(statements(scene.focal, reverse(f"meetings:{name}", args=[meeting_of(scene).pk])))
    assert counts[0] == counts[1]
    assert counts[0] <= 38


def test_the_list_asks_the_same_for_one_and_three_meetings() -> None:
    address = reverse("meetings:meeting_list")
    scene = build()
    first = statements(scene.focal, address)
    for _n in range(2):
        other = build()
        scene.focal.memberships.create(municipality=other.case.initiator, role="focal_point")
        call(other)
    client = Client()
    client.force_login(scene.focal)
    assert client.get(address).content.decode().count("<tr>") == 1 + 3
    assert statements(scene.focal, address) == first


# --- on the page of the case -------------------------------------------------------------------


def summary(case: Case, user: User) -> str:
    page = Template("{% load meetings %}{% meeting_summary case %}")
    return page.render(Context({"case": Case.objects.get(pk=case.pk), "user": user}))


def test_the_case_shows_its_next_meeting_or_how_to_plan_one() -> None:
    scene = make_scene(state=Case.State.PROPOSAL)
    plan = reverse("meetings:plan", args=[scene.case.pk, "informal"])
    assert plan in summary(scene.case, scene.focal)
    assert plan not in summary(scene.case, scene.guest)
    papers.draft(scene)
    meeting = papers.planned(scene)
    assert meeting.get_absolute_url() in summary(scene.case, scene.focal)
    assert plan not in summary(scene.case, scene.focal)
    assert meeting.get_absolute_url() not in summary(scene.case, scene.guest)
    Case.objects.filter(pk=scene.case.pk).update(state=Case.State.ATTITUDE)
    Meeting.objects.update(state="held", called_at=timezone.now(), held_at=timezone.now())
    assert reverse("meetings:plan", args=[scene.case.pk, "formal"]) in summary(scene.case, scene.focal)


# --- times ------------------------------------------------------------------------------------


def test_a_meeting_shows_the_clock_of_its_place_whatever_the_readers(scene: Scene) -> None:
    meeting = meeting_of(scene)
    local = meeting.local_start
    for zone in ("UTC", "America/Martinique", "Pacific/Noumea"):
        scene.focal.time_zone = zone
        scene.focal.save()
        page = sees(scene.focal, "meeting", meeting.pk)[1]
        assert f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M} to {meeting.local_end:%H:%M}" in page
        for name in ("delivery", "cancel"):
            assert f"{local:%A} {local.day} {local:%B %Y}" in sees(scene.focal, name, meeting.pk)[1]
