"""Calling a meeting and sending its papers: once, to the right ones, in words and files that arrive whole."""

from __future__ import annotations

import datetime as dt
import email
import json
import threading
from email import policy
from email.message import EmailMessage

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from imc_portal.core import links, outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, OutgoingEmail, PersonalLink
from imc_portal.core.problems import Refusal
from meetings.models import ClarificationRound, Dispatch, Invitation, Meeting
from meetings.services import dispatch
from partners.models import Case, OfficeHolder, Participant
from partners.services import participants
from proposals.models import Document
from tests import makers
from tests.meetings import papers
from tests.meetings.scenes import Scene, make_scene

pytestmark = pytest.mark.django_db
ACTOR = Actor.portal()


@pytest.fixture
def scene() -> Scene:
    """Alder, with a case at the proposal and a planned informal meeting; nothing approved."""
    scene = make_scene(state=Case.State.PROPOSAL)
    scene.extra["version"] = papers.draft(scene)
    scene.extra["meeting"] = papers.planned(scene)
    return scene


def approve(scene: Scene, **options: str) -> list[Document]:
    return papers.approve(scene.extra["version"], scene, **options)  # type: ignore[arg-type]  # a version


def the_meeting(scene: Scene) -> Meeting:
    return Meeting.objects.get(pk=scene.extra["meeting"].pk)  # type: ignore[attr-defined]  # a meeting


def built(row: OutgoingEmail) -> EmailMessage:
    """The message as it would leave, read again by another parser."""
    message = email.message_from_bytes(outbox.build(row).message().as_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def calendar_of(row: OutgoingEmail) -> Calendar:
    part = next(p for p in built(row).walk() if p.get_content_type() == "text/calendar")
    return Calendar.from_ical(part.get_payload(decode=True))  # type: ignore[arg-type]  # bytes of a leaf


def test_nothing_is_called_or_mailed_before_approval(scene: Scene) -> None:
    report = dispatch.dispatch_due()
    assert report == dispatch.Report()
    assert the_meeting(scene).state == Meeting.State.PLANNED
    assert not OutgoingEmail.objects.exists()
    assert not PersonalLink.objects.exists()


def test_an_approved_meeting_is_called_and_each_recipient_gets_its_own_paper(scene: Scene) -> None:
    approve(scene)
    report = dispatch.dispatch_due()
    meeting = the_meeting(scene)
    assert (report.called, report.papers, report.queued) == (1, 2, 2)
    assert meeting.state == Meeting.State.CALLED
    assert set(meeting.invitations.values_list("participant__municipality__name", flat=True)) == {
        "Alder",
        "Birk",
        "Corn",
    }
    mails = {row.to_address: row for row in OutgoingEmail.objects.all()}
    assert set(mails) == {guest.contact.email for guest in scene.guests if guest.contact}
    for guest in scene.guests:
        assert guest.contact is not None
        row = mails[guest.contact.email]
        assert row.key == f"meeting:{meeting.pk}/version:{scene.extra['version'].pk}/to:{guest.pk}"  # type: ignore[attr-defined]
        pdf = next(p for p in built(row).iter_attachments() if p.get_content_type() == "application/pdf")
        assert pdf.get_content() == papers.pdf_of(guest)
    scene.case.refresh_from_db()
    assert scene.case.state == Case.State.INFORMAL_MEETING
    assert AuditEntry.objects.filter(context=scene.case.context, verb="queued the papers").count() == 2


def test_calling_asks_the_seven_questions_once(scene: Scene) -> None:
    approve(scene)
    dispatch.dispatch_due()
    clarification = ClarificationRound.objects.get(case=scene.case)
    assert clarification.deadline == the_meeting(scene).starts_at + dt.timedelta(days=7)
    assert clarification.answers.count() == 3 * 7
    dispatch.dispatch_due()
    assert clarification.answers.count() == 3 * 7


def test_the_message_says_why_what_when_and_what_to_do(scene: Scene) -> None:
    approve(scene)
    dispatch.dispatch_due()
    contact = scene.birk.contact
    assert contact is not None
    row = OutgoingEmail.objects.get(to_address=contact.email)
    message = built(row)
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    link = PersonalLink.objects.get(subject=scene.birk.pk)
    address = f"http://testserver/p/{links.token_of(link)}/"
    assert text.splitlines()[2].startswith("You receive this because Alder proposes to Birk")
    assert "What is in it for Birk: Birk saves 12 % a year." in text
    assert "has less control" not in text
    assert "Corn" not in text + html
    local = the_meeting(scene).local_start
    assert f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M}" in text
    assert "Europe/Paris" in text
    assert address in text
    assert f'href="{address}"' in html
    assert links.PLACEHOLDER not in text + html
    assert "<img" not in html
    assert "//" not in html.replace(address, "").replace("mailto:", "")
    assert message["Reply-To"] == scene.focal.email
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == outbox.message_id(row.key)
    assert links.token_of(link) not in row.text + row.html


