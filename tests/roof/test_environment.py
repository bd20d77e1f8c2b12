"""The environment: a missing or malformed variable is refused at start, by its name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from imc_portal import environment

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "DATABASE_URL": "postgresql://me:pw@db.example.org:5433/imc",
    "REDIS_URL": "redis://broker.example.org/0",
    "SECRET_KEY": "x" * 60,
}


def _load_settings(**variables: str) -> subprocess.CompletedProcess[str]:
    bare = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ}
    load = "import imc_portal.settings"
    return subprocess.run(
        [sys.executable, "-c", load], cwd=ROOT, env=bare | variables, capture_output=True, text=True
    )


def test_good_values_are_enough() -> None:
    done = _load_settings(**GOOD)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", GOOD)
def test_a_missing_variable_is_named(name: str) -> None:
    done = _load_settings(**{key: value for key, value in GOOD.items() if key != name})
    assert done.returncode != 0
    assert f"{name} is not set" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://me@db/imc"),
        ("DATABASE_URL", "postgresql://me@db"),
        ("DATABASE_URL", "postgresql://me@db:many/imc"),
        ("REDIS_URL", "broker.example.org:6379"),
        ("EMAIL_URL", "http://mail.example.org"),
        ("EMAIL_URL", "smtp://:25"),
        ("DOCUMENTS_URL", "/srv/documents"),
        ("DOCUMENTS_URL", "file://relative/documents"),
        ("DEMO", "perhaps"),
        ("SECRET_KEY_FILE", "/nowhere/to/be/found"),
    ],
)
def test_a_malformed_variable_is_named(name: str, value: str) -> None:
    done = _load_settings(**GOOD | {name: value})
    assert done.returncode != 0
    last = done.stderr.splitlines()[-1]
    assert "EnvironmentProblem" in last
    assert name in last


def test_a_secret_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://me:very-secret@db/imc")
    with pytest.raises(environment.EnvironmentProblem) as problem:
        environment.database("DATABASE_URL")
    assert "very-secret" not in str(problem.value)


def test_a_value_may_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from the file\n")
    monkeypatch.setenv("SECRET_KEY", "from the environment")
    monkeypatch.setenv("SECRET_KEY_FILE", str(secret))
    assert environment.text("SECRET_KEY") == "from the file"


def test_a_database_url_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:p%40ss@/imc?host=/run/folder")
    read = environment.database("DATABASE_URL")
    assert (read["NAME"], read["USER"], read["PASSWORD"]) == ("imc", "me", "p@ss")
    assert (read["HOST"], read["PORT"]) == ("/run/folder", "")


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("unix:///run/valkey", "redis+socket:///run/valkey?virtual_host=0"),
        ("unix:///run/valkey?db=7", "redis+socket:///run/valkey?virtual_host=7"),
        ("rediss://:pw@host:6380/2", "rediss://:pw@host:6380/2"),
    ],
)
def test_celery_is_told_the_same_broker(url: str, broker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", url)
    assert environment.broker("REDIS_URL") == broker
