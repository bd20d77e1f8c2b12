"""Next steps live on: done, taken up again, waiting for another, reminded of each once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, OutgoingEmail
from imc_portal.core.problems import Refusal
from meetings import next_steps
from meetings.models import FormalMeeting, NextStep
from meetings.services import steps
from partners.models import Case, Participant
from tests.meetings import afterwards, scenes
from tests.meetings.scenes import Scene

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def scene() -> Scene:
    return scenes.make_scene(state=Case.State.FORMAL_CONVENED)


@pytest.fixture
def meeting(scene: Scene) -> FormalMeeting:
    return afterwards.hold(scene)


@pytest.fixture
def step(meeting: FormalMeeting) -> NextStep:
    return meeting.next_steps.get()


def noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(11), dt.UTC)


def test_done_with_what_came_of_it_once(scene: Scene, step: NextStep) -> None:
    actor = Actor.person(scene.guest)
    steps.finish(step=step, note=" The prefecture agrees. ", actor=actor)
    steps.finish(step=step, note="Another word", actor=actor)
    step.refresh_from_db()
    assert (step.done_note, step.done_by) == ("The prefecture agrees.", "Bert Birk")
    assert AuditEntry.objects.filter(verb="finished a next step").count() == 1


def test_taken_up_again_with_a_reason(scene: Scene, step: NextStep) -> None:
    host = Actor.person(scene.focal)
    steps.finish(step=step, note="Done?", actor=host)
    with pytest.raises(Refusal, match="Say why"):
        steps.reopen(step=step, because="", actor=host)
    steps.reopen(step=step, because="It was another question.", actor=host)
    step.refresh_from_db()
    assert (step.done_at, step.done_note) == (None, "")
    entry = AuditEntry.objects.get(verb="took a next step up again")
    assert entry.before["what came of it"] == "Done?"


def test_nothing_is_done_before_the_record_is_closed_or_while_the_case_rests(
    scene: Scene, meeting: FormalMeeting, step: NextStep
) -> None:
    FormalMeeting.objects.filter(pk=meeting.pk).update(state="called")
    with pytest.raises(Refusal, match="not closed yet"):
        steps.finish(step=step, actor=Actor.portal())
    FormalMeeting.objects.filter(pk=meeting.pk).update(state="held")
    Case.objects.filter(pk=scene.case.pk).update(state="parked", parked_from="formal_held")
    with pytest.raises(Refusal, match="parked"):
        steps.finish(step=step, actor=Actor.portal())
    assert steps.remind_due(now=noon(step.due + DAY)) == 0


def test_reminders_three_days_ahead_and_weekly_when_overdue_each_once(scene: Scene, step: NextStep) -> None:
    for day in range(-12, 60):
        for _twice in range(2):
            steps.remind_due(now=noon(step.due + day * DAY))
    keys = set(OutgoingEmail.objects.values_list("key", flat=True))
    assert keys == {
        f"step:{step.pk}/{which}" for which in ("ahead", "overdue-1", "overdue-2", "overdue-3", "overdue-4")
    }
    assert steps.remind_due(now=noon(step.due + 400 * DAY)) == 0
    mail = OutgoingEmail.objects.get(key=f"step:{step.pk}/overdue-1")
    assert scene.birk.contact is not None
    assert mail.to_address == scene.birk.contact.email
    assert "It is with Bert Birk" in mail.text
    assert f"https://personal.link.invalid/steps/{step.pk}/" in mail.text
    assert mail.subject.startswith("Overdue since")


def test_a_clock_that_stood_still_sends_the_latest_reminder_alone(step: NextStep) -> None:
    assert steps.remind_due(now=noon(step.due + 16 * DAY)) == 1
    assert OutgoingEmail.objects.get().key.endswith("overdue-3")


def test_what_waits_for_another_is_not_overdue_before_that_is_done(
    scene: Scene, meeting: FormalMeeting, step: NextStep
) -> None:
    late = step.due + 10 * DAY
    first = afterwards.make_step(meeting, scene.corn, action="Count the ploughs", due=step.due)
    step.depends_on.add(first)
    standing = next_steps.standing(step, noon(late))
    assert (standing.state, standing.waits_for) == ("waits", (first,))
    steps.remind_due(now=noon(late))
    assert not OutgoingEmail.objects.filter(key__startswith=f"step:{step.pk}/").exists()
    steps.finish(step=first, actor=Actor.portal(), now=noon(late))
    step = NextStep.objects.get(pk=step.pk)
    assert next_steps.standing(step, noon(late)).state == "open"
    after = next_steps.standing(step, noon(late + 2 * DAY))
    assert (after.state, after.overdue_since, after.days_over) == ("overdue", late, 2)


def test_taken_up_again_a_step_is_reminded_of_anew(scene: Scene, step: NextStep) -> None:
    late, host = noon(step.due + DAY), Actor.person(scene.focal)
    steps.remind_due(now=late)
    steps.finish(step=step, actor=host, now=late)
    steps.reopen(step=step, because="Not yet.", actor=host, now=late + DAY)
    assert steps.remind_due(now=late + DAY) == 1  # due, no longer overdue before tomorrow
    assert steps.remind_due(now=late + 2 * DAY) == 1
    assert OutgoingEmail.objects.count() == 3


def test_the_initiators_own_steps_are_reminded_of_by_account(scene: Scene, meeting: FormalMeeting) -> None:
    own = afterwards.make_step(meeting, scene.alder, due=timezone.localdate() + 30 * DAY)
    steps.remind_due(now=noon(own.due))
    mail = OutgoingEmail.objects.get(key=f"step:{own.pk}/ahead")
    assert (mail.to_address, mail.link) == (scene.focal.email, None)
    assert f"/meetings/steps/{own.pk}/" in mail.text


def test_who_left_is_not_reminded(scene: Scene, step: NextStep) -> None:
    Participant.objects.filter(pk=scene.birk.pk).update(state="withdrawn", reason="x")
    assert steps.remind_due(now=noon(step.due)) == 0


@pytest.mark.django_db(transaction=True)
def test_two_clocks_write_one_reminder_and_two_people_finish_once() -> None:
    scene = scenes.make_scene(state=Case.State.FORMAL_CONVENED)
    step = afterwards.hold(scene).next_steps.get()
    assert afterwards.at_once(*[lambda: steps.remind_due(now=noon(step.due))] * 2) == []
    assert OutgoingEmail.objects.count() == 1
    afterwards.at_once(
        lambda: steps.finish(step=step, note="a", actor=Actor.portal()),
        lambda: steps.finish(step=step, note="b", actor=Actor.portal()),
    )
    assert AuditEntry.objects.filter(verb="finished a next step").count() == 1
