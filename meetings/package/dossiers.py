"""What each of the next steps starts from: plain values from plain values.

What nobody has settled is listed as an open question, never filled in.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

Facts = dict[str, Any]
OPEN_TO_EXPLORE = ("yes", "yes_if")
SAID = ("answered", "disputed")
#: Answers to question 5 that name nothing to pursue.
NO_CALL = ("no", "unknown", "none")


def compose(facts: Facts) -> Facts:
    """The parts for steps 3 to 7, and everything that is still open in one list."""
    legal, study = for_legal_check(facts), for_feasibility_study(facts)
    parts = {
        "for_legal_check": legal,
        "for_feasibility_study": study,
        "for_screening": for_screening(facts),
        "for_support": {
            "stakeholders": facts["stakeholders"],
            "told_so_far": facts["tellings"],
            "still_open": []
            if facts["stakeholders"]
            else [_("Whom would cooperation concern? Nobody is noted.")],
        },
        "for_negotiation": for_negotiation(facts),
    }
    return parts | {"open_questions": _open(parts)}


def for_legal_check(facts: Facts) -> list[Facts]:
    """Step 3, per selected area and municipality: what a lawyer starts from, and what to ask."""
    return [
        {
            "area": area["id"],
            "name": area["name"],
            "function": area["function"],
            "mode": area["mode"],
            "mode_name": area["mode_name"],
            "public_contract_check": area["mode"] == "buy_sell",
            "authority_stances": area["stances"],
            "reported_stances": _reported(facts, area),
            "municipalities": [_legal(facts, decision) for decision in _decided(facts, area)],
            "questions": _questions_for_the_lawyer(facts, area),
        }
        for area in _selected(facts)
    ]


def for_feasibility_study(facts: Facts) -> list[Facts]:
    """Step 4, per selected area: partners in scope, today's service and cost, study, key, grants."""
    return [
        {
            "area": area["id"],
            "name": area["name"],
            "objectives": _objectives(facts, area),
            "partners_in_scope": [row["municipality"] for row in _in_scope(facts, area)],
            "today": [_today(facts, area, one) for one in facts["participants"] if one["takes_part"]],
            "conditions": [
                {"municipality": decision["municipality"], "condition": decision["condition"]}
                for decision in _decided(facts, area)
                if decision["condition"]
            ],
            **_study(facts, area),
            "grants_to_pursue": _grants(facts, area),
            "still_open": _open_for_the_study(facts, area),
        }
        for area in _selected(facts)
    ]


def for_screening(facts: Facts) -> list[Facts]:
    """Step 5: the four headings as graded in this step, to be graded again after the study."""
    return [{"area": area["id"], "name": area["name"], **area["screening"]} for area in _selected(facts)]


def for_negotiation(facts: Facts) -> Facts:
    """Step 7: who spoke for each municipality, with what authority."""
    seats = [
        seat for meeting in facts["formal_meetings"] for seat in meeting["attendance"] if seat["present"]
    ]
    newest = {seat["participant"]: seat for seat in seats}
    contacts = [
        {
            "municipality": one["name"],
            "who": newest[one["id"]]["delegate"] if one["id"] in newest else one["contact"],
            "mandate": newest[one["id"]]["mandate"] if one["id"] in newest else None,
            "mandate_name": newest[one["id"]]["mandate_name"] if one["id"] in newest else "",
            "appointment": newest[one["id"]]["appointment"] if one["id"] in newest else "",
        }
        for one in facts["participants"]
        if one["takes_part"]
    ]
    missing = [one["municipality"] for one in contacts if not _may_negotiate(one)]
    question = _("Who may negotiate for %(name)s? Nobody with authority is named.")
    return {"contacts": contacts, "still_open": [question % {"name": name} for name in missing]}


def _may_negotiate(contact: Facts) -> bool:
    return contact["who"] is not None and contact["mandate"] in ("full", "subject_to_council")


