"""Imports by command and by the curator's page: what they take, answer and turn away."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from partners.models import (
    CooperationMember,
    ExistingCooperation,
    Municipality,
    NeighbourLink,
    Outline,
)
from tests import makers, provide
from tests.partners.files import GOOD, JURA

pytestmark = pytest.mark.django_db

# --- the commands -------------------------------


def run(*words: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command(*words, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_commands_answer_in_json_alone(tmp_path: Path) -> None:
    path = tmp_path / "towns.csv"
    path.write_text(
        GOOD.replace("lon\n", "lon,mayor\n").replace("5.4\n", "5.4,x\n").replace("5.7\n", "5.7,y\n")
    )
    out, err = run("import_municipalities", str(path), "--country", "fr", "--format", "json", "--source", "S")
    report = json.loads(out)
    assert (report["created"], report["country"], report["ignored_columns"]) == (2, "FR", ["mayor"])
    assert "Columns ignored: mayor" in err
    out, _err = run("import_municipalities", str(path))
    assert "FR: 0 new, 0 changed, 2 as before" in out


def test_commands_refuse_with_status_1_and_wrong_usage_with_2(tmp_path: Path) -> None:
    path = tmp_path / "towns.csv"
    path.write_text(GOOD + "39001,Again,5,46,5\n")
    out = io.StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("import_municipalities", str(path), "--country", "FR", "--format", "json", stdout=out)
    assert refusal.value.returncode == 1
    assert "towns.csv, line 4, column code: “39001”: This code stands already in line 2." in str(
        refusal.value
    )
    assert json.loads(out.getvalue())["problems"][0]["line"] == 4
    for words in ([str(tmp_path / "towns.xlsx"), "--country", "FR"], [str(path), "--country", "France"]):
        with pytest.raises(CommandError) as usage:
            call_command("import_municipalities", *words)
        assert usage.value.returncode == 2
    with pytest.raises(CommandError) as missing:
        call_command("import_municipalities", str(tmp_path / "gone.csv"), "--country", "FR")
    assert "Cannot be opened: no such file" in str(missing.value)


@pytest.mark.slow
def test_status_of_the_process_and_nothing_but_json_on_its_output(tmp_path: Path) -> None:
    good, bad = tmp_path / "towns.csv", tmp_path / "bad.csv"
    good.write_text(GOOD)
    bad.write_text(GOOD + "39001,Again,5,46,5\n")
    common = ("--country", "FR", "--dry-run", "--format", "json")
    # Dry runs alone: the process has its own connection, and nothing would roll it back.
    for words, status in (([str(good)], 0), ([str(bad)], 1), ([str(good), "--colour", "red"], 2)):
        done = subprocess.run(
            [sys.executable, "manage.py", "import_municipalities", *words, *common],
            env=provide.child_environment(),
            cwd=JURA.parents[2],
            capture_output=True,
            check=False,
        )
        assert done.returncode == status, done.stderr.decode()
        if status < 2:
            assert ("refused" in json.loads(done.stdout)) == (status == 1)
    assert not Municipality.objects.exists()


@pytest.mark.slow
def test_the_jura_comes_in_whole_and_its_borders_agree_with_the_published_ones() -> None:
    for command, file in (
        ("import_municipalities", "municipalities.csv"),
        ("import_municipalities", "boundaries.geojson"),
        ("import_cooperations", "cooperations.csv"),
    ):
        run(command, str(JURA / file), "--country", "FR", "--source", "the Jura data")
    assert Outline.objects.count() == 492
    assert (ExistingCooperation.objects.count(), CooperationMember.objects.count()) == (33, 622)
    derived = {
        frozenset((link.a.code, link.b.code)): link.shared_km
        for link in NeighbourLink.objects.select_related("a", "b")
    }
    lines = (JURA / "neighbours.csv").read_text().splitlines()[1:]
    published = {frozenset(row.split(",")[:2]): row.split(",")[2] for row in lines}
    with_length = {pair: float(km) for pair, km in published.items() if km}
    # Pairs without a published length touch in points alone: no neighbours here.
    assert set(derived) == set(with_length)
    assert all(abs((derived[pair] or 0) - km) <= 0.02 + 0.02 * km for pair, km in with_length.items())
    run("import_neighbours", str(JURA / "neighbours.csv"), "--country", "FR")
    assert NeighbourLink.objects.count() == 1386


# --- the curator's page -------------------------------


@pytest.fixture
def curator() -> Client:
    client = Client()
    client.force_login(makers.make_user("Curator", is_staff=True))
    return client


def upload(client: Client, content: bytes, name: str = "towns.csv", **fields: str) -> Any:
    data = {"kind": "municipalities", "country": "FR", "source": "S", **fields}
    data["file"] = SimpleUploadedFile(name, content)  # type: ignore[assignment]  # a file among words
    return client.post(reverse("partners:import_data"), data)


def test_curator_checks_then_imports(curator: Client) -> None:
    checked = upload(curator, GOOD.encode(), dry_run="on")
    assert "Checked; nothing was written" in checked.content.decode()
    assert not Municipality.objects.exists()
    assert "Imported" in upload(curator, GOOD.encode()).content.decode()
    assert Municipality.objects.count() == 2


def test_bad_upload_is_shown_as_a_table_with_status_400(curator: Client) -> None:
    answer = upload(curator, (GOOD + "3,<b>C</b>,many,46,5\n").encode())
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "1 problem; nothing was imported" in text
    assert "many" in text
    assert "Not a whole number." in text
    assert not Municipality.objects.exists()
    assert upload(curator, GOOD.encode(), name="towns.geojson").status_code == 400


def test_only_curators_import() -> None:
    client = Client()
    client.force_login(makers.make_member(makers.make_municipality(), "lead"))
    assert client.get(reverse("partners:import_data")).status_code == 403
    assert upload(client, GOOD.encode()).status_code == 403
    assert Municipality.objects.filter(country="FR", code="39001").count() == 0


def test_upload_above_the_limit_is_turned_away_by_its_announced_length(
    curator: Client, settings: Any
) -> None:
    settings.UPLOAD_LIMIT_BYTES = 1000
    answer = upload(curator, b"x" * 200_000)
    assert answer.status_code == 413
    assert "too large" in answer.content.decode()


def test_upload_above_the_limit_is_stopped_while_it_is_read(curator: Client, settings: Any) -> None:
    settings.UPLOAD_LIMIT_BYTES = 1000
    assert upload(curator, b"x" * 30_000).status_code == 413
    assert not Municipality.objects.exists()


def test_upload_without_the_token_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(makers.make_user("Curator", is_staff=True))
    assert upload(client, GOOD.encode()).status_code == 403
    assert not Municipality.objects.exists()
