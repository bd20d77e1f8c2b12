"""After a seeding that was cut short the demo empties its own database, and leaves any other alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from imc_portal.core.models import User
from imc_portal.demo import prepare
from tests import makers
from tests.conftest import ROOT

pytestmark = pytest.mark.django_db


def test_a_given_database_is_never_emptied(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    makers.make_user("Anna")
    note = tmp_path / "demo_seeding_elsewhere"
    note.touch()
    with pytest.raises(prepare.Unfinished, match="DATABASE_URL names was cut short"):
        prepare.prepare("needs", embedded=False)
    assert User.objects.get().name == "Anna"
    assert note.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_step_ends_with_a_message_and_leaves_the_data(
    child_environment: dict[str, str], tmp_path: Path
) -> None:
    makers.make_user("Anna")
    (tmp_path / "demo_seeding_elsewhere").touch()
    (tmp_path / "demo_seeding").touch()
    done = subprocess.run(
        [sys.executable, "-m", "imc_portal.demo.prepare", "needs", "given"],
        env=child_environment | {"IMC_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "imc_portal.settings"},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "nothing is removed from it" in done.stdout
    assert "Traceback" not in done.stderr
    assert User.objects.get().name == "Anna"


def test_the_demos_own_database_is_emptied(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    makers.make_user("Anna")
    (tmp_path / "demo_seeding").touch()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
        assert cursor.fetchone()[0] > 50
        prepare._empty_database()
        cursor.execute("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
        assert cursor.fetchone()[0] == 0
