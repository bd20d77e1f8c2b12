"""Late partners on the page of the case, papers that must come first, and who only observes."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import User
from meetings import late
from meetings.models import Meeting
from meetings.services import attitudes, dispatch
from partners.models import Case, Participant
from partners.services import loops, participants
from proposals.models import ProposalVersion
from proposals.services import versions
from tests import makers
from tests.meetings import decisions, papers, scenes

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def one_scene(standing: None) -> scenes.Scene:
    """The informal meeting was held, everybody has the first version."""
    made = scenes.make_scene()
    papers.approve(papers.draft(made), made)
    scenes.call_informal(made)
    Participant.objects.filter(case=made.case).exclude(state="initiator").update(state="met")
    Meeting.objects.update(state="held", held_at=timezone.now())
    Case.objects.filter(pk=made.case.pk).update(state="attitude")
    made.case.refresh_from_db()
    return made


def fresh(scene: scenes.Scene) -> Case:
    return Case.objects.get(pk=scene.case.pk)


def page(user: User, name: str, pk: object) -> tuple[int, str]:
    client = Client()
    client.force_login(user)
    answer = client.get(reverse(name, args=[pk]))
    return answer.status_code, answer.content.decode()


def lack(scene: scenes.Scene) -> str:
    """What the one late partner lacks; nothing when there is none."""
    found = late.lacks(fresh(scene))
    assert len(found) <= 1
    shown = page(scene.focal, "partners:case", scene.case.pk)[1]
    assert ("Partners who join late" in shown) == bool(found)
    return found[0].sentence if found else ""


def test_a_late_partner_is_led_through_what_it_lacks(scene: scenes.Scene) -> None:
    assert lack(scene) == ""
    late_one = makers.make_participant(scene.case, makers.make_municipality("Dorp"), state="selected")
    assert "has not said yet that it is open to talk" in lack(scene)
    participants.step(participant=late_one, to="acknowledged", actor=Actor.portal())
    assert "has no part of its own" in lack(scene)
    proposal = ProposalVersion.objects.get().proposal
    second = versions.new_version(proposal=proposal, actor=Actor.person(scene.focal))
    assert second.annexes.filter(participant=late_one).exists()
    assert "is not approved yet" in lack(scene)
    papers.approve(second, scene)
    assert "no informal meeting lies ahead" in lack(scene)
    meeting = papers.planned(scene)
    dispatch.dispatch_due()
    meeting.refresh_from_db()
    assert meeting.state == "called"
    assert late_one.answers.exists(), "it has questions of its own"
    assert "is on its way" in lack(scene) or lack(scene) == ""
    assert fresh(scene).state == "attitude", "a further meeting moves nothing back"


def test_outside_nobody_reads_who_joins_late(scene: scenes.Scene) -> None:
    makers.make_participant(scene.case, makers.make_municipality("Dorp"), state="selected")
    assert "Dorp" not in page(scene.guest, "partners:case", scene.case.pk)[1]


def test_after_going_back_no_meeting_is_called_with_the_old_paper(scene: scenes.Scene) -> None:
    actor = Actor.person(scene.lead)
    loops.revisit_areas(case=fresh(scene), actor=actor, reason="The fire service is better")
    proposal = ProposalVersion.objects.get().proposal
    Case.objects.filter(pk=scene.case.pk).update(state="contacting")
    second = versions.new_version(proposal=proposal, actor=Actor.person(scene.focal))
    assert fresh(scene).state == "proposal"
    meeting = papers.planned(scene)
    dispatch.dispatch_due()
    meeting.refresh_from_db()
    assert meeting.state == "planned"
    papers.approve(second, scene)
    dispatch.dispatch_due()
    meeting.refresh_from_db()
    assert meeting.state == "called"


def test_who_only_observes_sees_the_meeting_but_nothing_said_or_decided(scene: scenes.Scene) -> None:
    attitudes.state_attitude(
        participant=scene.alder,
        value="positive",
        stated_by="SECRET-MAYOR",
        areas=[scene.area],
        actor=Actor.person(scene.lead),
    )
    formal = scenes.call_formal(scene)
    scenes.seat_everybody(formal)
    decisions.complete(scene, formal)
    Meeting.objects.filter(pk=formal.pk).update(state="held", held_at=timezone.now())
    Case.objects.filter(pk=scene.case.pk).update(state="formal_held")
    step = formal.next_steps.get()
    assert page(scene.guest, "meetings:outcomes", formal.pk)[0] == 200
    assert page(scene.guest, "meetings:step", step.pk)[0] == 200
    participants.leave(participant=scene.birk, state="observing", reason="So", actor=Actor.portal())
    status, text = page(scene.guest, "partners:case", scene.case.pk)
    assert status == 200
    assert "Exit after two years" not in text
    assert "SECRET-MAYOR" not in text
    assert page(scene.guest, "meetings:meeting", formal.pk)[0] == 200
    for name, pk in (
        ("meetings:outcomes", formal.pk),
        ("meetings:answers", scene.case.pk),
        ("meetings:attitudes", scene.case.pk),
        ("meetings:expectations", scene.case.pk),
        ("meetings:preparation", scene.case.pk),
        ("meetings:minutes", formal.pk),
    ):
        assert page(scene.guest, name, pk)[0] == 403, name
    assert page(scene.guest, "meetings:step", step.pk)[0] == 404
    client = Client()
    client.force_login(scene.guest)
    listed = client.get(reverse("meetings:steps"), {"who": "all", "state": "all"}).content.decode()
    assert step.action not in listed
    assert page(scene.focal, "meetings:step", step.pk)[0] == 200
