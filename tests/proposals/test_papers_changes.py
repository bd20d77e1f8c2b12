"""Corrections, shared annexes and attached data: what one recipient may know, and never another's words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from imc_portal.core.audit import Actor
from meetings.emails import invitations
from partners.models import Baseline
from proposals import services
from proposals.documents.content import compose
from proposals.documents.context import Changes, Paper
from proposals.documents.engine import own_html
from proposals.models import Annex, Document, ProposalVersion
from tests import makers

pytestmark = pytest.mark.django_db
SECRET = "SECRET words for one alone"


def written(annex: Annex, actor: Actor, **words: str) -> None:
    fresh = Annex.objects.get(pk=annex.pk)
    services.save_annex(annex=fresh, revision=fresh.revision, actor=actor, **words)


@pytest.fixture
def second() -> ProposalVersion:
    """A corrected version: common words, both annexes and the figures differ from the approved first."""
    first = makers.make_approved()
    author = Actor.person(first.drafted_by)
    version = services.new_version(proposal=first.proposal, actor=author)
    services.save_common(
        version=version,
        revision=version.revision,
        actor=author,
        why="Collection has become far too expensive.",
        what_changed="We had the wrong year.",
    )
    own, other = version.annexes.all()
    written(own, author, opening="New words to you.")
    written(other, author, opening=SECRET)
    Baseline.objects.update(annual_cost=180_000)
    return ProposalVersion.objects.get(pk=version.pk)


def changes_of(paper: Paper) -> Changes:
    assert paper.changes is not None
    return paper.changes


def test_a_correction_says_what_changed_for_its_reader(second: ProposalVersion) -> None:
    paper = compose(second.annexes.all()[0])
    changes = changes_of(paper)
    assert changes.since == 1
    assert changes.words.paragraphs == ("We had the wrong year.",)
    told = {change.where: change for change in changes.passages}
    assert "Why we write" in told
    assert {"gone", "new"} <= {kind for line in told["Why we write"].lines for kind, _text in line}
    assert told["Why we write"].language == "en"
    figures = next(change for where, change in told.items() if where.startswith("Figures for"))
    amounts = [text for line in figures.lines for kind, text in line if kind in ("gone", "new")]
    assert any("150,000" in text for text in amounts)
    assert any("180,000" in text for text in amounts)
    assert figures.language == ""
    html = own_html(paper)
    assert "What changed since version 1" in html
    assert "<del>" in html
    assert "<ins>" in html


def test_a_correction_tells_nobody_of_anothers_annex(second: ProposalVersion) -> None:
    own, other = second.annexes.all()
    paper = compose(own)
    names = {str(other.participant), SECRET}
    told = " ".join(
        [change.where for change in changes_of(paper).passages]
        + [text for change in changes_of(paper).passages for line in change.lines for _kind, text in line]
    )
    assert not [name for name in names if name in told]
    assert SECRET not in own_html(paper)
    assert SECRET not in paper.data
    assert SECRET in own_html(compose(other))


def test_a_first_version_and_a_new_recipient_have_nothing_to_compare(second: ProposalVersion) -> None:
    first = ProposalVersion.objects.get(number=1)
    assert compose(first.annexes.all()[0]).changes is None
    makers.make_participant(second.proposal.case)
    services.keep_in_step(version=second, actor=Actor.person(second.drafted_by))
    new = second.annexes.exclude(participant__in=first.annexes.values("participant")).get()
    paper = compose(new)
    assert paper.changes is None
    assert "What changed since" not in own_html(paper)


def test_the_letter_with_a_correction_says_so(second: ProposalVersion) -> None:
    lead = makers.make_member(second.proposal.case.initiator, "lead")
    approved = makers.make_approved(second, lead=lead)
    documents = Document.objects.filter(participant=approved.annexes.all()[0].participant)
    letters: list[Any] = [
        type("Letter", (), {"document": documents.get(version__number=number)}) for number in (1, 2)
    ]
    # Who has nothing yet gets no correction: what follows from what was sent, test_what_follows.py counts.
    assert [invitations._corrects(letter) for letter in letters] == [None, None]
    words = {"corrects": 1, "letter": letters[1], "municipality": "Arlay"}
    for kind in ("txt", "html"):
        told = " ".join(render_to_string(f"meetings/emails/proposal.{kind}", words).split())
        assert "This is a correction: version 2 of the proposal replaces version 1." in told


# --- sharing --------------------------------------------------------------------------


def test_a_paper_says_whether_others_read_it(second: ProposalVersion) -> None:
    own, other = second.annexes.all()
    alone = own_html(compose(own))
    assert "This annex is written for you alone; others do not read it." in alone
    assert "All annexes are shared" not in alone
    ProposalVersion.objects.filter(pk=second.pk).update(annexes_shared=True)
    version = ProposalVersion.objects.get(pk=second.pk)
    paper = compose(version.annexes.get(pk=own.pk))
    shared = own_html(paper, whole=True)
    assert "All annexes are shared with all who are asked." in shared
    assert "written for you alone" not in shared.replace("New words", "")
    assert SECRET in shared
    assert [one.name for one in paper.common.annexes] == [str(one.participant) for one in (own, other)]
    assert SECRET in paper.data


# --- the attached data -----------------------------------------------------------------


def test_the_data_hold_what_the_paper_says(second: ProposalVersion) -> None:
    own = second.annexes.all()[0]
    paper = compose(own)
    told = json.loads(paper.data)
    assert (told["schema"], told["schema_version"], told["version"]) == ("imc-proposal", 1, 2)
    members = {one["id"]: one for one in told["members"]}
    assert members[told["recipient"]]["name"] == str(own.participant)
    assert members[told["initiator"]]["initiator"] is True
    assert told["annex"]["opening"] == "New words to you."
    assert {one["kind"] for one in told["annex"]["statements"]} == {"unit_cost", "control"}
    estimate = told["estimates"][0]
    assert [one["name"] for one in estimate["scenarios"]] == ["low", "central", "high"]
    for scenario in estimate["scenarios"]:
        assert set(scenario["years"]) == set(members)
        assert all(set(key["nets"]) == set(members) for key in scenario["keys"])
    costs = [one for one in told["inputs"] if one["input"] == "cost"]
    assert {one["origin"] for one in costs} == {"measured", "assumed"}
    assert all(one["source"] and one["confidence"] for one in costs)
    assert str(own.participant_id) not in paper.data


def test_the_data_are_the_same_each_time_and_in_each_language(second: ProposalVersion) -> None:
    own = second.annexes.all()[0]
    english, again, french = (json.loads(compose(own, code).data) for code in ("en", "en", "fr"))
    assert english == again
    assert french.pop("language") == "fr"
    assert english.pop("language") == "en"
    assert french == english


def test_all_recipients_of_a_language_share_an_equal_common_part(second: ProposalVersion) -> None:
    with translation.override("en"):
        papers = [compose(annex, "en") for annex in second.annexes.all()]
    assert papers[0].common == papers[1].common
    assert hash(papers[0].common) == hash(papers[1].common)
