"""What a case waits for: whom, since when, where one does it, and who may know."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, User
from meetings.blockers import WAITS, Blocker, blockers, since_words
from meetings.models import (
    Answer,
    CaseRules,
    DatePoll,
    Meeting,
    Minutes,
    MinutesVoice,
    Ratification,
)
from meetings.services import answers, attitudes
from partners.models import Case, Participant
from partners.services import cases
from tests.meetings import scenes
from tests.meetings.scenes import Scene

pytestmark = pytest.mark.django_db


def told(scene: Scene, person: str = "focal", now: dt.datetime | None = None) -> dict[str, Blocker]:
    """By its text, what this person is told."""
    case = Case.objects.get(pk=scene.case.pk)
    user = User.objects.get(pk=getattr(scene, person).pk)
    return {each.text: each for each in blockers(case, user, now)}


def stand(scene: Scene, state: str, **more: object) -> None:
    Case.objects.filter(pk=scene.case.pk).update(state=state, **more)
    scene.case.refresh_from_db()


def test_every_state_has_its_list() -> None:
    assert set(WAITS) == set(Case.State.values)
    scene = scenes.make_scene()
    for state in Case.State.values:
        stand(scene, state, parked_from="draft" if state == "parked" else "")
        for person in ("focal", "guest", "observer", "stranger"):
            assert isinstance(told(scene, person), dict)


def test_days_are_counted_in_words() -> None:
    now = timezone.now()
    assert since_words(None, now) == ""
    assert since_words(now, now) == "since today"
    assert since_words(now - dt.timedelta(days=1), now) == "since 1 day"
    assert since_words(now - dt.timedelta(days=4), now) == "since 4 days"


@pytest.mark.parametrize(
    ("state", "text", "place"),
    [
        ("draft", "Alder's choice of areas", "/areas/"),
        ("areas_screened", "Alder's short list of partners", "/partners/"),
        ("partners_ranked", "Alder's short list of partners", "/partners/"),
        ("proposal", "Alder's date for the informal meeting", "/plan/"),
    ],
)
def test_the_host_is_told_what_it_owes_itself_and_nobody_else(state: str, text: str, place: str) -> None:
    scene = scenes.make_scene(state=state)
    assert place in told(scene)[text].url
    for person in ("guest", "facilitator", "observer"):
        assert text not in told(scene, person)


def test_silent_partners_are_told_to_the_host_alone() -> None:
    scene = scenes.make_scene(state=Case.State.CONTACTING)
    Participant.objects.filter(pk=scene.birk.pk).update(state="selected")
    Participant.objects.filter(pk=scene.corn.pk).update(state="contacted")
    assert set(told(scene)) == {"a first contact with Birk", "Corn's word whether it wants to talk"}
    assert told(scene, "guest") == {}


def test_replies_and_answers_before_the_informal_meeting() -> None:
    scene = scenes.make_scene()
    meeting = scenes.call_informal(scene)
    four = timezone.now() + dt.timedelta(days=4)
    Answer.objects.filter(participant=scene.birk).exclude(question=3).delete()
    scenes.answer_all(scene, scene.corn)
    found = told(scene, now=four)
    assert set(found) == {
        "Birk's reply to the invitation",
        "Corn's reply to the invitation",
        "Birk's answer to question 3",
        "Alder's answers to the seven questions",
        "the informal meeting",
    }
    asked = found["Birk's answer to question 3"]
    assert since_words(asked.since, four) == "since 4 days"
    assert asked.url == reverse("meetings:answers", args=[scene.case.pk])
    assert found["the informal meeting"].due == meeting.starts_at
    own = told(scene, "guest")["Birk's answer to question 3"]
    assert own.url == reverse("meetings:answer", args=[scene.case.pk, scene.birk.pk, 3])


def test_who_observes_learns_of_the_meeting_alone() -> None:
    scene = scenes.make_scene()
    scenes.call_informal(scene)
    assert set(told(scene, "observer")) == {"the informal meeting"}
    stand(scene, "attitude")
    assert told(scene, "observer") == {}


def test_some_questions_are_listed_by_number() -> None:
    scene = scenes.make_scene()
    scenes.call_informal(scene)
    Answer.objects.filter(participant=scene.birk).exclude(question__in=[1, 3, 6]).delete()
    assert "Birk's answers to questions 1, 3 and 6" in told(scene)


def test_a_meeting_that_is_over_waits_for_its_record() -> None:
    scene = scenes.make_scene()
    meeting = scenes.call_informal(scene)
    later = meeting.ends_at + dt.timedelta(days=2)
    found = told(scene, now=later)
    assert found["Alder's record of the informal meeting"].since == meeting.ends_at
    assert not any("reply" in text for text in found)


def test_who_left_is_not_waited_for() -> None:
    scene = scenes.make_scene()
    scenes.call_informal(scene)
    Participant.objects.filter(pk=scene.birk.pk).update(state="declined", reason="no time")
    assert not any("Birk" in text for text in told(scene))


def test_attitudes_are_waited_for_since_the_case_came_to_them() -> None:
    scene = scenes.make_scene(state=Case.State.CLARIFICATION)
    cases.advance(case=scene.case, to=Case.State.ATTITUDE, actor=Actor.portal())
    moved = AuditEntry.objects.get(verb="moved the case").at
    found = told(scene)
    assert set(found) == {"Alder's attitude", "Birk's attitude", "Corn's attitude"}
    assert {each.since for each in found.values()} == {moved}
    own = told(scene, "guest_lead")["Birk's attitude"]
    assert own.url == reverse("meetings:attitude", args=[scene.case.pk, scene.birk.pk])


def state_all(scene: Scene, **values: str) -> None:
    for name, value in values.items():
        attitudes.state_attitude(
            participant=getattr(scene, name),
            value=value,
            areas=[scene.area] if value == "positive" else [],
            stated_by="its mayor",
            actor=Actor.person(scene.focal),
        )


def test_once_all_have_spoken_the_gate_or_the_date_is_waited_for() -> None:
    scene = scenes.make_scene(state=Case.State.ATTITUDE)
    state_all(scene, alder="positive", birk="undecided", corn="negative")
    [only] = told(scene).values()
    assert only.text == "common ground for the formal meeting"
    assert "No other municipality is positive" in only.note
    state_all(scene, birk="positive")
    assert set(told(scene)) == {"Alder's date for the formal meeting"}
    DatePoll.objects.create(
        case=scene.case,
        kind="formal",
        time_zone="Europe/Paris",
        answer_by=timezone.now() + dt.timedelta(days=3),
        asked_by="x",
    )
    assert "Birk's answer on the date" in told(scene)


def test_the_gate_of_the_case_is_the_gate_that_is_told() -> None:
    scene = scenes.make_scene(state=Case.State.ATTITUDE)
    state_all(scene, alder="positive", birk="positive", corn="negative")
    CaseRules.objects.create(case=scene.case, gate_others=2)
    assert "2 are needed" in told(scene)["common ground for the formal meeting"].note


def minutes_of(scene: Scene, state: str) -> Minutes:
    now = timezone.now()
    formal = scenes.call_formal(scene)
    scenes.seat_everybody(formal)
    Meeting.objects.filter(pk=formal.pk).update(state="held", held_at=now)
    stand(scene, "formal_held")
    sent = {} if state == "draft" else {"sent_at": now, "objections_until": now, "facts": {}, "sha256": "0"}
    return Minutes.objects.create(meeting=formal, state=state, drafted_by="x", **sent)


def test_minutes_are_waited_for_and_then_each_delegations_word() -> None:
    scene = scenes.make_scene()
    minutes = minutes_of(scene, "draft")
    assert set(told(scene)) == {"Alder's minutes of the formal meeting"}
    Minutes.objects.filter(pk=minutes.pk).update(
        state="sent", sent_at=timezone.now(), objections_until=timezone.now(), facts={}, sha256="0"
    )
    MinutesVoice.objects.create(
        minutes=minutes,
        participant=scene.birk,
        voice="agrees",
        name="x",
        recorded_by="x",
        recorded_at=timezone.now(),
    )
    assert set(told(scene)) == {"Alder's word on the minutes", "Corn's word on the minutes"}


def test_councils_are_waited_for_and_then_the_hand_over() -> None:
    scene = scenes.make_scene()
    minutes = minutes_of(scene, "draft")
    row = Ratification.objects.create(meeting=minutes.meeting, participant=scene.corn)
    stand(scene, "ratification")
    assert set(told(scene)) == {"the resolution of the council of Corn"}
    assert told(scene, "observer") == {}
    Ratification.objects.filter(pk=row.pk).update(
        state="given", resolution="7", resolved_on=timezone.localdate()
    )
    assert set(told(scene)) == {"Alder's hand-over"}


def test_a_parked_case_waits_for_its_day() -> None:
    scene = scenes.make_scene()
    day = timezone.localdate() + dt.timedelta(days=9)
    stand(scene, "parked", parked_from="attitude", review_on=day)
    assert told(scene)["Alder's new look at the parked case"].due == day


# --- pages ---------------------------------------------------------------------------------------


def test_the_case_and_the_page_of_the_step_say_it(client: Client) -> None:
    scene = scenes.make_scene()
    meeting = scenes.call_informal(scene)
    Answer.objects.filter(participant=scene.birk).exclude(question=3).delete()
    client.force_login(scene.focal)
    case = client.get(scene.case.get_absolute_url()).content.decode()
    for words in ("Waiting for", "Birk&#x27;s answer to question 3", "since today"):
        assert words in case
    page = client.get(reverse("meetings:answers", args=[scene.case.pk])).content.decode()
    assert "Birk&#x27;s answer to question 3" in page
    assert "reply to the invitation" not in page
    page = client.get(meeting.get_absolute_url()).content.decode()
    assert "Birk&#x27;s reply to the invitation" in page
    assert "answer to question 3" not in page


def test_what_was_promised_for_later_is_told_once_the_seal_is_open() -> None:
    scene = scenes.make_scene()
    scenes.call_informal(scene)
    for who in scene.everybody:
        scenes.answer_all(scene, who)
    cell = Answer.objects.filter(participant=scene.birk, question=3).first()
    assert cell is not None
    day = timezone.localdate() + dt.timedelta(days=5)
    answers.save(
        participant=scene.birk,
        replies=[answers.Reply(cell.pk, cell.revision, "deferred", owner="Hans", due=day)],
        actor=Actor.person(scene.guest),
    )
    found = told(scene)["Birk's answer to question 3, promised by Hans"]
    assert found.due == day


@pytest.mark.parametrize("state", ["contacting", "informal_meeting", "clarification", "attitude"])
def test_it_asks_the_same_for_one_and_for_five(state: str) -> None:
    asked = []
    for guests in (1, 5):
        scene = scenes.make_scene(guests)
        scenes.call_informal(scene)
        stand(scene, state)
        with CaptureQueriesContext(connection) as captured:
            told(scene)
        asked.append(len(captured))
    assert asked[0] == asked[1] <= 14
