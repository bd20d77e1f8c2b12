"""find_groups CODE --function F: the smallest groups around this municipality that are large enough."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from imc_portal.core.problems import Refusal
from partners.discovery import group_words
from partners.discovery.groups import MOST_MEMBERS, Group
from partners.groups_data import GroupSearch, scale_of, search_groups
from partners.management.arguments import add_format, check_limit, the_functions, the_municipality

MOST_KM = 1000


class Command(BaseCommand):
    """Finds groups; writes nothing."""

    help = "Find the smallest connected groups that reach the efficient scale of a function, best first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """CODE, the function, and the bounds."""
        parser.add_argument("code", metavar="CODE")
        parser.add_argument("--function", required=True, help="a code of the catalogue, such as ENV-WCO")
        parser.add_argument("--country", default="")
        parser.add_argument("--limit", type=int, default=10)
        parser.add_argument("--max-km", type=float, default=None, help="greatest distance from CODE")
        parser.add_argument("--max-size", type=int, default=MOST_MEMBERS, help="most members, CODE counted")
        add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Search and print; what comes nearest when no group reaches the scale."""
        _check(options)
        municipality = the_municipality(options["code"], options["country"])
        functions = the_functions(options["function"])
        if not functions:
            raise CommandError("--function: a code of the catalogue", returncode=2)
        try:
            search = search_groups(
                municipality,
                scale_of(functions[0]),
                max_km=options["max_km"],
                max_size=options["max_size"],
                limit=options["limit"],
            )
        except Refusal as refusal:
            raise CommandError(str(refusal), returncode=1) from refusal
        self._print(search, options["format"])

    def _print(self, search: GroupSearch, form: str) -> None:
        for line in words_on(search):
            self.stderr.write(line)
        groups = search.found.groups
        if form == "json":
            self.stdout.write(json.dumps([_as_json(search, group) for group in groups], ensure_ascii=False))
            return
        for place, group in enumerate(groups, start=1):
            names = ", ".join(member.name for member in search.members(group))
            score = "     -" if group.score is None else f"{group.score:6.3f}"
            self.stdout.write(f"{place:4} {score} {group.population:9,}  {names}")


def _check(options: dict[str, Any]) -> None:
    """Bounds that make no sense are wrong usage."""
    check_limit(options["limit"])
    if not 1 <= options["max_size"] <= MOST_MEMBERS:
        raise CommandError(f"--max-size: a number from 1 to {MOST_MEMBERS}", returncode=2)
    if options["max_km"] is not None and not 0 < options["max_km"] <= MOST_KM:
        raise CommandError(f"--max-km: a number from 1 to {MOST_KM}", returncode=2)


def words_on(search: GroupSearch) -> list[str]:
    """What a reader has to know beside the figures."""
    found, goal = search.found, search.goal
    lines = group_words.searched(found, by_borders=search.by_borders, left_out=search.left_out)
    if goal.is_general_rule:
        lines.append(f"No evidence on {goal.function}: the general rule of {goal.threshold.population:,}.")
    if found.exists and len(found.groups[0].members) == 1:
        lines.append("Large enough alone: no group is needed.")
    if not found.exists:
        lines += group_words.none_found(found, goal.threshold, max_size=search.max_size, max_km=search.max_km)
    return lines


def _as_json(search: GroupSearch, group: Group) -> dict[str, Any]:
    return {
        "members": list(group.codes),
        "names": [member.name for member in search.members(group)],
        "population": group.population,
        "threshold": search.goal.threshold.population,
        "reaches_scale": group.reaches,
        "value": group.value,
        "ease": group.ease,
        "unlikeness": group.unlikeness,
        "score": group.score,
        "farthest_km": group.farthest_km,
        "diameter_km": group.diameter_km,
    }
