"""The home page: what waits for whom, in what order, and nothing that is under seal."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import User
from meetings.models import Answer, Attitude, Dispatch, FormalMeeting, Invitation, Meeting, NextStep
from meetings.services import answers
from meetings.waiting import Item, outlook
from partners.models import Case, Participant
from proposals.models import Document, ProposalVersion
from tests import makers
from tests.meetings import scenes
from tests.meetings.scenes import Scene, make_scene

pytestmark = pytest.mark.django_db
SECRET = "SECRET-ANSWER-UNDER-SEAL"


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    """A called informal meeting, everybody invited, the seven questions open."""
    scene = make_scene()
    scene.extra["meeting"] = scenes.call_informal(scene)
    return scene


def waits(user: User) -> list[str]:
    return [item.text for item in outlook(user).for_you]


def waited_for(user: User) -> list[str]:
    return [item.text for item in outlook(user).for_others]


def found(items: list[Item], words: str) -> Item:
    [item] = [item for item in items if words in item.text]
    return item


def home(user: User) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(reverse("home"))
    assert answer.status_code == 200
    return answer.content.decode()


# --- for whom -------------------------------------------------------------------------------------------


def test_an_empty_home_waits_for_nothing() -> None:
    nobody = makers.make_user()
    seen = outlook(nobody)
    assert (seen.for_you, seen.for_others, seen.coming_up, seen.cases) == ([], [], [], [])
    assert home(nobody)


def test_the_initiator_has_its_next_act_and_its_own_questions(scene: Scene) -> None:
    for user in (scene.focal, scene.lead):
        assert any("See who has the papers" in text for text in waits(user))
        assert any("Answer 7 open questions" in text for text in waits(user))
    assert not any("Reply to the invitation" in text for text in waits(scene.focal))


def test_the_guest_has_an_invitation_and_its_questions(scene: Scene) -> None:
    mine = outlook(scene.guest).for_you
    invitation = found(mine, "Reply to the invitation")
    assert invitation.url == scene.extra["meeting"].get_absolute_url()  # type: ignore[attr-defined]  # kept as objects
    assert invitation.who == "Birk"
    assert found(mine, "Answer 7 open questions").who == "Birk"
    assert not outlook(scene.guest).for_others
    assert not any("papers" in item.text for item in mine)


def test_what_is_done_no_longer_waits(scene: Scene) -> None:
    Invitation.objects.filter(participant=scene.birk).update(
        reply="not_coming", replied_at=timezone.now(), replied_by="x"
    )
    scenes.answer_all(scene, scene.birk)
    assert waits(scene.guest) == []
    others = waited_for(scene.focal)
    assert not any("Birk" in text for text in others)
    assert sorted(others) == [
        "Corn has not answered all seven questions",
        "Corn has not replied to the invitation",
    ]


def test_the_initiator_waits_for_each_guest_and_never_for_itself(scene: Scene) -> None:
    others = waited_for(scene.focal)
    for name in ("Birk", "Corn"):
        assert f"{name} has not replied to the invitation" in others
        assert f"{name} has not answered all seven questions" in others
    assert not any("Alder" in text for text in others)


def test_readers_and_those_who_watch_have_nothing_to_do(scene: Scene) -> None:
    for user in (scene.reader, scene.observer, scene.facilitator, scene.stranger):
        assert waits(user) == []
    assert waited_for(scene.reader) == waited_for(scene.focal)
    for user in (scene.observer, scene.facilitator, scene.stranger):
        assert waited_for(user) == []
    assert [case.pk for case in outlook(scene.observer).cases] == [scene.case.pk]
    assert outlook(scene.stranger).cases == []
    assert outlook(scene.stranger).coming_up == []


def test_who_left_is_not_waited_for_and_sees_nothing(scene: Scene) -> None:
    Participant.objects.filter(pk=scene.birk.pk).update(state="declined", reason="no time")
    assert not any("Birk" in text for text in waited_for(scene.focal))
    assert waits(scene.guest) == []


def test_a_silent_party_is_waited_for_while_contacting() -> None:
    scene = make_scene(1, state=Case.State.CONTACTING)
    Participant.objects.filter(pk=scene.birk.pk).update(state="contacted")
    item = found(outlook(scene.focal).for_others, "has not said yet")
    assert item.text.startswith("Birk")
    assert item.url == reverse("partners:contacts", args=[scene.case.pk])


def test_an_approval_waits_for_the_lead_and_the_focal_point_waits_for_it() -> None:
    version = makers.make_draft()
    case = version.proposal.case
    lead = makers.make_member(case.initiator, "lead")

    ProposalVersion.objects.filter(pk=version.pk).update(
        state="submitted", submitted_at=timezone.now(), submitted_by=version.drafted_by
    )
    assert any("lead has not approved" in text for text in waited_for(version.drafted_by))
    assert not any("lead has not approved" in text for text in waited_for(lead))


def test_attitudes_wait_once_it_is_their_time(scene: Scene) -> None:
    assert not any("attitude" in text for text in waits(scene.guest_lead))
    Case.objects.filter(pk=scene.case.pk).update(state="attitude")
    assert any("State our attitude" in text for text in waits(scene.guest_lead))
    assert "Birk has not stated its attitude" in waited_for(scene.focal)
    Attitude.objects.create(participant=scene.birk, value="positive", stated_by="x")
    assert not any("State our attitude" in text for text in waits(scene.guest_lead))
    assert "Birk has not stated its attitude" not in waited_for(scene.focal)


def test_next_steps_wait_for_their_owner_alone(scene: Scene) -> None:
    meeting = held(scene)
    step = make_step(meeting, scene.birk, timezone.now().date() + dt.timedelta(days=9))
    assert step.action in waits(scene.guest)
    assert step.action not in waits(scene.focal)
    assert step.action not in waits(scene.observer)
    NextStep.objects.update(done_at=timezone.now())
    assert step.action not in waits(scene.guest)


def held(scene: Scene) -> FormalMeeting:
    """A formal meeting whose record is closed: its next steps are decided."""
    meeting = scenes.call_formal(scene)
    Meeting.objects.filter(pk=meeting.pk).update(state="held", held_at=timezone.now())
    return meeting


def make_step(meeting: FormalMeeting, owner: Participant, due: dt.date) -> NextStep:
    return NextStep.objects.create(
        meeting=meeting, action=f"Ask the prefecture by {due}", owner=owner, owner_name="Anna", due=due
    )


# --- in what order ----------------------------------------------------------------------------------------


def test_trouble_comes_first_then_what_is_due_soonest(scene: Scene) -> None:
    meeting = held(scene)
    today = timezone.now().date()
    late = make_step(meeting, scene.birk, today - dt.timedelta(days=3))
    soon = make_step(meeting, scene.birk, today + dt.timedelta(days=2))
    far = make_step(meeting, scene.birk, today + dt.timedelta(days=300))
    texts = waits(scene.guest)
    assert texts[:2] == [late.action, soon.action]
    assert texts[-1] == far.action
    assert outlook(scene.guest).for_you[0].tone == "trouble"
    assert outlook(scene.guest).for_you[0].state == "overdue"


def test_what_cannot_be_sent_or_printed_rises_to_the_top_for_the_initiator_alone(scene: Scene) -> None:
    meeting = scene.extra["meeting"]
    invitation = Invitation.objects.get(meeting=meeting, participant=scene.birk)  # type: ignore[misc]  # kept as objects
    Dispatch.objects.create(
        invitation=invitation, due_at=timezone.now(), problem="Birk has no e-mail address."
    )
    need = makers.make_need(scene.case.initiator, scene.focal, function="ADM-TAX")
    version = makers.make_draft(makers.make_case(scene.case.initiator, actor=scene.focal, need=need))
    Document.objects.create(
        version=version, participant=version.annexes.all()[0].participant, language="en", state="failed"
    )
    first, second = outlook(scene.focal).for_you[:2]
    assert {first.tone, second.tone} == {"trouble"}
    assert any("no e-mail address" in text for text in (first.text, second.text))
    assert any("could not be made" in text for text in (first.text, second.text))
    for other in (scene.guest, scene.observer, scene.reader):
        assert not any(item.tone == "trouble" for item in outlook(other).for_you)


def test_meetings_come_up_in_their_order_and_past_ones_do_not(scene: Scene) -> None:
    other = make_scene(1)
    scene.focal.memberships.create(municipality=other.case.initiator, role="focal_point")
    sooner = scenes.call_informal(other, starts_in=dt.timedelta(days=3))
    over = make_scene(1)
    scene.focal.memberships.create(municipality=over.case.initiator, role="focal_point")
    scenes.call_informal(over, starts_in=dt.timedelta(days=-2))
    coming = [meeting.pk for meeting in outlook(scene.focal).coming_up]
    assert coming == [sooner.pk, scene.extra["meeting"].pk]  # type: ignore[attr-defined]  # kept as objects


# --- under seal -------------------------------------------------------------------------------------------


def test_sealed_answers_show_nowhere_on_anybodys_home(scene: Scene) -> None:
    scenes.answer_all(scene, scene.birk, actor=Actor.person(scene.guest), text=SECRET)
    assert Answer.objects.filter(text=SECRET).exists()
    everybody = (scene.focal, scene.lead, scene.reader, scene.guest_lead, scene.observer, scene.facilitator)
    for user in everybody:
        assert SECRET not in home(user)
        seen = outlook(user)
        assert not any(SECRET in str(item) for item in (*seen.for_you, *seen.for_others))


def test_once_the_seal_is_open_nobody_is_asked_any_more(scene: Scene) -> None:
    assert scene.clarification is not None
    later = scene.clarification.deadline + dt.timedelta(minutes=1)
    answers.open_if_due(clarification=scene.clarification, now=later)
    for user in (scene.focal, scene.guest):
        assert not any("open question" in text for text in waits(user))
    assert not any("seven questions" in text for text in waited_for(scene.focal))


# --- speed ------------------------------------------------------------------------------------------------


def test_home_asks_the_same_for_one_case_and_for_three(client: Client) -> None:
    scene = make_scene(1)
    scenes.call_informal(scene)
    client.force_login(scene.focal)
    client.get(reverse("home"))
    one = scenes.queries_of(client, reverse("home"))
    for guests in (2, 3):
        other = make_scene(guests)
        scenes.call_informal(other)
        scene.focal.memberships.create(municipality=other.case.initiator, role="focal_point")
    assert len(outlook(scene.focal).cases) == 3
    assert scenes.queries_of(client, reverse("home")) == one <= 30
