"""The folder of a portal with its tables made and its files collected: made once in a run, copied by many."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
#: What a running demo must not inherit from the tests around it.
OURS = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DOCUMENTS_URL", "BASE_URL", "PGOPTIONS", "DEMO"}
#: Of one place or one run alone.
STAYS = ("socket_folder", "engines.lock", "engines.start.lock", "log")


def environment(var: Path) -> dict[str, str]:
    """The environment of a demo of its own in this folder."""
    return {name: value for name, value in os.environ.items() if name not in OURS} | {"IMC_VAR": str(var)}


def lay(var: Path) -> None:
    """Give a new demo's folder what every demo begins with; the first who asks makes it for all."""
    kept = Path(os.environ["IMC_TEST_SHARED"]) / "ground"
    with kept.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (kept / "whole").exists():
            _make(kept)
    # With owners and rights: PostgreSQL wants its folder to be its own.
    subprocess.run(["cp", "-a", str(kept), str(var)], check=True)
    (var / "whole").unlink()


def _make(kept: Path) -> None:
    subprocess.run([sys.executable, "-m", "tests.grounds"], env=environment(kept), cwd=ROOT, check=True)
    shutil.rmtree((kept / "socket_folder").read_text(), ignore_errors=True)
    for name in STAYS:
        left = kept / name
        shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
    (kept / "whole").touch()


def main() -> None:
    """Tables and files, by the demo's own hands; the engines stop with this process."""
    from imc_portal import engines

    engines.provide()
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "imc_portal.settings",
        "DEMO": "True",
        "BASE_URL": "http://127.0.0.1:8000",
        "ALLOWED_HOSTS": "127.0.0.1",
        "EMAIL_URL": "smtp://127.0.0.1:1025",
    }
    django.setup()
    from django.core.management import call_command

    from imc_portal.demo.prepare import collect_when_changed

    call_command("migrate", verbosity=0, interactive=False)
    collect_when_changed()


if __name__ == "__main__":
    main()
