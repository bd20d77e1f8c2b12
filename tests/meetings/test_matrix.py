"""What the answers say together."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from meetings import matrix
from meetings.matrix import AreaFindings, Findings, FunctionFindings, Said, Stance, Topics

ONE = Topics(areas={"Waste": "Waste"})
#: Two areas share a function; one has its own.
TALKS = Topics(areas={"Waste, jointly": "Waste", "Waste, bought": "Waste", "Fire": "Fire"}, calls=["Call"])


def told(
    question: int, *choices: str, area: str = "Waste", state: str = "answered", **more: Any
) -> list[Said]:
    """Answers of A, B, C … to one question."""
    return [
        Said(who=chr(65 + n), question=question, area=area, state=state, choice=choice, **more)
        for n, choice in enumerate(choices)
    ]


def causes(*named: list[str]) -> list[Said]:
    return [Said(chr(65 + n), 3, "Waste", "answered", causes=causes) for n, causes in enumerate(named)]


def function(said: list[Said], topics: Topics = ONE) -> FunctionFindings:
    return matrix.findings(said, topics).functions[0]


def area(said: list[Said], topics: Topics = ONE) -> AreaFindings:
    return matrix.findings(said, topics).areas[0]


def test_a_problem_is_shared_when_notable_in_two_the_worst_first() -> None:
    assert function(told(1, "2", "4", "1")).shared_problem == {"A": 2, "B": 4}
    assert list(function(told(1, "2", "4", "1")).shared_problem) == ["B", "A"]
    assert function(told(1, "4", "1", "1")).shared_problem == {}


def test_a_cause_is_common_when_two_name_it_most_named_first() -> None:
    found = function(causes(["no_staff", "too_small"], ["too_small", "no_money"], ["too_small", "no_staff"]))
    assert found.common_causes == {"too_small": ["A", "B", "C"], "no_staff": ["A", "C"]}
    assert list(found.common_causes) == ["too_small", "no_staff"]


def test_a_new_service_names_who_lacks_it_and_two_could_begin_it() -> None:
    assert function(told(2, "yes", "no", "partly")).new_service == ["A", "C"]
    assert function(told(2, "yes", "no", "partly")).joint_new_service
    assert not function(told(2, "yes", "no", "no")).joint_new_service


def test_two_areas_of_one_function_share_its_answers() -> None:
    said = told(1, "3", area="Waste, jointly") + told(1, "0", "3", area="Waste, bought")[1:]
    found = matrix.findings(said, TALKS)
    assert [one.function for one in found.functions] == ["Waste", "Fire"]
    assert found.functions[0].shared_problem == {"A": 3, "B": 3}
    assert found.functions[1].shared_problem == {}


def test_an_area_without_a_no() -> None:
    assert area(told(4, "yes", "conditions", "unknown")).no_refusal
    assert not area(told(4, "yes", "no")).no_refusal
    assert not area(told(4, "yes")).no_refusal


def test_everyone_but_one_is_said_of_three_or_more() -> None:
    assert area(told(4, "yes", "no", "conditions")).everyone_but == "B"
    assert area(told(4, "yes", "no")).everyone_but == ""
    assert area(told(4, "no", "no", "yes")).everyone_but == ""


def test_the_intersection_list_wants_two_that_are_serious_and_names_them() -> None:
    said = told(6, "seriously", "seriously", "maybe", area="Fire")
    said += told(6, "seriously", "no", area="Waste, bought")
    said += told(6, "seriously", "seriously", "seriously", area="Waste, jointly")
    found = matrix.findings(said, TALKS)
    assert [(one.area, list(one.serious)) for one in found.intersection] == [
        ("Waste, jointly", ["A", "B", "C"]),
        ("Fire", ["A", "B"]),
    ]


def test_who_would_join_a_call() -> None:
    [found] = matrix.findings(told(5, "join", "maybe", "no", "unknown", area="", call="Call"), TALKS).calls
    assert (found.joining, found.perhaps, found.refusing) == (["A"], ["B"], ["C"])


def test_an_unknown_stance_is_to_be_asked_and_never_assumed() -> None:
    topics = Topics(areas={"Waste": "Waste"}, bodies=["Region", "Ministry"])
    assert area(told(7, "unknown", "unknown", body="Region"), topics).ask == ["Region", "Ministry"]
    assert area(told(7, "unknown", "against", body="Region"), topics).ask == ["Ministry"]
    on_record = Stance("Waste", "Ministry", "favour", "The minister", dt.date(2026, 11, 2), "in a letter")
    known = dataclasses.replace(topics, stances=[on_record])
    assert area(told(7, "unknown", body="Region"), known).ask == ["Region"]
    assert area([], known).stances == [on_record]


def test_what_was_heard_of_an_authority_comes_with_its_evidence() -> None:
    day = dt.date(2026, 11, 2)
    said = told(7, "neutral", body="Region", said_by="The prefect", said_on=day, how="by phone", text="Words")
    [stance] = area(said).stances
    assert stance == Stance("Waste", "Region", "neutral", "The prefect", day, "by phone", "A", "Words")


def test_without_an_authority_the_question_is_whom_to_ask() -> None:
    assert area(told(7, "unknown")).ask == [""]
    assert area(told(7, "favour")).ask == []


def test_disputed_and_deferred_cells_do_not_count_but_are_named() -> None:
    disputed = Said("B", 1, "Waste", "disputed", "4", disputed_by="C", dispute="It works")
    deferred = Said("C", 1, "Waste", "deferred", owner="Clerk", due=dt.date(2030, 1, 7))
    found = matrix.findings([*told(1, "4"), disputed, deferred], ONE)
    assert found.functions[0].shared_problem == {}
    assert (found.disputed, found.deferred) == ([disputed], [deferred])


def test_a_sealed_cell_counts_for_nothing() -> None:
    sealed = [
        Said("B", 1, "Waste", "answered", "4", sealed=True),
        Said("C", 1, "Waste", "deferred", sealed=True),
    ]
    found = matrix.findings(told(1, "4") + sealed, ONE)
    assert found.functions[0].shared_problem == {}
    assert not found.deferred


# --- whatever is said ------------------------------------------------------------------------

OPTIONS = {
    1: ["0", "1", "2", "3", "4"],
    2: ["yes", "partly", "no"],
    3: [""],
    4: ["yes", "conditions", "no", "unknown"],
    5: ["join", "maybe", "no", "unknown"],
    6: ["seriously", "maybe", "no"],
    7: ["favour", "neutral", "against", "unknown"],
}
NO = {1: "0", 2: "no", 4: "no", 5: "no", 6: "no"}


@st.composite
def cells(draw: st.DrawFn) -> Said:
    question = draw(st.integers(1, 7))
    return Said(
        who=draw(st.sampled_from("ABCDE")),
        question=question,
        area="" if question == 5 else draw(st.sampled_from(list(TALKS.areas))),
        state=draw(st.sampled_from(["open", "answered", "answered", "disputed", "deferred"])),
        choice=draw(st.sampled_from(OPTIONS[question])),
        causes=draw(st.lists(st.sampled_from(["no_staff", "no_money", "too_small"]), unique=True)),
        sealed=draw(st.booleans()),
        call="Call" if question == 5 else "",
        body=draw(st.sampled_from(["", "Region"])) if question == 7 else "",
    )


def key(one: Said) -> tuple[str, int, str, str]:
    return one.who, one.question, one.area, one.body


boards = st.lists(cells(), max_size=40, unique_by=key)


def good_news(found: Findings) -> set[tuple[object, ...]]:
    """Everything that speaks for talking on."""
    news: set[tuple[object, ...]] = {("call", one.call, who) for one in found.calls for who in one.joining}
    for on in found.functions:
        news |= {("problem", on.function, who) for who in on.shared_problem}
        news |= {("cause", on.function, cause) for cause in on.common_causes}
        news |= {("service", on.function, who) for who in on.new_service}
    for one in found.areas:
        news |= {("serious", one.area, who) for who in one.serious}
        news |= {("no refusal", one.area)} if one.no_refusal else set()
    return news


@given(boards, st.randoms())
def test_the_order_of_municipalities_does_not_matter(said: list[Said], random: Any) -> None:
    shuffled = list(said)
    random.shuffle(shuffled)
    assert good_news(matrix.findings(shuffled, TALKS)) == good_news(matrix.findings(said, TALKS))
    one, other = matrix.findings(shuffled, TALKS), matrix.findings(said, TALKS)
    assert one.functions == other.functions
    assert one.calls == other.calls
    assert [row.serious for row in one.areas] == [row.serious for row in other.areas]


@given(boards)
def test_a_sealed_cell_never_counts(said: list[Said]) -> None:
    assert matrix.findings(said, TALKS) == matrix.findings([one for one in said if not one.sealed], TALKS)


@given(boards)
def test_what_is_not_answered_never_counts(said: list[Said]) -> None:
    answered = [one for one in said if one.state == "answered"]
    assert good_news(matrix.findings(said, TALKS)) == good_news(matrix.findings(answered, TALKS))


@given(boards, cells())
def test_a_no_never_adds_a_finding(said: list[Said], another: Said) -> None:
    if another.question not in NO:
        return
    refusal = dataclasses.replace(
        another, who="F", state="answered", sealed=False, choice=NO[another.question], causes=()
    )
    before = good_news(matrix.findings(said, TALKS))
    after = good_news(matrix.findings([*said, refusal], TALKS))
    assert after <= before


@given(boards)
def test_turning_an_answer_into_a_no_takes_findings_away_alone(said: list[Said]) -> None:
    before = good_news(matrix.findings(said, TALKS))
    for place, one in enumerate(said):
        if one.state == "answered" and one.question in NO:
            changed = [*said]
            changed[place] = dataclasses.replace(one, choice=NO[one.question])
            assert good_news(matrix.findings(changed, TALKS)) <= before


@given(boards)
def test_every_authority_is_either_known_or_to_be_asked(said: list[Said]) -> None:
    topics = dataclasses.replace(TALKS, bodies=["Region"])
    for found in matrix.findings(said, topics).areas:
        known = {stance.body for stance in found.stances}
        assert ("Region" in known) != ("Region" in found.ask)


@given(boards)
def test_the_intersection_list_names_two_or_more(said: list[Said]) -> None:
    found = matrix.findings(said, TALKS).intersection
    assert all(len(one.serious) >= 2 for one in found)
    assert [len(one.serious) for one in found] == sorted((len(one.serious) for one in found), reverse=True)
