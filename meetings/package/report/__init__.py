"""The readable part of the package: parts of sentences and tables for one PDF, from plain values."""

from __future__ import annotations

from meetings.package.report import outcome, preparation, record
from meetings.package.report.paper import Facts, Report, words_for_day

__all__ = ["Report", "compose"]


def compose(facts: Facts, language: str) -> Report:
    """The paper in the language that is active."""
    parts = (outcome.part(facts), *preparation.parts(facts), *record.parts(facts))
    return Report(
        language=language,
        public=facts["kind"] == "public",
        title=facts["case"]["title"],
        initiator=facts["case"]["initiator"],
        made=words_for_day(facts["made_at"]),
        created=facts["made_at"],
        parts=[one for one in parts if one.sections],
    )