def _open(parts: Facts) -> list[str]:
    """All that is open, each with the area it is about."""
    areas = [(one["name"], one["questions"]) for one in parts["for_legal_check"]]
    areas += [(one["name"], one["still_open"]) for one in parts["for_feasibility_study"]]
    listed = [
        _("%(area)s: %(question)s") % {"area": name, "question": question}
        for name, questions in areas
        for question in questions
    ]
    return [*listed, *parts["for_support"]["still_open"], *parts["for_negotiation"]["still_open"]]


def _selected(facts: Facts) -> list[Facts]:
    chosen = {row["area"] for row in facts["selected_areas"]}
    return [area for area in facts["areas"] if area["id"] in chosen]


def _decided(facts: Facts, area: Facts) -> list[Facts]:
    return [row for row in facts["decisions"] if row["area"] == area["id"]]


def _in_scope(facts: Facts, area: Facts) -> list[Facts]:
    active = {one["id"] for one in facts["participants"] if one["takes_part"]}
    return [
        row
        for row in _decided(facts, area)
        if row["explore_feasibility"] in OPEN_TO_EXPLORE and row["participant"] in active
    ]


def _objectives(facts: Facts, area: Facts) -> list[Facts]:
    served = {
        key
        for row in facts["selected_areas"]
        if row["area"] == area["id"]
        for key in (row["objective"], *row["also_serves"])
    }
    return [row for row in facts["objectives"] if row["id"] in served]


def _claim(facts: Facts, area: Facts, participant: str) -> Facts:
    """What a municipality recorded for the next step on an area; empty when nothing."""
    rows = (
        row
        for row in facts["legal_claims"]
        if row["area"] == area["id"] and row["participant"] == participant
    )
    return next(rows, {})


def _legal(facts: Facts, decision: Facts) -> Facts:
    who = next((one for one in facts["participants"] if one["id"] == decision["participant"]), None)
    claim = _claim(facts, {"id": decision["area"]}, decision["participant"])
    return {
        "municipality": decision["municipality"],
        "decision": decision["explore_feasibility"],
        "mandate": decision["mandate"],
        "needs_the_council": decision["mandate"] == "subject_to_council",
        "contact": who["contact"] if who else None,
        "legal_basis": claim.get("legal_basis") or None,
        "designated_official": claim.get("official"),
    }


def _reported(facts: Facts, area: Facts) -> list[Facts]:
    """What municipalities say that an authority thinks (question 7): hearsay, with who said so and how."""
    return [
        {
            "municipality": row["municipality"],
            "authority": row["authority"],
            "stance": row["choice"],
            "stance_name": row["choice_name"],
            "said_by": row["said_by"],
            "said_on": row["said_on"],
            "how": row["how"],
            "text": row["text"],
        }
        for row in facts["answers"]
        if row["question"] == 7 and row["area"] == area["id"] and row["choice"] not in ("", "unknown")
    ]


def _questions_for_the_lawyer(facts: Facts, area: Facts) -> list[str]:
    """What is not recorded is asked; what is recorded is asked to be checked once, by its contract."""
    questions = []
    for row in _in_scope(facts, area):
        claim, name = _claim(facts, area, row["participant"]), {"name": row["municipality"]}
        if not claim.get("legal_basis"):
            questions.append(_("On which legal basis may %(name)s do this together with others?") % name)
        if not claim.get("official"):
            questions.append(_("Whom does the mayor of %(name)s name as the official in charge?") % name)
    if area["mode"] == "buy_sell":
        questions.append(_("Is buying this service from another municipality a public contract?"))
    if not area["stances"] and not _reported(facts, area):
        questions.append(_("What does the regional or central authority think? Nobody has asked yet."))
    return questions


def _study(facts: Facts, area: Facts) -> Facts:
    rows = (row for row in facts["studies"] if row["area"] == area["id"])
    found: Facts = next(rows, {})
    return {
        "study_by": found.get("study_by") or None,
        "study_key": found.get("study_key") or None,
        "study_key_name": found.get("study_key_name", ""),
        "study_key_note": found.get("study_key_note", ""),
    }


