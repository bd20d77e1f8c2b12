"""What a killed demo left behind: on Linux the environment of a process tells whose it is."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

from imc_portal import engines
from imc_portal.demo.supervisor import say


def end_remains(var: Path, patience: float = 6) -> None:
    """End the programs that an earlier run on this folder did not live to end; call it under the run's lock.

    Their parent's death has asked them to go already, so they get a moment for it.
    """
    if engines.wait_until(lambda: not remains(var), patience):
        return
    say("Ending what an earlier run, which was killed, has left.")
    for pid in remains(var):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    engines.wait_until(lambda: not remains(var), 5)


def remains(var: Path) -> list[int]:
    """Every living process that descends from a program of a supervisor of this folder; not the engines."""
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _descends(entry, var)]


def _descends(entry: Path, var: Path) -> bool:
    try:
        told = (entry / "environ").read_bytes().split(b"\0")
        # A zombie has an empty command line; it is gone, only not yet buried.
        lives = bool((entry / "cmdline").read_bytes())
    except OSError:  # gone meanwhile, or somebody else's
        return False
    # Only a supervisor names itself as the parent; the engines it starts are kept for the next run.
    return (
        lives and f"IMC_VAR={var}".encode() in told and any(word.startswith(b"IMC_PARENT=") for word in told)
    )
