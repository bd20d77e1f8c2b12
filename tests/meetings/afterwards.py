"""A formal meeting that was held, with everything that minutes, councils and next steps need."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

from django.db import connections
from django.utils import timezone

from imc_portal.core import documents
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from meetings.models import (
    CaseRules,
    ExplorationDecision,
    FormalMeeting,
    Invitation,
    Meeting,
    MeetingPaper,
    Minutes,
    NextStep,
    Objective,
    RecordNote,
    SelectedArea,
)
from meetings.services import minutes, minutes_letters, minutes_voices
from partners.models import Case, Participant
from tests.meetings import scenes
from tests.meetings.scenes import Scene


def hold(
    scene: Scene, *, held: dt.datetime | None = None, subject: tuple[Participant, ...] = ()
) -> FormalMeeting:
    """A held formal meeting: all there, one objective, one area, everybody decided, one step of Birk."""
    meeting = scenes.call_formal(scene, starts_in=dt.timedelta(days=-1))
    scenes.seat_everybody(meeting)
    for party in subject:
        meeting.invitations.filter(participant=party).update(mandate=Invitation.Mandate.SUBJECT_TO_COUNCIL)
    meeting.agenda = [{"title": "Benefits and costs", "minutes": 20}, {"title": "Any other", "minutes": 5}]
    meeting.state, meeting.held_at = Meeting.State.HELD, held or timezone.now()
    meeting.chair, meeting.secretary = "Anna Alder", "Sam Secretary"
    meeting.save()
    RecordNote.objects.create(meeting=meeting, position=0, title="Benefits and costs", text="Birk asked.")
    RecordNote.objects.create(meeting=meeting, position=1, title="Any other", text="")
    objective = Objective.objects.create(meeting=meeting, text="Halve the cost", target="50 %", horizon=2030)
    area = SelectedArea.objects.create(
        meeting=meeting, area=scene.area, objective=objective, why="It is big."
    )
    for row in meeting.invitations.all():
        ExplorationDecision.objects.create(
            selected_area=area, participant=row.participant, vote="yes", mandate=row.mandate
        )
    make_step(meeting, scene.birk)
    Case.objects.filter(pk=scene.case.pk).update(state=Case.State.FORMAL_HELD)
    Participant.objects.filter(case=scene.case).exclude(state="initiator").update(
        state=Participant.State.COMMITTED
    )
    scene.case.refresh_from_db()
    return meeting


def make_step(meeting: FormalMeeting, owner: Participant, **fields: Any) -> NextStep:
    """An open step, due in ten days."""
    defaults: dict[str, Any] = {
        "action": "Ask the prefecture",
        "owner_name": "Bert Birk",
        "due": timezone.localdate() + dt.timedelta(days=10),
    }
    return NextStep.objects.create(meeting=meeting, owner=owner, **(defaults | fields))


def draft(scene: Scene, meeting: FormalMeeting) -> Minutes:
    """The first draft."""
    return minutes.begin(meeting=meeting, actor=Actor.person(scene.focal))


def send(scene: Scene, meeting: FormalMeeting, now: dt.datetime | None = None) -> Minutes:
    """Minutes sent to every delegation, the letters not written yet."""
    drafted = draft(scene, meeting)
    return minutes.send(minutes=drafted, revision=drafted.revision, actor=Actor.person(scene.focal), now=now)


def print_all() -> None:
    """Every paper that waits is there, without the typesetter."""
    for paper in MeetingPaper.objects.filter(state="waiting"):
        content = f"%PDF-1.7 {paper.pk}".encode()
        name, digest = documents.store(f"test/{paper.pk}.pdf", content)
        MeetingPaper.objects.filter(pk=paper.pk).update(
            state="stored", file_name=name, sha256=digest, size=len(content), stored_at=timezone.now()
        )


def post(now: dt.datetime | None = None) -> minutes_letters.Report:
    """The papers are printed and the clock has run."""
    print_all()
    return minutes_letters.run(now=now)


def deliver(now: dt.datetime | None = None) -> None:
    """Every letter has left."""
    OutgoingEmail.objects.filter(state="queued").update(state="sent", sent_at=now or timezone.now())


def objection_days(case: Case, days: int) -> None:
    """The case's own time to object."""
    CaseRules.objects.update_or_create(case=case, defaults={"objection_days": days})


def by_link(party: Participant) -> Actor:
    """Somebody who came by the participant's link."""
    return Actor(key="link:x", name=f"Holder of {party}")


def at_once(*acts: Callable[[], object]) -> list[BaseException]:
    """Run the acts in threads that start together; what they raised."""
    start = threading.Barrier(len(acts))
    faults: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait(10)
            act()
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return faults


def say(sent: Minutes, party: Participant, actor: Actor) -> None:
    """The delegation agrees."""
    minutes_voices.say(minutes=sent, participant=party, voice="agrees", name="x", actor=actor)
