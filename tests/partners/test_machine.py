"""Every state with every event, of a case and of a municipality in it: what moves, stays, or is refused.

The tables below are written out by hand, apart from those under test. A word is what comes of the event: the
state where it leads, "=" where it is so already, "-" where it is refused with a reason, and "!" before a
state where a lead has to give a reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import pytest_django
from django.db import transaction
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, User
from imc_portal.core.problems import GateClosed, Refusal
from partners import machine
from partners.machine import CaseEvent, PartyEvent
from partners.models import CandidateArea, Case, CaseMerge, Participant
from partners.services import cases, loops, merging, participants
from partners.services.loops import Parting
from tests import makers

pytestmark = pytest.mark.django_db


def words(*lines: str) -> list[str]:
    return " ".join(lines).split()


CASE_STATES = words(
    "draft areas_screened partners_ranked contacting proposal informal_meeting clarification attitude",
    "formal_convened formal_held minutes_agreed ratification handed_over parked closed",
)
#: One column for each state above; a parked or closed case rests from "proposal".
CASES = {
    "areas_agreed": "areas_screened = = = = = = = = = = = = - -",
    "ranked": "!partners_ranked partners_ranked = = = = = = = = = = = - -",
    "contacting_begun": "!contacting contacting contacting = = = = = = = = = = - -",
    "proposal_begun": "- - - proposal = = = = = = = = = - -",
    "informal_called": "- - - - informal_meeting = = = = = = = = - -",
    "informal_held": "- - - - clarification clarification = = = = = = = - -",
    "seal_opened": "- - - - - - attitude = = = = = = - -",
    "formal_convened": "- - - - " + "!formal_convened " * 3 + "formal_convened = = = = = - -",
    "record_closed": "- - - - - - - - formal_held = = = = - -",
    "minutes_agreed": "- - - - - - - - - minutes_agreed = = = - -",
    "councils_awaited": "- - - - - - - - - - ratification = = - -",
    "handed_over": "- - - - - - - - - !handed_over handed_over handed_over = - -",
    "areas_revisited": "- - - - - - areas_screened areas_screened - - - - - - -",
    "parked": "parked " * 12 + "- - -",
    "closed": "closed " * 14 + "-",
    "reopened": "- - - - - - - - - - - - - proposal proposal",
    "split": "- - - contacting proposal informal_meeting clarification attitude - - - - - - -",
    "merged_away": "closed closed closed closed closed closed closed closed - - - - - closed -",
    "merged_in": "- areas_screened partners_ranked contacting proposal informal_meeting clarification "
    "attitude - - - - - - -",
}
PARTY_STATES = words(
    "initiator longlisted set_aside selected contacted acknowledged proposal_sent proposal_read met",
    "clarified attitude_stated invited_formal committed no_response declined withdrawn observing deferred",
)
#: One column for each state above; who has left did so from "met".
PARTIES = {
    "select": "- selected selected - - - - - - - - - - - - - - -",
    "set_aside": "- set_aside - set_aside - - - - - - - - - - - - - -",
    "contact": "= - - contacted = = = = = = = = = - - - - -",
    "acknowledge": "= - - acknowledged acknowledged = = = = = = = = - - - - -",
    "send": "= - - - - proposal_sent = = = = = = = - - - - -",
    "read": "= - - - - proposal_read proposal_read = = = = = = - - - - -",
    "meet": "= - - - - met met met = = = = = - - - - -",
    "clarify": "= - - - - clarified clarified clarified clarified = = = = - - - - -",
    "state_attitude": "= - - - - attitude_stated attitude_stated attitude_stated attitude_stated "
    "attitude_stated = = = - - - - -",
    "invite_formal": "= - - - - - invited_formal invited_formal invited_formal invited_formal "
    "invited_formal = = - - - - -",
    "commit": "= - - - - committed committed committed committed committed committed committed = - - - - -",
    "no_response": "- - - " + "no_response " * 9 + "- - - - no_response no_response",
    "decline": "- - - " + "declined " * 9 + "- declined - - declined declined",
    "withdraw": "- - - " + "withdrawn " * 10 + "withdrawn - - withdrawn withdrawn",
    "observe": "- - - " + "observing " * 10 + "observing - - - observing",
    "defer": "- - - " + "deferred " * 9 + "- deferred - - deferred deferred",
    "come_back": "- - - - - - - - - - - - - met met met met met",
}


def test_the_tables_here_name_every_state_and_every_event() -> None:
    assert list(Case.State.values) == CASE_STATES
    assert set(CASES) == {event.value for event in CaseEvent}
    assert set(PARTY_STATES) == set(Participant.State.values)
    assert set(PARTIES) == {event.value for event in PartyEvent}


def say(verdict: machine.Verdict) -> str:
    if isinstance(verdict, machine.Stay):
        return "="
    if isinstance(verdict, machine.Refused):
        assert verdict.reason.endswith("."), "a reason is a whole sentence"
        return "-"
    return f"!{verdict.to}" if verdict.against else str(verdict.to)


@pytest.mark.parametrize("event", CASES)
def test_the_table_of_the_case(event: str) -> None:
    found = [say(machine.on_case(at, CaseEvent(event), rested_from="proposal")) for at in CASE_STATES]
    assert found == CASES[event].split()


@pytest.mark.parametrize("event", PARTIES)
def test_the_table_of_the_participant(event: str) -> None:
    found = [say(machine.on_party(at, PartyEvent(event), left_from="met")) for at in PARTY_STATES]
    assert found == PARTIES[event].split()


def test_a_merged_case_stays_closed() -> None:
    verdict = machine.on_case("closed", CaseEvent.REOPENED, rested_from="proposal", merged=True)
    assert say(verdict) == "-"


@pytest.mark.parametrize(
    ("left_from", "back_to"), [("", "contacted"), ("selected", "selected"), ("committed", "invited_formal")]
)
def test_one_comes_back_to_where_one_stood_but_no_decision_revives(left_from: str, back_to: str) -> None:
    assert machine.may_return_to(left_from) == back_to


# --- the same through the services: rows and trail ------------------------------


class Ground:
    """A case with two areas and three partners, and a neighbour's case into which it might go."""

    def __init__(self) -> None:
        self.town = makers.make_municipality("Alder")
        self.lead: User = makers.make_member(self.town, "lead")
        self.actor = Actor.person(self.lead)
        self.case = makers.make_case(self.town, actor=self.lead)
        makers.make_area(self.case)
        self.second = self.case.areas.create(function_id="SAF-FIR", mode="joint_production", state="agreed")
        self.party = makers.make_participant(self.case, makers.make_municipality("Birk"))
        host = makers.make_municipality("Corn")
        self.into = makers.make_case(host, title="Waste of Corn", state="contacting")
        makers.make_participant(self.into, self.town)

    def put(self, case: Case, state: str) -> None:
        rests = state in Case.RESTING
        Case.objects.filter(pk=case.pk).update(state=state, parked_from="proposal" if rests else "")
        case.refresh_from_db()

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Everything these services may write."""
        found: dict[str, list[dict[str, Any]]] = {}
        for model in (Case, Participant, CandidateArea, CaseMerge):
            rows: Any = model._default_manager.order_by("pk").values()
            found[model.__name__] = list(rows)
        return found


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[Ground]:
    """One ground for all cells."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Ground()
        transaction.set_rollback(True)


