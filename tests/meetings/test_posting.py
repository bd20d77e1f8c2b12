"""The one door to the post room: each message leaves by the rules of its case."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from imc_portal.core import outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from meetings.models import CaseRules, Dispatch, Meeting
from meetings.services import organiser, planning
from tests.meetings import papers
from tests.meetings.scenes import Scene

pytestmark = pytest.mark.django_db
MEETINGS = Path(__file__).parents[2] / "meetings"


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    return papers.build()


def letters(scene: Scene) -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.filter(context=scene.case.context).order_by("to_name"))


def test_a_paper_is_tried_until_it_would_be_late_and_a_late_one_until_the_meeting(scene: Scene) -> None:
    papers.call(scene)
    for paper in Dispatch.objects.select_related("email"):
        assert paper.email is not None
        assert paper.email.give_up_at == paper.due_at


def test_a_paper_that_is_late_already_is_of_use_until_the_meeting_begins(scene: Scene) -> None:
    soon = timezone.now() + dt.timedelta(days=3)
    Meeting.objects.update(starts_at=soon, ends_at=soon + dt.timedelta(hours=1))
    papers.call(scene)
    for mail in letters(scene):
        assert mail.give_up_at == soon


def test_changes_and_cancellations_are_of_use_until_the_meeting(scene: Scene) -> None:
    papers.call(scene)
    papers.leave()
    later = papers.meeting_of(scene).starts_at + dt.timedelta(days=7)
    meeting = papers.meeting_of(scene)
    planning.change_meeting(meeting=meeting, plan=papers.plan_of(later), actor=Actor.person(scene.focal))
    papers.tick()
    assert {mail.give_up_at for mail in OutgoingEmail.objects.filter(key__contains="/change:")} == {later}
    papers.leave()
    planning.cancel_meeting(meeting=papers.meeting_of(scene), reason="Snow", actor=Actor.person(scene.focal))
    gone = OutgoingEmail.objects.filter(key__contains="/cancelled/")
    assert {mail.give_up_at for mail in gone} == {later}


def test_where_somebody_looks_first_letters_are_held_and_released_they_leave(scene: Scene) -> None:
    CaseRules.objects.create(case=scene.case, look_first=True, ask_first=True)
    papers.call(scene)
    found = letters(scene)
    assert [(mail.state, mail.ask_first) for mail in found] == [("held", True), ("held", True)]
    assert papers.leave() == 0
    client = Client()
    client.force_login(scene.focal)
    assert "Look at 2 messages that are held back" in client.get("/").content.decode()
    outbox.release(emails=OutgoingEmail.objects.all(), actor=Actor.person(scene.focal))
    assert papers.leave() == 2
    assert "held back" not in client.get("/").content.decode()


def test_nobody_forgets_what_is_held_until_it_is_of_no_use(scene: Scene) -> None:
    CaseRules.objects.create(case=scene.case, look_first=True)
    papers.call(scene)
    assert organiser.tell_due(now=timezone.now()) == 0
    due = timezone.now() + dt.timedelta(days=1)
    OutgoingEmail.objects.filter(state="held").update(give_up_at=due)
    assert organiser.tell_due(now=timezone.now()) == 1
    told = OutgoingEmail.objects.get(key__startswith="notice:", state="queued")
    assert told.text.count("still held back") == 2
    assert organiser.tell_due(now=timezone.now()) == 0


def test_without_such_rules_letters_wait_for_nobody(scene: Scene) -> None:
    papers.call(scene)
    assert [(mail.state, mail.ask_first) for mail in letters(scene)] == [("queued", False)] * 2


def test_no_other_module_of_the_talks_puts_messages_into_the_post_room() -> None:
    direct = re.compile(r"outbox\.enqueue\(|deliver_email\.delay")
    found = [
        path.relative_to(MEETINGS).as_posix()
        for path in MEETINGS.rglob("*.py")
        if direct.search(path.read_text()) and path.parts[-2] != "sample"
    ]
    assert found == ["services/posting.py"]
