"""rank_partners CODE: who could work with this municipality, best first, each with its reasons."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from partners.discovery import Ranked
from partners.discovery_data import rank_partners
from partners.models import Function, Municipality


def the_municipality(code: str, country: str) -> Municipality:
    """The one meant; refused when there is none or more than one."""
    found = Municipality.objects.filter(code=code)
    if country:
        found = found.filter(country=country.upper())
    matches = list(found[:2])
    if not matches:
        raise CommandError(f"No municipality with the code {code} is known.", returncode=1)
    if len(matches) > 1:
        raise CommandError(f"{code} is a code in several countries: give --country.", returncode=1)
    return matches[0]


def the_functions(code: str) -> list[Function]:
    """The function meant, or none."""
    if not code:
        return []
    found = Function.objects.select_related("evidence").filter(code=code).first()
    if found is None:
        raise CommandError(f"{code} is no function of the catalogue.", returncode=1)
    return [found]


class Command(BaseCommand):
    """Ranks neighbours and the nearest others; writes nothing."""

    help = "Rank partners for a municipality, best first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """CODE and what narrows the question."""
        parser.add_argument("code", metavar="CODE")
        parser.add_argument("--country", default="")
        parser.add_argument("--function", default="", help="a code of the catalogue, such as ENV-WCO")
        parser.add_argument("--limit", type=int, default=None)
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rank and print."""
        municipality = the_municipality(options["code"], options["country"])
        functions = the_functions(options["function"])
        limit = options["limit"]
        if limit is not None and limit < 1:
            raise CommandError("--limit: a number from 1", returncode=2)
        ranking = rank_partners(municipality, functions=functions)[:limit]
        if options["format"] == "json":
            self.stdout.write(json.dumps([_as_json(row) for row in ranking], ensure_ascii=False))
            return
        for row in ranking:
            self.stdout.write(f"{row.rank:4} {row.code:10} {row.score:6.3f} {row.coverage:5.0%}  {row.name}")


def _as_json(row: Ranked) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "rank": row.rank,
        "score": row.score,
        "ease": row.ease,
        "value": row.value,
        "coverage": row.coverage,
        "factors": {
            name: {"score": factor.score, "weight": factor.weight, "raw": dict(factor.raw)}
            for name, factor in row.factors.items()
        },
    }
