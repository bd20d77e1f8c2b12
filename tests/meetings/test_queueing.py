"""Letters written together, each standing by itself: one that fails, those that wait, what they cost."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from imc_portal.core.models import AuditEntry, OutgoingEmail, PersonalLink
from meetings.models import Dispatch
from meetings.services import dispatch, queueing
from partners.models import Case, Municipality, OfficeHolder, Participant
from tests.meetings import papers
from tests.meetings.papers import approve_draft, meeting_of
from tests.meetings.scenes import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def one_scene(standing: None) -> Scene:
    """A proposal approved, its papers on their way to the printer, the meeting called."""
    return papers.build()


def written_to() -> list[Participant]:
    """Those for whom a letter stands in the outbox."""
    return list(Participant.objects.filter(invitations__dispatches__email__isnull=False))


def test_a_letter_that_cannot_be_written_leaves_nothing_behind_and_the_others_go_on(scene: Scene) -> None:
    waiting = approve_draft(scene, state=papers.QUEUED)
    papers.tick()
    # Nobody can write a time by a clock that does not exist; no form lets it in.
    Municipality.objects.filter(pk=scene.birk.municipality_id).update(time_zone="Atlantis/Sunk")
    for document in waiting:
        papers.render(document)
    report = papers.tick()
    assert (report.queued, report.in_trouble) == (1, 1)
    assert written_to() == [scene.corn]
    broken = Dispatch.objects.get(invitation__participant=scene.birk)
    assert broken.problem == queueing.UNWRITTEN
    assert broken.email is None
    assert not PersonalLink.objects.filter(subject=scene.birk.pk).exists(), "half a letter was left"
    assert not AuditEntry.objects.filter(
        verb="queued the papers", target_key__endswith=str(scene.birk.pk)
    ).exists()

    Municipality.objects.filter(pk=scene.birk.municipality_id).update(time_zone="Europe/Paris")
    assert papers.tick().queued == 1


def test_the_first_letter_moves_the_case_once(scene: Scene) -> None:
    approve_draft(scene)
    papers.tick()
    scene.case.refresh_from_db()
    assert scene.case.state == Case.State.INFORMAL_MEETING
    moves = AuditEntry.objects.filter(verb="moved the case", after__state=Case.State.INFORMAL_MEETING)
    assert moves.count() == 1


def test_who_cannot_be_reached_does_not_stand_in_the_way_of_the_rest(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queueing, "BATCH", 1)
    OfficeHolder.objects.filter(pk=scene.birk.contact_id or "").update(email="")
    approve_draft(scene)
    Dispatch.objects.filter(invitation__participant=scene.birk).update(due_at=timezone.now())
    for _round in range(3):
        papers.tick()
    assert written_to() == [scene.corn]
    assert Dispatch.objects.get(invitation__participant=scene.birk).problem


def statements_of(guests: int) -> int:
    """How many it takes to write the letters of a meeting with so many guests."""
    scene = papers.build(guests)
    approve_draft(scene)
    now = timezone.now()
    dispatch.dispatch_due(now=now)  # calls; its agenda is not printed yet
    papers.print_agendas()
    meeting = meeting_of(scene)
    waiting = [pk for pk, of in queueing.waiting(now) if of == meeting.pk]
    assert len(waiting) == guests
    with CaptureQueriesContext(connection) as asked:
        assert queueing.queue(meeting_id=meeting.pk, dispatch_ids=waiting, now=now) == [True] * guests
    return len(asked)


def test_one_more_letter_costs_fifteen_statements() -> None:
    assert (statements_of(6) - statements_of(2)) / 4 <= 15


def test_many_are_moved_together_and_each_has_its_entry(scene: Scene) -> None:
    approve_draft(scene)
    papers.tick()
    OutgoingEmail.objects.update(state=OutgoingEmail.State.SENT, sent_at=timezone.now())
    Participant.objects.filter(pk=scene.corn.pk).update(state=Participant.State.MET)
    assert dispatch.mark_sent() == 1
    states = dict(Participant.objects.values_list("pk", "state"))
    assert states[scene.birk.pk] == Participant.State.PROPOSAL_SENT
    assert states[scene.corn.pk] == Participant.State.MET, "nobody moves back"
    moved = AuditEntry.objects.filter(verb="moved a participant", after__state="proposal_sent")
    assert [entry.target_text for entry in moved] == [str(scene.birk)]
