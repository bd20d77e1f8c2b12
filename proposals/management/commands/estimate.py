"""estimate FILE: what cooperation in a service would bring each member, under every cost key."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError

from imc_portal.core.problems import Refusal
from partners.catalogue import EVIDENCE, FUNCTIONS, MEASURED_CURVES
from partners.models import Evidence, Function
from proposals.documents.ground import effect_of
from proposals.estimate import Service, estimate
from proposals.estimate.answer import answer
from proposals.estimate.asked import Asked, read
from proposals.estimate.coalitions import shares_of
from proposals.estimate.reading import load, shown

#: Larger inputs are no group of municipalities.
MOST_BYTES = 2_000_000
WHY = {
    "no_evidence": "No study gives a number for this service; give excess_at_reference and efficient_scale.",
    "no_baseline": "What the service costs is not known for every member.",
    "alone": "At least two members are needed.",
}


class Command(BaseCommand):
    """Estimates; writes nothing."""

    help = "Estimate what cooperation would bring each member, or divide a table of costs of all groups."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE or standard input."""
        parser.add_argument("file", metavar="FILE", help="JSON, UTF-8; - reads standard input")
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, reckon, print."""
        try:
            found, ignored = _answered(load(_text(options["file"])))
        except Refusal as refusal:
            raise CommandError("\n".join(refusal.reasons), returncode=1) from refusal
        if ignored:
            self.stderr.write(f"Fields ignored: {', '.join(ignored)}")
        if options["format"] == "json":
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        for line in _lines(found):
            self.stdout.write(line)


def _text(name: str) -> str:
    try:
        if name == "-":
            raw = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                raw = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise Refusal(f"{shown(name)} cannot be read.") from error
    if len(raw) > MOST_BYTES:
        raise Refusal(f"The input is longer than {MOST_BYTES:,} bytes.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal("The input is not UTF-8.") from error


def _answered(data: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    if "coalition_costs" in data:
        more = [shown(name) for name in data if name not in ("coalition_costs", "members", "about")]
        return shares_of(data), tuple(more)
    asked = read(data)
    found = estimate(_service(asked), asked.members, asked.unit_cost, asked.terms)
    if found.gaps:
        raise Refusal(*(WHY[gap] for gap in found.gaps))
    return answer(found), asked.ignored


def _service(asked: Asked) -> Service:
    """The service of the catalogue, with its evidence as the curators keep it."""
    function = _function(asked.service)
    if function is None:
        raise Refusal(f"{asked.service} is no function of the catalogue.")
    return Service(function.code, function.name, asked.effect(effect_of(function.evidence)))


def _function(code: str) -> Function | None:
    """As the curators keep it; as it is shipped where the database holds no tables yet."""
    try:
        return Function.objects.select_related("evidence").filter(code=code).first()
    except ProgrammingError:
        return _shipped(code)


def _shipped(code: str) -> Function | None:
    row = next((row for row in FUNCTIONS if row.code == code), None)
    if row is None:
        return None
    fact = next(fact for fact in EVIDENCE if fact.key == row.evidence)
    evidence = Evidence(
        key=fact.key,
        efficient_scale=fact.scale,
        low=Decimal(fact.low),
        central=Decimal(fact.central),
        high=Decimal(fact.high),
        measured_curve=fact.key in MEASURED_CURVES,
        source=fact.source,
        confidence=fact.confidence,
    )
    return Function(code=row.code, name=row.name, evidence=evidence)


def _lines(found: Mapping[str, Any]) -> list[str]:
    """For reading: the group, then each key with what everybody gains, and who has reason to leave."""
    lines = [
        f"alone    {sum(found['solo'].values()):16,.2f}",
        f"together {found['joint_with_coordination']:16,.2f}",
        f"saved    {found['group_net_gain']:16,.2f}",
    ]
    for name, scenario in found.get("scenarios", {}).items():
        lines.append(f"  {name:8} {scenario['group_net_gain']:14,.2f}")
    for key, nets in found["net_gain_by_key"].items():
        gains = ", ".join(f"{member} {net:,.2f}" for member, net in nets.items())
        lines.append(f"{key:18} {_core_in_words(found, key):14} {gains}")
    for key, names in found["missing"].items():
        lines.append(f"{key:18} not formed     {', '.join(names) or 'too many members'}")
    return lines


def _core_in_words(found: Mapping[str, Any], key: str) -> str:
    words = {True: "nobody leaves", False: "some may leave", None: "not tested"}
    return words[found["in_core"][key]]
