"""Plan, change, cancel, convene: who is told what, once, and what the form says about time."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from django.utils import timezone, translation
from icalendar import Calendar

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, OutgoingEmail
from imc_portal.core.problems import GateClosed, Refusal
from meetings import agenda, postroom, spoken
from meetings.agenda import Item
from meetings.forms.planning import PlanForm
from meetings.models import Attitude, Dispatch, FormalMeeting, Invitation, Meeting
from meetings.services import planning, replies
from partners.models import Case, Participant
from partners.services import participants
from partners.services.areas import areas_in_talks
from proposals.models import Proposal
from tests.meetings import papers
from tests.meetings.scenes import Scene, make_scene

pytestmark = pytest.mark.django_db
PARIS = zoneinfo.ZoneInfo("Europe/Paris")


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    """Alder with a drafted proposal."""
    scene = make_scene(state=Case.State.PROPOSAL)
    scene.extra["version"] = papers.draft(scene)
    return scene


def called(scene: Scene) -> Meeting:
    """The informal meeting, called, its papers queued."""
    meeting = papers.planned(scene)
    papers.approve(scene.extra["version"], scene)  # type: ignore[arg-type]  # a version
    papers.tick()
    return Meeting.objects.get(pk=meeting.pk)


def mails(about: str) -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.filter(key__contains=f"/{about}").order_by("to_name"))


def calendar_of(row: OutgoingEmail) -> Calendar:
    return Calendar.from_ical(bytes(row.attachments.get(filename="invitation.ics").content or b""))


# --- plan --------------------------------------------------------------------------------


def test_a_planned_meeting_sends_nothing_and_is_on_record(scene: Scene) -> None:
    meeting = papers.planned(scene)
    assert (meeting.state, meeting.kind, meeting.host) == ("planned", "informal", scene.case.initiator)
    assert meeting.agenda == [
        {"title": "Welcome", "minutes": 10, "speaker": "", "papers": []},
        {"title": "What next", "minutes": None, "speaker": "", "papers": []},
    ]
    assert not OutgoingEmail.objects.exists()
    assert AuditEntry.objects.filter(context=scene.case.context, verb="planned the meeting").exists()


def test_it_needs_a_proposal(scene: Scene) -> None:
    Proposal.objects.all().delete()
    with pytest.raises(Refusal, match="Draft the proposal first"):
        papers.planned(scene)


@pytest.mark.parametrize("ago", [dt.timedelta(0), dt.timedelta(days=400)])
def test_a_past_start_is_refused(scene: Scene, ago: dt.timedelta) -> None:
    with pytest.raises(Refusal, match="in the past"):
        papers.planned(scene, start=timezone.now() - ago)
    assert not Meeting.objects.exists()


def test_there_is_one_open_meeting_of_a_kind(scene: Scene) -> None:
    papers.planned(scene)
    with pytest.raises(Refusal, match="such a meeting already"):
        papers.planned(scene)
    assert Meeting.objects.count() == 1


def test_a_parked_case_plans_nothing(scene: Scene) -> None:
    Case.objects.update(state=Case.State.PARKED, parked_from=Case.State.PROPOSAL)
    with pytest.raises(Refusal, match="parked"):
        papers.planned(scene)


# --- change ------------------------------------------------------------------------------


def test_changing_a_planned_meeting_tells_nobody(scene: Scene) -> None:
    meeting = papers.planned(scene)
    planning.change_meeting(
        meeting=meeting, plan=papers.plan_of(place="Corn"), actor=Actor.person(scene.focal)
    )
    assert not OutgoingEmail.objects.exists()
    assert Meeting.objects.get().sequence == 1


def test_a_change_is_mailed_once_to_those_invited_with_the_next_sequence(scene: Scene) -> None:
    meeting = called(scene)
    papers.leave()
    later = meeting.starts_at + dt.timedelta(days=1)
    planning.change_meeting(meeting=meeting, plan=papers.plan_of(later), actor=Actor.person(scene.focal))
    papers.tick()
    papers.leave()
    told = mails("change:1/")
    assert [row.to_name for row in told] == sorted(guest.contact.name for guest in scene.guests)  # type: ignore[union-attr]
    for row in told:
        parsed = calendar_of(row)
        first = OutgoingEmail.objects.get(to_address=row.to_address, key__contains="/version:")
        event, before = parsed.events[0], calendar_of(first).events[0]
        assert (parsed["METHOD"], event["SEQUENCE"], event["UID"]) == ("REQUEST", 1, before["UID"])
        assert event.start == later.replace(microsecond=0)
        assert row.thread_id == first.message_id
    papers.tick()
    assert len(mails("change:")) == 2
    planning.change_meeting(
        meeting=meeting, plan=papers.plan_of(later, place="Corn"), actor=Actor.person(scene.focal)
    )
    papers.tick()
    assert [calendar_of(row).events[0]["SEQUENCE"] for row in mails("change:2/")] == [2, 2]


def test_a_new_time_asks_again_and_moves_what_is_due(scene: Scene) -> None:
    meeting = called(scene)
    guest = Invitation.objects.get(participant=scene.birk)
    replies.reply(invitation=guest, answer=replies.Answer("not_coming"), actor=Actor.person(scene.guest))
    paper = Dispatch.objects.get(invitation=guest)
    Dispatch.objects.filter(pk=paper.pk).update(waived_at=timezone.now(), waived_by="the mayor")
    earlier = meeting.starts_at - dt.timedelta(days=14)
    planning.change_meeting(meeting=meeting, plan=papers.plan_of(earlier), actor=Actor.person(scene.focal))
    guest.refresh_from_db()
    assert (guest.reply, guest.replied_at) == (Invitation.Reply.NONE, None)
    moved = Dispatch.objects.get(pk=paper.pk)
    assert moved.due_at < paper.due_at
    assert moved.waived_at is None


def test_a_new_place_keeps_replies_and_waivers(scene: Scene) -> None:
    meeting = called(scene)
    guest = Invitation.objects.get(participant=scene.birk)
    replies.reply(invitation=guest, answer=replies.Answer("not_coming"), actor=Actor.person(scene.guest))
    planning.change_meeting(
        meeting=meeting,
        plan=papers.plan_of(meeting.starts_at, place="Corn"),
        actor=Actor.person(scene.focal),
    )
    guest.refresh_from_db()
    assert guest.reply == Invitation.Reply.NOT_COMING


def test_who_left_is_not_told_of_changes(scene: Scene) -> None:
    meeting = called(scene)
    participants.leave(
        participant=scene.birk, state=Participant.State.WITHDRAWN, reason="No.", actor=Actor.portal()
    )
    planning.cancel_meeting(meeting=meeting, reason="Snow.", actor=Actor.person(scene.focal))
    assert len(mails("cancelled")) == 0, "nothing had left yet, so there is nothing to take back"
    scene_mails = OutgoingEmail.objects.values_list("state", flat=True)
    assert set(scene_mails) == {OutgoingEmail.State.CANCELLED}


# --- cancel ------------------------------------------------------------------------------


def test_cancelling_needs_a_reason(scene: Scene) -> None:
    meeting = called(scene)
    with pytest.raises(Refusal, match="Say why"):
        planning.cancel_meeting(meeting=meeting, reason="  ", actor=Actor.person(scene.focal))


def test_cancelling_takes_the_entry_out_of_the_calendars_of_those_written_to(scene: Scene) -> None:
    meeting = called(scene)
    birk = OutgoingEmail.objects.get(to_name=scene.birk.contact.name)  # type: ignore[union-attr]
    OutgoingEmail.objects.filter(pk=birk.pk).update(state="sent", sent_at=timezone.now())
    planning.cancel_meeting(meeting=meeting, reason="Snow & ice.", actor=Actor.person(scene.focal))
    told = mails("cancelled")
    assert [row.to_name for row in told] == [birk.to_name]
    parsed = calendar_of(told[0])
    assert (parsed["METHOD"], parsed.events[0]["STATUS"]) == ("CANCEL", "CANCELLED")
    assert parsed.events[0]["SEQUENCE"] == 1
    assert "Snow & ice." in told[0].text
    assert "Snow &amp; ice." in told[0].html
    queued = OutgoingEmail.objects.get(to_name=scene.corn.contact.name)  # type: ignore[union-attr]
    assert queued.state == OutgoingEmail.State.CANCELLED
    papers.tick()
    assert OutgoingEmail.objects.count() == 3


def test_after_a_cancelled_meeting_another_can_be_called(scene: Scene) -> None:
    first = called(scene)
    OutgoingEmail.objects.update(state="sent", sent_at=timezone.now())
    planning.cancel_meeting(meeting=first, reason="Snow.", actor=Actor.person(scene.focal))
    with pytest.raises(Refusal, match="stays as it is"):
        planning.cancel_meeting(meeting=first, reason="Snow.", actor=Actor.person(scene.focal))
    second = papers.planned(scene)
    assert papers.tick().queued == 2
    assert OutgoingEmail.objects.filter(key__startswith=f"meeting:{second.pk}/version:").count() == 2


# --- the formal meeting ----------------------------------------------------------------------


def ready_for_formal(scene: Scene, **attitudes: str) -> None:
    """Everybody has the proposal; attitudes are stated."""
    Case.objects.filter(pk=scene.case.pk).update(state=Case.State.ATTITUDE)
    scene.case.refresh_from_db()
    Participant.objects.filter(pk__in=[guest.pk for guest in scene.guests]).update(
        state=Participant.State.ATTITUDE_STATED
    )
    for who, value in attitudes.items():
        stated = Attitude.objects.create(
            participant=getattr(scene, who), value=value, stated_by="its mayor", conditions="If."
        )
        stated.by_area.create(area=scene.area, value=value, conditions="If.")


def convene(scene: Scene, override: str = "") -> FormalMeeting:
    return planning.convene_formal(
        case=scene.case, plan=papers.plan_of(), actor=Actor.person(scene.lead), override=override
    )


def test_convening_calls_at_once_and_invites_all_who_are_not_negative(scene: Scene) -> None:
    ready_for_formal(scene, alder="positive", birk="conditional", corn="negative")
    meeting = convene(scene)
    papers.tick()
    assert meeting.state == Meeting.State.CALLED
    invited = meeting.invitations.values_list("participant__municipality__name", flat=True)
    assert set(invited) == {"Alder", "Birk"}
    row = OutgoingEmail.objects.get()
    assert row.to_name == scene.birk.contact.name  # type: ignore[union-attr]
    assert calendar_of(row)["METHOD"] == "REQUEST"
    assert "does not decide to cooperate" in row.text
    assert Participant.objects.get(pk=scene.birk.pk).state == Participant.State.INVITED_FORMAL
    assert Participant.objects.get(pk=scene.corn.pk).state == Participant.State.ATTITUDE_STATED
    assert Case.objects.get(pk=scene.case.pk).state == Case.State.FORMAL_CONVENED
    papers.tick()
    assert OutgoingEmail.objects.count() == 1


def test_the_gate_keeps_a_formal_meeting_back_and_leaves_nothing_behind(scene: Scene) -> None:
    ready_for_formal(scene, alder="positive", birk="undecided")
    with pytest.raises(GateClosed):
        convene(scene)
    assert not FormalMeeting.objects.exists()
    assert not OutgoingEmail.objects.exists()
    assert Case.objects.get(pk=scene.case.pk).state == Case.State.ATTITUDE


def test_a_reason_opens_the_gate_and_stays_on_record(scene: Scene) -> None:
    ready_for_formal(scene, alder="positive", birk="undecided")
    convene(scene, override="The prefect asks for it.")
    papers.tick()
    entry = AuditEntry.objects.get(verb="moved the case", context=scene.case.context)
    assert entry.reason == "The prefect asks for it."
    assert OutgoingEmail.objects.count() == 2


# --- what the form says about time -----------------------------------------------------------


def form(scene: Scene, now: dt.datetime, **changes: object) -> PlanForm:
    values = {
        "date": "2026-12-07",
        "time": "10:00",
        "minutes": "90",
        "place": "Hall",
        "agenda": "10 Welcome\nTalk",
    }
    return PlanForm(
        values | changes,
        time_zone="Europe/Paris",
        now=now,
        too_early=lambda start: postroom.too_early(scene.case, start, now),
    )


def test_local_time_becomes_a_moment(scene: Scene) -> None:
    filled = form(scene, dt.datetime(2026, 11, 20, 9, tzinfo=PARIS))
    assert filled.is_valid(), filled.errors
    assert filled.plan.starts_at == dt.datetime(2026, 12, 7, 9, tzinfo=dt.UTC)
    assert filled.plan.ends_at - filled.plan.starts_at == dt.timedelta(minutes=90)
    assert filled.plan.agenda == [Item("Welcome", 10), Item("Talk")]


def test_too_little_time_is_said_with_the_earliest_day_and_taken_only_when_ticked(scene: Scene) -> None:
    sunday = dt.datetime(2026, 11, 22, 12, tzinfo=PARIS)
    early = form(scene, sunday, date="2026-12-04")
    assert not early.is_valid()
    assert early.warnings[0] == "In good time means 10 working days: earliest Monday 7 December 2026."
    assert "Birk, Corn" in early.warnings[1]
    ticked = form(scene, sunday, date="2026-12-04", late_anyway="on")
    assert ticked.is_valid(), ticked.errors
    assert ticked.warnings
    assert form(scene, sunday, date="2026-12-07").is_valid()


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"date": "2026-11-19"}, "date", "Thursday 19 November 2026, 10:00 is in the past"),
        ({"date": "2027-03-28", "time": "02:30"}, "time", "does not exist"),
        ({"place": ""}, "place", "Give a place or a video link"),
        ({"online_url": "javascript:alert(1)"}, "online_url", "valid URL"),
        ({"minutes": "5"}, "minutes", "15"),
        ({"date": "32.1.2027"}, "date", "valid date"),
        ({"agenda": " "}, "agenda", "required"),
        ({"agenda": "x\n" * 41}, "agenda", "At most 40"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    scene: Scene, changes: dict[str, object], field: str, words: str
) -> None:
    filled = form(scene, dt.datetime(2026, 11, 20, 9, tzinfo=PARIS), late_anyway="on", **changes)
    assert not filled.is_valid()
    assert words in " ".join(map(str, filled.errors[field]))


def test_the_agendas_follow_the_method() -> None:
    informal = agenda.informal(["Q1", "Q2"], ["Waste", "Water"])
    assert [item.title for item in informal][1:4] == ["The areas: Waste; Water", "Q1", "Q2"]
    formal = agenda.formal(["Waste"])
    assert formal[0].title == "Benefits and costs: Waste"
    assert len(formal) == 5
    assert not any("cooperate" in item.title for item in formal)


def test_the_agenda_speaks_the_readers_language_and_keeps_the_hosts_words(scene: Scene) -> None:
    """Whoever planned, in whatever language: the method's own items follow the reader."""
    areas = areas_in_talks(scene.case)
    english = [item.title for item in agenda.formal([str(area) for area in areas])]
    with translation.override("fr"):
        french = [item.title for item in agenda.formal([str(area) for area in areas])]
    assert set(english).isdisjoint(french)
    meeting = FormalMeeting(case=scene.case, kind="formal")
    meeting.agenda = [{"title": title} for title in (*english, "Coffee")]
    with translation.override("fr"):
        assert [item.title for item in spoken.items(meeting)] == [*french, "Coffee"]
    meeting.agenda = [{"title": title} for title in french]
    assert [item.title for item in spoken.items(meeting)] == english
