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
        ("BOUNCES_URL", "/var/mail/bounces"),
        ("BOUNCES_URL", "maildir://bounces"),
        ("BOUNCES_URL", "imap://mail.example.org/INBOX"),
        ("BOUNCES_URL", "imap://bounces:pw@mail.example.org/INBOX?tls=yes"),
        ("BOUNCES_URL", "imaps://bounces:pw@mail.example.org/INBOX?tls=true"),
        ("BOUNCES_URL", "imap://bounces:p%C3%A4ss@mail.example.org"),
        ("BOUNCES_URL", "imap://bounces:p%0D%0Ass@mail.example.org"),
        ("BOUNCE_ADDRESS", "Bounces <bounces@example.org>"),
        ("BOUNCE_ADDRESS", "bounces+tag@example.org"),
        ("BOUNCE_ADDRESS", "far-too-long-for-a-signature@example.org"),
        ("ANYMAIL_WEBHOOK", "carrier-pigeon"),
        ("SECRET_KEY_FILE", "/nowhere/to/be/found"),
    ],
)
def test_a_malformed_variable_is_named(name: str, value: str) -> None:
    done = _load_settings(**GOOD | {name: value})
    assert done.returncode != 0
    last = done.stderr.splitlines()[-1]
    assert "EnvironmentProblem" in last
    assert name in last


@pytest.mark.parametrize(
    ("provider", "given", "named"),
    [
        ("postmark", {}, "ANYMAIL_WEBHOOK_SECRET"),
        ("postmark", {"ANYMAIL_WEBHOOK_SECRET": "me:short"}, "ANYMAIL_WEBHOOK_SECRET"),
        ("postmark", {"ANYMAIL_WEBHOOK_SECRET": "x" * 40}, "ANYMAIL_WEBHOOK_SECRET"),
        ("postmark", {"ANYMAIL_WEBHOOK_KEY": "x" * 40}, "ANYMAIL_WEBHOOK_KEY"),
        ("mailgun", {"ANYMAIL_WEBHOOK_SECRET": "me:" + "x" * 40}, "ANYMAIL_WEBHOOK_KEY"),
    ],
)
def test_no_webhook_without_its_signature(provider: str, given: dict[str, str], named: str) -> None:
    done = _load_settings(**GOOD, ANYMAIL_WEBHOOK=provider, **given)
    assert done.returncode != 0
    assert f"EnvironmentProblem: {named}" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("maildir:///srv/mail/bounces", {"kind": "maildir", "folder": "/srv/mail/bounces"}),
        (
            "imap://me:p%40ss@mail.example.org/Bounces/In?tls=true",
            ("mail.example.org", 143, "Bounces/In", "tls"),
        ),
        ("imap://me:pw@mail.example.org:1143", ("mail.example.org", 1143, "INBOX", "")),
        ("imap://me:pw@mail.example.org/?ssl=true", ("mail.example.org", 993, "INBOX", "ssl")),
        ("imaps://me:pw@mail.example.org/B%20C", ("mail.example.org", 993, "B C", "ssl")),
    ],
)
def test_the_mailbox_of_bounces_is_taken_apart(
    url: str, read: dict[str, str] | tuple[object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOUNCES_URL", url)
    found = environment.bounces("BOUNCES_URL")
    wanted = ("host", "port", "folder", "security")
    assert read == (found if found["kind"] == "maildir" else tuple(found[name] for name in wanted))


def test_the_password_of_the_mailbox_may_stand_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "bounces"
    secret.write_text("imaps://me:p%40ss@mail.example.org/INBOX\n")
    monkeypatch.setenv("BOUNCES_URL_FILE", str(secret))
    assert environment.bounces("BOUNCES_URL")["password"] == "p@ss"


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
