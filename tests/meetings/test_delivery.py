"""Pages of hosts and guests: the list, a meeting, the post room, replies by account."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from imc_portal.core import links
from imc_portal.core.models import AuditEntry, OutgoingEmail, PersonalLink, User
from meetings import postroom
from meetings.models import Dispatch, Invitation, Meeting
from meetings.services import dispatch
from partners.models import Case, Participant
from proposals.models import Document
from tests import world as worlds
from tests.meetings import papers
from tests.meetings.scenes import Scene, make_scene

pytestmark = pytest.mark.django_db


def build(guests: int = 2) -> Scene:
    scene = make_scene(guests, state=Case.State.PROPOSAL)
    scene.extra["version"] = papers.draft(scene)
    scene.extra["meeting"] = papers.planned(scene)
    return scene


def call(scene: Scene) -> None:
    papers.approve(scene.extra["version"], scene)  # type: ignore[arg-type]  # a version
    dispatch.dispatch_due()


@pytest.fixture
def scene() -> Scene:
    """A called informal meeting, papers queued."""
    scene = build()
    call(scene)
    return scene


def meeting_of(scene: Scene) -> Meeting:
    return Meeting.objects.get(pk=scene.extra["meeting"].pk)  # type: ignore[attr-defined]  # a meeting


def sees(user: User, name: str, pk: object) -> tuple[int, str]:
    client = Client()
    client.force_login(user)
    response = client.get(reverse(f"meetings:{name}", args=[pk]))
    return response.status_code, response.content.decode()


# --- who sees what -----------------------------------------------------------------------


def test_hosts_see_who_comes_guests_see_their_own_paper(scene: Scene) -> None:
    meeting = meeting_of(scene)
    status, page = sees(scene.focal, "meeting", meeting.pk)
    assert status == 200
    assert "Proposal to Birk (PDF)" in page
    assert "Proposal to Corn (PDF)" in page
    status, page = sees(scene.guest, "meeting", meeting.pk)
    assert status == 200
    assert "Proposal to Birk (PDF)" in page
    assert "Proposal to Corn" not in page
    assert "Post room" not in page
    assert "We do not come" in page


def test_a_word_to_the_host_is_for_the_host_alone(scene: Scene) -> None:
    Invitation.objects.filter(participant=scene.corn).update(
        reply="not_coming", replied_at=timezone.now(), reply_text="Between us: no money."
    )
    meeting = meeting_of(scene)
    assert "Between us" in sees(scene.focal, "meeting", meeting.pk)[1]
    for user in (scene.guest, scene.observer, scene.facilitator):
        status, page = sees(user, "meeting", meeting.pk)
        assert status == 200
        assert "Between us" not in page


def test_names_of_delegates_are_for_those_at_the_table(scene: Scene) -> None:
    Invitation.objects.filter(participant=scene.corn).update(
        reply="coming", replied_at=timezone.now(), delegate_name="Cora Corn", delegate_office="mayor"
    )
    meeting = meeting_of(scene)
    assert "Cora Corn" in sees(scene.guest, "meeting", meeting.pk)[1]
    assert "Cora Corn" not in sees(scene.observer, "meeting", meeting.pk)[1]


@pytest.mark.parametrize("name", ["meeting", "edit", "cancel", "delivery", "calendar"])
def test_strangers_find_nothing(scene: Scene, name: str) -> None:
    assert sees(scene.stranger, name, meeting_of(scene).pk)[0] == 404


@pytest.mark.parametrize("name", ["edit", "cancel", "delivery"])
@pytest.mark.parametrize("who", ["guest", "guest_lead", "observer", "facilitator"])
def test_guests_and_bodies_do_not_run_the_meeting(scene: Scene, name: str, who: str) -> None:
    assert sees(getattr(scene, who), name, meeting_of(scene).pk)[0] == 403


def test_a_reader_reads_the_post_room_but_changes_nothing(scene: Scene) -> None:
    meeting = meeting_of(scene)
    assert sees(scene.reader, "delivery", meeting.pk)[0] == 200
    assert sees(scene.reader, "edit", meeting.pk)[0] == 403
    paper = Dispatch.objects.all()[0]
    assert sees(scene.reader, "waive", paper.pk)[0] == 403


def test_guests_see_a_meeting_only_once_it_is_called() -> None:
    scene = build()
    meeting = meeting_of(scene)
    assert sees(scene.guest, "meeting", meeting.pk)[0] == 404
    assert sees(scene.focal, "meeting", meeting.pk)[0] == 200


# --- planning pages ----------------------------------------------------------------------


def fields(**changes: object) -> dict[str, object]:
    day = (timezone.now() + dt.timedelta(days=40)).date()
    return {
        "date": day.isoformat(),
        "time": "10:00",
        "minutes": "120",
        "place": "Town hall",
        "agenda": "10 min Welcome",
    } | changes


def test_planning_from_the_case(client: Client) -> None:
    scene = make_scene(state=Case.State.PROPOSAL)
    papers.draft(scene)
    client.force_login(scene.focal)
    address = reverse("meetings:plan", args=[scene.case.pk, "informal"])
    page = client.get(address).content.decode()
    assert "In good time means 10 working days: earliest" in page
    assert "Do we share the same problems in this function?" in page
    response = client.post(address, fields())
    meeting = Meeting.objects.get()
    assert response.headers["Location"] == meeting.get_absolute_url()
    assert client.get(address).headers["Location"] == meeting.get_absolute_url()


def test_a_day_too_early_is_said_before_anything_is_planned(client: Client) -> None:
    scene = make_scene(state=Case.State.PROPOSAL)
    papers.draft(scene)
    client.force_login(scene.focal)
    address = reverse("meetings:plan", args=[scene.case.pk, "informal"])
    soon = (timezone.now() + dt.timedelta(days=3)).date().isoformat()
    response = client.post(address, fields(date=soon, place="The hall we typed"))
    page = response.content.decode()
    assert response.status_code == 422
    assert "too early for the lead time" in page
    assert "The hall we typed" in page
    assert not Meeting.objects.exists()
    client.post(address, fields(date=soon, late_anyway="on"))
    assert Meeting.objects.count() == 1


@pytest.mark.parametrize("kind", ["informal", "formal"])
def test_who_may_not_plan_is_refused(kind: str) -> None:
    scene = make_scene(state=Case.State.PROPOSAL)
    for user, status in (
        (scene.reader, 403),
        (scene.guest, 403),
        (scene.observer, 403),
        (scene.stranger, 404),
    ):
        client = Client()
        client.force_login(user)
        assert (
            client.post(reverse("meetings:plan", args=[scene.case.pk, kind]), fields()).status_code == status
        )
    assert not Meeting.objects.exists()


def test_an_unknown_kind_is_not_found(client: Client, scene: Scene) -> None:
    client.force_login(scene.focal)
    assert client.get(reverse("meetings:plan", args=[scene.case.pk, "secret"])).status_code == 404


def test_a_lead_convenes_all_the_same_with_a_reason_a_focal_point_does_not(client: Client) -> None:
    scene = make_scene(state=Case.State.ATTITUDE)
    address = reverse("meetings:plan", args=[scene.case.pk, "formal"])
    client.force_login(scene.focal)
    assert "has not stated its attitude" in client.get(address).content.decode()
    client.post(address, fields(override="I want it."))
    assert not Meeting.objects.exists()
    client.force_login(scene.lead)
    response = client.post(address, fields())
    assert response.status_code == 422
    assert "Say why" in response.content.decode()
    client.post(address, fields(override="The prefect asks for it."))
    meeting = Meeting.objects.get()
    assert meeting.state == Meeting.State.CALLED
    assert meeting.agenda[0]["title"].startswith("Benefits and costs:")


def test_changing_and_cancelling_by_page(client: Client, scene: Scene) -> None:
    meeting = meeting_of(scene)
    client.force_login(scene.focal)
    edit = reverse("meetings:edit", args=[meeting.pk])
    assert "Town hall, Alder" in client.get(edit).content.decode()
    assert client.post(edit, fields(place="Corn")).status_code == 302
    assert OutgoingEmail.objects.filter(key__contains="/change:1/").count() == 2
    cancel = reverse("meetings:cancel", args=[meeting.pk])
    assert client.get(cancel).status_code == 200
    assert client.post(cancel, {"reason": ""}).status_code == 422
    assert client.post(cancel, {"reason": "Snow."}).status_code == 302
    assert "Snow." in client.get(meeting.get_absolute_url()).content.decode()


def test_the_calendar_entry_by_account(client: Client, scene: Scene) -> None:
    client.force_login(scene.guest)
    response = client.get(reverse("meetings:calendar", args=[meeting_of(scene).pk]))
    assert Calendar.from_ical(response.content)["METHOD"] == "PUBLISH"


# --- the post room -----------------------------------------------------------------------


def way(scene: Scene, participant: Participant) -> dict[str, str]:
    meeting = Meeting.objects.select_related("case").get(pk=meeting_of(scene).pk)
    line = next(row for row in postroom.lines(meeting) if row.participant.pk == participant.pk)
    return {step.label: step.state for step in line.steps}


def test_the_way_of_a_paper_from_draft_to_answer() -> None:
    scene = build()
    stops = ["drafted", "approved", "rendered", "sent", "opened", "answered"]
    todo = ["done", "current", "todo", "todo", "todo", "todo"]
    assert way(scene, scene.birk) == dict(zip(stops, todo, strict=True))
    call(scene)
    assert way(scene, scene.birk)["sent"] == "current"
    OutgoingEmail.objects.update(state="sent", sent_at=timezone.now())
    assert way(scene, scene.birk)["opened"] == "current"
    Invitation.objects.filter(participant=scene.birk).update(reply="not_coming", replied_at=timezone.now())
    assert way(scene, scene.birk)["opened"] == "skipped"
    assert way(scene, scene.birk)["answered"] == "done"
    Dispatch.objects.update(opened_at=timezone.now())
    assert set(way(scene, scene.birk).values()) == {"done"}


def test_trouble_stands_on_top_with_what_to_do(client: Client, scene: Scene) -> None:
    OutgoingEmail.objects.filter(to_name=scene.corn.contact.name).update(  # type: ignore[union-attr]  # has one
        state="failed", last_error="The mail server refused: 550 no such mailbox"
    )
    client.force_login(scene.focal)
    page = client.get(reverse("meetings:delivery", args=[meeting_of(scene).pk])).content.decode()
    assert "550 no such mailbox" in page
    assert "Check the address" in page
    assert page.index("<h2>Corn</h2>") < page.index("<h2>Birk</h2>")
    assert "1 recipient cannot be reached" in page


def test_a_failed_rendering_offers_another_try(client: Client) -> None:
    scene = build()
    papers.approve(scene.extra["version"], scene, state=papers.QUEUED)  # type: ignore[arg-type]  # a version
    Document.objects.filter(participant=scene.birk).update(state="failed", last_error="Took too long.")
    dispatch.dispatch_due()
    client.force_login(scene.focal)
    page = client.get(reverse("meetings:delivery", args=[meeting_of(scene).pk])).content.decode()
    assert "The PDF could not be made: Took too long." in page
    assert reverse("proposals:render_again", args=[Document.objects.get(participant=scene.birk).pk]) in page
    assert way(scene, scene.birk)["rendered"] == "trouble"


def test_a_recipient_without_address_is_shown_with_the_cure(client: Client) -> None:
    scene = build()
    Participant.objects.filter(pk=scene.birk.pk).update(contact=None)
    call(scene)
    client.force_login(scene.focal)
    page = client.get(reverse("meetings:delivery", args=[meeting_of(scene).pk])).content.decode()
    assert "No recipient is chosen" in page
    assert reverse("partners:contacts", args=[scene.case.pk]) in page


def test_the_message_can_be_read_without_giving_the_link_away(client: Client, scene: Scene) -> None:
    paper = Dispatch.objects.get(invitation__participant=scene.birk)
    status, page = sees(scene.focal, "letter", paper.pk)
    assert status == 200
    assert "What is in it for Birk" in page
    token = links.token_of(PersonalLink.objects.get(subject=scene.birk.pk))
    assert token not in page
    assert links.PLACEHOLDER not in page
    assert sees(scene.guest, "letter", paper.pk)[0] == 403
    assert sees(scene.stranger, "letter", paper.pk)[0] == 404


def test_the_host_records_who_waived_and_how(client: Client, scene: Scene) -> None:
    paper = Dispatch.objects.get(invitation__participant=scene.birk)
    Dispatch.objects.filter(pk=paper.pk).update(due_at=timezone.now() - dt.timedelta(days=1))
    client.force_login(scene.focal)
    room = reverse("meetings:delivery", args=[meeting_of(scene).pk])
    address = reverse("meetings:waive", args=[paper.pk])
    assert address in client.get(room).content.decode()
    assert client.post(address, {"by": "Berta Birk", "how": ""}).status_code == 422
    client.post(address, {"by": "Berta Birk", "how": "by telephone"})
    paper.refresh_from_db()
    assert paper.waived_by == "Berta Birk"
    assert AuditEntry.objects.get(verb="waived the lead time").reason == "by telephone"
    assert "waived by" in client.get(room).content.decode()


def test_who_left_waits_for_nothing(client: Client, scene: Scene) -> None:
    Participant.objects.filter(pk=scene.birk.pk).update(state="withdrawn", reason="No.")
    client.force_login(scene.focal)
    page = client.get(reverse("meetings:delivery", args=[meeting_of(scene).pk])).content.decode()
    assert "withdrew" in page


# --- replies by account ------------------------------------------------------------------------


def test_people_with_an_account_reply_on_the_meeting_page(client: Client, scene: Scene) -> None:
    invitation = Invitation.objects.get(participant=scene.birk)
    client.force_login(scene.guest)
    address = reverse("meetings:reply", args=[invitation.pk])
    assert "Who comes" in client.get(address, {"reply": "coming"}).content.decode()
    values = {"reply": "coming", "delegate_name": "Bea", "delegate_office": "mayor", "mandate": "full"}
    assert client.post(address, values).status_code == 302
    invitation.refresh_from_db()
    assert (invitation.reply, invitation.replied_by) == ("coming", str(scene.guest))


def test_nobody_replies_for_another_municipality(scene: Scene) -> None:
    theirs = Invitation.objects.get(participant=scene.corn)
    for user, status in (
        (scene.guest, 403),
        (scene.focal, 403),
        (scene.observer, 403),
        (scene.stranger, 404),
    ):
        client = Client()
        client.force_login(user)
        response = client.post(reverse("meetings:reply", args=[theirs.pk]), {"reply": "not_coming"})
        assert response.status_code == status
    theirs.refresh_from_db()
    assert theirs.reply == "none"


# --- speed ------------------------------------------------------------------------------


def statements(user: User, address: str) -> int:
    client = Client()
    client.force_login(user)
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


@pytest.mark.parametrize("name", ["meeting", "delivery"])
def test_pages_ask_the_same_for_one_and_three_recipients(name: str) -> None:
    counts = []
    for guests in (1, 3):
        scene = build(guests)
        call(scene)
        counts.append(statements(scene.focal, reverse(f"meetings:{name}", args=[meeting_of(scene).pk])))
    assert counts[0] == counts[1]
    assert counts[0] <= 30


def test_the_list_asks_the_same_for_one_and_three_meetings() -> None:
    address = reverse("meetings:meeting_list")
    scene = build()
    first = statements(scene.focal, address)
    for _n in range(2):
        other = build()
        scene.focal.memberships.create(municipality=other.case.initiator, role="focal_point")
        call(other)
    client = Client()
    client.force_login(scene.focal)
    assert client.get(address).content.decode().count("<tr>") == 1 + 3
    assert statements(scene.focal, address) == first


# --- on the page of the case -------------------------------------------------------------------


def summary(case: Case, user: User) -> str:
    page = Template("{% load meetings %}{% meeting_summary case %}")
    return page.render(Context({"case": Case.objects.get(pk=case.pk), "user": user}))


def test_the_case_shows_its_next_meeting_or_how_to_plan_one() -> None:
    scene = make_scene(state=Case.State.PROPOSAL)
    plan = reverse("meetings:plan", args=[scene.case.pk, "informal"])
    assert plan in summary(scene.case, scene.focal)
    assert plan not in summary(scene.case, scene.guest)
    papers.draft(scene)
    meeting = papers.planned(scene)
    assert meeting.get_absolute_url() in summary(scene.case, scene.focal)
    assert plan not in summary(scene.case, scene.focal)
    assert meeting.get_absolute_url() not in summary(scene.case, scene.guest)
    Case.objects.filter(pk=scene.case.pk).update(state=Case.State.ATTITUDE)
    Meeting.objects.update(state="held", called_at=timezone.now(), held_at=timezone.now())
    assert reverse("meetings:plan", args=[scene.case.pk, "formal"]) in summary(scene.case, scene.focal)


# --- times ------------------------------------------------------------------------------------


def test_a_meeting_shows_the_clock_of_its_place_whatever_the_readers(scene: Scene) -> None:
    meeting = meeting_of(scene)
    local = meeting.local_start
    for zone in ("UTC", "America/Martinique", "Pacific/Noumea"):
        scene.focal.time_zone = zone
        scene.focal.save()
        page = sees(scene.focal, "meeting", meeting.pk)[1]
        assert f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M} to {meeting.local_end:%H:%M}" in page
        for name in ("delivery", "cancel"):
            assert f"{local:%A} {local.day} {local:%B %Y}" in sees(scene.focal, name, meeting.pk)[1]


def test_what_is_due_is_the_day_where_the_recipient_lives(scene: Scene) -> None:
    scene.birk.municipality.time_zone = "America/Martinique"
    scene.birk.municipality.save()
    paper = Dispatch.objects.get(invitation__participant=scene.birk)
    paper.due_at = dispatch.due_at(meeting_of(scene), Participant.objects.get(pk=scene.birk.pk))
    paper.save()
    line = next(row for row in postroom.lines(meeting_of(scene)) if row.participant.pk == scene.birk.pk)
    assert line.due_day == paper.due_at.date()
    assert line.due_day != paper.due_at.astimezone(dt.UTC).date()
    spoken = f"{line.due_day:%A} {line.due_day.day} {line.due_day:%B %Y}"
    assert spoken in sees(scene.focal, "delivery", meeting_of(scene).pk)[1]
    assert spoken in sees(scene.focal, "waive", paper.pk)[1]


def test_the_post_room_looks_again_by_itself_until_all_have_left(client: Client) -> None:
    world = worlds.build()
    client.force_login(world.people["focal"])
    meeting, sent = world.made["informal"], world.made["dispatch_partner"]
    assert isinstance(meeting, Meeting)
    assert isinstance(sent, Dispatch)
    url = reverse("meetings:delivery", kwargs={"pk": meeting.pk})
    assert b"hx-get" not in client.get(url).content
    Dispatch.objects.filter(pk=sent.pk).update(email=None)
    page = client.get(url).content.decode()
    assert f'hx-get="{url}" hx-trigger="every 3s"' in page
    assert "htmx-2.min" in page
