"""`make bench [NAME…]`: run tests/bench/bench_*.py, print how we compare, and keep it as var/bench/*.json."""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import django
from django.test.utils import setup_databases, teardown_databases

from imc_portal import environment
from imc_portal.demo.prepare import collect_when_changed
from tests import provide

FOLDER = Path(__file__).parent
COLUMNS = ("name", "ratio", "goal", "ours", "reference", "unit", "n")
Row = dict[str, Any]


def main(words: list[str]) -> int:
    """Run all benchmarks, or those named; 2 when there is none of that name."""
    names = sorted(file.stem.removeprefix("bench_") for file in FOLDER.glob("bench_*.py"))
    if unknown := set(words) - set(names):
        sys.stderr.write(f"no benchmark named {', '.join(sorted(unknown))}; there are: {', '.join(names)}\n")
        return 2
    results = environment.var_folder() / "bench"
    results.mkdir(parents=True, exist_ok=True)
    for name in words or names:
        _run(name, results)
    return 0  # a missed goal is a figure to read, not a failure of the measuring


def _run(name: str, results: Path) -> list[Row]:
    module: ModuleType = importlib.import_module(f"tests.bench.bench_{name}")
    rows: list[Row] = module.run()
    for row in rows:
        if missing := set(COLUMNS) - set(row):
            raise KeyError(f"bench_{name}.run() gives no {', '.join(sorted(missing))}")
    (results / f"{name}.json").write_text(json.dumps(rows, indent=1) + "\n")
    sys.stdout.write(_table(rows))
    sys.stdout.flush()
    return rows


def _reached(row: Row) -> bool:
    # A ratio is ours to theirs in time or size: at or below the goal is reached; no goal, nothing to miss.
    return row["goal"] is None or row["ratio"] is None or float(row["ratio"]) <= float(row["goal"])


def _table(rows: list[Row]) -> str:
    lines = [[*COLUMNS, ""]] + [[*(_word(row[name]) for name in COLUMNS), _verdict(row)] for row in rows]
    widths = [max(len(line[number]) for line in lines) for number in range(len(lines[0]))]
    return "".join(
        "  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip() + "\n"
        for line in lines
    )


def _word(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _verdict(row: Row) -> str:
    if row["goal"] is None:
        return ""
    return "reached" if _reached(row) else "MISSED"


def measure(words: list[str]) -> int:
    """Stand the engines, the settings and a database of their own under the benchmarks."""
    var = environment.var_folder()
    scratch = provide.environment_for_tests()
    # Processes of a benchmark serve the collected files, as in production.
    os.environ |= {"IMC_VAR": str(var), "DJANGO_SETTINGS_MODULE": "imc_portal.settings"}
    os.environ["CATALOGUE_FOLDER"] = str(scratch / "catalogue")
    provide.name_test_database()
    django.setup()
    collect_when_changed()
    databases = setup_databases(verbosity=0, interactive=False)
    os.environ |= provide.child_environment()
    try:
        return main(words)
    finally:
        teardown_databases(databases, verbosity=0)
        provide.clear(scratch)


if __name__ == "__main__":
    sys.exit(measure(sys.argv[1:]))
