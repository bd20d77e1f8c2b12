"""Personal proposals from approval to the mail server's yes, against printing the same papers and no more.

The same worker with two processes, the clock of production, engines and a mail server of its own.
BENCH_DELIVERY=200 (or so) in the environment makes it shorter.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from tests.faults import portal as portals
from tests.faults import tally
from tests.faults.portal import Engines, Portal, Post, Process, wait

MESSAGES = int(os.environ.get("BENCH_DELIVERY", "1000"))
FEW, MANY = 10, 100
LONGEST = 5.0
UNPRINTED = "SELECT count(*) FROM proposals_document WHERE state <> 'rendered'"
LAST_PRINTED = "SELECT extract(epoch FROM max(rendered_at)) FROM proposals_document"
Rows = list[dict[str, Any]]


def run() -> Rows:
    """Time and processor time of both; statements for a message among few and among many."""
    folder = portals.scratch()
    engines = Engines(folder)
    engines.start()
    try:
        return _measured(engines, folder)
    finally:
        engines.stop()
        portals.remove(folder)


def _measured(engines: Engines, folder: Path) -> Rows:
    approved = _seeded(engines, folder, "approved", MESSAGES)
    alone, alone_cpu = _printing(engines, folder, approved)
    whole, whole_cpu = _delivering(engines, folder, approved)
    few, many = (_statements(engines, folder, number) for number in (FEW, MANY))
    name = f"{MESSAGES} proposals from approval to acceptance against printing alone, two processes"
    return [
        _row(name, whole, alone, 1.25, "s", MESSAGES),
        _row("the same in processor time of the worker", whole_cpu, alone_cpu, None, "s CPU", MESSAGES),
        _row(f"statements for a message, one of {MANY} against one of {FEW}", many, few, 1.0, "", MANY),
    ]


def _row(name: str, ours: float, reference: float, goal: float | None, unit: str, n: int) -> dict[str, Any]:
    figures = {"ratio": ours / reference, "goal": goal, "ours": ours, "reference": reference}
    rounded = {key: value if value is None else round(value, 3) for key, value in figures.items()}
    return {"name": name, **rounded, "unit": unit, "n": n}


def _seeded(engines: Engines, folder: Path, name: str, recipients: int) -> str:
    engines.copy("imc", name)
    _portal(engines, folder, name).do("tests.faults.seed", str(recipients))
    engines.flush_valkey()
    return name


def _portal(engines: Engines, folder: Path, database: str) -> Portal:
    """With the limits and intervals of production."""
    place = folder / f"{database}-post"
    (place / "log").mkdir(parents=True, exist_ok=True)
    documents = folder / f"{database}-documents"
    documents.mkdir(exist_ok=True)
    portal = Portal(engines, database, documents, Post(place, portals.free_port()))
    for name in portals.SHORT:
        portal.environment.pop(name, None)
    return portal


def _printing(engines: Engines, folder: Path, approved: str) -> tuple[float, float]:
    engines.copy(approved, "printing")
    portal = _portal(engines, folder, "printing")
    try:
        worker = _at_work(portal, "render")
        begun = json.loads(portal.do("tests.bench.delivery", "ring"))["at"]
        wait(lambda: portal.rows(UNPRINTED)[0][0] == 0, 60 + LONGEST * MESSAGES, portal.logs)
        return float(portal.rows(LAST_PRINTED)[0][0]) - begun, worker.processor_seconds()
    finally:
        portal.close()


def _delivering(engines: Engines, folder: Path, approved: str) -> tuple[float, float]:
    engines.copy(approved, "delivering")
    engines.flush_valkey()
    portal = _portal(engines, folder, "delivering")
    try:
        portal.post.open()
        worker = _at_work(portal, "default,mail,render")
        portal.beat()
        begun = json.loads(portal.do("tests.bench.delivery", "ring"))["at"]
        wait(lambda: portal.post.count() >= MESSAGES, 60 + LONGEST * MESSAGES, portal.logs)
        used = worker.processor_seconds()
        tally.wait_until_settled(portal, MESSAGES)
        tally.take(portal, "bench", "none")
        return float(portal.post.lines()[-1]["at"]) - begun, used
    finally:
        portal.close()


def _at_work(portal: Portal, queues: str) -> Process:
    worker = portal.worker(queues=queues)
    wait(lambda: " ready." in worker.log.read_text(errors="replace"), 120, portal.logs)
    return worker


def _statements(engines: Engines, folder: Path, recipients: int) -> float:
    name = _seeded(engines, folder, f"of{recipients}", recipients)
    portal = _portal(engines, folder, f"{name}")
    try:
        portal.post.open()
        portal.worker(queues="render")
        portal.do("tests.bench.delivery", "ring")
        wait(lambda: portal.rows(UNPRINTED)[0][0] == 0, 60 + LONGEST * recipients, portal.logs)
        portal.kill_all()
        told = json.loads(portal.do("tests.bench.delivery", "send"))
        if told["messages"] < recipients:
            raise RuntimeError(f"{told['messages']} of {recipients} messages left")
        return float(told["statements"] / told["messages"])
    finally:
        portal.close()
        shutil.rmtree(portal.documents, ignore_errors=True)
