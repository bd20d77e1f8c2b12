"""Answers and estimates as CSV: in UTF-8 with the mark that office programs know, and no cell to be run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from meetings.package import people

Facts = dict[str, Any]
#: A cell that begins so is a formula to office programs.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"-?\d+(\.\d+)?\Z")
ANSWERS = [
    "round",
    "question",
    "question_text",
    "municipality",
    "area",
    "call",
    "authority",
    "state",
    "choice",
    "choice_name",
    "causes",
    "text",
    "detail",
    "said_by",
    "said_on",
    "how",
    "owner",
    "due",
    "answered_by",
    "answered_at",
    "disputed_by",
    "dispute",
]
ESTIMATES = [
    "function",
    "function_name",
    "version",
    "scenario",
    "key",
    "municipality",
    "cost_alone",
    "pays",
    "net",
    "origin",
    "source",
    "confidence",
    "currency",
]


def answers(facts: Facts) -> bytes:
    """One row for each cell of the matrix."""
    areas = {area["id"]: area["name"] for area in facts["areas"]}
    return _csv(ANSWERS, (_answer(row, areas) for row in facts["answers"]))


def estimates(facts: Facts) -> bytes:
    """One row for each member, cost key and scenario."""
    return _csv(ESTIMATES, _estimate_rows(facts))


def _answer(row: Facts, areas: dict[str, str]) -> Sequence[object]:
    calls = [row["call"], *row["named_calls"]]
    told = row | {
        "area": areas.get(row["area"] or "", ""),
        "call": "; ".join(call["name"] for call in calls if call),
        "causes": "; ".join(row["cause_names"]),
        **{key: people.in_words(row[key]) for key in ("said_by", "owner", "answered_by", "disputed_by")},
    }
    return [told[name] for name in ANSWERS]


def _estimate_rows(facts: Facts) -> Iterator[Sequence[object]]:
    for one in facts["estimates"]:
        alone = {member["municipality"]: member for member in one["members"]}
        for scenario in one["scenarios"]:
            for key in scenario["keys"]:
                for paid in key["members"]:
                    member = alone[paid["municipality"]]
                    told = one | member | paid
                    told |= {"scenario": scenario["name"], "key": key["key"], "currency": facts["currency"]}
                    yield [told[name] for name in ESTIMATES]


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(head)
    writer.writerows([cell(value) for value in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig")


def cell(value: object) -> str:
    """Words that no office program takes for a formula; numbers stay numbers."""
    text = "" if value is None else str(value).replace("\0", "")
    if text.startswith(DANGEROUS) and not NUMBER.match(text):
        return f"'{text}"
    return text
