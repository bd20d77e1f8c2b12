"""The talks of the case: meetings, answers under seal, outcomes, minutes, what follows."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from imc_portal.core import documents
from imc_portal.core.models import OutgoingEmail
from meetings import minutes_facts
from meetings.models import (
    Answer,
    Attitude,
    ClarificationRound,
    Dispatch,
    Expectation,
    ExpectationTopic,
    ExplorationDecision,
    FormalMeeting,
    GoalVoice,
    HandOver,
    InformalMeeting,
    Invitation,
    MeetingPaper,
    Minutes,
    MinutesVoice,
    NextStep,
    Objective,
    OverarchingGoal,
    Ratification,
    RecordNote,
    RecordRevision,
    Responsibility,
    SelectedArea,
    Telling,
)
from meetings.models.clarification import Question
from partners.models import (
    Participant,
)
from proposals.models import (
    Document,
)
from tests.world.cast import SECRETS, World


def meet(world: World) -> None:
    """An informal meeting that was held, answers under seal, a formal meeting with outcomes."""
    now = timezone.now()
    place = {"host": world.a, "time_zone": "Europe/Paris", "place": "Town hall", "called_at": now}
    informal = InformalMeeting.objects.create(
        case=world.case,
        kind="informal",
        state="called",
        starts_at=now + dt.timedelta(days=30),
        ends_at=now + dt.timedelta(days=30, hours=2),
        **place,
    )
    formal = FormalMeeting.objects.create(
        case=world.case,
        kind="formal",
        state="called",
        starts_at=now + dt.timedelta(days=60),
        ends_at=now + dt.timedelta(days=60, hours=2),
        **place,
    )
    initiator = world.case.participants.get(state="initiator")
    for participant in (initiator, world.made["partner"], world.made["other"]):
        assert isinstance(participant, Participant)
        for meeting in (informal, formal):
            invitation = Invitation.objects.create(
                meeting=meeting,
                participant=participant,
                link=world.link if participant == world.made["partner"] else None,
            )
            world.made[f"invitation_{meeting.kind}_{participant.municipality.name}"] = invitation
            if meeting == informal and not participant.is_initiator:
                key = "partner" if participant == world.made["partner"] else "other"
                document = world.made[f"document_{key}"]
                assert isinstance(document, Document)
                world.made[f"dispatch_{key}"] = Dispatch.objects.create(
                    invitation=invitation,
                    document=document,
                    due_at=now - dt.timedelta(hours=1),
                    email=_sent(world, key, now),
                )
    _record(informal)
    world.made |= {"informal": informal, "formal": formal}
    _answer(world, initiator)
    _expect(world, initiator)
    _decide(world, formal, initiator)


def _record(meeting: InformalMeeting) -> None:
    """What was written down so far: for those alone who run the case."""
    text = SECRETS["record"]
    note = RecordNote.objects.create(meeting=meeting, position=0, title="In general", text=text, revision=1)
    RecordRevision.objects.create(note=note, number=1, text=text, kept_by="x", kept_at=timezone.now())


def _sent(world: World, key: str, now: dt.datetime) -> OutgoingEmail:
    """The message that carried a paper, accepted by a mail server."""
    return OutgoingEmail.objects.create(
        key=key,
        context=world.case.context,
        to_address=f"{key}@example.org",
        subject="A proposal",
        text="Good day",
        message_id=f"<{key}@example.org>",
        not_before=now,
        state="sent",
        sent_at=now,
    )


def _answer(world: World, initiator: Participant) -> None:
    now = timezone.now()
    sealed = ClarificationRound.objects.create(case=world.case, deadline=now + dt.timedelta(days=37))
    area, partner, other = world.made["area"], world.made["partner"], world.made["other"]
    for participant in (initiator, partner, other):
        for question in Question:
            Answer.objects.create(round=sealed, participant=participant, question=question, area=area)  # type: ignore[misc]  # kept as objects
    for who, secret in ((initiator, "answer_a"), (partner, "answer_b")):
        Answer.objects.filter(participant=who, question=1).update(  # type: ignore[misc]  # as above
            state="answered", choice="3", text=SECRETS[secret], answered_at=now, answered_by="x"
        )
    world.made["round"] = sealed
    for who, key in ((initiator, "answer_a"), (partner, "answer_b")):
        world.made[key] = Answer.objects.get(participant=who, question=1)  # type: ignore[misc]  # as above
    for who in (initiator, partner):
        stated = Attitude.objects.create(participant=who, value="positive", stated_by="x")  # type: ignore[misc]  # as above
        stated.by_area.create(area=area, value="positive")  # type: ignore[misc]  # as above


def _expect(world: World, initiator: Participant) -> None:
    """A topic of B on which A and B differ, a goal with one voice, a task, and a council that was told."""
    partner, secret = world.made["partner"], SECRETS["expectation"]
    assert isinstance(partner, Participant)
    topic = ExpectationTopic.objects.create(case=world.case, text="One price for all", raised_by=partner)
    for who, stance in ((initiator, "needs"), (partner, "cannot")):
        Expectation.objects.create(
            topic=topic, participant=who, stance=stance, interest=secret, stated_by="x"
        )
    goal = OverarchingGoal.objects.create(case=world.case, number=1, text=secret, drafted_by="x")
    GoalVoice.objects.create(
        goal=goal, participant=initiator, agrees=True, name="x", recorded_by="x", recorded_at=timezone.now()
    )
    task = Responsibility.objects.create(
        case=world.case, task=secret, participant=partner, name="x", recorded_by="x"
    )
    Telling.objects.create(
        participant=partner, audience="council", told_on=dt.date(2026, 1, 5), how=secret, recorded_by="x"
    )
    world.made |= {"topic": topic, "goal": goal, "task": task}


def _decide(world: World, formal: FormalMeeting, initiator: Participant) -> None:
    objective = Objective.objects.create(meeting=formal, text="Halve the cost of the winter service")
    selected = SelectedArea.objects.create(meeting=formal, area=world.made["area"], objective=objective)  # type: ignore[misc]  # as above
    ExplorationDecision.objects.create(
        selected_area=selected, participant=initiator, vote="yes", mandate="full"
    )
    step = NextStep.objects.create(
        meeting=formal,
        action="Ask the prefecture",
        owner=initiator,
        owner_name="Anna",
        due=dt.date(2027, 1, 15),
    )
    name, digest = documents.store("test/package.zip", b"PK zip")
    package = HandOver.objects.create(
        case=world.case, file_name=name, sha256=digest, size=6, made_by=world.people["focal"]
    )
    world.made |= {"objective": objective, "selected": selected, "step": step, "package": package}
    _minute(world, formal, initiator)


def _minute(world: World, formal: FormalMeeting, initiator: Participant) -> None:
    """Minutes with B's objection, of another held meeting a draft; a council of B that is awaited."""
    partner, now = world.made["partner"], timezone.now()
    assert isinstance(partner, Participant)
    Invitation.objects.filter(meeting=formal).update(present=True, delegate_name="Somebody")
    minutes = Minutes.objects.create(
        meeting=formal, introduction=SECRETS["minutes_sent"], drafted_by="x", sent_at=now, state="draft"
    )
    minutes.facts = minutes_facts.gather(minutes, now)
    minutes.state, minutes.objections_until = "sent", now + dt.timedelta(days=14)
    minutes.save()
    voice = MinutesVoice.objects.create(
        minutes=minutes,
        participant=partner,
        voice="objects",
        text=SECRETS["minutes_sent"],
        name="Mayor of B",
        recorded_by="x",
        recorded_at=now,
    )
    council = Ratification.objects.create(meeting=formal, participant=partner)
    name, digest = documents.store("test/minutes.pdf", b"%PDF-1.7 " + SECRETS["minutes_sent"].encode())
    MeetingPaper.objects.create(
        meeting=formal,
        kind="minutes",
        language="en",
        edition=1,
        state="stored",
        file_name=name,
        sha256=digest,
    )
    earlier = FormalMeeting.objects.create(
        case=world.case,
        kind="formal",
        state="held",
        held_at=now - dt.timedelta(days=90),
        called_at=now - dt.timedelta(days=120),
        starts_at=now - dt.timedelta(days=90),
        ends_at=now - dt.timedelta(days=89),
        host=world.a,
        time_zone="Europe/Paris",
        place="Town hall",
    )
    for participant in (initiator, partner):
        Invitation.objects.create(meeting=earlier, participant=participant, present=True, delegate_name="x")
    drafted = Minutes.objects.create(meeting=earlier, introduction=SECRETS["minutes_draft"], drafted_by="x")
    step = NextStep.objects.create(
        meeting=earlier, action="Count the ploughs", owner=partner, owner_name="Bert", due=dt.date(2027, 1, 5)
    )
    world.made |= {"earlier": earlier, "minutes": minutes, "minutes_draft": drafted, "objection": voice}
    world.made |= {"council": council, "step_of_b": step}
