"""Calling a meeting and sending its papers: once, to the right ones, and only what is approved."""

from __future__ import annotations

import datetime as dt
import json
import threading

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from imc_portal.core import outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, OutgoingEmail, PersonalLink
from imc_portal.core.problems import Refusal
from meetings.models import ClarificationRound, Dispatch, Invitation, Meeting
from meetings.services import dispatch
from partners.models import Case, OfficeHolder, Participant
from partners.services import participants
from tests import makers
from tests.meetings import papers
from tests.meetings.papers import approve_draft, built, meeting_of
from tests.meetings.scenes import Scene

pytestmark = pytest.mark.django_db
ACTOR = Actor.portal()


@pytest.fixture
def scene() -> Scene:
    """Alder, with a case at the proposal and a planned informal meeting; nothing approved."""
    return papers.build()


def test_nothing_is_called_or_mailed_before_approval(scene: Scene) -> None:
    report = papers.tick()
    assert report == dispatch.Report()
    assert meeting_of(scene).state == Meeting.State.PLANNED
    assert not OutgoingEmail.objects.exists()
    assert not PersonalLink.objects.exists()


def test_an_approved_meeting_is_called_and_each_recipient_gets_its_own_paper(scene: Scene) -> None:
    approve_draft(scene)
    report = papers.tick()
    meeting = meeting_of(scene)
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
    approve_draft(scene)
    papers.tick()
    clarification = ClarificationRound.objects.get(case=scene.case)
    assert clarification.deadline == meeting_of(scene).starts_at + dt.timedelta(days=7)
    assert clarification.answers.count() == 3 * 7
    papers.tick()
    assert clarification.answers.count() == 3 * 7


def test_running_again_adds_nothing(scene: Scene) -> None:
    approve_draft(scene)
    papers.tick()
    again = papers.tick()
    assert again == dispatch.Report()
    assert (OutgoingEmail.objects.count(), Dispatch.objects.count(), Invitation.objects.count()) == (2, 2, 3)
    assert PersonalLink.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_send_each_paper_once(scene: Scene) -> None:
    approve_draft(scene)
    start = threading.Barrier(2)
    faults: list[BaseException] = []

    def tick() -> None:
        try:
            start.wait()
            for _n in range(3):
                papers.tick()
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
    birk, corn = approve_draft(scene, state=papers.QUEUED)
    papers.render(birk)
    assert papers.tick().queued == 1
    assert OutgoingEmail.objects.count() == 1
    papers.render(corn)
    assert papers.tick().queued == 1
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
    approve_draft(scene)
    report = papers.tick()
    assert (report.queued, report.in_trouble) == (1, 1)
    paper = Dispatch.objects.get(invitation__participant=scene.birk)
    assert words in paper.problem
    assert paper.email is None
    assert OutgoingEmail.objects.get().to_name == str(scene.corn.contact.name)  # type: ignore[union-attr]

    cured = makers.make_contact(scene.birk.municipality)
    Participant.objects.filter(pk=scene.birk.pk).update(contact=cured)
    assert papers.tick().queued == 1
    paper.refresh_from_db()
    assert paper.problem == ""
    assert paper.email is not None
    assert paper.email.to_address == cured.email


def test_those_who_left_get_nothing(scene: Scene) -> None:
    approve_draft(scene)
    participants.leave(
        participant=scene.birk, state=Participant.State.WITHDRAWN, reason="Changed its mind.", actor=ACTOR
    )
    papers.tick()
    assert [row.to_name for row in OutgoingEmail.objects.all()] == [scene.corn.contact.name]  # type: ignore[union-attr]
    assert not Invitation.objects.filter(participant=scene.birk).exists()


def test_who_leaves_between_call_and_sending_gets_nothing(scene: Scene) -> None:
    birk, _corn = approve_draft(scene, state=papers.QUEUED)
    papers.tick()
    participants.leave(participant=scene.birk, state=Participant.State.DECLINED, reason="No.", actor=ACTOR)
    papers.render(birk)
    assert papers.tick().queued == 0
    assert not OutgoingEmail.objects.exists()


@pytest.mark.parametrize("state", [Case.State.PARKED, Case.State.CLOSED])
def test_a_case_that_rests_sends_nothing(scene: Scene, state: str) -> None:
    approve_draft(scene)
    parked_from = Case.State.PROPOSAL if state == Case.State.PARKED else ""
    Case.objects.filter(pk=scene.case.pk).update(state=state, parked_from=parked_from)
    assert papers.tick() == dispatch.Report()
    assert not OutgoingEmail.objects.exists()


