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


class Unfinished(Exception):
    """The database holds half of the sample data and is not ours to empty; the message says what to do."""


def prepare(stage: str, *, embedded: bool) -> None:
    """Bring an empty or an older database up to date; never touches data that is there.

    Only the embedded database, which is the demo's own, is emptied after a seeding that was cut short.
    """
    unfinished = Path(settings.VAR_DIR) / ("demo_seeding" if embedded else "demo_seeding_elsewhere")
    if unfinished.exists():
        if not embedded:
            raise Unfinished(
                "seeding the database that DATABASE_URL names was cut short the last time. It is not the "
                f"demo's own, so nothing is removed from it: empty it yourself and delete {unfinished}, or "
                "start the demo without DATABASE_URL"
            )
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
    try:
        prepare(sys.argv[1], embedded=sys.argv[2] == "embedded")
    except Unfinished as problem:
        say(f"make demo: {problem}.")
        sys.exit(1)
