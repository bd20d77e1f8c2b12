"""The readable part of the package: sections of sentences and tables for one PDF, from plain values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from imc_portal.core.templatetags.portal import colon, day, moment

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """Column heads and rows of words."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, sentences, tables."""

    title: str
    texts: Sequence[str] = ()
    tables: Sequence[Table] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The whole paper."""

    language: str
    title: str
    initiator: str
    made: str
    created: str
    sections: Sequence[Section] = field(default_factory=tuple)


def compose(facts: Facts, legal: list[Facts], study: list[Facts], language: str) -> Report:
    """The paper in the language that is active."""
    areas = {area["id"]: area["name"] for area in facts["areas"]}
    sections = [
        _parties(facts),
        _needs(facts),
        _objectives(facts),
        _decisions(facts, areas),
        _steps(facts),
        *(_legal_area(area) for area in legal),
        *(_study_area(area) for area in study),
        _attitudes(facts, areas),
        *(_answers(facts, area) for area in facts["areas"]),
        _meetings(facts),
        _papers(facts),
    ]
    return Report(
        language=language,
        title=facts["case"]["title"],
        initiator=facts["case"]["initiator"],
        made=_day(facts["made_at"]),
        created=facts["made_at"],
        sections=sections,
    )


def _parties(facts: Facts) -> Section:
    rows = [
        (
            one["name"],
            number_format(one["inhabitants"], force_grouping=True),
            one["state_name"] + (f"{colon()}{one['reason']}" if one["reason"] else ""),
            _contact(one),
        )
        for one in facts["participants"]
    ]
    head = (_("Municipality"), _("Inhabitants"), _("In this case"), _("Contact"))
    return Section(_("Who takes part, and who does not"), tables=[Table(head, rows)])


def _contact(one: Facts) -> str:
    contact = one["contact"]
    return ", ".join(filter(None, (contact["name"], contact["office"], contact["email"]))) if contact else "–"


def _needs(facts: Facts) -> Section:
    texts = []
    for need in facts["needs"]:
        texts.append(f"{need['municipality']}{colon()}{need['statement']} {need['evidence']}".strip())
        if baseline := need["baseline"]:
            words = {
                "cost": _money(baseline["annual_cost"]),
                "year": baseline["year"],
                "source": baseline["source"] or _("source not named"),
            }
            texts.append(_("Cost today: %(cost)s a year (%(year)s, %(source)s).") % words)
    return Section(_("The need"), texts)


def _objectives(facts: Facts) -> Section:
    none = [row["none_because"] for row in facts["formal_meetings"] if row["none_because"]]
    texts = [_("The formal meeting had no outcome, because: %(why)s") % {"why": why} for why in none]
    rows = [
        (
            one["text"],
            one["indicator"] or "–",
            one["baseline"] or "–",
            one["target"] or "–",
            str(one["horizon"] or "–"),
        )
        for one in facts["objectives"]
    ]
    head = (_("Objective"), _("Indicator"), _("Today"), _("Target"), _("By the year"))
    return Section(_("Objectives"), texts, _tables(head, rows))


def _decisions(facts: Facts, areas: dict[str, str]) -> Section:
    text = _("Decided is to explore the feasibility of cooperation in these areas, nothing more.")
    rows = [
        (
            areas.get(one["area"], ""),
            one["municipality"],
            colon().join(filter(None, (one["vote_name"], one["condition"]))),
            one["mandate_name"],
            one["dissent"] or "–",
        )
        for one in facts["decisions"]
    ]
    head = (_("Area"), _("Municipality"), _("Explore feasibility?"), _("Mandate"), _("Dissent"))
    return Section(_("Decisions to explore feasibility"), [text] if rows else [], _tables(head, rows))


def _steps(facts: Facts) -> Section:
    rows = [
        (
            one["action"],
            f"{one['who']}, {one['municipality']}",
            _day(one["due"]),
            _day(one["done_at"]) if one["done_at"] else "–",
        )
        for one in facts["next_steps"]
    ]
    return Section(_("Next steps"), tables=_tables((_("What"), _("Who"), _("By when"), _("Done")), rows))


def _legal_area(area: Facts) -> Section:
    texts = [
        *(_("To ask: %(question)s") % {"question": question} for question in area["questions"]),
        *(
            f"{one['authority']}{colon()}{one['stance_name']}"
            f" ({one['said_by']}, {_day(one['said_on'])}, {one['how']})"
            for one in area["authority_stances"]
        ),
    ]
    council = [one["municipality"] for one in area["municipalities"] if one["needs_the_council"]]
    if council:
        texts.append(_("Subject to the council in: %(names)s.") % {"names": ", ".join(council)})
    return Section(_("For the legal check: %(area)s") % {"area": area["name"]}, texts)


def _study_area(area: Facts) -> Section:
    texts = [
        _("Partners in scope: %(names)s.") % {"names": ", ".join(area["partners_in_scope"]) or "–"},
        *(
            _("Condition of %(who)s: %(text)s") % {"who": one["municipality"], "text": one["condition"]}
            for one in area["conditions"]
        ),
        *(_("Still open: %(question)s") % {"question": question} for question in area["still_open"]),
    ]
    rows = [
        (
            one["municipality"],
            f"{_money(one['baseline']['annual_cost'])} ({one['baseline']['year']})"
            if one["baseline"]
            else "–",
            one["severity"] or "–",
            one["what_shows_it"] or "–",
            one["financing"] or "–",
        )
        for one in area["today"]
    ]
    head = (_("Municipality"), _("Cost a year"), _("Severity 0–4"), _("What shows it"), _("Financing"))
    return Section(
        _("For the feasibility study: %(area)s") % {"area": area["name"]}, texts, _tables(head, rows)
    )


def _attitudes(facts: Facts, areas: dict[str, str]) -> Section:
    rows = [
        (
            one["municipality"],
            colon().join(filter(None, (one["value_name"], one["conditions"]))),
            "; ".join(areas[area] for area in one["areas"] if area in areas) or "–",
            f"{one['stated_by']}, {_day(one['stated_at'])}",
        )
        for one in facts["attitudes"]
    ]
    head = (_("Municipality"), _("Attitude"), _("Areas"), _("Stated by"))
    return Section(_("Attitudes, in the order in which they were stated"), tables=_tables(head, rows))


def _answers(facts: Facts, area: Facts) -> Section:
    rows = [
        (f"{one['question']}. {one['question_text']}", one["municipality"], _said(one))
        for one in facts["answers"]
        if one["state"] != "open" and one["area"] == area["id"]
    ]
    head = (_("Question"), _("Municipality"), _("Answer"))
    title = _("The seven questions: %(area)s") % {"area": area["name"]}
    return Section(title, tables=_tables(head, rows))


def _said(one: Facts) -> str:
    if one["state"] == "deferred":
        return _("%(owner)s answers by %(due)s") % {"owner": one["owner"], "due": _day(one["due"])}
    words = "; ".join(filter(None, (one["choice_name"], ", ".join(one["cause_names"]), one["text"])))
    return f"{words} ({_('disputed')})" if one["state"] == "disputed" else words


def _meetings(facts: Facts) -> Section:
    texts = []
    for kind, key in ((_("Informal meeting"), "informal_meetings"), (_("Formal meeting"), "formal_meetings")):
        for one in facts[key]:
            texts.append(f"{kind}{colon()}{_moment(one['starts_at'])}, {one['place']}")
            texts += [
                f"{guest['municipality']}{colon()}{guest['name']}, {guest['office']}"
                f" ({guest['mandate_name']})"
                for guest in one["attendance"]
                if guest["present"]
            ]
            texts += one.get("notes", "").splitlines()
    return Section(_("Meetings"), texts)


def _papers(facts: Facts) -> Section:
    rows = [(one["recipient"], str(one["version"]), one["file"], one["sha256"]) for one in facts["documents"]]
    head = (_("Recipient"), _("Version"), _("File"), "SHA-256")
    return Section(_("Proposals that were sent"), tables=_tables(head, rows))


def _tables(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[Table]:
    listed = list(rows)
    return [Table(head, listed)] if listed else []


def _cost(baseline: Facts | None) -> str:
    return f"{_money(baseline['annual_cost'])} ({baseline['year']})" if baseline else "–"


def _money(amount: str) -> str:
    """Whole units, grouped as the language does."""
    return str(number_format(Decimal(amount), decimal_pos=0, force_grouping=True))


def _day(text: str) -> str:
    """Thursday 3 December 2026, from an ISO date or moment."""
    value: dt.date | None = parse_datetime(text) if "T" in text else parse_date(text)
    return str(day(value))


def _moment(text: str) -> str:
    return str(moment(parse_datetime(text)))
