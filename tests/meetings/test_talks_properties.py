"""Whatever happens in whatever order: no way leads round the method.

Random sequences of events run through the real services. After each event one looks at the rows alone:
no formal meeting without an informal phase that was positive, or a lead's reason on record; no decision in
an informal meeting; no selected area without an objective of its own meeting.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator

import pytest
import pytest_django
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry
from imc_portal.core.problems import Refusal
from meetings.agenda import Item
from meetings.models import (
    Attitude,
    ClarificationRound,
    ExplorationDecision,
    FormalMeeting,
    InformalMeeting,
    Meeting,
    NextStep,
    Objective,
    SelectedArea,
)
from meetings.services import answers, attitudes, dispatch, holding, outcomes, planning
from partners.models import Case, Participant
from partners.services import cases, loops, participants
from tests.meetings import decisions, papers, scenes

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

OPEN = ("positive", "conditional")
#: The shortest honest way through the talks; an example walks some part of it and then strays.
WAY = (
    *[("plan", 0), ("call", 0), ("seat", 0), ("hold", 0), ("deadline", 0)],
    *[("attitude", 0), ("attitude", 1), ("convene", 0)],
    *[("objective", 0), ("select", 0), ("seat", 0), ("decide", 0), ("next", 0), ("close", 0)],
)


class Talks:
    """A case with an approved proposal and two partners, and everything that may happen to it."""

    def __init__(self) -> None:
        self.scene = scenes.make_scene(state=Case.State.PROPOSAL)
        papers.approve(papers.draft(self.scene), self.scene)
        self.actor = Actor.person(self.scene.lead)
        self.begin()

    def begin(self) -> None:
        """Nothing has happened yet."""
        self.now = timezone.now()
        self.why = ""
        self.was_positive = False
        self.formal_seen: set[uuid.UUID] = set()

    @property
    def case(self) -> Case:
        return Case.objects.get(pk=self.scene.case.pk)

    def meeting(self, kind: str) -> Meeting:
        """The meeting of this kind that was made last; Refusal when there is none."""
        model = FormalMeeting if kind == "formal" else InformalMeeting
        found = model.objects.filter(kind=kind, case=self.case).order_by("-starts_at").first()
        if found is None:
            raise Refusal("There is no such meeting.")
        return found

    def party(self, n: int) -> Participant:
        return Participant.objects.get(pk=self.scene.everybody[n % 3].pk)

    # --- what may happen ------------------------------

    def plan(self, n: int) -> None:
        planning.plan_meeting(case=self.case, plan=self._plan(), actor=self.actor, now=self.now)

    def call(self, n: int) -> None:
        dispatch.call(meeting=self.meeting("informal"), actor=self.actor, now=self.now)

    def seat(self, n: int) -> None:
        kind = "formal" if FormalMeeting.objects.filter(case=self.case).exists() else "informal"
        meeting = self.meeting(kind)
        seats = [
            holding.Seat(row.pk, present=at != n, name="The mayor", office="mayor", mandate="full")
            for at, row in enumerate(meeting.invitations.order_by("participant__municipality__name"), 1)
        ]
        holding.record_attendance(meeting=meeting, seats=seats, actor=self.actor)

    def hold(self, n: int) -> None:
        meeting = self.meeting("informal")
        assert isinstance(meeting, InformalMeeting)
        holding.hold(
            meeting=meeting, actor=self.actor, override="We met all the same" * (n % 2), now=self.now
        )

    def deadline(self, n: int) -> None:
        """Time passes until the seal opens."""
        for clarification in ClarificationRound.objects.filter(case=self.case):
            answers.open_if_due(clarification=clarification, now=clarification.deadline)

    def attitude(self, n: int) -> None:
        value = ["positive", "positive", "negative", "conditional", "undecided", "negative"][n % 6]
        attitudes.state_attitude(
            participant=self.party(n),
            value=value,
            stated_by="The mayor",
            conditions="If we keep the depot" if value == "conditional" else "",
            areas=[self.scene.area] if value in OPEN else [],
            actor=self.actor,
        )

    def convene(self, n: int) -> None:
        override = ["", "  ", "The mayors want it"][n % 3]
        planning.convene_formal(
            case=self.case, plan=self._plan(), actor=self.actor, override=override, now=self.now
        )

    def cancel(self, n: int) -> None:
        meeting = self.meeting(["formal", "informal"][n % 2])
        planning.cancel_meeting(meeting=meeting, reason="Snow", actor=self.actor, now=self.now)

    def objective(self, n: int) -> None:
        decisions.objective(self._recorded(n))

    def select(self, n: int) -> None:
        """Also with an objective of another meeting, or none that was ever saved."""
        meeting = self._recorded(n)
        aim = Objective.objects.order_by("?").first() if n % 2 else meeting.objectives.first()
        aim = aim or Objective(meeting=meeting, text="Never saved")
        outcomes.select_area(meeting=meeting, area=self.scene.area, objective=aim, why="", actor=self.actor)

    def drop(self, n: int) -> None:
        if found := Objective.objects.filter(meeting__case=self.case).first():
            outcomes.remove_objective(objective=found, actor=self.actor)

    def decide(self, n: int) -> None:
        meeting = self._recorded(n)
        area = SelectedArea.objects.filter(meeting__case=self.case).first()
        if area is None:
            raise Refusal("There is no area.")
        everybody = self.scene.everybody
        decisions.decide(meeting, *[decisions.voice(area, who) for who in everybody[: 3 - n % 3]])

    def next(self, n: int) -> None:
        decisions.step(self._recorded(n), self.party(0))

    def none(self, n: int) -> None:
        outcomes.give_none(meeting=self._recorded(n), because="Nobody had a mandate", actor=self.actor)

    def close(self, n: int) -> None:
        override = "The secretary was ill" * (n % 2)
        outcomes.close_record(meeting=self._recorded(n), actor=self.actor, override=override, now=self.now)

    def leave(self, n: int) -> None:
        state = ["declined", "withdrawn", "observing", "no_response"][n % 4]
        participants.leave(participant=self.party(n), state=state, reason="So", actor=self.actor)

    def come_back(self, n: int) -> None:
        participants.come_back(participant=self.party(n), reason="So", actor=self.actor)

    def revisit(self, n: int) -> None:
        loops.revisit_areas(case=self.case, actor=self.actor, reason="Another one is better")

    def park(self, n: int) -> None:
        cases.park(case=self.case, actor=self.actor, reason="Elections")

    def end(self, n: int) -> None:
        cases.close(case=self.case, actor=self.actor, reason="No money")

    def reopen(self, n: int) -> None:
        cases.reopen(case=self.case, actor=self.actor)

    def _plan(self) -> planning.Plan:
        start = self.now + dt.timedelta(days=30)
        return planning.Plan(
            start, start + dt.timedelta(hours=2), "Europe/Paris", "Town hall", "", [Item("Welcome", 5)]
        )

    def _recorded(self, n: int) -> FormalMeeting:
        """The formal meeting; now and then an informal one passed off as formal, which must not work."""
        if n % 5 == 4:
            found = self.meeting("informal")
            return FormalMeeting(pk=found.pk, case=found.case, kind="informal", revision=0, host=found.host)
        meeting = self.meeting("formal")
        assert isinstance(meeting, FormalMeeting)
        return meeting

    # --- what must hold ------------------------------

    def look(self) -> None:
        """What the rows say of themselves, whatever the services promise."""
        formal = FormalMeeting.objects.filter(case=self.case)
        for meeting in formal.exclude(pk__in=self.formal_seen):
            assert self.was_positive or self._gave_a_reason(), "a formal meeting out of nothing"
            self.formal_seen.add(meeting.pk)
        for model in (Objective, SelectedArea, NextStep):
            assert not model._default_manager.exclude(meeting__kind="formal").exists()
        assert not ExplorationDecision.objects.exclude(selected_area__meeting__kind="formal").exists()
        for area in SelectedArea.objects.select_related("objective"):
            assert area.objective.meeting_id == area.meeting_id, "an area that serves nothing here"
        self.was_positive = self.was_positive or self._is_positive()

    def _is_positive(self) -> bool:
        """The initiator and another are open to explore a common area, after the answers were opened."""
        if not self.case.has_reached(Case.State.ATTITUDE):
            return False
        held = Meeting.objects.filter(case=self.case, kind="informal", state="held").exists()
        latest: dict[object, Attitude] = {}
        for row in Attitude.objects.filter(participant__case=self.case).order_by("stated_at"):
            latest[row.participant_id] = row
        minded = {
            who
            for who, row in latest.items()
            if row.value in OPEN and row.by_area.filter(value__in=OPEN).exists()
        }
        still = set(self.case.participants.filter(state__in=Participant.ACTIVE).values_list("pk", flat=True))
        own = self.scene.alder.pk
        return held and own in minded and bool((minded & still) - {own})

    def _gave_a_reason(self) -> bool:
        moves = AuditEntry.objects.filter(verb="moved the case", after__state="formal_convened")
        return any(entry.reason.strip() and entry.after.get("overridden") for entry in moves)


EVENTS: dict[str, Callable[[Talks, int], None]] = {
    act.__name__: act
    for act in (
        *(Talks.plan, Talks.call, Talks.seat, Talks.hold, Talks.deadline, Talks.attitude, Talks.convene),
        *(Talks.cancel, Talks.objective, Talks.select, Talks.drop, Talks.decide, Talks.next, Talks.none),
        *(Talks.close, Talks.leave, Talks.come_back, Talks.revisit, Talks.park, Talks.end, Talks.reopen),
    )
}


@pytest.fixture(scope="module")
def talks(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[Talks]:
    """One case for all examples; what an example did is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Talks()
        transaction.set_rollback(True)


