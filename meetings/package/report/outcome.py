"""First the outcome: who takes part, the need, the four outcomes."""

from __future__ import annotations

from django.utils.translation import gettext as _

from meetings.package import people
from meetings.package.report.paper import (
    Facts,
    Part,
    Section,
    Table,
    area_names,
    labelled,
    money,
    number,
    said,
    table,
    who,
    words_for_day,
)


def part(facts: Facts) -> Part:
    """The case on its first pages."""
    sections = [_parties(facts), _needs(facts), _objectives(facts), _decisions(facts), _steps(facts)]
    return Part(_("The outcome"), sections)


def _parties(facts: Facts) -> Section:
    rows = [
        (
            one["name"],
            number(one["inhabitants"]),
            labelled(one["state_name"], one["reason"]) or one["state_name"],
            who(one["contact"]),
        )
        for one in facts["participants"]
    ]
    head = (_("Municipality"), _("Inhabitants"), _("In this case"), _("Contact"))
    return Section(_("Who takes part, and who does not"), tables=table(head, rows))


def _needs(facts: Facts) -> Section:
    texts = []
    for need in facts["needs"]:
        texts.append(labelled(need["municipality"], f"{need['statement']} {need['evidence']}".strip()))
        if baseline := need["baseline"]:
            words = {
                "cost": money(baseline["annual_cost"], facts["currency"]),
                "year": baseline["year"],
                "source": baseline["source"] or _("source not named"),
            }
            texts.append(_("Cost today: %(cost)s a year (%(year)s, %(source)s).") % words)
    return Section(_("The need"), texts)


def _objectives(facts: Facts) -> Section:
    none = [row["none_because"] for row in facts["formal_meetings"] if row["none_because"]]
    texts = [_("The formal meeting had no outcome, because: %(why)s") % {"why": why} for why in none]
    rows = [
        (one["text"], one["indicator"], one["baseline"], one["target"], one["horizon"])
        for one in facts["objectives"]
    ]
    head = (_("Objective"), _("Indicator"), _("Today"), _("Target"), _("By the year"))
    return Section(_("Objectives"), texts, tables=table(head, rows))


def _decisions(facts: Facts) -> Section:
    areas = area_names(facts)
    text = _("Decided is to explore the feasibility of cooperation in these areas, nothing more.")
    rows = [
        (
            areas.get(one["area"], ""),
            one["municipality"],
            labelled(one["vote_name"], one["condition"]) or one["vote_name"],
            one["mandate_name"],
            one["dissent"],
        )
        for one in facts["decisions"]
    ]
    head = (_("Area"), _("Municipality"), _("Explore feasibility?"), _("Mandate"), _("Dissent"))
    return Section(
        _("Decisions to explore feasibility"),
        [text] if rows else [],
        tables=[*table(head, rows), *_councils(facts)],
    )


def _councils(facts: Facts) -> list[Table]:
    rows = [
        (
            one["municipality"],
            one["state_name"],
            said(one["resolution"], words_for_day(one["resolved_on"])),
            one["text"],
        )
        for one in facts["ratifications"]
    ]
    return table((_("Council of"), _("Resolution"), _("Number and date"), _("Wording")), rows)


def _steps(facts: Facts) -> Section:
    actions = {one["id"]: one["action"] for one in facts["next_steps"]}
    rows = [
        (
            one["action"],
            said(people.in_words(one["who"]), one["municipality"]),
            words_for_day(one["due"]),
            said(*(actions[key] for key in one["comes_after"] if key in actions)),
            said(words_for_day(one["done_at"]), one["done_note"]),
        )
        for one in facts["next_steps"]
    ]
    head = (_("What"), _("Who"), _("By when"), _("Comes after"), _("Done"))
    return Section(_("Next steps"), tables=table(head, rows))