def test_the_message_carries_the_invitation_for_the_calendar(scene: Scene) -> None:
    approve(scene)
    dispatch.dispatch_due()
    contact = scene.birk.contact
    assert contact is not None
    row = OutgoingEmail.objects.get(to_address=contact.email)
    part = next(p for p in built(row).walk() if p.get_content_type() == "text/calendar")
    assert part.get_param("method") == "REQUEST"
    parsed = calendar_of(row)
    event = parsed.events[0]
    meeting = the_meeting(scene)
    assert parsed["METHOD"] == "REQUEST"
    assert event["UID"] == f"{meeting.pk}@testserver"
    assert event["SEQUENCE"] == 0
    assert event.start == meeting.starts_at.replace(microsecond=0)
    assert event["ATTENDEE"] == f"mailto:{contact.email}"
    assert event["ORGANIZER"] == "mailto:portal@localhost"


def test_a_recipient_is_written_to_in_its_language(scene: Scene) -> None:
    OfficeHolder.objects.filter(pk=scene.birk.contact_id or "").update(language="fr")
    approve(scene)
    dispatch.dispatch_due()
    row = OutgoingEmail.objects.get(to_address=OfficeHolder.objects.get(pk=scene.birk.contact_id or "").email)
    months = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ]
    assert row.language == "fr"
    assert months[the_meeting(scene).local_start.month - 1] in row.text
    assert '<html lang="fr">' in row.html


def test_running_again_adds_nothing(scene: Scene) -> None:
    approve(scene)
    dispatch.dispatch_due()
    again = dispatch.dispatch_due()
    assert again == dispatch.Report()
    assert (OutgoingEmail.objects.count(), Dispatch.objects.count(), Invitation.objects.count()) == (2, 2, 3)
    assert PersonalLink.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_send_each_paper_once(scene: Scene) -> None:
    approve(scene)
    start = threading.Barrier(2)
    faults: list[BaseException] = []

    def tick() -> None:
        try:
            start.wait()
            for _n in range(3):
                dispatch.dispatch_due()
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    clocks = [threading.Thread(target=tick) for _n in range(2)]
    for clock in clocks:
        clock.start()
    for clock in clocks:
        clock.join()
    assert faults == []
    assert OutgoingEmail.objects.count() == 2
    assert Dispatch.objects.filter(email__isnull=False).count() == 2
    assert ClarificationRound.objects.count() == 1
    assert AuditEntry.objects.filter(verb="called the meeting").count() == 1


def test_a_paper_leaves_only_once_it_is_rendered(scene: Scene) -> None:
    birk, corn = approve(scene, state=papers.QUEUED)
    papers.render(birk)
    assert dispatch.dispatch_due().queued == 1
    assert OutgoingEmail.objects.count() == 1
    papers.render(corn)
    assert dispatch.dispatch_due().queued == 1
    assert OutgoingEmail.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"email": ""}, "has no valid e-mail address"),
        ({"email": "mayor@example.org\nBcc: all@example.org"}, "has no valid e-mail address"),
        ({"term_end": dt.date(2026, 3, 31)}, "held the office until Tuesday 31 March 2026"),
        ({"term_start": dt.date(2099, 1, 1)}, "takes office on Thursday 1 January 2099 only"),
        (None, "No recipient is chosen"),
    ],
)
def test_who_cannot_be_reached_is_named_and_the_others_go_on(
    scene: Scene, change: dict[str, object] | None, words: str
) -> None:
    if change is None:
        Participant.objects.filter(pk=scene.birk.pk).update(contact=None)
    else:
        OfficeHolder.objects.filter(pk=scene.birk.contact_id or "").update(**change)
    approve(scene)
    report = dispatch.dispatch_due()
    assert (report.queued, report.in_trouble) == (1, 1)
    paper = Dispatch.objects.get(invitation__participant=scene.birk)
    assert words in paper.problem
    assert paper.email is None
    assert OutgoingEmail.objects.get().to_name == str(scene.corn.contact.name)  # type: ignore[union-attr]

    cured = makers.make_contact(scene.birk.municipality)
    Participant.objects.filter(pk=scene.birk.pk).update(contact=cured)
    assert dispatch.dispatch_due().queued == 1
    paper.refresh_from_db()
    assert paper.problem == ""
    assert paper.email is not None
    assert paper.email.to_address == cured.email


