"""`python -m imc_portal.engines run COMMAND…` with the engines at hand; `… stop` ends unheld ones."""

from __future__ import annotations

import subprocess
import sys

from imc_portal import engines


def main(words: list[str]) -> int:
    """Do what the command line says; 2 for a usage nobody knows."""
    match words:
        case ["stop"]:
            engines.stop()
            return 0
        case ["run", *command] if command:
            engines.provide()
            return subprocess.run(command).returncode
    sys.stderr.write(f"{__doc__}\n")
    return 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except engines.EngineProblem as problem:
        sys.exit(f"engines: {problem}")
