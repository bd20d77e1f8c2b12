"""Two people's words: what is joined, what is left beside each other, and that nothing vanishes."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proposals.joining import MOST_LINES, join, join_text

PARAGRAPHS = st.lists(st.sampled_from("abcdefgh"), max_size=8)
BASE = "one\ntwo\nthree\nfour"


def text(paragraphs: list[str]) -> str:
    return "\n".join(paragraphs)


@pytest.mark.parametrize(
    ("mine", "theirs", "joined"),
    [
        ("ONE\ntwo\nthree\nfour", "one\ntwo\nthree\nFOUR", "ONE\ntwo\nthree\nFOUR"),
        ("one\nTWO\nthree\nfour", "one\ntwo\nTHREE\nfour", "one\nTWO\nTHREE\nfour"),
        ("new\none\ntwo\nthree\nfour", "one\ntwo\nthree\nfour\nlast", "new\none\ntwo\nthree\nfour\nlast"),
        ("two\nthree\nfour", "one\ntwo\nthree\nfour, and more", "two\nthree\nfour, and more"),
        ("one\ntwo\nadded\nthree\nfour", "one\ntwo\nthree", "one\ntwo\nadded\nthree"),
        ("ONE\ntwo\nthree\nfour", "ONE\ntwo\nthree\nfour\nfive", "ONE\ntwo\nthree\nfour\nfive"),
        ("", "one\ntwo\nthree\nfour\nlast", "last"),
    ],
)
def test_changes_of_different_paragraphs_are_joined(mine: str, theirs: str, joined: str) -> None:
    assert join_text(BASE, mine, theirs) == joined


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("ONE\ntwo\nthree\nfour", "1\ntwo\nthree\nfour"),
        ("two\nthree\nfour", "one, and more\ntwo\nthree\nfour"),
        (f"{BASE}\nmine", f"{BASE}\ntheirs"),
        ("one\nfour", "one\ntwo\nadded\nthree\nfour"),
        ("", "something else"),
    ],
)
def test_changes_of_one_paragraph_or_in_one_gap_are_not(mine: str, theirs: str) -> None:
    assert join_text(BASE, mine, theirs) is None
    assert join_text(BASE, theirs, mine) is None


def test_a_text_of_endless_lines_is_not_compared() -> None:
    long = "x\n" * MOST_LINES
    assert join_text(long, f"{long}mine", f"theirs\n{long}") is None


@given(PARAGRAPHS, PARAGRAPHS)
def test_what_one_of_them_left_alone_is_the_other_s(base: list[str], other: list[str]) -> None:
    assert join_text(text(base), text(base), text(other)) == text(other)
    assert join_text(text(base), text(other), text(base)) == text(other)
    assert join_text(text(base), text(other), text(other)) == text(other)


@given(PARAGRAPHS, PARAGRAPHS, PARAGRAPHS)
def test_it_does_not_matter_who_saved_first(base: list[str], mine: list[str], theirs: list[str]) -> None:
    assert join_text(text(base), text(mine), text(theirs)) == join_text(text(base), text(theirs), text(mine))


@given(PARAGRAPHS, PARAGRAPHS, PARAGRAPHS)
def test_no_paragraph_vanishes_but_by_its_own_author(
    base: list[str], mine: list[str], theirs: list[str]
) -> None:
    joined = join_text(text(base), text(mine), text(theirs))
    if joined is None:
        return
    found, began = Counter(joined.split("\n")), Counter(base)
    for own, other in ((mine, theirs), (theirs, mine)):
        taken_out_by_other = began - Counter(other)
        for paragraph, times in (Counter(own) - taken_out_by_other).items():
            if paragraph not in taken_out_by_other:
                assert found[paragraph] >= min(times, 1)
    for paragraph in (set(mine) | set(theirs)) - set(base):
        assert found[paragraph] >= 1


def test_fields_are_joined_one_by_one() -> None:
    base = {"why": "a", "next": "b", "day": "2026-12-01", "shared": False, "key": "population"}
    mine = {"why": "mine", "next": "b", "day": "2026-12-02", "shared": True, "key": "population"}
    theirs = {"why": "a", "next": "theirs", "day": "2026-12-03", "shared": False, "key": "equal"}
    joined = join(base, mine, theirs)
    assert joined.words == {
        "why": "mine",
        "next": "theirs",
        "day": "2026-12-03",
        "shared": True,
        "key": "equal",
    }
    assert joined.brought == {"next": "theirs", "key": "equal"}
    assert joined.stale == {"day": "2026-12-03"}


def test_without_the_words_they_began_with_only_equal_fields_are_settled() -> None:
    joined = join({}, {"why": "same", "next": "mine"}, {"why": "same", "next": "theirs"})
    assert joined.stale == {"next": "theirs"}
    assert joined.words == {"why": "same", "next": "theirs"}