@pytest.fixture
def ground(built: Ground) -> Iterator[Ground]:
    """The ground as it was built."""
    point = transaction.savepoint()
    yield built
    transaction.savepoint_rollback(point)
    built.case.refresh_from_db()
    built.party.refresh_from_db()


def attempt(act: Callable[[], object]) -> tuple[bool, Refusal | None]:
    """Whether it moved, and the refusal if there was one."""
    try:
        return bool(act()), None
    except Refusal as refusal:
        return False, refusal


def act_on_case(ground: Ground, event: CaseEvent, override: str) -> object:
    """What the services do about an event; None or True when the case moved, False when it stayed."""
    case, actor = ground.case, ground.actor
    if event in machine.CHAIN:
        return cases.advance(case=case, to=machine.CHAIN[event].to, actor=actor, override=override)
    acts: dict[CaseEvent, Callable[[], object]] = {
        CaseEvent.AREAS_REVISITED: lambda: loops.revisit_areas(case=case, actor=actor, reason="Better"),
        CaseEvent.PARKED: lambda: cases.park(case=case, actor=actor, reason="Elections"),
        CaseEvent.CLOSED: lambda: cases.close(case=case, actor=actor, reason="No money", lessons="Ask first"),
        CaseEvent.REOPENED: lambda: cases.reopen(case=case, actor=actor),
        CaseEvent.SPLIT: lambda: loops.split(
            case=case, parting=Parting("New", [ground.second], [ground.party], [], "Two groups"), actor=actor
        ),
        CaseEvent.MERGED_AWAY: lambda: merging.offer(
            case=case, into=ground.into, reason="One fleet", actor=actor
        ),
        CaseEvent.MERGED_IN: lambda: merging.offer(case=ground.into, into=case, reason="Same", actor=actor),
    }
    acts[event]()
    return True


OVERRIDE = "The mayors agreed by telephone"


