"""Needs, cases and their areas by page: from the first need to an area in the talks."""

from __future__ import annotations

import pytest

from imc_portal.core.models import User
from partners.models import (
    AuthorityStance,
    CandidateArea,
    Case,
    CaseBody,
    Municipality,
    Need,
)
from tests import makers
from tests.partners.pages import get, post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_old_lists")]

# --- needs and cases -------------------------------

NEED = {
    "function": "ENV-WCO",
    "kind": "performance",
    "severity": "3",
    "causes": ["too_small", "no_money"],
    "statement": "Too dear for us alone.",
    "evidence": "The contract rose by 18 %.",
}


def test_need_is_recorded_with_french_numbers(town: Municipality, focal: User) -> None:
    User.objects.filter(pk=focal.pk).update(language="fr")
    figures = {
        "baseline-annual_cost": "152 300,50",
        "baseline-year": "2025",
        "baseline-volume": "1.250,5",
        "baseline-confidence": "high",
    }
    post(focal, "need_create", NEED | figures | {"municipality": town.pk})
    need = Need.objects.get()
    assert need.causes == ["too_small", "no_money"]
    assert need.owner == focal
    assert float(need.baseline.annual_cost) == 152300.5
    assert float(need.baseline.volume or 0) == 1250.5


def test_need_without_figures_has_no_baseline_and_with_half_of_them_says_so(
    town: Municipality, focal: User
) -> None:
    data = NEED | {"municipality": town.pk, "baseline-confidence": "medium"}
    text = post(focal, "need_create", data | {"baseline-volume": "12"}, status=422)
    assert "A figure of today needs the cost and its year." in text
    assert "Too dear for us alone." in text
    assert not Need.objects.exists()
    post(focal, "need_create", data)
    assert not hasattr(Need.objects.get(), "baseline")


def test_second_need_in_a_function_is_refused_in_words(town: Municipality, focal: User) -> None:
    makers.make_need(town, focal)
    text = post(focal, "need_create", NEED | {"municipality": town.pk}, status=422)
    assert "already recorded a need in this function" in text


def test_need_cannot_be_recorded_for_somebody_else(focal: User) -> None:
    other = makers.make_municipality()
    post(focal, "need_create", NEED | {"municipality": other.pk}, status=422)
    assert not Need.objects.exists()


def test_need_is_edited_and_stays_with_its_municipality(town: Municipality, focal: User) -> None:
    need = makers.make_need(town, focal)
    other = makers.make_municipality()
    post(focal, "need_edit", NEED | {"municipality": other.pk, "statement": "Worse now."}, pk=need.pk)
    need.refresh_from_db()
    assert (need.statement, need.municipality) == ("Worse now.", town)


def test_case_is_opened_on_a_need_with_evidence(town: Municipality, focal: User) -> None:
    need = makers.make_need(town, focal)
    get(focal, "case_open", pk=need.pk)
    post(
        focal,
        "case_open",
        {"title": "Waste together", "trigger": "finances", "lead_time_days": 10},
        pk=need.pk,
    )
    case = Case.objects.get()
    assert case.areas.get().function_id == "ENV-WCO"
    text = get(focal, "case", pk=case.pk)
    assert "No area is taken into the talks yet." in text
    assert "Waste together" in get(focal, "case_list")


def test_case_on_a_need_without_evidence_is_refused_in_words(town: Municipality, focal: User) -> None:
    need = makers.make_need(town, focal, evidence="")
    data = {"title": "Waste together", "trigger": "finances", "lead_time_days": 10}
    assert "A case starts from a need with evidence" in post(focal, "case_open", data, 422, pk=need.pk)
    assert not Case.objects.exists()


# --- areas -------------------------------


def test_area_is_screened_taken_into_the_talks_and_moves_the_case(case: Case, focal: User) -> None:
    area = case.areas.get()
    grades = {"own_competence": "on", "rationale": 3, "need_grade": 3, "savings": 2, "feasibility": 2}
    post(focal, "area_edit", grades, pk=case.pk, area=area.pk)
    post(focal, "area_agree", {}, pk=case.pk, area=area.pk)
    area.refresh_from_db()
    case.refresh_from_db()
    assert (area.screening, area.state, case.state) == (10, "agreed", "areas_screened")


def test_area_outside_own_competence_is_refused(case: Case, focal: User) -> None:
    area = case.areas.get()
    CandidateArea.objects.filter(pk=area.pk).update(own_competence=False)
    post(focal, "area_agree", {}, pk=case.pk, area=area.pk)
    case.refresh_from_db()
    assert case.state == "draft"
    assert "Outside our own competence" in get(focal, "areas", pk=case.pk)


def test_the_same_area_twice_is_refused_in_words(case: Case, focal: User) -> None:
    area = case.areas.get()
    data = {
        "function": area.function_id,
        "mode": area.mode,
        "own_competence": "on",
        "rationale": 2,
        "need_grade": 2,
        "savings": 2,
        "feasibility": 2,
    }
    assert "This area is already in the case." in post(focal, "area_add", data, 422, pk=case.pk)
    post(focal, "area_add", data | {"function": "ADM-TAX"}, pk=case.pk)
    assert case.areas.count() == 2


def test_area_is_set_aside_only_with_a_reason(case: Case, focal: User) -> None:
    area = case.areas.get()
    post(focal, "area_set_aside", {"reason": " "}, pk=case.pk, area=area.pk)
    area.refresh_from_db()
    assert area.state == "candidate"
    post(focal, "area_set_aside", {"reason": "Too early"}, pk=case.pk, area=area.pk)
    assert "Too early" in get(focal, "areas", pk=case.pk)


def test_observer_states_its_own_stance_and_no_other(case: Case) -> None:
    region, other = makers.make_body("Region"), makers.make_body("Other region")
    observer = makers.make_body_member(region)
    CaseBody.objects.create(case=case, body=region)
    data = {"stance": "favour", "said_by": "Director", "said_on": "2026-03-02", "how": "letter"}
    area = case.areas.get()
    post(observer, "stance_record", data | {"body": other.pk}, 422, pk=case.pk, area=area.pk)
    assert not AuthorityStance.objects.exists()
    post(observer, "stance_record", data | {"body": region.pk}, pk=case.pk, area=area.pk)
    assert AuthorityStance.objects.get().body == region
