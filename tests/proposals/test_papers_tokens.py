"""Figures inside words: what is filled in, what stays as typed, and whose figures they are."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from imc_portal.core.audit import Actor
from proposals import services
from proposals.documents import text
from proposals.documents.content import compose
from proposals.documents.facts import Facts, MemberFact
from proposals.documents.tokens import fill, unknown, values_for
from proposals.estimate import Effect, Estimate, Member, Service, estimate
from proposals.models import ProposalVersion
from tests import makers

WASTE = Effect("waste", 30_000, 0.03, -0.07, -0.17, "Aldag, Warner & Bel (2020)", "medium")


def reckoned(effect: Effect = WASTE) -> Estimate:
    members = [Member("a", "A", 3_000, Decimal(200_000)), Member("b", "B", 5_000, Decimal(300_000))]
    return estimate(Service("ENV-WCO", "Waste collection", effect), members)


def facts(*estimates: Estimate) -> Facts:
    members = (MemberFact("a", "A", 3_000, True), MemberFact("b", "B", 5_000, False))
    return Facts("Title", "FR", members, (), (), estimates)


def test_known_tokens_are_filled_and_all_else_stays_as_typed() -> None:
    values = {"net ENV-WCO": "12,000 €", "people": "3,000"}
    typed = "You gain {net ENV-WCO}, { NET  env-wco }; {people} live there; {net X-1}, {other}, {, }} stay."
    told = "You gain 12,000 €, 12,000 €; 3,000 live there; {net X-1}, {other}, {, }} stay."
    assert fill(typed, values) == told
    assert fill("no braces", {}) == "no braces"


def test_tokens_without_a_figure_are_named_once_and_other_braces_are_not() -> None:
    assert unknown("{low X-1} {low X-1} {people} {other} {{}}", {"people": "3"}) == ["{low X-1}"]
    assert unknown("{people} {group}", {}) == ["{people}", "{group}"]


def test_values_are_the_readers_own_figures_in_the_active_language() -> None:
    one = reckoned()
    values = values_for(facts(one), "b", "EUR")
    central = one.scenario("central")
    assert values["people"] == "5,000"
    assert values["group"] == "8,000"
    assert values["cost ENV-WCO"] == "€300,000"
    assert values["joint ENV-WCO"] == f"€{central.joint:,.0f}"
    net = central.key(one.headline).nets["b"]
    assert values["net ENV-WCO"].endswith(f"€{abs(net):,.0f}")
    assert values["low ENV-WCO"].startswith("−")
    with translation.override("fr"):
        assert values_for(facts(one), "b", "EUR")["cost ENV-WCO"] == "300\u202f000\xa0€"


def test_without_evidence_there_is_a_cost_and_no_net() -> None:
    silent = reckoned(Effect("none", None, 0, 0, 0, "", "none"))
    values = values_for(facts(silent), "a", "EUR")
    assert values["cost ENV-WCO"] == "€200,000"
    assert "net ENV-WCO" not in values
    assert fill("{net ENV-WCO}", values) == "{net ENV-WCO}"


@pytest.mark.django_db
def test_each_paper_fills_its_words_with_its_own_recipients_figures() -> None:
    version = makers.make_draft()
    first, second = version.annexes.all()
    author = Actor.person(version.drafted_by)
    words = "{people} of {group}: {cost ENV-WCO} today, {net NO-SUCH}."
    for annex in (first, second):
        services.save_annex(
            annex=annex, revision=annex.revision, actor=author, opening=words, open_questions="Why {people}?"
        )
        services.add_statement(annex=annex, kind="exit", text="{people} lose", indicator="{x}", actor=author)
    type(first.participant.municipality).objects.filter(pk=first.participant.municipality_id).update(
        population=4_321
    )
    papers = [compose(ProposalVersion.objects.get().annexes.get(pk=one.pk)) for one in (first, second)]
    assert papers[0].opening.paragraphs[0].startswith("4,321 of 10,321: €216,050 today, {net NO-SUCH}.")
    assert papers[1].opening.paragraphs[0].startswith("3,000 of 10,321: €150,000 today")
    assert papers[0].questions.paragraphs == ("Why 4,321?",)
    assert [one.text for one in papers[0].costs][-1] == "4,321 lose"
    assert papers[0].costs[-1].indicator == "{x}"


def test_amounts_are_held_together_and_endless_ones_are_not() -> None:
    assert (
        text.line("gain\u00a0of 12\u202f345\u00a0\u00a0€  a year") == "gain\u00a0of 12\u202f345\u00a0€ a year"
    )
    endless = text.line("a\u00a0" * 500)
    assert max(len(part) for part in endless.split(text.ZERO_WIDTH_SPACE)) <= text.STEP
    values = {"net ENV-WCO": "12\u202f345\u00a0€"}
    assert text.paragraphs(fill("You gain {net ENV-WCO}.", values)) == ("You gain 12\u202f345\u00a0€.",)