def happen(talks: Talks, name: str, n: int) -> bool:
    """One event, done or refused in a sentence; nothing else may come of it."""
    try:
        with transaction.atomic():
            EVENTS[name](talks, n)
    except (Refusal, ValidationError) as refusal:
        talks.why = str(refusal)
        return False
    return True


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    far=st.integers(0, len(WAY)),
    strays=st.lists(st.tuples(st.sampled_from(sorted(EVENTS)), st.integers(0, 11)), max_size=10),
)
def test_no_order_of_events_leads_round_the_method(
    talks: Talks, far: int, strays: list[tuple[str, int]]
) -> None:
    point = transaction.savepoint()
    talks.begin()
    try:
        for name, n in (*WAY[:far], *strays):
            happen(talks, name, n)
            talks.look()
    finally:
        # Else the next example would begin with what this one found wrong.
        transaction.savepoint_rollback(point)


def test_the_honest_way_leads_through(talks: Talks) -> None:
    """Else the sequences above would stray from nowhere."""
    point = transaction.savepoint()
    talks.begin()
    for name, n in WAY:
        assert happen(talks, name, n), (name, talks.case.state, talks.why)
        talks.look()
    assert talks.case.state == Case.State.FORMAL_HELD
    transaction.savepoint_rollback(point)


def test_a_formal_meeting_needs_more_than_blanks(talks: Talks) -> None:
    point = transaction.savepoint()
    talks.begin()
    for name, n in WAY[:5]:
        happen(talks, name, n)
    assert not happen(talks, "convene", 0)
    assert not happen(talks, "convene", 1)
    assert happen(talks, "convene", 2)
    talks.look()
    transaction.savepoint_rollback(point)