def test_a_fault_in_one_message_holds_up_nobody(scene: Scene) -> None:
    bad, _good = approve(scene)
    Document.objects.filter(pk=bad.pk).update(sha256="0" * 64, file_name="x" * 299)
    dispatch.dispatch_due()
    OutgoingEmail.objects.update(not_before=timezone.now() - dt.timedelta(seconds=1))
    states = {row.to_name: outbox.deliver(row.pk) for row in OutgoingEmail.objects.all()}
    assert states[scene.birk.contact.name] == OutgoingEmail.State.FAILED  # type: ignore[union-attr]
    assert states[scene.corn.contact.name] == OutgoingEmail.State.SENT  # type: ignore[union-attr]


def test_those_who_left_get_nothing(scene: Scene) -> None:
    approve(scene)
    participants.leave(
        participant=scene.birk, state=Participant.State.WITHDRAWN, reason="Changed its mind.", actor=ACTOR
    )
    dispatch.dispatch_due()
    assert [row.to_name for row in OutgoingEmail.objects.all()] == [scene.corn.contact.name]  # type: ignore[union-attr]
    assert not Invitation.objects.filter(participant=scene.birk).exists()


def test_who_leaves_between_call_and_sending_gets_nothing(scene: Scene) -> None:
    birk, _corn = approve(scene, state=papers.QUEUED)
    dispatch.dispatch_due()
    participants.leave(participant=scene.birk, state=Participant.State.DECLINED, reason="No.", actor=ACTOR)
    papers.render(birk)
    assert dispatch.dispatch_due().queued == 0
    assert not OutgoingEmail.objects.exists()


@pytest.mark.parametrize("state", [Case.State.PARKED, Case.State.CLOSED])
def test_a_case_that_rests_sends_nothing(scene: Scene, state: str) -> None:
    approve(scene)
    parked_from = Case.State.PROPOSAL if state == Case.State.PARKED else ""
    Case.objects.filter(pk=scene.case.pk).update(state=state, parked_from=parked_from)
    assert dispatch.dispatch_due() == dispatch.Report()
    assert not OutgoingEmail.objects.exists()


def test_a_meeting_whose_time_has_passed_is_not_called(scene: Scene) -> None:
    approve(scene)
    dispatch.dispatch_due(now=the_meeting(scene).starts_at + dt.timedelta(minutes=1))
    assert the_meeting(scene).state == Meeting.State.PLANNED
    assert not OutgoingEmail.objects.exists()


def test_once_sent_the_participant_has_the_proposal(scene: Scene, mailoutbox: list[object]) -> None:
    approve(scene)
    dispatch.dispatch_due()
    row = OutgoingEmail.objects.get(to_name=scene.birk.contact.name)  # type: ignore[union-attr]
    assert outbox.deliver(row.pk) == OutgoingEmail.State.SENT
    assert dispatch.dispatch_due().marked_sent == 1
    assert Participant.objects.get(pk=scene.birk.pk).state == Participant.State.PROPOSAL_SENT
    assert Participant.objects.get(pk=scene.corn.pk).state == Participant.State.ACKNOWLEDGED
    assert dispatch.dispatch_due().marked_sent == 0


def test_due_is_counted_back_from_the_meeting_for_each_recipient(scene: Scene) -> None:
    approve(scene)
    dispatch.dispatch_due()
    paper = Dispatch.objects.get(invitation__participant=scene.birk)
    meeting = the_meeting(scene)
    assert paper.due_at == dispatch.due_at(meeting, scene.birk)
    assert paper.due_at < meeting.starts_at - dt.timedelta(days=11)
    assert not paper.is_late


def test_a_new_version_sends_exactly_the_new_papers(scene: Scene) -> None:
    approve(scene)
    dispatch.dispatch_due()
    second = papers.draft(scene, number=2)
    assert dispatch.dispatch_due() == dispatch.Report()
    papers.approve(second, scene)
    report = dispatch.dispatch_due()
    assert (report.papers, report.queued) == (2, 2)
    assert OutgoingEmail.objects.count() == 4
    assert dispatch.dispatch_due().queued == 0


def test_a_new_version_replaces_papers_that_have_not_left(scene: Scene) -> None:
    approve(scene, state=papers.QUEUED)
    dispatch.dispatch_due()
    second = papers.approve(papers.draft(scene, number=2), scene)
    dispatch.dispatch_due()
    assert OutgoingEmail.objects.count() == 2
    assert set(Dispatch.objects.values_list("document", flat=True)) == {paper.pk for paper in second}


