"""Earlier versions of an answer in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from imc_portal.core.templatetags.portal import day
from meetings.models import Answer, AnswerVersion
from partners.models import Cause


@dataclass(frozen=True, slots=True)
class Told:
    """One version: its state, when and by whom it was saved, and its sentences."""

    number: int
    state: str
    at: dt.datetime
    by: str
    lines: list[str]


def told(cell: Answer, versions: Iterable[AnswerVersion]) -> list[Told]:
    """The newest first."""
    return [
        Told(
            one.revision,
            str(Answer.State(one.state).label),
            one.at,
            one.by,
            list(filter(None, _lines(cell, one.said))),
        )
        for one in versions
    ]


def _lines(cell: Answer, said: dict[str, Any]) -> Iterable[str]:
    yield str(dict(cell.options).get(said.get("choice", ""), ""))
    causes = [str(Cause(cause).label) for cause in said.get("causes", ()) if cause in Cause.values]
    yield ", ".join(causes)
    yield said.get("text", "")
    yield said.get("detail", "")
    yield ", ".join(filter(None, (said.get("said_by"), _day(said.get("said_on")), said.get("how"))))
    for call in said.get("calls", ()):
        yield str(call.get("name", ""))
    if said.get("owner"):
        yield _("%(owner)s answers by %(due)s") % {"owner": said["owner"], "due": _day(said.get("due"))}
    if said.get("disputed_by"):
        words = {"who": said["disputed_by"], "why": said.get("dispute", "")}
        yield _("Disputed by %(who)s: “%(why)s”") % words


def _day(text: str | None) -> str:
    return str(day(parse_date(text))) if text else ""
