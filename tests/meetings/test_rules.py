"""Rules of a case: who sets them, what stays on record, and that notice and quorum go by them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry
from imc_portal.core.problems import Refusal
from meetings import gates, leadtime
from meetings.models import CaseRules, Dispatch, Invitation, Meeting
from meetings.services import dispatch, replies, rules
from partners.models import Case
from tests.meetings import papers
from tests.meetings.scenes import Scene, call_formal, link_of, make_scene, seat_everybody

pytestmark = pytest.mark.django_db
VALUES: dict[str, int | bool] = {
    "quorum": 3,
    "notice_days": 15,
    "answer_days": 7,
    "objection_days": 10,
    "gate_initiator": True,
    "gate_others": 1,
    "gate_conditional": True,
    "gate_areas": 1,
    "approval_days": 2,
    "reminders": 2,
    "look_first": False,
    "ask_first": False,
}


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    return make_scene()


def set_rules(scene: Scene, **changes: int) -> CaseRules:
    return rules.set_rules(case=scene.case, values=VALUES | changes, actor=Actor.person(scene.lead))


def test_a_change_stays_on_record_with_what_was_before(scene: Scene) -> None:
    set_rules(scene)
    entry = AuditEntry.objects.get(verb="set the rules of the case")
    assert (entry.before, entry.after) == (
        {"quorum": 2, "notice_days": 10},
        {"quorum": 3, "notice_days": 15},
    )
    set_rules(scene)
    assert AuditEntry.objects.filter(verb="set the rules of the case").count() == 1


@pytest.mark.parametrize("change", [{"quorum": 1}, {"notice_days": 121}, {"quorum": 10**6}])
def test_rules_out_of_bounds_are_refused_and_nothing_is_kept(scene: Scene, change: dict[str, int]) -> None:
    with pytest.raises(Refusal):
        set_rules(scene, **change)
    assert not CaseRules.objects.exists()


def test_a_closed_case_keeps_its_rules(scene: Scene) -> None:
    Case.objects.update(state=Case.State.CLOSED)
    with pytest.raises(Refusal, match="stay as they are"):
        set_rules(scene)


def test_by_page_for_lead_and_focal_point_alone(scene: Scene, client: Client) -> None:
    url = reverse("meetings:rules", args=[scene.case.pk])
    for user, status in ((scene.lead, 200), (scene.focal, 200), (scene.reader, 403), (scene.guest, 403)):
        client.force_login(user)
        assert client.get(url).status_code == status
    client.force_login(scene.focal)
    data = {name: "on" if value is True else value for name, value in VALUES.items() if value is not False}
    for bad, answer in (("\0", 400), ("9" * 40, 422), ("-1", 422), ("", 422)):
        assert client.post(url, data | {"quorum": bad}).status_code == answer
    assert not CaseRules.objects.exists()
    assert client.post(url, data).status_code == 302
    assert CaseRules.objects.get().quorum == 3


def test_the_notice_of_a_formal_meeting_is_counted_in_the_recipients_calendar(scene: Scene) -> None:
    set_rules(scene, notice_days=5)
    meeting = call_formal(scene)
    where = leadtime.Where(scene.birk.municipality.country, scene.birk.municipality.time_zone)
    meeting.case.refresh_from_db()
    assert dispatch.due_at(meeting, scene.birk) == leadtime.due(meeting.starts_at, 5, where)
    informal = Meeting(case=meeting.case, kind="informal", starts_at=meeting.starts_at)
    assert dispatch.due_at(informal, scene.birk) == leadtime.due(meeting.starts_at, 10, where)


def test_late_notice_waits_for_each_recipients_waiver(scene: Scene) -> None:
    meeting = call_formal(scene, starts_in=dt.timedelta(days=3))
    late = {}
    for guest in scene.guests:
        row = Invitation.objects.get(meeting=meeting, participant=guest)
        late[guest.pk] = Dispatch.objects.create(invitation=row, due_at=dispatch.due_at(meeting, guest))
    now = timezone.now()
    assert len(gates.notice(meeting, now)) == 2
    replies.waive(dispatch=late[scene.birk.pk], by="the mayor", actor=Actor.person(scene.guest))
    [reason] = gates.notice(meeting, now)
    assert "Corn" in reason


def test_by_link_a_late_notice_is_shown_and_waived(scene: Scene, client: Client) -> None:

    meeting = call_formal(scene, starts_in=dt.timedelta(days=3))
    row = Invitation.objects.get(meeting=meeting, participant=scene.birk)
    Dispatch.objects.create(invitation=row, due_at=dispatch.due_at(meeting, scene.birk))
    papers.tick()
    token = link_of(scene.birk)
    home = client.get(reverse("personal:home", args=[token])).content.decode()
    assert "The notice came late" in home
    paper = Dispatch.objects.get(invitation=row)
    client.post(reverse("personal:waive", args=[token]), {"paper": paper.pk})
    assert Dispatch.objects.get(pk=paper.pk).waived_at is not None


def test_the_quorum_counts_those_present(scene: Scene) -> None:
    set_rules(scene)
    meeting = call_formal(scene)
    seat_everybody(meeting)
    meeting.case = Case.objects.get(pk=scene.case.pk)
    assert gates.quorum(meeting) == []
    meeting.invitations.filter(participant=scene.corn).update(present=False)
    assert "2 of the 3" in gates.quorum(meeting)[0]


def test_whoever_is_no_mayor_or_deputy_needs_an_appointment(scene: Scene) -> None:
    meeting = call_formal(scene)
    seat_everybody(meeting)
    assert gates.delegates(meeting) == []
    meeting.invitations.filter(participant=scene.birk).update(delegate_office="finance")
    [reason] = gates.delegates(meeting)
    assert "Birk" in reason
    meeting.invitations.filter(participant=scene.birk).update(appointment="Council, 3 November 2026")
    assert gates.delegates(meeting) == []