@pytest.mark.parametrize("override", ["", OVERRIDE])
@pytest.mark.parametrize("event", CASES)
def test_the_services_move_a_case_as_the_table_says(event: str, override: str, ground: Ground) -> None:
    makers.make_participant(ground.case, ground.into.initiator)
    for state, expected in zip(CASE_STATES, CASES[event].split(), strict=True):
        point = transaction.savepoint()
        ground.put(ground.case, state)
        check_case(ground, CaseEvent(event), override, expected)
        transaction.savepoint_rollback(point)


def check_case(ground: Ground, event: CaseEvent, override: str, expected: str) -> None:
    """One cell: what is allowed happens and is on record; what is refused says why and changes nothing."""
    state = ground.case.state
    before, trail = ground.rows(), AuditEntry.objects.count()
    moved, refusal = attempt(lambda: act_on_case(ground, event, override))
    allowed = expected not in "-=" and (bool(override) or not expected.startswith("!"))
    assert moved == allowed, (state, event, refusal)
    assert (refusal is not None) == (not allowed and expected != "="), (state, event)
    if refusal is not None:
        assert isinstance(refusal, GateClosed) == expected.startswith("!")
        assert all(reason.endswith(".") for reason in refusal.reasons)
    if not moved:
        assert (ground.rows(), AuditEntry.objects.count()) == (before, trail), (state, event)
        return
    ground.case.refresh_from_db()
    only_offered = event in (CaseEvent.MERGED_AWAY, CaseEvent.MERGED_IN)
    assert ground.case.state == (state if only_offered else expected.lstrip("!"))
    assert AuditEntry.objects.count() > trail


def test_an_override_stands_in_the_trail_only_where_one_was_needed(ground: Ground) -> None:
    ground.put(ground.case, "clarification")
    cases.advance(case=ground.case, to="formal_convened", actor=ground.actor, override="Both mayors want it")
    entry = AuditEntry.objects.filter(verb="moved the case").latest("at")
    assert entry.reason == "Both mayors want it"
    assert "are left out" in entry.after["overridden"][0]
    cases.advance(case=ground.case, to="formal_held", actor=ground.actor, override="Just in case")
    assert AuditEntry.objects.filter(verb="moved the case").latest("at").reason == ""


def act_on_party(ground: Ground, event: PartyEvent) -> bool:
    party, actor = ground.party, ground.actor
    if event in machine.STEPS:
        return participants.step(participant=party, to=machine.STEPS[event][0], actor=actor)
    if event in machine.EXITS:
        until = timezone.localdate() + dt.timedelta(days=30)
        participants.leave(
            participant=party, state=machine.EXITS[event], reason="So", actor=actor, until=until
        )
    elif event == PartyEvent.SELECT:
        participants.select(case=ground.case, municipality=party.municipality, actor=actor)
    elif event == PartyEvent.SET_ASIDE:
        one = [party.municipality]
        return bool(participants.set_aside(case=ground.case, municipalities=one, reason="So", actor=actor))
    else:
        participants.come_back(participant=party, actor=actor, reason="A new council")
    return True


@pytest.mark.parametrize("event", PARTIES)
def test_the_services_move_a_participant_as_the_table_says(event: str, ground: Ground) -> None:
    guest, own = ground.party, ground.case.participants.get(state="initiator")
    for state, expected in zip(PARTY_STATES, PARTIES[event].split(), strict=True):
        point = transaction.savepoint()
        ground.party = own if state == "initiator" else guest
        gone = state in Participant.EXITS
        Participant.objects.filter(pk=ground.party.pk).update(
            state=state,
            reason="Gone" if gone else "",
            left_from="met" if gone else "",
            deferred_until=timezone.localdate() if state == "deferred" else None,
        )
        ground.party.refresh_from_db()
        check_party(ground, PartyEvent(event), expected)
        transaction.savepoint_rollback(point)
    ground.party = guest


def check_party(ground: Ground, event: PartyEvent, expected: str) -> None:
    """One cell, as above; nobody else is touched."""
    state = ground.party.state
    before, trail = ground.rows(), AuditEntry.objects.count()
    moved, refusal = attempt(lambda: act_on_party(ground, event))
    assert moved == (expected not in "-="), (state, event, refusal)
    if refusal is not None:
        assert all(reason.endswith(".") for reason in refusal.reasons)
        assert expected == "-", (state, event)
    if not moved:
        assert (ground.rows(), AuditEntry.objects.count()) == (before, trail), (state, event)
        return
    ground.party.refresh_from_db()
    assert ground.party.state == expected, (state, event)
    assert AuditEntry.objects.count() == trail + 1
    others = [row for row in ground.rows()["Participant"] if row["id"] != ground.party.pk]
    assert others == [row for row in before["Participant"] if row["id"] != ground.party.pk]
