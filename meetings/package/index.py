"""What lies in the package: for each file what it is and for whom, as plain text and as a page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from imc_portal.core.templatetags.portal import moment
from meetings.package.archive import SUMS

Facts = dict[str, Any]
TEXT, PAGE = "INDEX.txt", "index.html"
PDF, DATA, SCHEMA = "case.pdf", "case.json", "schema.json"
ANSWERS, ESTIMATES = "answers.csv", "estimates.csv"


@dataclass(frozen=True, slots=True)
class Line:
    """One file: its name, what it is, who needs it."""

    name: str
    what: str
    whom: str


def pages(facts: Facts, now: dt.datetime, *, public: bool) -> dict[str, bytes]:
    """INDEX.txt and index.html in the active language."""
    listed = [*_own(), *(_paper(one) for one in facts["documents"] if one["file"])]
    words = {
        "title": facts["case"]["title"],
        "initiator": facts["case"]["initiator"],
        "made": moment(now),
        "lines": listed,
        "questions": facts["open_questions"],
        "notes": _left_out(facts) if public else [],
        "public": public,
        "language": translation.get_language(),
        "rtl": translation.get_language_bidi(),
    }
    page = render_to_string("meetings/handover_index.html", words)
    return {TEXT: _text(words, listed).encode(), PAGE: page.encode()}


def _own() -> list[Line]:
    """What every package holds."""
    everybody = _("everybody")
    step3, step4, machines = _("the legal check"), _("the feasibility study"), _("programs")
    both = _("%(one)s and %(other)s") % {"one": step3, "other": step4}
    return [
        Line(PDF, _("the case, to read"), everybody),
        Line(DATA, _("the same facts as data (UTF-8, JSON)"), machines),
        Line(SCHEMA, _("the rules that the data keep (JSON Schema)"), machines),
        Line(ANSWERS, _("the answers to the seven questions as a table (CSV)"), both),
        Line(ESTIMATES, _("the estimates as a table (CSV)"), step4),
        Line(SUMS, _("checksums; verify with: sha256sum -c SHA256SUMS"), everybody),
    ]


def _paper(one: Facts) -> Line:
    kinds = {
        "proposal": (_("the proposal to %(who)s, as it was sent"), _("the feasibility study")),
        "agenda": (_("agenda and notice of a meeting, as sent"), _("the legal check")),
        "minutes": (_("minutes of the formal meeting, as sent"), _("the legal check")),
        "final": (_("minutes of the formal meeting, final copy"), _("the legal check")),
        "letter": (_("letter to %(who)s, as sent"), _("whoever asks who knew what, and when")),
    }
    what, whom = kinds[one["kind"]]
    return Line(one["file"], what % {"who": one["recipient"] or ""}, whom)


def _left_out(facts: Facts) -> list[str]:
    """What a public copy does not hold, and why."""
    kept = [one for one in facts["documents"] if not one["file"]]
    notes = [
        _(
            "Elected members and heads of administration are named; everybody else is told by role. "
            "E-mail addresses and letters are left out."
        )
    ]
    if kept:
        notes.append(
            _(
                "Stored documents hold names of people that cannot be taken out without altering them, so "
                "they are left out. Their checksums stand in the data: ask the initiator for a copy."
            )
        )
    return notes


def _text(words: Mapping[str, Any], lines: Sequence[Line]) -> str:
    head = [
        words["title"],
        _("Hand-over for the legal check and the feasibility study, made on %(day)s.")
        % {"day": words["made"]},
    ]
    listed = [f"{line.name}\n    {line.what} – {line.whom}" for line in lines]
    asked = [_("Open questions:"), *(f"- {question}" for question in words["questions"])]
    parts = [head, words["notes"], listed, asked if words["questions"] else []]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"