def test_later_messages_stay_in_the_thread_of_the_first(scene: Scene) -> None:
    approve(scene)
    dispatch.dispatch_due()
    first = OutgoingEmail.objects.get(to_name=scene.birk.contact.name)  # type: ignore[union-attr]
    papers.approve(papers.draft(scene, number=2), scene)
    dispatch.dispatch_due()
    later = OutgoingEmail.objects.exclude(pk=first.pk).get(to_name=first.to_name, to_address=first.to_address)
    assert first.thread_id == ""
    assert later.thread_id == first.message_id
    assert built(later)["References"] == first.message_id


def test_another_recipient_gets_a_link_of_its_own_and_the_old_one_closes(scene: Scene) -> None:
    approve(scene)
    dispatch.dispatch_due()
    old = PersonalLink.objects.get(subject=scene.birk.pk)
    Participant.objects.filter(pk=scene.birk.pk).update(contact=makers.make_contact(scene.birk.municipality))
    papers.approve(papers.draft(scene, number=2), scene)
    dispatch.dispatch_due()
    old.refresh_from_db()
    assert old.revoked_at is not None
    assert PersonalLink.objects.get(subject=scene.birk.pk, revoked_at=None).pk != old.pk


def test_names_and_texts_cannot_inject_headers_or_markup(scene: Scene) -> None:
    evil = 'Eve\r\nBcc: all@example.org\r\n<script>alert(1)</script> "quoted"'
    OfficeHolder.objects.filter(pk=scene.birk.contact_id or "").update(name=evil[:150])
    type(scene.case).objects.filter(pk=scene.case.pk).update(title=evil)
    scene.birk.municipality.name = "Birk\r\nBcc: all@example.org <b>"
    scene.birk.municipality.save()
    scene.focal.name = evil
    scene.focal.save()
    Meeting.objects.update(place=evil)
    approve(scene)
    dispatch.dispatch_due()
    contact = OfficeHolder.objects.get(pk=scene.birk.contact_id or "")
    row = OutgoingEmail.objects.get(to_address=contact.email)
    message = built(row)
    assert message["Bcc"] is None
    assert [address.addr_spec for address in message["To"].addresses] == [contact.email]
    html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "<script" not in html
    assert "<b>" not in html
    event = calendar_of(row).events[0]
    assert event["ATTENDEE"] == f"mailto:{contact.email}"
    for part in message.walk():
        assert part["Bcc"] is None


def test_statements_per_message_are_constant(scene: Scene) -> None:
    def statements(guests: int) -> int:
        other = make_scene(guests, state=Case.State.PROPOSAL)
        version = papers.draft(other)
        papers.planned(other)
        papers.approve(version, other)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert dispatch.dispatch_due().queued == guests
        return len(asked)

    one, three, five = statements(1), statements(3), statements(5)
    assert three - one == five - three
    assert (five - three) / 2 <= 40


def test_the_command_reports_in_words_and_json(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    approve(scene)
    call_command("dispatch_due", "--format", "json")
    assert json.loads(capsys.readouterr().out) == {
        "called": 1,
        "papers": 2,
        "queued": 2,
        "in_trouble": 0,
        "marked_sent": 0,
    }
    call_command("dispatch_due")
    assert "0 messages queued" in capsys.readouterr().out


def test_the_command_fails_when_somebody_cannot_be_reached(scene: Scene) -> None:
    Participant.objects.filter(pk=scene.birk.pk).update(contact=None)
    approve(scene)
    with pytest.raises(SystemExit) as stopped:
        call_command("dispatch_due")
    assert stopped.value.code == 1


def test_it_is_planned_in_the_past_never(scene: Scene) -> None:
    with pytest.raises(Refusal):
        papers.planned(scene, start=timezone.now() - dt.timedelta(minutes=1))


def test_who_joins_after_the_call_gets_its_paper_invitation_and_questions(scene: Scene) -> None:
    approve(scene)
    dispatch.dispatch_due()
    late = makers.make_participant(scene.case, makers.make_municipality("Dorp"))
    scene.guests.append(late)
    papers.approve(papers.draft(scene, number=2), scene)
    assert dispatch.dispatch_due().queued == 3
    assert Invitation.objects.filter(participant=late).count() == 1
    assert ClarificationRound.objects.get().answers.filter(participant=late).count() == 7
    assert OutgoingEmail.objects.filter(to_address=late.contact.email).count() == 1  # type: ignore[union-attr]
