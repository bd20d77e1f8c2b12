"""Two people move the same case or municipality at one moment: no double move, no lost update."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry
from imc_portal.core.problems import Refusal
from partners.models import Case, CaseMerge, Participant
from partners.services import cases, loops, merging, participants
from partners.services.loops import Parting
from tests import makers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def at_once(*acts: Callable[[], Any]) -> list[object]:
    """What came of each act, all begun at the same moment: its value, or the refusal."""
    barrier, results = threading.Barrier(len(acts)), []

    def run(act: Callable[[], Any]) -> None:
        barrier.wait(10)
        try:
            results.append(act())
        except Refusal as refusal:
            results.append(refusal)
        except Exception as problem:
            results.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(results) == len(acts)
    assert all(not isinstance(one, Exception) or isinstance(one, Refusal) for one in results), results
    return results


def refusals(results: list[object]) -> int:
    return sum(isinstance(one, Refusal) for one in results)


def moves(verb: str) -> int:
    return AuditEntry.objects.filter(verb=verb).count()


@pytest.fixture
def case(db: None) -> Case:
    found = makers.make_case(makers.make_municipality("Alder"), state="clarification")
    makers.make_area(found)
    return found


def actor_of(case: Case) -> Actor:
    return Actor.person(case.opened_by)


def test_two_advance_the_same_case_and_it_moves_once(case: Case) -> None:
    def move() -> bool:
        mine = Case.objects.get(pk=case.pk)
        return cases.advance(case=mine, to="attitude", actor=actor_of(case))

    assert sorted(map(str, at_once(move, move, move))) == ["False", "False", "True"]
    assert moves("moved the case") == 1


def test_one_parks_while_the_other_moves_on_and_neither_is_lost(case: Case) -> None:
    results = at_once(
        lambda: cases.park(case=Case.objects.get(pk=case.pk), actor=actor_of(case), reason="Elections"),
        lambda: cases.advance(case=Case.objects.get(pk=case.pk), to="attitude", actor=actor_of(case)),
    )
    case.refresh_from_db()
    assert case.state == "parked"
    assert case.parked_from == ("clarification" if refusals(results) else "attitude")
    assert moves("moved the case") == 1 - refusals(results)


def test_two_reopen_and_one_of_them_learns_it_is_open(case: Case) -> None:
    cases.close(case=case, actor=actor_of(case), reason="No money")

    def reopen() -> None:
        cases.reopen(case=Case.objects.get(pk=case.pk), actor=actor_of(case))

    assert refusals(at_once(reopen, reopen)) == 1
    assert moves("reopened the case") == 1


def test_two_step_the_same_municipality_and_the_farther_step_stays(case: Case) -> None:
    party = makers.make_participant(case)

    def step(to: str) -> Callable[[], bool]:
        return lambda: participants.step(
            participant=Participant.objects.get(pk=party.pk), to=to, actor=Actor.portal()
        )

    at_once(step("proposal_sent"), step("met"), step("met"), step("proposal_read"))
    party.refresh_from_db()
    assert party.state == "met"
    states = AuditEntry.objects.filter(verb="moved a participant").values_list("after__state", flat=True)
    assert len(set(states)) == len(states), "no step is taken twice"


def test_two_let_it_leave_and_the_second_learns_so(case: Case) -> None:
    party = makers.make_participant(case, state="met")

    def leave(state: str) -> Callable[[], None]:
        return lambda: participants.leave(
            participant=Participant.objects.get(pk=party.pk), state=state, reason="So", actor=Actor.portal()
        )

    assert refusals(at_once(leave("declined"), leave("withdrawn"))) == 1
    party.refresh_from_db()
    assert party.left_from == "met"
    assert moves("left the case") == 1


def test_one_leaves_while_the_other_records_a_step(case: Case) -> None:
    party = makers.make_participant(case, state="met")

    def fresh() -> Participant:
        return Participant.objects.get(pk=party.pk)

    at_once(
        lambda: participants.leave(participant=fresh(), state="withdrawn", reason="So", actor=Actor.portal()),
        lambda: participants.step(participant=fresh(), to="clarified", actor=Actor.portal()),
    )
    party.refresh_from_db()
    assert party.state == "withdrawn"
    assert party.left_from in ("met", "clarified")
    assert (party.left_from == "clarified") == (moves("moved a participant") == 1)


def test_two_split_the_same_area_and_one_new_case_comes_of_it(case: Case) -> None:
    second = case.areas.create(function_id="SAF-FIR", mode="joint_production", state="agreed")
    party = makers.make_participant(case, state="met")

    def split() -> Case:
        parting = Parting("New", [second], [party], [], "Two groups")
        return loops.split(case=Case.objects.get(pk=case.pk), parting=parting, actor=actor_of(case))

    assert refusals(at_once(split, split)) == 1
    assert Case.objects.filter(split_from=case).count() == 1
    assert Participant.objects.filter(municipality=party.municipality).count() == 2


def test_two_crossing_offers_and_two_acceptances(case: Case) -> None:
    other = makers.make_case(makers.make_municipality("Corn"), title="Waste of Corn", state="clarification")
    makers.make_area(other)
    makers.make_participant(case, other.initiator)
    makers.make_participant(other, case.initiator)
    results = at_once(
        lambda: merging.offer(case=case, into=other, reason="One fleet", actor=actor_of(case)),
        lambda: merging.offer(case=other, into=case, reason="One fleet", actor=actor_of(other)),
    )
    assert refusals(results) == 0
    there, here = CaseMerge.objects.get(case=case), CaseMerge.objects.get(case=other)
    results = at_once(
        lambda: merging.accept(merge=there, actor=actor_of(other)),
        lambda: merging.accept(merge=here, actor=actor_of(case)),
        lambda: merging.accept(merge=CaseMerge.objects.get(pk=there.pk), actor=actor_of(other)),
    )
    assert refusals(results) == 2
    closed = Case.objects.exclude(merged_into=None)
    assert closed.count() == 1
    assert timezone.now() >= CaseMerge.objects.get(state="accepted").answered_at  # type: ignore[operator]  # it was answered
