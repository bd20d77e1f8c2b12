"""The countdown on pages, and reminders of an approval that the papers wait for."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail, User
from meetings import chain, clock, leadtime
from meetings.models import CaseRules, Meeting
from meetings.services import approvals, planning
from partners.models import Case
from tests.meetings import papers
from tests.meetings.scenes import Scene, sees

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    """A draft and a planned informal meeting eight weeks ahead; nothing approved."""
    made = papers.build()
    Meeting.objects.all().delete()
    made.extra["meeting"] = papers.planned(made, start=timezone.now() + dt.timedelta(days=56))
    return made


def approve_by(scene: Scene) -> dt.date:
    found = the_clock(scene)
    assert found.dates.approve is not None
    return found.dates.approve.day


def the_clock(scene: Scene, now: dt.datetime | None = None) -> clock.Clock:
    meeting = papers.meeting_of(scene)
    meeting.case = chain.with_chain(Case.objects.filter(pk=scene.case.pk)).get()
    found = clock.clock_of(meeting, now or timezone.now())
    assert found is not None
    return found


def noon(scene: Scene, working_days_before: int) -> dt.datetime:
    """Noon where the case is led, so many working days before the day of approval."""
    home = clock.home_of(papers.meeting_of(scene))
    day = leadtime.back(approve_by(scene), working_days_before, home)
    return dt.datetime.combine(day, dt.time(12), home.zone)


def remind(now: dt.datetime) -> list[OutgoingEmail]:
    before = set(OutgoingEmail.objects.values_list("pk", flat=True))
    count = approvals.remind_due(now=now)
    new = list(OutgoingEmail.objects.exclude(pk__in=before).order_by("key"))
    assert len(new) == count
    return new


def test_leads_are_reminded_five_and_two_days_before_and_on_the_day_then_the_host(scene: Scene) -> None:
    assert remind(noon(scene, 6)) == []
    for before, words in ((5, "5 working days left"), (2, "2 working days left"), (0, "today")):
        [mail] = remind(noon(scene, before))
        assert mail.to_address == scene.lead.email
        assert words in mail.subject
        assert remind(noon(scene, before)) == [], "once"
    [mail] = remind(noon(scene, 0) + dt.timedelta(days=1))
    assert mail.to_address == scene.focal.email
    assert "has passed" in mail.subject
    assert remind(noon(scene, 0) + dt.timedelta(days=2)) == []


def test_a_reminder_leads_to_the_page_by_account_and_never_by_personal_link(scene: Scene) -> None:
    [mail] = remind(noon(scene, 2))
    assert scene.case.proposal.get_absolute_url() in mail.text
    assert mail.link is None
    assert "/p/" not in mail.text
    assert mail.state == "queued"


def test_a_missed_reminder_is_not_made_up_for_twice(scene: Scene) -> None:
    """The clock stood still for days: the nearest reminder alone is written."""
    [mail] = remind(noon(scene, 1))
    assert "1 working day left" in mail.subject


def test_the_reminders_follow_a_meeting_that_moves(scene: Scene) -> None:
    assert len(remind(noon(scene, 5))) == 1
    meeting = papers.meeting_of(scene)
    later = meeting.starts_at + dt.timedelta(days=28)
    planning.change_meeting(meeting=meeting, plan=papers.plan_of(later), actor=Actor.person(scene.focal))
    assert remind(noon(scene, 6)) == []
    assert len(remind(noon(scene, 5))) == 1


def test_nobody_is_reminded_of_what_is_approved_or_rests(scene: Scene) -> None:
    now = noon(scene, 2)
    Case.objects.filter(pk=scene.case.pk).update(state="parked", parked_from="proposal")
    assert remind(now) == []
    Case.objects.filter(pk=scene.case.pk).update(state="proposal", parked_from="")
    papers.approve_draft(scene)
    assert remind(now) == []


def test_without_a_lead_who_runs_the_case_is_reminded_in_the_own_language(scene: Scene) -> None:
    User.objects.filter(pk=scene.lead.pk).update(is_active=False)
    [mail] = remind(noon(scene, 2))
    assert (mail.to_address, mail.language) == (scene.focal.email, scene.focal.language)


def test_the_days_between_approval_and_good_time_are_a_rule_of_the_case(scene: Scene) -> None:
    before = approve_by(scene)
    CaseRules.objects.create(case=scene.case, approval_days=7)
    home = clock.home_of(papers.meeting_of(scene))
    assert leadtime.back(before, 5, home) == approve_by(scene)


def test_the_meeting_and_the_home_page_count_down_for_those_inside(scene: Scene) -> None:
    for name, key in (("meeting", papers.meeting_of(scene).pk), ("", None)):
        status, page = sees(scene.focal, name, key) if name else home(scene.focal)
        assert status == 200
        assert "Approve by" in page
        assert "Approve the proposal by" in page, "a sentence for the ear"
        assert "Everybody must have it by" in page
        assert "at once after approval" in page
    papers.call(scene)
    assert "Approve by" not in sees(scene.focal, "meeting", papers.meeting_of(scene).pk)[1]
    assert "going out now" in sees(scene.focal, "meeting", papers.meeting_of(scene).pk)[1]
    assert "going out now" not in sees(scene.guest, "meeting", papers.meeting_of(scene).pk)[1]
    papers.leave()
    assert "going out now" not in sees(scene.focal, "meeting", papers.meeting_of(scene).pk)[1], (
        "all are there"
    )


def home(user: User) -> tuple[int, str]:
    client = Client()
    client.force_login(user)
    answer = client.get("/")
    return answer.status_code, answer.content.decode()


def test_the_notice_reaches_its_reader(scene: Scene, mailoutbox: list[EmailMessage]) -> None:
    remind(noon(scene, 2))
    papers.leave()
    [sent] = mailoutbox
    assert sent.to == [f"{scene.lead.name} <{scene.lead.email}>"]
    assert "You receive this because you run or lead the case" in str(sent.body)
