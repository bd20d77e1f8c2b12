"""Weights of a case's ranking: set with a reason, kept in history, and nobody else's business."""

from __future__ import annotations

from typing import Any

import pytest

from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry
from imc_portal.core.problems import Refusal
from partners.discovery import WEIGHTS
from partners.models import Case, RankingWeights
from partners.services.discovery import ranking_for
from partners.services.weights import reset_weights, set_weights
from partners.weights import complete, history_of, weights_of
from tests import makers
from tests.partners.scenes import Scene, scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Scene:
    return scene()


def only(**weights: float) -> dict[str, float]:
    return dict.fromkeys(WEIGHTS, 0.0) | weights


def typed(**weights: Any) -> dict[str, Any]:
    return complete({}) | weights | {"reason": "Distance decides here"}


def test_a_case_ranks_with_the_defaults_until_others_are_set(here: Scene) -> None:
    assert weights_of(here.case) == WEIGHTS
    by_size = only(size_similarity=1)
    set_weights(case=here.case, weights=by_size, reason="Equals only", actor=Actor.person(here.focal))
    assert weights_of(here.case) == by_size
    assert ranking_for(here.case)[0].name == "Dole"
    assert weights_of(makers.make_case()) == WEIGHTS


def test_setting_weights_leaves_a_trail_and_a_history(here: Scene) -> None:
    actor = Actor.person(here.focal)
    set_weights(case=here.case, weights={"proximity": 50}, reason="Snow", actor=actor)
    set_weights(
        case=here.case, weights={"proximity": 60, "size_similarity": 9}, reason="More snow", actor=actor
    )
    reset_weights(case=here.case, reason="It melted", actor=actor)
    back, second, first = history_of(here.case)
    assert [entry.setting.reason for entry in (back, second, first)] == ["It melted", "More snow", "Snow"]
    assert [(c.label, c.before, c.after) for c in first.changed] == [
        ("Proximity", f"{WEIGHTS['proximity']:g}", "50")
    ]
    assert {c.label for c in second.changed} == {"Proximity", "Similar size"}
    assert back.is_default
    assert weights_of(here.case) == WEIGHTS
    entry = AuditEntry.objects.filter(verb="set the weights of the ranking").earliest("at")
    assert (entry.after, entry.reason, entry.context) == ({"proximity": 50}, "Snow", here.case.context)


@pytest.mark.parametrize(
    ("weights", "reason"),
    [
        (only(), "Nothing counts"),
        ({"proximity": -1}, "Less than none"),
        ({"proximity": 100.5}, "Too much"),
        ({"proximity": float("nan")}, "No number"),
        ({"politics": 5}, "No such factor"),
        ({"proximity": 50}, "  "),
        ({"proximity": 50}, "x" * 301),
        ({}, "The defaults are in use already"),
    ],
)
def test_bad_weights_are_refused(here: Scene, weights: dict[str, float], reason: str) -> None:
    with pytest.raises(Refusal):
        set_weights(case=here.case, weights=weights, reason=reason, actor=Actor.person(here.focal))
    assert not RankingWeights.objects.exists()


def test_scaling_all_weights_changes_no_rank(here: Scene) -> None:
    before = [(row.name, row.score) for row in ranking_for(here.case)]
    halves = {name: weight / 2 for name, weight in WEIGHTS.items()}
    set_weights(case=here.case, weights=halves, reason="Half", actor=Actor.person(here.focal))
    assert [(row.name, row.score) for row in ranking_for(here.case)] == before


def test_the_page_says_where_the_weights_come_from(here: Scene) -> None:
    page = here.get("weights")
    assert "In use are the defaults." in page
    assert "Political closeness is not weighed" in page
    assert here.post("weights", typed(proximity="77.5")).status_code == 302
    page = here.get("weights")
    assert f"In use are the weights that {here.focal.name} set on" in page
    assert "Distance decides here" in page
    assert "77.5 (was" in page
    assert here.post("weights_reset", {"reason": "Back"}).status_code == 302
    assert "In use are the defaults." in here.get("weights")


@pytest.mark.parametrize(
    "wrong",
    [
        {"proximity": "x"},
        {"proximity": "-1"},
        {"proximity": "101"},
        {"proximity": "nan"},
        {"proximity": "9" * 400},
        {"proximity": ""},
        {"reason": ""},
        {"reason": "x" * 301},
        dict.fromkeys(WEIGHTS, "0"),
    ],
)
def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(here: Scene, wrong: dict[str, str]) -> None:
    answer = here.post("weights", typed(size_similarity="12.5") | wrong)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "need" in page
    assert "attention" in page
    if "size_similarity" not in wrong:
        assert 'value="12.5"' in page
    assert not RankingWeights.objects.exists()


def test_a_reset_without_a_reason_or_without_need_is_refused(here: Scene) -> None:
    here.post("weights", typed(proximity="77"))
    here.post("weights_reset", {"reason": ""})
    here.post("weights_reset", {"reason": "x" * 301})
    assert RankingWeights.objects.count() == 1
    here.post("weights_reset", {"reason": "Back"})
    here.post("weights_reset", {"reason": "Back again"})
    assert RankingWeights.objects.count() == 2


def test_a_reader_sees_the_weights_and_sets_none(here: Scene) -> None:
    page = here.get("weights", user=here.reader)
    assert "Weights in use" in page
    assert "Rank with these weights" not in page
    assert here.post("weights", typed(proximity="77"), user=here.reader).status_code == 403
    assert here.post("weights_reset", {"reason": "x"}, user=here.reader).status_code == 403
    Case.objects.filter(pk=here.case.pk).update(state=Case.State.CLOSED)
    assert here.post("weights", typed(proximity="77")).status_code == 403
    assert not RankingWeights.objects.exists()


def test_another_municipality_reads_neither_weights_nor_candidates(here: Scene) -> None:
    here.post("weights", typed(proximity="77"))
    stranger = makers.make_member(here.large)
    names: dict[str, dict[str, Any]] = {
        "weights": {},
        "compare": {},
        "candidate": {"municipality": here.small.pk},
    }
    for name, kwargs in names.items():
        here.get(name, user=stranger, status=404, **kwargs)
    makers.make_participant(here.case, here.large, state="acknowledged")
    for name, kwargs in names.items():
        assert "Distance decides here" not in here.get(name, user=stranger, status=403, **kwargs)
    assert here.post("weights", typed(), user=stranger).status_code == 403
    assert here.post("weights_reset", {"reason": "x"}, user=stranger).status_code == 403
