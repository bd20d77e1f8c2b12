"""What the page of expectations shows: topics and their differences, the goal and its voices, who does what.

Reads a fixed number of queries, whatever the number of topics and parties.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from meetings.differences import Difference, compare
from meetings.models import (
    Expectation,
    ExpectationTopic,
    GoalVoice,
    OverarchingGoal,
    Responsibility,
    Telling,
)
from partners.models import Case, Participant

PARTIES = (Participant.State.INITIATOR, *Participant.IN_TOUCH)


@dataclass(frozen=True, slots=True)
class Said:
    """What one party says on a topic now, and what it said before."""

    party: Participant
    now: Expectation | None
    earlier: Sequence[Expectation] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic over all parties."""

    topic: ExpectationTopic
    difference: Difference[Participant]
    said: Sequence[Said]


@dataclass(frozen=True, slots=True)
class Voice:
    """What one party says to a wording of the goal; None while it has said nothing."""

    party: Participant
    voice: GoalVoice | None


@dataclass(frozen=True, slots=True)
class Goal:
    """The wording as it stands, with everybody's voice."""

    goal: OverarchingGoal
    voices: Sequence[Voice]

    @property
    def silent(self) -> list[Participant]:
        """Who has not said yet whether it shares the goal."""
        return [each.party for each in self.voices if each.voice is None]

    @property
    def against(self) -> list[Participant]:
        """Who does not share this wording."""
        return [each.party for each in self.voices if each.voice and not each.voice.agrees]

    @property
    def shared(self) -> bool:
        """Whether every party has agreed by name."""
        return all(each.voice and each.voice.agrees for each in self.voices)


@dataclass(frozen=True, slots=True)
class Told:
    """What one party recorded of telling its staff and its council."""

    party: Participant
    staff: Sequence[Telling] = ()
    council: Sequence[Telling] = ()


@dataclass(frozen=True, slots=True)
class Standpoints:
    """The whole page."""

    parties: Sequence[Participant]
    topics: Sequence[Topic]
    set_aside: Sequence[Topic]
    goal: Goal | None
    earlier_goals: Sequence[Goal]
    tasks: Sequence[Responsibility]
    told: Sequence[Told] = field(default_factory=tuple)


def build(case: Case) -> Standpoints:
    """Everything that the parties of a case have said of what they expect."""
    parties = parties_of(case)
    topics = sorted(_topics(case, parties), key=lambda each: each.difference.rank)
    goals = [_goal(goal, parties) for goal in _goals(case)]
    tellings = list(Telling.objects.filter(participant__in=parties))
    return Standpoints(
        parties=parties,
        topics=[each for each in topics if not each.topic.closed],
        set_aside=[each for each in topics if each.topic.closed],
        goal=next(iter(goals), None),
        earlier_goals=goals[1:],
        tasks=list(Responsibility.objects.filter(case=case).select_related("participant__municipality")),
        told=[_told(party, tellings) for party in parties],
    )


def parties_of(case: Case) -> list[Participant]:
    """The initiator first, then everybody in touch by name."""
    rows = Participant.objects.filter(case=case, state__in=PARTIES).select_related("municipality")
    return sorted(rows, key=lambda row: (not row.is_initiator, row.municipality.name))


def _topics(case: Case, parties: Sequence[Participant]) -> list[Topic]:
    rows = ExpectationTopic.objects.filter(case=case).select_related("raised_by__municipality")
    said: dict[tuple[object, object], list[Expectation]] = {}
    for each in Expectation.objects.filter(topic__case=case, participant__in=parties).order_by("-number"):
        said.setdefault((each.topic_id, each.participant_id), []).append(each)
    return [_topic(row, [(party, said.get((row.pk, party.pk), [])) for party in parties]) for row in rows]


def _topic(topic: ExpectationTopic, history: Sequence[tuple[Participant, Sequence[Expectation]]]) -> Topic:
    stances = {party: rows[0].stance if rows else None for party, rows in history}
    said = [Said(party, rows[0] if rows else None, rows[1:]) for party, rows in history]
    return Topic(topic, compare(stances), said)


def _goals(case: Case) -> list[OverarchingGoal]:
    return list(
        OverarchingGoal.objects.filter(case=case).prefetch_related("voices__participant__municipality")
    )


def _goal(goal: OverarchingGoal, parties: Sequence[Participant]) -> Goal:
    by_party = {voice.participant_id: voice for voice in goal.voices.all()}
    return Goal(goal, [Voice(party, by_party.get(party.pk)) for party in parties])


def _told(party: Participant, tellings: Sequence[Telling]) -> Told:
    own = [each for each in tellings if each.participant_id == party.pk]
    return Told(
        party,
        [each for each in own if each.audience == Telling.Audience.STAFF],
        [each for each in own if each.audience == Telling.Audience.COUNCIL],
    )
