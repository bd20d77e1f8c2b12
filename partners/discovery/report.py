"""An evaluation as plain values: measures, baselines, regions, classes of size, fairness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from partners.discovery.catalogue import Catalogue
from partners.discovery.evaluation import CLASSES, OURS, Evaluation, size_class

MEASURE = "ndcg@10"
DIGITS = 4


def as_dict(catalogue: Catalogue, found: Evaluation, regions: Mapping[int, str]) -> dict[str, Any]:
    """Measures of the ranking at the top, those of the rules under `baselines`; regions by their names."""
    rules = [order for order in found.by_order if order != OURS]
    return {
        "queries": len(found.rows),
        "candidate_recall": _round(float(np.mean(found.candidate_recall)) if len(found.rows) else None),
        **measures(found, OURS),
        "baselines": {rule: measures(found, rule) for rule in rules},
        "by_region": by_region(catalogue, found, regions),
        "by_size": by_size(catalogue, found),
        "fairness": {name: _round(share) for name, share in found.fairness.items()},
    }


def measures(found: Evaluation, order: str) -> dict[str, float | None]:
    """Means over all rows."""
    return {measure: _round(found.mean(order, measure)) for measure in found.by_order[order]}


def by_region(catalogue: Catalogue, found: Evaluation, names: Mapping[int, str]) -> list[dict[str, Any]]:
    """The ranking and the best of the rules, region by region."""
    region = catalogue.region[found.rows]
    return [
        {"region": names.get(int(number), ""), **_against(found, region == number)}
        for number in np.unique(region)
    ]


def by_size(catalogue: Catalogue, found: Evaluation) -> list[dict[str, Any]]:
    """The same by inhabitants of whoever looks for partners."""
    numbers = size_class(catalogue.population[found.rows])
    ends = [0, *CLASSES, None]
    return [
        {"from": ends[n], "below": ends[n + 1], **_against(found, numbers == n)}
        for n in range(len(CLASSES) + 1)
        if (numbers == n).any()
    ]


def best_rule(found: Evaluation) -> str:
    """The simple rule that does best over all; empty when none was measured."""
    rules = [order for order in found.by_order if order != OURS]
    return max(rules, key=lambda rule: found.mean(rule, MEASURE), default="")


def _against(found: Evaluation, where: Any) -> dict[str, Any]:
    """Beside the rule that does best over all, the one that does best here."""
    rule = best_rule(found)
    here = {order: found.mean(order, MEASURE, where) for order in found.by_order if order != OURS}
    own = max(here, key=lambda order: here[order], default="")
    return {
        "queries": int(where.sum()),
        MEASURE: _round(found.mean(OURS, MEASURE, where)),
        "best_rule": _round(here[rule]) if rule else None,
        "best_here": _round(here[own]) if own else None,
        "best_here_is": own,
    }


def table(report: Mapping[str, Any], shown: Sequence[str] = ()) -> list[str]:
    """Lines for a terminal."""
    columns = [key for key, value in report["baselines"].items()]
    names = [OURS, *columns]
    rows = {OURS: report, **report["baselines"]}
    keys = [key for key in (shown or report) if "@" in key or key == "mrr"]
    lines = [f"{report['queries']:,} municipalities, candidates hold {report['candidate_recall']:.1%}"]
    lines.append(" ".join([" " * 34, *(f"{key:>13}" for key in keys)]))
    lines += [" ".join([f"{name:34}", *(f"{rows[name][key]:13.3f}" for key in keys)]) for name in names]
    lines += _breakdown("region", [(row["region"] or "not known", row) for row in report["by_region"]])
    lines += _breakdown("inhabitants", [(_span(row), row) for row in report["by_size"]])
    lines += [
        f"{name:34} {'not known' if share is None else f'{share:.1%}'}"
        for name, share in report["fairness"].items()
    ]
    return lines


def _breakdown(title: str, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> list[str]:
    lines = ["", f"{title:34} {'queries':>9} {MEASURE:>9} {'best rule':>9} best rule here"]
    for name, row in rows:
        rule = "        –" if row["best_rule"] is None else f"{row['best_rule']:9.3f}"
        here = f" {row['best_here']:.3f} {row['best_here_is']}" if row["best_here_is"] else ""
        lines.append(f"{name:34} {row['queries']:9,} {row[MEASURE]:9.3f} {rule}{here}")
    return [*lines, ""]


def _span(row: Mapping[str, Any]) -> str:
    return f"{row['from']:,} and more" if row["below"] is None else f"{row['from']:,} to {row['below'] - 1:,}"


def _round(number: float | None) -> float | None:
    return None if number is None or np.isnan(number) else round(number, DIGITS)
