"""The seal and who joins late: answers before reading, and is read by nobody before its round opens."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core.audit import Actor
from meetings.models import Answer
from meetings.services import answers
from partners.models import Participant
from tests import makers
from tests.meetings import scenes
from tests.meetings.test_seal import MARK, ROLES, answered_by_corn, marked, open_all, person, read, speak


@pytest.fixture(scope="module")
def one_scene(standing: None) -> scenes.Scene:
    return answered_by_corn()


@pytest.fixture
def late(scene: scenes.Scene) -> Participant:
    """Dorn comes when the first round is open; it is asked in a round of its own."""
    open_all(scene)
    dorn = makers.make_participant(scene.case, makers.make_municipality("Dorn"))
    deadline = timezone.now() + dt.timedelta(days=40)
    answers.open_round_for(participant=dorn, deadline=deadline, actor=Actor.portal())
    return dorn


def test_who_comes_late_answers_before_reading(
    scene: scenes.Scene, late: Participant, client: Client
) -> None:
    theirs = makers.make_member(late.municipality, name="Dora Dorn")
    token = scenes.link_of(late)
    client.force_login(theirs)
    places = [
        reverse("meetings:answers", args=[scene.case.pk]),
        *(reverse("meetings:answer", args=[scene.case.pk, late.pk, number]) for number in range(1, 8)),
        *(reverse("personal:question", args=[token, number]) for number in range(1, 8)),
    ]
    for address in places:
        assert MARK not in read(client, address), address
    assert not Answer.objects.visible_to(theirs).exclude(participant=late).exists()
    assert not Answer.objects.visible_to_holder(late).exclude(participant=late).exists()
    speak(late, "DORN")
    assert MARK in read(client, places[0])
    assert MARK in read(client, places[-1])


def test_what_the_late_one_says_is_sealed_for_the_others(
    scene: scenes.Scene, late: Participant, client: Client
) -> None:
    [first, *_rest] = Answer.objects.filter(participant=late)
    answers.save(participant=late, replies=[marked(first, "DORN")], actor=Actor(key="x", name="Mayor"))
    client.force_login(scene.guest)
    page = read(client, reverse("meetings:answers", args=[scene.case.pk]))
    assert MARK in page
    assert "DORN" not in page


def test_no_door_of_the_formal_meeting_shows_what_the_late_one_says(
    scene: scenes.Scene, late: Participant, client: Client
) -> None:
    [first, *_rest] = Answer.objects.filter(participant=late)
    answers.save(participant=late, replies=[marked(first, "DORN")], actor=Actor(key="x", name="Mayor"))
    formal = scenes.call_formal(scene)
    names = ("meeting", "outcomes", "live", "record", "delivery", "minutes", "agenda")
    for role in ROLES:
        client.force_login(person(scene, role))
        for address in (
            *(reverse(f"meetings:{name}", args=[formal.pk]) for name in names),
            *(reverse(f"meetings:{name}", args=[scene.case.pk]) for name in ("preparation", "handover")),
            scene.case.get_absolute_url(),
        ):
            assert "DORN" not in read(client, address), f"{role}: {address}"