def _open_for_the_study(facts: Facts, area: Facts) -> list[str]:
    study, questions = _study(facts, area), []
    if not study["study_by"]:
        questions.append(_("Who does the study?"))
    if not study["study_key"]:
        questions.append(_("How is the cost of the study shared: equally, or by inhabitants?"))
    for row in _in_scope(facts, area):
        who = {"id": row["participant"], "name": row["municipality"], "inhabitants": 0}
        today, name = _today(facts, area, who), {"name": row["municipality"]}
        if today["baseline"] is None:
            questions.append(_("What does this cost %(name)s today, and in which year was that?") % name)
        if not (today["how_now"] or today["service_level"]):
            questions.append(_("How does %(name)s do this today, and at which service level?") % name)
    return questions


def _today(facts: Facts, area: Facts, who: Facts) -> Facts:
    """How one municipality does it now: in its own words, in figures, and in its answers."""
    said = [row for row in facts["answers"] if row["participant"] == who["id"] and _about(row, area)]
    by_question = {row["question"]: row for row in said if row["state"] in SAID}
    claim, baseline = _claim(facts, area, who["id"]), _baseline(facts, area, who)
    return {
        "municipality": who["name"],
        "inhabitants": who["inhabitants"],
        "how_now": claim.get("how_now", ""),
        "service_level": claim.get("service_level") or (baseline or {}).get("quality", ""),
        "baseline": baseline,
        "severity": by_question.get(1, {}).get("choice"),
        "what_shows_it": _joined(by_question.get(1)),
        "missing_service": _joined(by_question.get(2)),
        "causes": by_question.get(3, {}).get("cause_names", []),
    }


def _about(answer: Facts, area: Facts) -> bool:
    """Questions 1 to 3 are asked once for each function, the others by area."""
    if answer["question"] <= 3:
        return bool(answer["function"] == area["function"])
    return bool(answer["area"] == area["id"])


def _joined(answer: Facts | None) -> str | None:
    return "; ".join(filter(None, (answer["text"], answer["detail"]))) or None if answer else None


def _baseline(facts: Facts, area: Facts, who: Facts) -> Facts | None:
    """From the need where there is one, else as the initiator learned it for the proposal."""
    for need in facts["needs"]:
        if (need["municipality"], need["function"]) == (who["name"], area["function"]) and need["baseline"]:
            return {**need["baseline"], "origin": "need"}
    for row in facts["member_figures"]:
        if (row["participant"], row["function"]) == (who["id"], area["function"]) and row["annual_cost"]:
            kept = ("annual_cost", "volume", "year", "source", "confidence", "confidence_name", "origin")
            return {"volume_unit": "", "staff_fte": None, "quality": "", **{key: row[key] for key in kept}}
    return None


def _grants(facts: Facts, area: Facts) -> list[Facts]:
    """Calls that the answers to question 5 name, with who named them, and the grant of the proposal."""
    found: dict[str, Facts] = {}
    for row in facts["answers"]:
        if row["question"] != 5 or row["state"] not in SAID or row["choice"] in NO_CALL:
            continue
        for call in [row["call"], *row["named_calls"]]:
            if call and (not call["functions"] or area["function"] in call["functions"]):
                entry = found.setdefault(call["name"], {**call, "named_by": []})
                entry["named_by"].append(
                    {"municipality": row["municipality"], "text": row["text"], "answer": row["choice_name"]}
                )
        if not row["call"] and not row["named_calls"] and row["area"] in (None, area["id"]):
            entry = found.setdefault(row["text"][:200], {**_unknown(row["text"]), "named_by": []})
            entry["named_by"].append({"municipality": row["municipality"], "text": "", "answer": ""})
    for estimate in facts["estimates"]:
        grant = estimate["grant"]
        if grant and estimate["function"] == area["function"]:
            found.setdefault(grant["source"], {**_unknown(grant["source"]), "named_by": []}).update(
                amount=grant["amount"], currency=facts["currency"]
            )
    return [found[name] for name in sorted(found) if name]


def _unknown(name: str) -> Facts:
    """A call of which only the name is known."""
    rules = ("amount", "deadline", "min_partners", "min_population", "min_years", "own_share")
    return {"name": name[:200], "funder": "", "functions": [], "currency": "", "source": ""} | dict.fromkeys(
        rules
    )
