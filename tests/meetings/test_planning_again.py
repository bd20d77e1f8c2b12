"""What follows when a meeting moves, is called a second time, or loses its case."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, OutgoingEmail
from imc_portal.core.problems import GateClosed
from meetings.models import Attitude, ClarificationRound, Dispatch, FormalMeeting, Invitation, Meeting
from meetings.services import attitudes, orphans, outcomes, planning
from partners.models import Case
from partners.services import cases
from tests.meetings import decisions, papers
from tests.meetings.scenes import Scene, call_formal, make_scene, seat_everybody

pytestmark = pytest.mark.django_db


def called(scene: Scene) -> Meeting:
    """The informal meeting, called, its papers queued."""
    version = papers.draft(scene)
    meeting = papers.planned(scene)
    papers.approve(version, scene)
    papers.tick()
    return Meeting.objects.get(pk=meeting.pk)


def say(scene: Scene, value: str) -> None:
    """Initiator and first guest state this attitude."""
    areas = [scene.area] if value == Attitude.Value.POSITIVE else []
    for who in (scene.alder, scene.birk):
        attitudes.state_attitude(
            participant=who, value=value, areas=areas, stated_by="Mayor", actor=Actor.person(scene.focal)
        )


def convene(scene: Scene, override: str = "") -> FormalMeeting:
    return planning.convene_formal(
        case=scene.case, plan=papers.plan_of(), actor=Actor.person(scene.lead), override=override
    )


def test_the_deadline_of_the_questions_follows_a_meeting_that_moves() -> None:
    scene = make_scene(state=Case.State.PROPOSAL)
    meeting = called(scene)
    before = ClarificationRound.objects.get(case=scene.case).deadline
    later = meeting.starts_at + dt.timedelta(days=9)
    planning.change_meeting(meeting=meeting, plan=papers.plan_of(later), actor=Actor.person(scene.focal))
    assert ClarificationRound.objects.get(case=scene.case).deadline == before + dt.timedelta(days=9)


def test_the_gate_is_asked_again_when_a_formal_meeting_was_called_off() -> None:
    scene = make_scene(state=Case.State.ATTITUDE)
    say(scene, Attitude.Value.POSITIVE)
    first = convene(scene)
    planning.cancel_meeting(meeting=first, reason="Snow", actor=Actor.person(scene.focal))
    say(scene, Attitude.Value.NEGATIVE)
    with pytest.raises(GateClosed):
        convene(scene)
    assert FormalMeeting.objects.filter(case=scene.case, state="called").count() == 0
    convene(scene, override="The councils asked for it.")
    entry = AuditEntry.objects.get(verb="convened the formal meeting again")
    assert entry.reason == "The councils asked for it."
    assert entry.after["overridden"]


def test_a_closed_case_calls_its_meetings_off_and_tells_those_invited_once() -> None:
    scene = make_scene(state=Case.State.PROPOSAL)
    meeting = called(scene)
    assert orphans.cancel_orphans() == 0
    cases.close(
        case=scene.case, actor=Actor.person(scene.lead), reason="Solved otherwise", lessons="Ask earlier"
    )
    assert [orphans.cancel_orphans(), orphans.cancel_orphans()] == [1, 0]
    meeting.refresh_from_db()
    assert (meeting.state, meeting.cancelled_because) == ("cancelled", "The case is closed.")
    waiting = OutgoingEmail.objects.filter(dispatch__invitation__meeting=meeting)
    assert {email.state for email in waiting} == {"cancelled"}
    told = OutgoingEmail.objects.filter(key__startswith=f"meeting:{meeting.pk}/cancelled")
    assert all("Solved otherwise" not in email.text for email in told)


def test_a_late_notice_keeps_the_record_open_until_waived_or_a_lead_goes_on() -> None:
    scene = make_scene(state=Case.State.ATTITUDE)
    meeting = call_formal(scene, starts_in=dt.timedelta(days=3))
    seat_everybody(meeting)
    decisions.complete(scene, meeting)
    invited = Invitation.objects.get(meeting=meeting, participant=scene.corn)
    Dispatch.objects.create(invitation=invited, due_at=timezone.now() - dt.timedelta(days=1))
    with pytest.raises(GateClosed) as refused:
        outcomes.close_record(meeting=meeting, actor=Actor.person(scene.lead))
    [reason] = refused.value.reasons
    assert "Corn" in reason
    outcomes.close_record(meeting=meeting, actor=Actor.person(scene.lead), override="Corn agreed by phone.")
    meeting.refresh_from_db()
    assert meeting.state == "held"
