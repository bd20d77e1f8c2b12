"""Before the demo opens its doors: tables, files of the pages, and once the sample data."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection

from imc_portal.demo.supervisor import say


def prepare(stage: str) -> None:
    """Bring an empty or an older database up to date; never touches data that is there."""
    unfinished = Path(settings.VAR_DIR) / "demo_seeding"
    if unfinished.exists():
        say("Seeding was cut short the last time; starting from an empty database.")
        _empty_database()
        unfinished.unlink()
    call_command("migrate", verbosity=0, interactive=False)
    collect_when_changed()
    _seed_once(stage, unfinished)


def collect_when_changed() -> None:
    """Collect the files of the pages, unless the collected ones are of these very sources."""
    note = Path(settings.STATIC_ROOT) / "sources.txt"
    now = _sources()
    if not note.exists() or note.read_text() != now:
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        note.write_text(now)


def _sources() -> str:
    seen = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(None):
            file = Path(storage.path(name)).stat()
            seen.update(f"{name} {file.st_size} {file.st_mtime_ns}\n".encode())
    return seen.hexdigest()


def _seed_once(stage: str, unfinished: Path) -> None:
    from django.contrib.auth import get_user_model  # models can be named only after django.setup()

    note = Path(settings.VAR_DIR) / "demo_stage"
    if get_user_model()._default_manager.exists():
        kept = note.read_text().strip() if note.exists() else stage
        if kept != stage:
            say(f"The data of the last run is kept (stage {kept}); `make clean` first to see stage {stage}.")
        return
    say(f"Seeding the demo (stage {stage})")
    unfinished.touch()
    call_command("seed_demo", stage=stage)
    note.write_text(stage)
    unfinished.unlink()


def _empty_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")


if __name__ == "__main__":
    django.setup()
    prepare(sys.argv[1])
