"""Reminders to those who are silent: when, how many, to whom none; silence is never a refusal."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from django.utils import timezone

from imc_portal.core.models import OutgoingEmail
from meetings import leadtime
from meetings.leadtime import Where
from meetings.models import Answer, CaseRules, ClarificationRound, Dispatch, HandDelivery, Invitation, Meeting
from meetings.services import reminders
from partners.models import Case, Participant
from tests import makers
from tests.meetings import papers
from tests.meetings.scenes import Scene

pytestmark = pytest.mark.django_db
PARIS = Where("FR", "Europe/Paris")


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    """Called seven weeks ahead; everybody has the papers, nobody has answered."""
    made = papers.build()
    start = timezone.now() + dt.timedelta(days=49)
    Meeting.objects.update(starts_at=start, ends_at=start + dt.timedelta(hours=1))
    papers.call(made)
    papers.leave()
    Invitation.objects.filter(participant=made.corn).update(reply="coming", replied_at=timezone.now())
    return made


def after(working_days: int, hour: int = 12) -> dt.datetime:
    """Noon, so many working days after the papers were sent."""
    day = leadtime.on(PARIS.day(timezone.now()), working_days, PARIS)
    return dt.datetime.combine(day, dt.time(hour), PARIS.zone)


def remind(now: dt.datetime) -> list[OutgoingEmail]:
    before = set(OutgoingEmail.objects.values_list("pk", flat=True))
    count = reminders.remind_due(now=now)
    new = list(OutgoingEmail.objects.exclude(pk__in=before).order_by("key"))
    assert len(new) == count
    return new


def test_after_five_and_ten_working_days_and_then_no_more(scene: Scene) -> None:
    assert remind(after(4)) == []
    [first] = remind(after(5))
    assert first.to_name == scene.birk.contact.name  # type: ignore[union-attr]
    assert remind(after(5, 15)) == [], "once"
    assert remind(after(6)) == []
    [second] = remind(after(10))
    assert second.to_name == first.to_name
    assert remind(after(15)) == [], "two at most by the rules of the case"
    assert remind(after(20)) == []


@pytest.mark.parametrize(("most", "expected"), [(0, 0), (1, 1), (3, 3)])
def test_at_most_as_many_as_the_case_allows(scene: Scene, most: int, expected: int) -> None:
    CaseRules.objects.create(case=scene.case, reminders=most)
    assert sum(len(remind(after(days))) for days in (5, 10, 15, 20, 25)) == expected


def test_a_clock_that_stood_still_writes_one_not_two(scene: Scene) -> None:
    assert len(remind(after(12))) == 1
    assert remind(after(12, 15)) == []


def test_a_reminder_stands_in_the_thread_with_the_link_and_without_the_paper(scene: Scene) -> None:
    first = Dispatch.objects.get(invitation__participant=scene.birk).email
    assert first is not None
    before = Participant.objects.get(pk=scene.birk.pk).state
    [mail] = remind(after(5))
    assert mail.thread_id == first.message_id
    assert mail.link == first.link
    assert not mail.attachments.exists()
    assert "behind the same link" in mail.text
    assert "nobody takes that for a refusal" in mail.text
    assert mail.language == scene.birk.contact.language  # type: ignore[union-attr]
    assert Participant.objects.get(pk=scene.birk.pk).state == before


def test_a_reminder_comes_in_the_readers_language(scene: Scene) -> None:
    assert scene.birk.contact is not None
    scene.birk.contact.language = "fr"
    scene.birk.contact.save()
    [mail] = remind(after(5))
    assert mail.language == "fr"


@pytest.mark.parametrize("reply", ["coming", "not_coming", "other_time"])
def test_none_after_a_reply(scene: Scene, reply: str) -> None:
    Invitation.objects.filter(participant=scene.birk).update(reply=reply, replied_at=timezone.now())
    assert remind(after(5)) == []


@pytest.mark.parametrize("state", ["bounced", "failed", "queued", "unknown"])
def test_none_to_who_does_not_have_it(scene: Scene, state: str) -> None:
    OutgoingEmail.objects.update(state=state, last_error="x", bounced_at=timezone.now())
    assert remind(after(5)) == []


def test_none_on_the_last_day_nor_after_the_meeting(scene: Scene) -> None:
    now = after(5)
    Meeting.objects.update(starts_at=now + dt.timedelta(hours=20), ends_at=now + dt.timedelta(hours=22))
    assert remind(now) == []
    Meeting.objects.update(starts_at=now - dt.timedelta(hours=20), ends_at=now - dt.timedelta(hours=18))
    assert remind(now) == []
    Meeting.objects.update(starts_at=now + dt.timedelta(hours=30), ends_at=now + dt.timedelta(hours=32))
    assert len(remind(now)) == 1


def test_none_while_the_case_rests_nor_to_who_left_nor_at_night(scene: Scene) -> None:
    assert remind(after(5, 6)) == []
    assert remind(after(5, 22)) == []
    Case.objects.filter(pk=scene.case.pk).update(state="parked", parked_from="informal_meeting")
    assert remind(after(5)) == []
    Case.objects.filter(pk=scene.case.pk).update(state="informal_meeting", parked_from="")
    Participant.objects.filter(pk=scene.birk.pk).update(state="declined", reason="No")
    assert remind(after(5)) == []


def test_who_receives_papers_now_but_has_not_got_them_is_not_reminded_of_them(scene: Scene) -> None:
    other = makers.make_contact(scene.birk.municipality)
    Participant.objects.filter(pk=scene.birk.pk).update(contact=other)
    assert remind(after(5)) == []


def test_days_are_the_recipients_own(scene: Scene) -> None:
    """Across the date line the fifth working day comes earlier than in Paris."""
    sent = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
    auckland = Where("XX", "Pacific/Auckland")
    now = dt.datetime(2026, 11, 30, 20, tzinfo=dt.UTC)  # Tuesday 09:00 in Auckland, Monday 21:00 in Paris
    assert now.astimezone(zoneinfo.ZoneInfo("Pacific/Auckland")).hour == 9
    assert reminders.number_due(sent, auckland, 2, now) == 1
    assert reminders.number_due(sent, PARIS, 2, now) == 0, "evening"
    assert reminders.number_due(sent, PARIS, 2, dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)) == 0, "Saturday"


def test_who_got_the_paper_by_hand_alone_gets_no_mail(scene: Scene) -> None:
    paper = Dispatch.objects.get(invitation__participant=scene.birk)
    OutgoingEmail.objects.filter(dispatch=paper).update(state="cancelled", sent_at=None)
    HandDelivery.objects.create(
        dispatch=paper, received_on=timezone.now().date(), received_by="Registry", noted_by="Anna"
    )
    assert remind(after(5)) == []


def test_the_questions_are_recalled_once_when_their_deadline_is_near(scene: Scene) -> None:
    Invitation.objects.update(reply="coming", replied_at=timezone.now())
    asked = ClarificationRound.objects.get()
    now = after(5)
    deadline = dt.datetime.combine(leadtime.on(now.date(), 2, PARIS), dt.time(18), PARIS.zone)
    ClarificationRound.objects.filter(pk=asked.pk).update(deadline=deadline)
    Answer.objects.filter(participant=scene.corn).delete()
    assert remind(now - dt.timedelta(days=5)) == []
    [mail] = remind(now)
    assert mail.to_name == scene.birk.contact.name  # type: ignore[union-attr]
    assert "seven questions" in mail.text
    assert "nobody takes that for a refusal" in mail.text
    assert remind(now + dt.timedelta(hours=1)) == []
