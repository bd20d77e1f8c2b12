"""What the next two steps need, area by area: plain values from plain values.

What nobody has settled is listed as a question to ask, never filled in.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

Facts = dict[str, Any]
OPEN_TO_EXPLORE = ("yes", "yes_if")


def for_legal_check(facts: Facts) -> list[Facts]:
    """Per selected area and municipality: what a lawyer starts from, and what to ask."""
    return [
        {
            "area": area["id"],
            "name": area["name"],
            "function": area["function"],
            "mode": area["mode"],
            "public_contract_check": area["mode"] == "buy_sell",
            "authority_stances": area["stances"],
            "municipalities": [_legal(facts, decision) for decision in _decided(facts, area)],
            "questions": _questions_for_the_lawyer(area),
        }
        for area in _selected(facts)
    ]


def for_feasibility_study(facts: Facts) -> list[Facts]:
    """Per selected area: partners in scope, today's service and cost, causes, financing, conditions."""
    return [
        {
            "area": area["id"],
            "name": area["name"],
            "screening": area["screening"],
            "objectives": _objectives(facts, area),
            "partners_in_scope": [
                decision["municipality"]
                for decision in _decided(facts, area)
                if decision["explore_feasibility"] in OPEN_TO_EXPLORE
            ],
            "today": [_today(facts, area, one) for one in facts["participants"] if one["takes_part"]],
            "conditions": [
                {"municipality": decision["municipality"], "condition": decision["condition"]}
                for decision in _decided(facts, area)
                if decision["condition"]
            ],
            "still_open": [
                _("Who does the study?"),
                _("How is the cost of the study shared: equally, or by inhabitants?"),
            ],
        }
        for area in _selected(facts)
    ]


def _selected(facts: Facts) -> list[Facts]:
    chosen = {row["area"] for row in facts["selected_areas"]}
    return [area for area in facts["areas"] if area["id"] in chosen]


def _decided(facts: Facts, area: Facts) -> list[Facts]:
    return [row for row in facts["decisions"] if row["area"] == area["id"]]


def _objectives(facts: Facts, area: Facts) -> list[Facts]:
    served = {row["objective"] for row in facts["selected_areas"] if row["area"] == area["id"]}
    return [row for row in facts["objectives"] if row["id"] in served]


def _legal(facts: Facts, decision: Facts) -> Facts:
    who = next((one for one in facts["participants"] if one["id"] == decision["participant"]), None)
    return {
        "municipality": decision["municipality"],
        "decision": decision["explore_feasibility"],
        "mandate": decision["mandate"],
        "needs_the_council": decision["mandate"] == "subject_to_council",
        "contact": who["contact"] if who else None,
        "legal_basis": None,
        "designated_official": None,
    }


def _questions_for_the_lawyer(area: Facts) -> list[str]:
    questions = [
        _("On which legal basis may each municipality do this together with others?"),
        _("Whom does each mayor name as the official in charge?"),
    ]
    if area["mode"] == "buy_sell":
        questions.append(_("Is buying this service from another municipality a public contract?"))
    if not area["stances"]:
        questions.append(_("What does the regional or central authority think? Nobody has asked yet."))
    return questions


def _today(facts: Facts, area: Facts, who: Facts) -> Facts:
    said = [row for row in facts["answers"] if row["participant"] == who["id"] and row["area"] == area["id"]]
    by_question = {row["question"]: row for row in said if row["state"] in ("answered", "disputed")}
    need = next(
        (
            row
            for row in facts["needs"]
            if row["municipality"] == who["name"] and row["function"] == area["function"]
        ),
        None,
    )
    return {
        "municipality": who["name"],
        "inhabitants": who["inhabitants"],
        "baseline": need["baseline"] if need else None,
        "severity": by_question.get(1, {}).get("choice"),
        "what_shows_it": by_question.get(1, {}).get("text"),
        "missing_service": by_question.get(2, {}).get("text"),
        "causes": by_question.get(3, {}).get("causes", []),
        "financing": by_question.get(5, {}).get("text"),
    }
