"""What steps 3 to 7 start from, each on its own: a reader turns to one part."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from meetings.package import people
from meetings.package.report.paper import (
    Facts,
    Part,
    Section,
    Table,
    labelled,
    money,
    number,
    said,
    table,
    who,
    words_for_day,
)


def parts(facts: Facts) -> list[Part]:
    """Legal check, feasibility study, choice of areas, support, negotiation."""
    return [
        Part(_("Step 3: for the legal check"), [_legal(area) for area in facts["for_legal_check"]]),
        Part(
            _("Step 4: for the feasibility study"),
            [_study(area, facts) for area in facts["for_feasibility_study"]],
        ),
        Part(_("Steps 5 to 7"), [_screening(facts), _support(facts), _negotiation(facts)]),
    ]


def _legal(area: Facts) -> Section:
    texts = [labelled(_("Function"), f"{area['function']}, {area['mode_name']}")]
    if area["public_contract_check"]:
        texts.append(_("Buying from another municipality may be a public contract: check this first."))
    rows = [
        (
            one["municipality"],
            one["legal_basis"] or _("not recorded"),
            people.in_words(one["designated_official"]) or _("not named yet"),
            _("subject to the council") if one["needs_the_council"] else "",
            who(one["contact"]),
        )
        for one in area["municipalities"]
    ]
    head = (
        _("Municipality"),
        _("Legal basis claimed"),
        _("Official in charge"),
        _("Mandate"),
        _("Contact"),
    )
    questions = [_("To ask: %(question)s") % {"question": question} for question in area["questions"]]
    return Section(area["name"], texts, questions, [*table(head, rows), *_stances(area)])


def _stances(area: Facts) -> list[Table]:
    told = [
        (one["authority"], one["stance_name"], _evidence(one), "") for one in area["authority_stances"]
    ] + [
        (
            one["authority"],
            one["stance_name"],
            said(_evidence(one), one["text"]),
            _("reported by %(name)s") % {"name": one["municipality"]},
        )
        for one in area["reported_stances"]
    ]
    return table((_("Authority"), _("Stance"), _("Who said so, when, how"), _("Known from")), told)


def _evidence(one: Facts) -> str:
    return said(people.in_words(one["said_by"]), words_for_day(one["said_on"]), one["how"])


def _study(area: Facts, facts: Facts) -> Section:
    texts = [
        _("Partners in scope: %(names)s.") % {"names": ", ".join(area["partners_in_scope"]) or "–"},
        labelled(_("Objectives"), said(*(one["text"] for one in area["objectives"]))),
        labelled(_("Who does the study"), area["study_by"] or _("not settled")),
        labelled(
            _("Key for the cost of the study"),
            said(area["study_key_name"], area["study_key_note"]) or _("not settled"),
        ),
        *(
            _("Condition of %(who)s: %(text)s") % {"who": one["municipality"], "text": one["condition"]}
            for one in area["conditions"]
        ),
    ]
    questions = [_("Still open: %(question)s") % {"question": question} for question in area["still_open"]]
    tables = [*_today(area, facts), *_grants(area)]
    return Section(area["name"], [text for text in texts if text], questions, tables)


def _today(area: Facts, facts: Facts) -> list[Table]:
    rows = [
        (
            one["municipality"],
            said(one["how_now"], one["service_level"]),
            _baseline(one["baseline"], facts["currency"]),
            said(one["severity"], one["what_shows_it"]),
            ", ".join(one["causes"]),
        )
        for one in area["today"]
    ]
    head = (
        _("Municipality"),
        _("How it is done today"),
        _("Cost a year"),
        _("Severity 0–4, and what shows it"),
        _("Causes"),
    )
    return table(head, rows)


def _baseline(one: Facts | None, currency: str) -> str:
    if one is None:
        return _("not known")
    year = f"{money(one['annual_cost'], currency)} ({one['year']})"
    volume = f"{number(one['volume'])} {one['volume_unit']}".strip() if one["volume"] else ""
    return said(
        year, volume, labelled(_("source"), one["source"]), labelled(_("confidence"), one["confidence_name"])
    )


def _grants(area: Facts) -> list[Table]:
    rows = [
        (
            said(one["name"], one["funder"], one["source"]),
            money(one["amount"], one["currency"]).strip(),
            words_for_day(one["deadline"]),
            _rules(one),
            ", ".join(sorted({by["municipality"] for by in one["named_by"]})),
        )
        for one in area["grants_to_pursue"]
    ]
    head = (_("Grant to pursue"), _("Amount"), _("Deadline"), _("Conditions"), _("Named by"))
    return table(head, rows)


def _rules(one: Facts) -> str:
    return said(
        _("at least %(count)s municipalities") % {"count": one["min_partners"]}
        if one["min_partners"]
        else "",
        _("%(count)s inhabitants together") % {"count": number(one["min_population"])}
        if one["min_population"]
        else "",
        _least_years(one["min_years"]) if one["min_years"] else "",
        _("own share %(share)s %%") % {"share": one["own_share"]} if one["own_share"] is not None else "",
    )


def _least_years(count: int) -> str:
    return ngettext("at least %(count)d year", "at least %(count)d years", count) % {"count": count}


def _screening(facts: Facts) -> Section:
    rows = [
        (one["name"], one["rationale"], one["need"], one["savings"], one["feasibility"], one["total"])
        for one in facts["for_screening"]
    ]
    head = (_("Area"), _("Rationale"), _("Need"), _("Savings"), _("Feasibility"), _("Sum"))
    text = _("As graded in this step, from 1 (weak) to 3 (strong); grade again after the study.")
    title = _("Step 5: screening of the areas")
    return Section(title, [text] if rows else [], tables=table(head, rows))


def _support(facts: Facts) -> Section:
    found = facts["for_support"]
    rows = [(one["name"], one["concern"]) for one in found["stakeholders"]]
    text = _("Noted, and not yet contacted by anybody in these talks.")
    told = [
        (one["municipality"], one["audience_name"], words_for_day(one["told_on"]), one["how"])
        for one in found["told_so_far"]
    ]
    tables = [
        *table((_("Stakeholder"), _("What concerns them")), rows),
        *table((_("Municipality"), _("Told so far"), _("When"), _("How")), told),
    ]
    return Section(_("Step 6: stakeholders"), [text] if rows else [], found["still_open"], tables)


def _negotiation(facts: Facts) -> Section:
    found = facts["for_negotiation"]
    rows = [
        (
            one["municipality"],
            who(one["who"]) or _("nobody named"),
            said(one["mandate_name"], one["appointment"]),
        )
        for one in found["contacts"]
    ]
    head = (_("Municipality"), _("Who spoke for it"), pgettext("power to negotiate", "Authority"))
    title = _("Step 7: who may negotiate")
    return Section(title, points=found["still_open"], tables=table(head, rows))
