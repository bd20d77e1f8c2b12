"""Councils: awaited after minutes end, recorded once, a refusal lets the municipality leave."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

import pytest
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, OutgoingEmail
from imc_portal.core.problems import Refusal
from meetings import gates
from meetings.models import ExplorationDecision, FormalMeeting, Meeting, Ratification
from meetings.services import minutes_letters, minutes_voices, ratification
from partners.models import Case, Municipality, Participant
from partners.services import participants
from tests.meetings import afterwards, scenes
from tests.meetings.scenes import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return scenes.make_scene(state=Case.State.FORMAL_CONVENED)


@pytest.fixture
def meeting(scene: Scene) -> FormalMeeting:
    return afterwards.hold(scene, subject=(scene.birk, scene.corn))


@pytest.fixture
def awaited(scene: Scene, meeting: FormalMeeting) -> Ratification:
    end(scene, meeting)
    return Ratification.objects.get(participant=scene.birk)


def end(scene: Scene, meeting: FormalMeeting) -> None:
    """Everybody agrees to the minutes."""
    sent = afterwards.send(scene, meeting)
    for party in scene.everybody:
        minutes_voices.say(
            minutes=sent, participant=party, voice="agrees", name="x", actor=afterwards.by_link(party)
        )


def resolve(row: Ratification, *, ratified: bool = True, **changes: Any) -> Ratification:
    values: dict[str, Any] = {
        "resolution": "12/2026",
        "resolved_on": timezone.localdate(),
        "text": "The council ratifies.",
        "actor": Actor(key="link:x", name="Birk's mayor"),
    }
    return ratification.resolve(ratification=row, ratified=ratified, **(values | changes))


def test_councils_of_all_who_decided_subject_to_them_are_awaited(
    scene: Scene, meeting: FormalMeeting
) -> None:
    ExplorationDecision.objects.filter(participant=scene.corn).update(vote="no")
    end(scene, meeting)
    scene.case.refresh_from_db()
    assert [row.participant for row in Ratification.objects.all()] == [scene.birk]
    assert scene.case.state == Case.State.RATIFICATION
    assert gates.hand_over(scene.case)[0].startswith("The council of Birk has not resolved yet")


def test_nobody_awaited_leaves_the_case_at_agreed_minutes(scene: Scene) -> None:
    end(scene, afterwards.hold(scene))
    scene.case.refresh_from_db()
    assert scene.case.state == Case.State.MINUTES_AGREED
    assert gates.hand_over(scene.case) == []


def test_when_all_are_in_the_gate_is_open(scene: Scene, awaited: Ratification) -> None:
    resolve(awaited)
    assert len(gates.hand_over(scene.case)) == 1
    resolve(Ratification.objects.get(participant=scene.corn))
    assert gates.hand_over(scene.case) == []
    awaited.refresh_from_db()
    assert (awaited.state, awaited.resolution, awaited.recorded_by) == ("given", "12/2026", "Birk's mayor")


def test_a_refusal_lets_the_municipality_leave_and_its_decision_stays(
    scene: Scene, awaited: Ratification
) -> None:
    resolve(awaited, ratified=False)
    birk = Participant.objects.get(pk=scene.birk.pk)
    assert birk.state == Participant.State.WITHDRAWN
    assert "12/2026" in birk.reason
    assert ExplorationDecision.objects.get(participant=birk).vote == "yes"
    assert [row for row in gates.hand_over(scene.case) if "Birk" in row] == []


def test_the_initiator_cannot_leave_its_own_case(scene: Scene) -> None:
    end(scene, afterwards.hold(scene, subject=(scene.alder,)))
    resolve(Ratification.objects.get(), ratified=False)
    alder = Participant.objects.get(pk=scene.alder.pk)
    assert alder.is_initiator
    assert gates.hand_over(scene.case) == ["The council of Alder, which runs the case, has not ratified."]


def test_days_are_those_of_the_councils_own_calendar(awaited: Ratification) -> None:
    # Half past midnight in Paris is still the evening before in Toronto, where this council sits.
    begins = dt.datetime(2026, 11, 20, 0, 30, tzinfo=zoneinfo.ZoneInfo("Europe/Paris"))
    Meeting.objects.filter(pk=awaited.meeting_id).update(
        starts_at=begins, ends_at=begins + dt.timedelta(hours=1), time_zone="Europe/Paris"
    )
    Municipality.objects.filter(pk=awaited.participant.municipality_id).update(time_zone="America/Toronto")
    fresh = Ratification.objects.get(pk=awaited.pk)
    now = begins + dt.timedelta(hours=2)
    with pytest.raises(Refusal, match="after the meeting"):
        resolve(fresh, resolved_on=dt.date(2026, 11, 18), now=now)
    assert resolve(fresh, resolved_on=dt.date(2026, 11, 19), now=now).state == "given"


def test_a_second_click_changes_nothing_and_another_word_is_refused(awaited: Ratification) -> None:
    resolve(awaited)
    resolve(awaited)
    assert AuditEntry.objects.filter(verb="recorded the resolution of a council").count() == 1
    with pytest.raises(Refusal, match="on record already"):
        resolve(awaited, ratified=False)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"resolved_on": dt.date(2099, 1, 1)}, "in the future"),
        ({"resolved_on": dt.date(2020, 1, 1)}, "after the meeting"),
    ],
)
def test_the_day_of_a_resolution_lies_between_meeting_and_today(
    awaited: Ratification, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refusal, match=words):
        resolve(awaited, **changes)
    awaited.refresh_from_db()
    assert awaited.state == "awaited"


def test_who_left_meanwhile_is_not_awaited(scene: Scene, awaited: Ratification) -> None:
    participants.leave(participant=scene.birk, state="withdrawn", reason="No money", actor=Actor.portal())
    assert [row for row in gates.hand_over(scene.case) if "Birk" in row] == []
    with pytest.raises(Refusal, match="no longer takes part"):
        resolve(awaited)


def test_the_gate_names_minutes_that_are_not_settled(scene: Scene, meeting: FormalMeeting) -> None:
    afterwards.send(scene, meeting)
    assert "neither agreed nor closed" in gates.hand_over(scene.case)[0]


@pytest.mark.parametrize("state", [Case.State.HANDED_OVER, Case.State.AREAS_SCREENED])
def test_minutes_end_wherever_the_case_has_gone_meanwhile(
    scene: Scene, meeting: FormalMeeting, state: str
) -> None:
    Case.objects.filter(pk=scene.case.pk).update(state=state)
    end(scene, meeting)
    scene.case.refresh_from_db()
    assert scene.case.state == state
    assert Ratification.objects.count() == 2


def test_those_awaited_are_reminded_every_two_weeks_four_times_at_most(
    scene: Scene, awaited: Ratification
) -> None:
    now = timezone.now()
    assert minutes_letters.remind_due(now + dt.timedelta(days=13)) == 0
    for week in range(2, 16):
        minutes_letters.remind_due(now + dt.timedelta(weeks=week))
        minutes_letters.remind_due(now + dt.timedelta(weeks=week))
    mails = OutgoingEmail.objects.filter(key__startswith=f"ratification:{awaited.pk}/")
    assert mails.count() == 4
    first = mails.order_by("key")[0]
    assert "subject to the council" in first.text
    assert "https://personal.link.invalid/council/" in first.text
    resolve(awaited, resolved_on=timezone.localdate())
    assert minutes_letters.remind_due(now + dt.timedelta(days=400)) == 0


@pytest.mark.django_db(transaction=True)
def test_yes_and_no_at_the_same_moment_leave_one_resolution() -> None:
    scene = scenes.make_scene(state=Case.State.FORMAL_CONVENED)
    end(scene, afterwards.hold(scene, subject=(scene.birk,)))
    row = Ratification.objects.get()
    faults = afterwards.at_once(lambda: resolve(row), lambda: resolve(row, ratified=False))
    assert [type(fault) for fault in faults] == [Refusal]
    row.refresh_from_db()
    left = Participant.objects.get(pk=scene.birk.pk).state == Participant.State.WITHDRAWN
    assert left == (row.state == "refused")
