"""What the answers say together."""

from __future__ import annotations

import datetime as dt

from meetings.matrix import Said, findings


def told(question: int, *choices: str, area: str = "Waste", state: str = "answered") -> list[Said]:
    """Answers of A, B, C … to one question."""
    return [
        Said(who=chr(65 + n), question=question, area=area, state=state, choice=choice)
        for n, choice in enumerate(choices)
    ]


def causes(*named: list[str]) -> list[Said]:
    return [Said(chr(65 + n), 3, "Waste", "answered", causes=causes) for n, causes in enumerate(named)]


def test_a_problem_is_shared_when_notable_in_two() -> None:
    assert findings(told(1, "2", "4", "1"), ["Waste"])[0].shared_problem == {"A": 2, "B": 4}
    assert findings(told(1, "4", "1", "1"), ["Waste"])[0].shared_problem == {}


def test_a_cause_is_common_when_two_name_it_most_named_first() -> None:
    found = findings(
        causes(["no_staff", "too_small"], ["too_small", "no_money"], ["too_small", "no_staff"]), ["Waste"]
    )
    assert found[0].common_causes == {"too_small": ["A", "B", "C"], "no_staff": ["A", "C"]}
    assert list(found[0].common_causes) == ["too_small", "no_staff"]


def test_a_new_service_names_who_lacks_it_wholly_or_partly() -> None:
    assert findings(told(2, "yes", "no", "partly"), ["Waste"])[0].new_service == ["A", "C"]


def test_an_area_without_a_no() -> None:
    assert findings(told(4, "yes", "conditions", "unknown"), ["Waste"])[0].no_refusal
    assert not findings(told(4, "yes", "no"), ["Waste"])[0].no_refusal
    assert not findings(told(4, "yes"), ["Waste"])[0].no_refusal


def test_everyone_but_one_is_said_of_three_or_more() -> None:
    assert findings(told(4, "yes", "no", "conditions"), ["Waste"])[0].everyone_but == "B"
    assert findings(told(4, "yes", "no"), ["Waste"])[0].everyone_but == ""
    assert findings(told(4, "no", "no", "yes"), ["Waste"])[0].everyone_but == ""


def test_the_intersection_list_wants_two_that_are_serious_and_names_them() -> None:
    found = findings(
        told(6, "seriously", "seriously", "maybe") + told(6, "seriously", "no", area="Fire"),
        ["Waste", "Fire"],
    )
    assert [(one.area, list(one.serious)) for one in found] == [("Waste", ["A", "B"]), ("Fire", [])]


def test_an_unknown_stance_is_to_be_asked_and_never_assumed() -> None:
    assert findings(told(7, "unknown", "unknown"), ["Waste"])[0].ask_authorities
    assert not findings(told(7, "unknown", "against"), ["Waste"])[0].ask_authorities
    assert not findings(told(7, "unknown"), ["Waste"], stances=["Waste"])[0].ask_authorities


def test_disputed_and_deferred_cells_do_not_count_but_are_named() -> None:
    disputed = [Said("B", 1, "Waste", "disputed", "4")]
    deferred = [Said("C", 1, "Waste", "deferred", owner="Clerk", due=dt.date(2030, 1, 7))]
    found = findings(told(1, "4") + disputed + deferred, ["Waste"])[0]
    assert found.shared_problem == {}
    assert found.disputed == [("B", 1)]
    assert found.deferred == [("C", 1, "Clerk", dt.date(2030, 1, 7))]


def test_a_sealed_cell_counts_for_nothing() -> None:
    sealed = [
        Said("B", 1, "Waste", "answered", "4", sealed=True),
        Said("C", 1, "Waste", "deferred", sealed=True),
    ]
    found = findings(told(1, "4") + sealed, ["Waste"])[0]
    assert found.shared_problem == {}
    assert found.deferred == []


def test_an_area_nobody_spoke_of_says_nothing() -> None:
    found = findings([], ["Waste"])[0]
    assert not found.no_refusal
    assert not found.ask_authorities
    assert not found.serious
