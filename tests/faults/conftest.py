"""The ground under every run: engines of its own, recipients, their papers printed by real workers."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults import portal as portals
from tests.faults.portal import Engines, Portal, Post, wait

RECIPIENTS = int(os.environ.get("FAULT_RECIPIENTS", "500"))
UNPRINTED = "SELECT count(*) FROM proposals_document WHERE state <> 'rendered'"


@dataclass
class Ground:
    """The engines, and a database and folder in which everything is approved and printed."""

    engines: Engines
    documents: Path
    recipients: int
    runs: int = 0

    def portal(self) -> Portal:
        """A run of its own: copies of both, an empty broker, a mail server that has seen nothing."""
        self.runs += 1
        name = f"run{self.runs}_{os.getpid()}"
        documents = self.engines.folder / name
        # Nobody writes into a document that stands: it is replaced as a whole.
        shutil.copytree(self.documents, documents, copy_function=os.link)
        self.engines.start()
        self.engines.flush_valkey()
        self.engines.copy("printed", name)
        folder = self.engines.folder / f"{name}-post"
        (folder / "log").mkdir(parents=True)
        post = Post(folder, portals.free_port())
        post.open()
        return Portal(self.engines, name, documents, post)


@pytest.fixture(scope="session")
def ground() -> Iterator[Ground]:
    """Seed once, print once. FAULT_GROUND names a folder that is kept for the next session."""
    kept = os.environ.get("FAULT_GROUND")
    folder = Path(kept) if kept else portals.scratch()
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)
    engines = Engines(folder)
    engines.start()
    found = Ground(engines, folder / "documents", RECIPIENTS)
    try:
        if not (folder / "ready").exists():
            _prepare(found)
            (folder / "ready").touch()
        yield found
    finally:
        engines.stop()
        if not kept:
            portals.remove(folder)


def _prepare(ground: Ground) -> None:
    ground.documents.mkdir()
    ground.engines.copy("imc", "printed")
    portal = Portal(ground.engines, "printed", ground.documents, Post(ground.engines.folder, 1))
    begun = time.monotonic()
    portal.do("tests.faults.seed", str(ground.recipients))
    seeded = time.monotonic()
    # Without a worker for the other queues nothing is sent yet; the clock rings again for what was late.
    # Beside other tests one printer: two would set twice what all papers of a case share.
    portal.worker(queues="render", processes=1 if "PYTEST_XDIST_WORKER" in os.environ else 2)
    portal.beat()
    wait(lambda: portal.rows(UNPRINTED)[0][0] == 0, 60 + ground.recipients * 3, portal.logs)
    portal.close()
    print(f"seeded in {seeded - begun:.0f} s, printed in {time.monotonic() - seeded:.0f} s")  # noqa: T201  # with -s


@pytest.fixture
def portal(ground: Ground) -> Iterator[Portal]:
    """A portal in which everything is approved and printed, and nothing has been sent."""
    made = ground.portal()
    yield made
    made.close()
    shutil.rmtree(made.documents, ignore_errors=True)
    ground.engines.start()
    ground.engines.drop(made.database)
