"""evaluate_ranking TRUTH: how well the ranking finds cooperation that exists."""

from __future__ import annotations

import json
import re
import time
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError

from partners.catalogue_data import catalogue
from partners.discovery.catalogue import Catalogue
from partners.discovery.evaluation import VARIANTS, Task, all_partners, evaluate, new_partners, variant
from partners.discovery.fitting import fit
from partners.discovery.report import as_dict, measures, table
from partners.imports import FileRefused, SourceFile
from partners.imports.links import read_groups
from partners.imports.tables import Table
from partners.management.arguments import add_format, check_country, the_functions
from partners.models import Municipality

MOST = 1000
Groups = list[list[int]]


class Command(BaseCommand):
    """Measures; reads TRUTH for the measuring alone, never for the ranking, and writes nothing."""

    help = "Measure the ranking of all municipalities of a country against cooperation that exists."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """TRUTH, the country, and how to measure."""
        parser.add_argument("truth", metavar="TRUTH", help="CSV with columns group_id,member")
        parser.add_argument("--country", required=True, help="such as FR")
        parser.add_argument("--function", default="", help="rank for this function of the catalogue")
        parser.add_argument("--k", default="5,10", help="depths of precision and recall")
        parser.add_argument("--candidates", type=int, default=150, help="how many of the nearest are ranked")
        parser.add_argument("--chosen", type=int, default=0, help="partners already chosen, drawn by lot")
        parser.add_argument("--before", default="", help="groups of before: rank the partners won since")
        parser.add_argument("--variants", action="store_true", help="also without this or that of the data")
        parser.add_argument("--fit", action="store_true", help="also fit weights, regions held apart")
        add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure and print."""
        ks = self._checked(options)
        country = options["country"].upper()
        scales = [f.evidence.efficient_scale for f in the_functions(options["function"])]
        whole = catalogue(country)
        if not len(whole):
            raise CommandError(f"No municipality of {country} is known: import them first.", returncode=1)
        truth = self._groups(whole, options["truth"])
        before = self._groups(whole, options["before"]) if options["before"] else None
        asked = {
            "ks": ks,
            "candidates": options["candidates"],
            "scales": [scale for scale in scales if scale],
        }
        started = time.perf_counter()
        found = evaluate(whole, _task(whole, truth, before, options["chosen"]), **asked)
        if not len(found.rows):
            raise CommandError("No municipality with a point has a partner in TRUTH.", returncode=1)
        report = as_dict(whole, found, _regions(whole))
        report["seconds"] = round(time.perf_counter() - started, 2)
        if options["variants"]:
            report["variants"] = {}
            for name in VARIANTS:
                less = variant(whole, name)
                task = _task(less, truth, before, options["chosen"])
                without = evaluate(less, task, **asked)
                report["variants"][name] = {order: measures(without, order) for order in without.by_order}
        if options["fit"]:
            report["fitted"] = asdict(fit(whole, _task(whole, truth, before, 0)))
        self._print(report, options["format"])

    def _checked(self, options: dict[str, Any]) -> list[int]:
        """The depths; usage that makes no sense is refused."""
        check_country(options["country"])
        if not re.fullmatch(r"\d{1,3}(,\d{1,3})*", options["k"]) or "0" in options["k"].split(","):
            raise CommandError("--k: whole numbers from 1, such as 5,10", returncode=2)
        if not 1 <= options["candidates"] <= MOST:
            raise CommandError(f"--candidates: a number from 1 to {MOST}", returncode=2)
        if not 0 <= options["chosen"] <= 50:
            raise CommandError("--chosen: a number from 0 to 50", returncode=2)
        if options["chosen"] and options["before"]:
            raise CommandError("--chosen or --before, not both", returncode=2)
        return sorted({int(k) for k in options["k"].split(",")})

    def _groups(self, whole: Catalogue, path: str) -> Groups:
        """Rows of the members of each group; members that are not known are left out, and counted aloud."""
        try:
            with SourceFile.of_disk(path) as source:
                named = read_groups(Table(source, ("group_id", "member")))
        except FileRefused as refused:
            raise CommandError("\n".join(refused.reasons), returncode=1) from refused
        rows = {code: row for row, code in enumerate(whole.codes.tolist())}
        unknown = sum(code not in rows for members in named.values() for code in members)
        if unknown:
            self.stderr.write(f"{path}: {unknown} members are no municipality of {whole.country}, left out")
        return [list({rows[code]: None for code in members if code in rows}) for members in named.values()]

    def _print(self, report: dict[str, Any], form: str) -> None:
        if form == "json":
            self.stdout.write(json.dumps(report, ensure_ascii=False))
            return
        for line in table(report):
            self.stdout.write(line)
        for name, orders in report.get("variants", {}).items():
            best = max((m["ndcg@10"], rule) for rule, m in orders.items() if rule != "ranking")
            self.stdout.write(
                f"{name:34} nDCG@10 {orders['ranking']['ndcg@10']:.3f}, best rule {best[0]:.3f} ({best[1]})"
            )
        if "fitted" in report:
            self._print_fitted(report["fitted"])
        self.stdout.write(f"{report['seconds']} s")

    def _print_fitted(self, fitted: dict[str, Any]) -> None:
        weights = ", ".join(f"{name} {weight:g}" for name, weight in fitted["weights"].items())
        self.stdout.write(f"fitted on regions {fitted['trained_on']}: {weights}")
        for half in ("train", "test"):
            default = fitted[f"{half}_by_default"]
            self.stdout.write(f"{half}: nDCG@10 {fitted[half]:.4f}, with the default weights {default:.4f}")


def _task(whole: Catalogue, truth: Groups, before: Groups | None, chosen: int) -> Task:
    if before is not None:
        return new_partners(whole, before, truth)
    return all_partners(whole, truth, chosen)


def _regions(whole: Catalogue) -> dict[int, str]:
    """Names of the numbers of regions."""
    first = np.unique(whole.region, return_index=True)[1]
    keys = {int(whole.keys[row]): int(whole.region[row]) for row in first}
    named = Municipality.objects.filter(pk__in=list(keys)).values_list("pk", "region_name", "region")
    return {keys[pk]: name or code for pk, name, code in named}
