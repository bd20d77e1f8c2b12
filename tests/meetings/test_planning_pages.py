"""Meetings by page: planned, changed, cancelled, with a word before it is too early."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from imc_portal.core.models import OutgoingEmail
from meetings.models import Meeting
from partners.models import Case
from tests.meetings import papers
from tests.meetings.papers import meeting_of
from tests.meetings.scenes import Scene, make_scene

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    """A called informal meeting, papers queued."""
    return papers.called()


def fields(**changes: object) -> dict[str, object]:
    day = (timezone.now() + dt.timedelta(days=40)).date()
    return {
        "date": day.isoformat(),
        "time": "10:00",
        "minutes": "120",
        "place": "Town hall",
        "agenda": "10 min Welcome",
    } | changes


def test_planning_from_the_case(client: Client) -> None:
    scene = make_scene(state=Case.State.PROPOSAL)
    papers.draft(scene)
    client.force_login(scene.focal)
    address = reverse("meetings:plan", args=[scene.case.pk, "informal"])
    page = client.get(address).content.decode()
    assert "In good time means 10 working days: earliest" in page
    assert "Do we share the same problems in this function?" in page
    response = client.post(address, fields())
    meeting = Meeting.objects.get()
    assert response.headers["Location"] == meeting.get_absolute_url()
    assert client.get(address).headers["Location"] == meeting.get_absolute_url()


def test_a_day_too_early_is_said_before_anything_is_planned(client: Client) -> None:
    scene = make_scene(state=Case.State.PROPOSAL)
    papers.draft(scene)
    client.force_login(scene.focal)
    address = reverse("meetings:plan", args=[scene.case.pk, "informal"])
    soon = (timezone.now() + dt.timedelta(days=3)).date().isoformat()
    response = client.post(address, fields(date=soon, place="The hall we typed"))
    page = response.content.decode()
    assert response.status_code == 422
    assert "too early for the lead time" in page
    assert "The hall we typed" in page
    assert not Meeting.objects.exists()
    client.post(address, fields(date=soon, late_anyway="on"))
    assert Meeting.objects.count() == 1


@pytest.mark.parametrize("kind", ["informal", "formal"])
def test_who_may_not_plan_is_refused(kind: str) -> None:
    scene = make_scene(state=Case.State.PROPOSAL)
    for user, status in (
        (scene.reader, 403),
        (scene.guest, 403),
        (scene.observer, 403),
        (scene.stranger, 404),
    ):
        client = Client()
        client.force_login(user)
        assert (
            client.post(reverse("meetings:plan", args=[scene.case.pk, kind]), fields()).status_code == status
        )
    assert not Meeting.objects.exists()


def test_an_unknown_kind_is_not_found(client: Client, scene: Scene) -> None:
    client.force_login(scene.focal)
    assert client.get(reverse("meetings:plan", args=[scene.case.pk, "secret"])).status_code == 404


def test_a_lead_convenes_all_the_same_with_a_reason_a_focal_point_does_not(client: Client) -> None:
    scene = make_scene(state=Case.State.ATTITUDE)
    address = reverse("meetings:plan", args=[scene.case.pk, "formal"])
    client.force_login(scene.focal)
    assert "has not stated its attitude" in client.get(address).content.decode()
    client.post(address, fields(agenda="", override="I want it."))
    assert not scene.case.meetings.exists()
    client.force_login(scene.lead)
    refused = client.post(address, fields())  # an agenda of one's own
    assert "A formal meeting has these items" in refused.content.decode()
    response = client.post(address, fields(agenda=""))
    assert response.status_code == 422
    assert "Say why" in response.content.decode()
    client.post(address, fields(agenda="", override="The prefect asks for it."))
    meeting = scene.case.meetings.get()
    assert meeting.state == Meeting.State.CALLED
    assert meeting.agenda[0]["title"].startswith("Benefits and costs:")


def test_changing_and_cancelling_by_page(client: Client, scene: Scene) -> None:
    papers.leave()
    meeting = meeting_of(scene)
    client.force_login(scene.focal)
    edit = reverse("meetings:edit", args=[meeting.pk])
    assert "Town hall, Alder" in client.get(edit).content.decode()
    assert client.post(edit, fields(place="Corn")).status_code == 302
    papers.tick()
    assert OutgoingEmail.objects.filter(key__contains="/change:1/").count() == 2
    cancel = reverse("meetings:cancel", args=[meeting.pk])
    assert client.get(cancel).status_code == 200
    assert client.post(cancel, {"reason": ""}).status_code == 422
    assert client.post(cancel, {"reason": "Snow."}).status_code == 302
    assert "Snow." in client.get(meeting.get_absolute_url()).content.decode()


def test_the_calendar_entry_by_account(client: Client, scene: Scene) -> None:
    client.force_login(scene.guest)
    response = client.get(reverse("meetings:calendar", args=[meeting_of(scene).pk]))
    assert Calendar.from_ical(response.content)["METHOD"] == "PUBLISH"