def test_a_meeting_whose_time_has_passed_is_not_called(scene: Scene) -> None:
    approve_draft(scene)
    papers.tick(now=meeting_of(scene).starts_at + dt.timedelta(minutes=1))
    assert meeting_of(scene).state == Meeting.State.PLANNED
    assert not OutgoingEmail.objects.exists()


def test_once_sent_the_participant_has_the_proposal(scene: Scene, mailoutbox: list[object]) -> None:
    approve_draft(scene)
    papers.tick()
    row = OutgoingEmail.objects.get(to_name=scene.birk.contact.name)  # type: ignore[union-attr]
    assert outbox.deliver(row.pk) == OutgoingEmail.State.SENT
    assert papers.tick().marked_sent == 1
    assert Participant.objects.get(pk=scene.birk.pk).state == Participant.State.PROPOSAL_SENT
    assert Participant.objects.get(pk=scene.corn.pk).state == Participant.State.ACKNOWLEDGED
    assert papers.tick().marked_sent == 0


def test_due_is_counted_back_from_the_meeting_for_each_recipient(scene: Scene) -> None:
    approve_draft(scene)
    papers.tick()
    paper = Dispatch.objects.get(invitation__participant=scene.birk)
    meeting = meeting_of(scene)
    assert paper.due_at == dispatch.due_at(meeting, scene.birk)
    assert paper.due_at < meeting.starts_at - dt.timedelta(days=11)
    assert not paper.is_late


def test_a_new_version_sends_exactly_the_new_papers(scene: Scene) -> None:
    approve_draft(scene)
    papers.tick()
    second = papers.draft(scene, number=2)
    assert papers.tick() == dispatch.Report()
    papers.approve(second, scene)
    report = papers.tick()
    assert (report.papers, report.queued) == (2, 2)
    assert OutgoingEmail.objects.count() == 4
    assert papers.tick().queued == 0


def test_a_new_version_replaces_papers_that_have_not_left(scene: Scene) -> None:
    approve_draft(scene, state=papers.QUEUED)
    papers.tick()
    second = papers.approve(papers.draft(scene, number=2), scene)
    papers.tick()
    assert OutgoingEmail.objects.count() == 2
    assert set(Dispatch.objects.values_list("document", flat=True)) == {paper.pk for paper in second}


def test_another_recipient_gets_a_link_of_its_own_and_the_old_one_closes(scene: Scene) -> None:
    approve_draft(scene)
    papers.tick()
    old = PersonalLink.objects.get(subject=scene.birk.pk)
    Participant.objects.filter(pk=scene.birk.pk).update(contact=makers.make_contact(scene.birk.municipality))
    papers.approve(papers.draft(scene, number=2), scene)
    papers.tick()
    old.refresh_from_db()
    assert old.revoked_at is not None
    assert PersonalLink.objects.get(subject=scene.birk.pk, revoked_at=None).pk != old.pk


def test_the_command_reports_in_words_and_json(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    approve_draft(scene)
    dispatch.dispatch_due()
    papers.print_agendas()
    call_command("dispatch_due", "--format", "json")
    assert json.loads(capsys.readouterr().out) == {
        "called": 0,
        "papers": 0,
        "queued": 2,
        "in_trouble": 0,
        "marked_sent": 0,
        "told": 0,
    }
    call_command("dispatch_due")
    assert "0 messages queued" in capsys.readouterr().out


def test_the_command_fails_when_somebody_cannot_be_reached(scene: Scene) -> None:
    Participant.objects.filter(pk=scene.birk.pk).update(contact=None)
    approve_draft(scene)
    with pytest.raises(SystemExit) as stopped:
        call_command("dispatch_due")
    assert stopped.value.code == 1


def test_it_is_planned_in_the_past_never(scene: Scene) -> None:
    with pytest.raises(Refusal):
        papers.planned(scene, start=timezone.now() - dt.timedelta(minutes=1))


def test_who_joins_after_the_call_gets_its_paper_invitation_and_questions(scene: Scene) -> None:
    approve_draft(scene)
    papers.tick()
    late = makers.make_participant(scene.case, makers.make_municipality("Dorp"))
    scene.guests.append(late)
    papers.approve(papers.draft(scene, number=2), scene)
    assert papers.tick().queued == 3
    assert Invitation.objects.filter(participant=late).count() == 1
    assert ClarificationRound.objects.get().answers.filter(participant=late).count() == 7
    assert OutgoingEmail.objects.filter(to_address=late.contact.email).count() == 1  # type: ignore[union-attr]
