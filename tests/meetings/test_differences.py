"""How stances compare: a table of who says what, and what one must never be told."""

from __future__ import annotations

import itertools

import pytest

from meetings.differences import SIGNS, Kind, compare
from meetings.models import Expectation

STANCES = [None, *Expectation.Stance.values]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (["needs", "cannot"], "conflict"),
        (["welcomes", "cannot", None], "conflict"),
        (["needs", "needs", "cannot"], "conflict"),
        (["needs", "needs"], "same"),
        (["cannot", "cannot", "cannot"], "same"),
        (["indifferent", "indifferent"], "same"),
        (["needs", "welcomes"], "compatible"),
        (["needs", "reluctant"], "compatible"),
        (["indifferent", "cannot"], "compatible"),
        (["needs", "needs", None], "compatible"),
        ([None, None], "silent"),
        (["cannot", None, None], "silent"),
        ([], "silent"),
    ],
)
def test_stances_compare(said: list[str | None], kind: str) -> None:
    assert compare(dict(enumerate(said))).kind == kind


def test_who_wants_it_who_refuses_and_who_is_silent_is_named() -> None:
    found = compare({"A": "needs", "B": "cannot", "C": None, "D": "welcomes", "E": "reluctant"})
    assert (found.wanting, found.refusing, found.silent) == (("A", "D"), ("B",), ("C",))


def test_rules_hold_for_every_three_parties() -> None:
    for said in itertools.product(STANCES, repeat=3):
        found = compare(dict(enumerate(said)))
        spoken = [stance for stance in said if stance]
        against = "cannot" in spoken and ("needs" in spoken or "welcomes" in spoken)
        assert (found.kind == Kind.CONFLICT) == against
        if found.kind == Kind.SAME:
            assert len(spoken) == 3
            assert len(set(spoken)) == 1
        assert len(found.silent) == 3 - len(spoken)
        assert found == compare(dict(enumerate(said)))


def test_what_divides_comes_first_and_each_kind_has_a_sign_of_its_own() -> None:
    kinds = sorted(Kind, key=lambda kind: list(Kind).index(kind))
    assert kinds[0] == Kind.CONFLICT
    assert kinds[-1] == Kind.SAME
    assert len(set(SIGNS.values())) == len(Kind)
    ranks = [compare(dict(enumerate(said))).rank for said in (["needs", "cannot"], ["needs", "needs"])]
    assert ranks == sorted(ranks)
