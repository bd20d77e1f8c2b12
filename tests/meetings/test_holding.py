"""The record of a meeting: who sat at the table, and the gates before it is closed."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, OutgoingEmail
from imc_portal.core.problems import GateClosed, Refusal
from meetings.forms.record import NoteForm
from meetings.models import (
    ClarificationRound,
    Delegate,
    Dispatch,
    FormalMeeting,
    InformalMeeting,
    Invitation,
    Meeting,
    MeetingGuest,
    NextStep,
    Objective,
    SelectedArea,
)
from meetings.services import answers, holding, outcomes, recording, seating
from partners.models import Participant
from tests.meetings import scenes


@pytest.fixture(scope="module")
def one_scene(standing: None) -> scenes.Scene:
    return scenes.make_scene()


@pytest.fixture
def meeting(scene: scenes.Scene) -> InformalMeeting:
    return scenes.call_informal(scene)


def row(meeting: Meeting, who: Participant) -> Invitation:
    return meeting.invitations.get(participant=who)


def seat(meeting: Meeting, who: Participant, *, present: bool = True, **fields: str) -> holding.Seat:
    values = {"name": "Mayor", "office": "mayor", "mandate": "full", **fields} if present else {}
    return holding.Seat(invitation=row(meeting, who).pk, present=present, **values)  # type: ignore[arg-type]  # by name


def send(meeting: Meeting, who: Participant, *, late: bool, sent: bool = True) -> Dispatch:
    due = timezone.now() - dt.timedelta(hours=1 if late else -48)
    email = OutgoingEmail.objects.create(
        key=f"k{who.pk}",
        to_address="a@example.org",
        subject="S",
        text="T",
        message_id=f"<{who.pk}@x>",
        not_before=timezone.now(),
    )
    if sent:
        OutgoingEmail.objects.filter(pk=email.pk).update(state="sent", sent_at=timezone.now())
    return Dispatch.objects.create(invitation=row(meeting, who), due_at=due, email=email)


# --- attendance ---------------------------------------------------------------------------


def test_attendance_is_kept_with_office_and_mandate(scene: scenes.Scene, meeting: InformalMeeting) -> None:
    seats = [
        seat(meeting, scene.birk, name="Bea Birk", mandate="subject_to_council"),
        seat(meeting, scene.corn, present=False),
    ]
    holding.record_attendance(meeting=meeting, seats=seats, actor=Actor.person(scene.focal))
    kept = row(meeting, scene.birk)
    assert (kept.present, kept.delegate_name, kept.delegate_office, kept.mandate) == (
        True,
        "Bea Birk",
        "mayor",
        "subject_to_council",
    )
    assert row(meeting, scene.corn).present is False
    assert row(meeting, scene.alder).present is None


@pytest.mark.parametrize(("name", "office"), [(" ", "mayor"), ("Bea Birk", "")])
def test_whoever_was_there_has_a_name_and_an_office(
    scene: scenes.Scene, meeting: InformalMeeting, name: str, office: str
) -> None:
    with pytest.raises(Refusal):
        holding.record_attendance(
            meeting=meeting, seats=[seat(meeting, scene.birk, name=name, office=office)], actor=Actor.portal()
        )
    assert row(meeting, scene.birk).present is None


def test_attendance_of_another_meeting_is_refused(scene: scenes.Scene, meeting: InformalMeeting) -> None:
    other = scenes.make_scene()
    foreign = scenes.call_informal(other)
    with pytest.raises(Refusal):
        holding.record_attendance(meeting=meeting, seats=[seat(foreign, other.birk)], actor=Actor.portal())


@pytest.mark.parametrize("state", ["planned", "held", "cancelled"])
def test_only_a_called_meeting_takes_attendance(
    scene: scenes.Scene, meeting: InformalMeeting, state: str
) -> None:
    Meeting.objects.filter(pk=meeting.pk).update(
        state=state, held_at=timezone.now(), cancelled_because="Snow"
    )
    with pytest.raises(Refusal):
        holding.record_attendance(meeting=meeting, seats=[seat(meeting, scene.birk)], actor=Actor.portal())


# --- who else is at the table -----------------------------------------------------------------


def test_a_deputy_who_stands_in_brings_name_and_office(scene: scenes.Scene, meeting: InformalMeeting) -> None:
    guest = row(meeting, scene.birk)
    Invitation.objects.filter(pk=guest.pk).update(delegate_name="Bea Birk", delegate_office="mayor")
    deputy = Delegate.objects.create(
        invitation=guest, name="Dora Deputy", office="deputy", capacity=Delegate.Capacity.DEPUTY
    )
    taken = holding.Seat(invitation=guest.pk, present=True, mandate="full", stood_in=deputy.pk)
    holding.record_attendance(meeting=meeting, seats=[taken], actor=Actor.person(scene.focal))
    kept = row(meeting, scene.birk)
    assert (kept.delegate_name, kept.delegate_office, kept.mandate) == ("Dora Deputy", "deputy", "full")
    assert seating.stood_in(kept)
    assert AuditEntry.objects.get(verb="recorded who came").before["Birk"] == "Bea Birk"


@pytest.mark.parametrize("capacity", ["companion", "deputy"])
def test_only_a_deputy_of_the_same_delegation_stands_in(
    scene: scenes.Scene, meeting: InformalMeeting, capacity: str
) -> None:
    at = scene.birk if capacity == "companion" else scene.corn
    other = Delegate.objects.create(
        invitation=row(meeting, at), name="Cora", office="mayor", capacity=capacity
    )
    taken = holding.Seat(
        invitation=row(meeting, scene.birk).pk, present=True, mandate="full", stood_in=other.pk
    )
    with pytest.raises(Refusal, match="Nobody of that name"):
        holding.record_attendance(meeting=meeting, seats=[taken], actor=Actor.portal())
    assert row(meeting, scene.birk).present is None


def test_companions_bodies_chair_and_secretary_are_recorded_by_page(
    scene: scenes.Scene, meeting: InformalMeeting, client: Client
) -> None:
    client.force_login(scene.focal)
    guest = row(meeting, scene.birk)
    came = Delegate.objects.create(invitation=guest, name="Cleo Clerk")
    stayed = Delegate.objects.create(invitation=guest, name="Stan Stayed")
    bodies = list(scene.case.bodies.values_list("body", flat=True))
    prefix = f"s{guest.pk.hex[:8]}"
    data = {f"s{one.pk.hex[:8]}-mandate": "full" for one in meeting.invitations.all()}
    data |= {f"{prefix}-present": "yes", f"{prefix}-name": "Bea Birk", f"{prefix}-office": "mayor"}
    data |= {f"{prefix}-beside": str(came.pk), f"{prefix}-added": "Nils New, , Nora New"}
    data |= {
        f"b{bodies[0]}-present": "on",
        f"b{bodies[0]}-name": "Olga",
        "t-chair": "Lea",
        "t-secretary": "Sam",
    }
    assert client.post(reverse("meetings:attendance", args=[meeting.pk]), data).status_code == 302
    meeting.refresh_from_db()
    stayed.refresh_from_db()
    assert (meeting.chair, meeting.secretary, stayed.present) == ("Lea", "Sam", False)
    present = set(Delegate.objects.filter(present=True).values_list("name", flat=True))
    assert present == {"Cleo Clerk", "Nils New", "Nora New"}
    guests = MeetingGuest.objects.filter(meeting=meeting)
    assert [(one.body_id, one.name, one.present) for one in guests] == [(bodies[0], "Olga", True)]
    page = client.get(reverse("meetings:record", args=[meeting.pk])).content.decode()
    assert "Nora New" in page


def test_a_body_from_elsewhere_has_no_seat(scene: scenes.Scene, meeting: InformalMeeting) -> None:
    foreign = scenes.make_scene().case.bodies.first()
    assert foreign is not None
    foreign.body.cases.filter(case=scene.case).delete()
    table = seating.Table(bodies={foreign.body_id: (True, "Olga")})
    with pytest.raises(Refusal, match="not attached"):
        holding.record_attendance(meeting=meeting, seats=[], table=table, actor=Actor.portal())
    assert not MeetingGuest.objects.exists()


# --- holding ----------------------------------------------------------------------------------


def test_a_held_meeting_moves_the_case_and_those_who_came(
    scene: scenes.Scene, meeting: InformalMeeting
) -> None:
    seats = [seat(meeting, scene.alder), seat(meeting, scene.birk), seat(meeting, scene.corn, present=False)]
    holding.record_attendance(meeting=meeting, seats=seats, actor=Actor.portal())
    holding.hold(meeting=meeting, actor=Actor.person(scene.focal))
    scene.case.refresh_from_db()
    meeting.refresh_from_db()
    assert (scene.case.state, meeting.state) == ("clarification", "held")
    states = dict(scene.case.participants.values_list("municipality__name", "state"))
    assert states == {"Alder": "initiator", "Birk": "met", "Corn": "acknowledged"}


def test_a_held_meeting_with_open_answers_leads_to_the_attitudes(
    scene: scenes.Scene, meeting: InformalMeeting
) -> None:
    clarification = ClarificationRound.objects.get()
    answers.open_if_due(clarification=clarification, now=clarification.deadline)
    scenes.seat_everybody(meeting)
    holding.hold(meeting=meeting, actor=Actor.person(scene.focal))
    scene.case.refresh_from_db()
    assert scene.case.state == "attitude"


def test_one_municipality_alone_is_no_meeting_unless_a_lead_says_why(
    scene: scenes.Scene, meeting: InformalMeeting
) -> None:
    seats = [seat(meeting, scene.alder), *(seat(meeting, who, present=False) for who in scene.guests)]
    holding.record_attendance(meeting=meeting, seats=seats, actor=Actor.portal())
    with pytest.raises(GateClosed):
        holding.hold(meeting=meeting, actor=Actor.portal())
    meeting.refresh_from_db()
    assert meeting.state == "called"
    holding.hold(meeting=meeting, actor=Actor.person(scene.lead), override="They dialled in")
    assert AuditEntry.objects.get(verb="moved the case", reason="They dialled in")


def test_attendance_has_to_be_said_of_everybody(scene: scenes.Scene, meeting: InformalMeeting) -> None:
    seats = [seat(meeting, scene.alder), seat(meeting, scene.birk)]
    holding.record_attendance(meeting=meeting, seats=seats, actor=Actor.portal())
    with pytest.raises(Refusal, match="Corn"):
        holding.hold(meeting=meeting, actor=Actor.portal())


@pytest.mark.parametrize("sent", [True, False])
def test_a_late_paper_blocks_and_no_override_helps(
    scene: scenes.Scene, meeting: InformalMeeting, sent: bool
) -> None:
    scenes.seat_everybody(meeting)
    send(meeting, scene.birk, late=True, sent=sent)
    send(meeting, scene.corn, late=False)
    for override in ("", "We know better"):
        with pytest.raises(Refusal) as refused:
            holding.hold(meeting=meeting, actor=Actor.person(scene.lead), override=override)
        assert refused.value.reasons == ["Birk did not have its paper in good time and has not waived that."]
    meeting.refresh_from_db()
    assert meeting.state == "called"


def test_a_waiver_or_a_departure_unblocks(scene: scenes.Scene, meeting: InformalMeeting) -> None:
    scenes.seat_everybody(meeting)
    late = send(meeting, scene.birk, late=True)
    send(meeting, scene.corn, late=True)
    Dispatch.objects.filter(pk=late.pk).update(waived_at=timezone.now(), waived_by="Bea Birk")
    Participant.objects.filter(pk=scene.corn.pk).update(state="withdrawn", reason="Elections")
    holding.hold(meeting=meeting, actor=Actor.portal())
    meeting.refresh_from_db()
    assert meeting.state == "held"


def test_a_held_meeting_is_not_held_again(scene: scenes.Scene, meeting: InformalMeeting) -> None:
    scenes.seat_everybody(meeting)
    holding.hold(meeting=meeting, actor=Actor.portal())
    with pytest.raises(Refusal):
        holding.hold(meeting=meeting, actor=Actor.portal())
    with pytest.raises(Refusal, match="closed"):
        recording.keep(meeting=meeting, position=0, words=recording.Words("Late", 0), actor=Actor.portal())


# --- pages -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("focal", 200),
        ("lead", 200),
        ("reader", 403),
        ("guest", 403),
        ("observer", 403),
        ("facilitator", 403),
        ("stranger", 404),
    ],
)
def test_who_may_open_the_record(
    scene: scenes.Scene, meeting: InformalMeeting, client: Client, person: str, status: int
) -> None:
    client.force_login(getattr(scene, person))
    assert client.get(reverse("meetings:record", args=[meeting.pk])).status_code == status


def test_the_whole_record_by_page(scene: scenes.Scene, meeting: InformalMeeting, client: Client) -> None:
    client.force_login(scene.focal)
    data: dict[str, str] = {}
    for guest in meeting.invitations.all():
        prefix = f"s{guest.pk.hex[:8]}"
        data |= {
            f"{prefix}-present": "yes",
            f"{prefix}-name": "Mayor",
            f"{prefix}-office": "mayor",
            f"{prefix}-mandate": "full",
        }
    assert client.post(reverse("meetings:attendance", args=[meeting.pk]), data).status_code == 302
    held = client.post(reverse("meetings:hold", args=[meeting.pk]))
    assert held.headers["location"] == reverse("meetings:answers", args=[scene.case.pk])
    page = client.get(reverse("meetings:record", args=[meeting.pk])).content.decode()
    assert "<textarea" not in page


def test_wrong_attendance_comes_back_with_what_was_typed(
    scene: scenes.Scene, meeting: InformalMeeting, client: Client
) -> None:
    client.force_login(scene.focal)
    prefix = f"s{row(meeting, scene.birk).pk.hex[:8]}"
    data = {f"{prefix}-present": "yes", f"{prefix}-name": "Bea Typed", f"{prefix}-mandate": "full"}
    response = client.post(reverse("meetings:attendance", args=[meeting.pk]), data)
    assert response.status_code == 422
    assert "Bea Typed" in response.content.decode()


def test_only_a_lead_overrides_by_page(scene: scenes.Scene, meeting: InformalMeeting, client: Client) -> None:
    seats = [seat(meeting, scene.alder), *(seat(meeting, who, present=False) for who in scene.guests)]
    holding.record_attendance(meeting=meeting, seats=seats, actor=Actor.portal())
    address = reverse("meetings:hold", args=[meeting.pk])
    client.force_login(scene.focal)
    assert client.post(address, {"override": "Because"}).status_code == 403
    client.force_login(scene.lead)
    assert client.post(address, {"override": "Because"}).status_code == 302
    meeting.refresh_from_db()
    assert meeting.state == "held"


def test_the_record_asks_the_same_number_of_queries_for_one_and_three(db: None, client: Client) -> None:
    def prepare(scene: scenes.Scene) -> str:
        return reverse("meetings:record", args=[scenes.call_informal(scene).pk])

    assert scenes.count_queries(client, 1, prepare) == scenes.count_queries(client, 3, prepare)


# --- an informal meeting holds no decision ------------------------------------------------


def test_the_database_refuses_an_outcome_on_an_informal_meeting(
    scene: scenes.Scene, meeting: InformalMeeting
) -> None:
    with pytest.raises(IntegrityError):
        _decide_in_disguise(meeting)


def _decide_in_disguise(meeting: InformalMeeting) -> None:
    with transaction.atomic():
        Objective.objects.create(meeting_id=meeting.pk, text="A decision in disguise")
        connections["default"].check_constraints()


def test_services_refuse_an_outcome_on_an_informal_meeting(
    scene: scenes.Scene, meeting: InformalMeeting
) -> None:
    disguised = FormalMeeting(pk=meeting.pk, case=scene.case, kind="informal", state="called")
    for act in (
        lambda: outcomes.add_objective(
            objective=Objective(meeting=disguised, text="X"), actor=Actor.portal()
        ),
        lambda: outcomes.give_none(meeting=disguised, because="X", actor=Actor.portal()),
        lambda: outcomes.decide(meeting=disguised, voices=[], revision=0, actor=Actor.portal()),
        lambda: outcomes.close_record(meeting=disguised, actor=Actor.portal()),
    ):
        with pytest.raises(Refusal, match="Only a formal meeting"):
            act()


def test_no_form_of_an_informal_meeting_has_a_field_of_an_outcome() -> None:
    fields = {field.name for field in InformalMeeting._meta.get_fields()}
    decided = {"none_because", "objectives", "selected_areas", "decisions", "next_steps"}
    assert not fields & decided
    assert set(NoteForm.base_fields) == {"text", "revision", "page"}
    for model in (Objective, SelectedArea, NextStep):
        assert model._meta.get_field("meeting").related_model is FormalMeeting


@pytest.mark.parametrize(
    "name", ["outcomes", "objective_add", "area_select", "decide", "step_add", "none", "close_record"]
)
def test_pages_of_outcomes_do_not_exist_for_an_informal_meeting(
    scene: scenes.Scene, meeting: InformalMeeting, client: Client, name: str
) -> None:
    client.force_login(scene.lead)
    address = reverse(f"meetings:{name}", args=[meeting.pk])
    response = client.get(address) if name == "outcomes" else client.post(address, {"text": "X"})
    assert response.status_code == 404
