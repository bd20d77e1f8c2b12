"""Delegations: head, deputies, companions, the appointment of a delegate; observers and facilitator."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal
from meetings.models import Delegate, Invitation, Meeting, MeetingGuest
from meetings.services import delegations, dispatch, replies
from meetings.services.delegations import Companion
from partners.models import CaseBody
from tests import makers
from tests.meetings import papers
from tests.meetings.scenes import Scene, call_formal, call_informal, link_of, make_scene

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    return make_scene()


def coming(scene: Scene, meeting: Meeting, office: str = "mayor", **fields: object) -> Invitation:
    answer = replies.Answer("coming", "", "Ann Birk", office, "full", **fields)  # type: ignore[arg-type]  # by name
    invitation = Invitation.objects.get(meeting=meeting, participant=scene.birk)
    return replies.reply(invitation=invitation, answer=answer, actor=Actor.person(scene.guest))


def test_head_deputies_and_companions_by_link(scene: Scene, client: Client) -> None:
    meeting = call_formal(scene)
    row = Invitation.objects.get(meeting=meeting, participant=scene.birk)
    url = reverse("personal:reply", args=[link_of(scene.birk)])
    data = {
        "reply": "coming",
        "invitation": row.pk,
        "delegate_name": "Ann Birk",
        "delegate_office": "mayor",
        "mandate": "full",
        "deputies": "Bob Birk, deputy mayor\n",
        "companions": "Cid Birk, Head of Finance\nDora Birk, our engineer\n\n",
    }
    assert client.post(url, data).status_code == 302
    kept = row.delegates.values_list("name", "office", "capacity")
    assert set(kept) == {
        ("Bob Birk", "deputy", "deputy"),
        ("Cid Birk", "finance", "companion"),
        ("Dora Birk, our engineer", "", "companion"),
    }
    again = client.get(f"{url}?reply=coming").content.decode()
    assert "Bob Birk, deputy mayor" in again
    assert client.post(url, data | {"deputies": "", "companions": "Cid Birk"}).status_code == 302
    assert list(row.delegates.values_list("name", flat=True)) == ["Cid Birk"]


def test_a_delegate_who_is_neither_mayor_nor_deputy_names_the_appointment(scene: Scene) -> None:
    meeting = call_formal(scene)
    with pytest.raises(Refusal, match="by which decision"):
        coming(scene, meeting, "finance")
    row = coming(scene, meeting, "finance", appointment="Council of Birk, 3 November 2026")
    assert row.appointment == "Council of Birk, 3 November 2026"
    assert coming(scene, meeting, "deputy", appointment="not needed").appointment == ""


def test_an_informal_meeting_asks_for_no_appointment(scene: Scene) -> None:
    assert coming(scene, call_informal(scene), "finance").delegate_office == "finance"


def test_who_stays_away_brings_nobody_but_attendance_stays_recorded(scene: Scene) -> None:
    meeting = call_formal(scene)
    row = coming(scene, meeting, others=(Companion("Bob"), Companion("Cid"), Companion("Bob")))
    assert row.delegates.count() == 2
    Delegate.objects.filter(name="Cid").update(present=True)
    replies.reply(invitation=row, answer=replies.Answer("not_coming"), actor=Actor.person(scene.guest))
    assert list(row.delegates.values_list("name", flat=True)) == ["Cid"]


def test_a_crowd_is_refused_and_nothing_is_kept(scene: Scene) -> None:
    meeting = call_formal(scene)
    with pytest.raises(Refusal, match="At most"):
        coming(scene, meeting, others=tuple(Companion(f"No. {n}") for n in range(40)))
    assert not Delegate.objects.exists()
    assert not Invitation.objects.exclude(reply="none").exists()


def test_bodies_of_the_case_are_guests_of_each_meeting_also_when_attached_later(scene: Scene) -> None:
    papers.draft(scene)
    meeting = papers.planned(scene)
    assert not MeetingGuest.objects.exists()
    dispatch.mark_called(meeting, Actor.portal(), timezone.now())
    assert set(meeting.guests.values_list("role", flat=True)) == {"observer", "facilitator"}
    late = makers.make_body("Late Region")
    CaseBody.objects.create(case=scene.case, body=late)
    assert delegations.invite_guests_due(timezone.now()) == 1
    assert delegations.invite_guests_due(timezone.now()) == 0
    assert meeting.guests.filter(body=late).count() == 1


def test_a_guest_says_who_comes_on_the_own_page_alone(scene: Scene, client: Client) -> None:
    meeting = call_informal(scene)
    delegations.invite_guests(meeting)
    guest = meeting.guests.get(role="observer")
    url = reverse("meetings:guest", args=[guest.pk])
    for user, status in ((scene.stranger, 404), (scene.facilitator, 403), (scene.focal, 403)):
        client.force_login(user)
        assert client.get(url).status_code == status
    client.force_login(scene.observer)
    assert client.post(url, {"name": "x" * 151}).status_code == 422
    assert client.post(url, {"name": "Olga\0"}).status_code == 400
    assert client.post(url, {"name": " Olga  Observer "}).status_code == 302
    guest.refresh_from_db()
    assert guest.name == "Olga Observer"
    page = reverse("meetings:meeting", args=[meeting.pk])
    assert "Olga Observer" in client.get(page).content.decode()
    client.force_login(scene.facilitator)
    assert "Olga Observer" not in client.get(page).content.decode()


def test_after_the_beginning_nobody_is_named_any_more(scene: Scene) -> None:
    meeting = call_informal(scene)
    delegations.invite_guests(meeting)
    guest = meeting.guests.get(role="observer")
    with pytest.raises(Refusal, match="has begun"):
        delegations.name_guest(guest=guest, name="Olga", actor=Actor.portal(), now=meeting.starts_at)


def test_the_meeting_page_lists_the_whole_delegation(scene: Scene, client: Client) -> None:
    meeting = call_formal(scene)
    coming(scene, meeting, "finance", appointment="Council, 3 Nov", others=(Companion("Bob", "legal"),))
    client.force_login(scene.focal)
    body = client.get(reverse("meetings:meeting", args=[meeting.pk])).content.decode()
    for words in ("Ann Birk", "Council, 3 Nov", "Bob, legal officer"):
        assert words in body
    client.force_login(scene.observer)
    assert "Bob" not in client.get(reverse("meetings:meeting", args=[meeting.pk])).content.decode()
