"""What changed between versions: told by words, and to a recipient only what is its own."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imc_portal.core.audit import Actor
from partners.models import Baseline
from proposals import services
from proposals.difference import compare, compare_for, differences
from proposals.models import ProposalVersion
from tests import makers

WORDS = st.lists(st.lists(st.sampled_from(["road", "bin", "{net A-B}", "12,000"]), max_size=6), max_size=5)


def test_words_inside_a_changed_paragraph() -> None:
    (one,) = differences("We save 12,000 a year together.", "We save 9,500 a year together.")
    assert one.kind == "changed"
    assert [(span.kind, span.text.strip()) for span in one.spans] == [
        ("same", "We save"),
        ("gone", "12,000"),
        ("new", "9,500"),
        ("same", "a year together."),
    ]


def test_what_is_not_alike_went_and_came() -> None:
    kinds = [one.kind for one in differences("Stays.\nAn old one here.", "Stays.\nQuite another thought.")]
    assert kinds == ["same", "gone", "new"]


def test_a_token_stays_in_one_piece() -> None:
    (one,) = differences("You gain {net ENV-WCO} a year.", "You gain {low ENV-WCO} a year.")
    assert ("gone", "{net ENV-WCO} ") in [(span.kind, span.text) for span in one.spans]


@given(WORDS, WORDS)
def test_old_and_new_text_can_be_read_from_the_difference(old: list[list[str]], new: list[list[str]]) -> None:
    before, after = ("\n".join(" ".join(words) for words in text if words) for text in (old, new))
    found = list(differences(before, after))
    now = [one.text for one in found if one.kind != "gone"]
    assert "\n".join(now) == after
    was = [
        "".join(span.text for span in one.spans if span.kind != "new") if one.spans else one.text
        for one in found
        if one.kind != "new"
    ]
    assert [text.strip() for text in was] == [text.strip() for text in before.split("\n") if text.strip()]
    for one in found:
        if one.spans:
            assert "".join(span.text for span in one.spans if span.kind != "gone") == one.text


@pytest.mark.parametrize(("old", "new"), [("a " * 2500, "a " * 2499 + "b"), ("x\n" * 2500, "y\n" * 2500)])
def test_endless_repetition_is_told_in_time(old: str, new: str) -> None:
    started = time.process_time()
    assert list(differences(old, new))
    assert time.process_time() - started < 10


@pytest.fixture
def versions(db: None) -> tuple[ProposalVersion, ProposalVersion]:
    """Two versions: everything that can differ does."""
    first = makers.make_approved()
    author = Actor.person(first.drafted_by)
    second = services.new_version(proposal=first.proposal, actor=author)
    services.save_common(
        version=second, revision=0, actor=author, why="Another reason.", cost_key="equal", annexes_shared=True
    )
    for annex in second.annexes.all():
        name = annex.participant.municipality.name
        services.save_annex(annex=annex, revision=0, actor=author, opening=f"SECRET words to {name}.")
        benefit = next(one for one in annex.statements.all() if one.is_benefit)
        services.change_statement(
            statement=benefit, seen=benefit.digest, actor=author, indicator=f"tonnes in {name}"
        )
    Baseline.objects.update(annual_cost=210_000)
    return first, ProposalVersion.objects.get(pk=second.pk)


def test_everything_that_differs_is_told(versions: tuple[ProposalVersion, ProposalVersion]) -> None:
    first, second = versions
    told = {change.where: change.paragraphs for change in compare(first, second)}
    name = second.annexes.all()[0].participant.municipality.name
    assert {"Why we write", "Cost key of the first page", "Who reads the annexes"} <= told.keys()
    assert "What we do not ask" not in told
    assert "Please answer by" not in told
    changed = "".join(one.text for one in told[f"Annex for {name}"])
    assert f"To be seen by: tonnes in {name}." in changed
    figures = [one for one in told[f"Figures for {name}"] if one.kind == "changed"]
    assert any("central" in one.text and "equal shares" in one.text for one in figures)
    assert all({"gone", "new"} <= {span.kind for span in one.spans} for one in figures)


def test_a_recipient_is_told_nothing_of_another(versions: tuple[ProposalVersion, ProposalVersion]) -> None:
    first, second = versions
    own, other = second.annexes.all()
    told = compare_for(first, second, own.participant_id)
    words = " ".join(f"{change.where} {one.text} {one.spans}" for change in told for one in change.paragraphs)
    assert f"SECRET words to {own.participant}." in words
    assert "Another reason." in words
    assert str(other.participant) not in words
    assert compare_for(second, second, own.participant_id) == []


def test_a_recipient_who_came_later_reads_all_of_its_annex_as_new(
    versions: tuple[ProposalVersion, ProposalVersion],
) -> None:
    first, second = versions
    late = makers.make_participant(second.proposal.case)
    services.keep_in_step(version=second, actor=Actor.person(second.drafted_by))
    told = compare_for(first, second, late.pk)
    annex = next(change for change in told if change.where == f"Annex for {late}")
    assert {one.kind for one in annex.paragraphs} == {"new"}
