"""rank_partners CODE: who could work with this municipality, best first, each with its reasons."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from partners.discovery import Ranked
from partners.discovery_data import rank_partners
from partners.management.arguments import add_format, check_limit, the_functions, the_municipality


class Command(BaseCommand):
    """Ranks neighbours and the nearest others; writes nothing."""

    help = "Rank partners for a municipality, best first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """CODE and what narrows the question."""
        parser.add_argument("code", metavar="CODE")
        parser.add_argument("--country", default="")
        parser.add_argument("--function", default="", help="a code of the catalogue, such as ENV-WCO")
        parser.add_argument("--limit", type=int, default=None)
        add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Rank and print."""
        check_limit(options["limit"])
        municipality = the_municipality(options["code"], options["country"])
        functions = the_functions(options["function"])
        ranking = rank_partners(municipality, functions=functions)[: options["limit"]]
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
