"""A portal of its own in a scratch folder: engines, workers and a clock as in production."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from imc_portal.engines import postgres, processes, valkey

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "of-a-database-that-lives-as-long-as-a-test"
COMMAND = ("celery", "-A", "imc_portal")
#: Seconds between two looks at what a test waits for; each costs the processors that it waits for.
LOOK = 0.25
#: Short, so that what died is missed while a test waits; their order is that of production.
SHORT = {
    "EMAIL_TIMEOUT": "3",
    "MAIL_LEASE_SECONDS": "6",
    "PRESS_LEASE_SECONDS": "70",
    "TASK_SOFT_SECONDS": "50",
    "TASK_HARD_SECONDS": "60",
    "TICK_SECONDS": "2",
    "NOTICE_GATHER_SECONDS": "2",
    "MAIL_PER_MINUTE": "0",
    "MAIL_PER_DOMAIN": "0",
}


class Process:
    """A program in a process group of its own, which ends with the test whatever happens."""

    def __init__(self, name: str, words: Sequence[str], environment: dict[str, str], log: Path) -> None:
        self.name, self.log = name, log
        with log.open("ab") as out:
            self._running = subprocess.Popen(
                [sys.executable, "-m", "imc_portal.demo.child", sys.executable, "-m", *words],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=ROOT,
                env={**environment, "IMC_PARENT": str(os.getpid())},
            )
        self.pid = self._running.pid

    @property
    def lives(self) -> bool:
        """Whether the program itself still runs."""
        return self._running.poll() is None

    @property
    def children(self) -> list[int]:
        """The processes that do the work."""
        words = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [int(word) for word in words]

    def processor_seconds(self) -> float:
        """What it and its processes have used so far, those included that were replaced."""
        ticks = 0
        for pid in [self.pid, *self.children]:
            ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """SIGKILL to the whole group: nobody gets to tidy up."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._running.wait()

    def terminate(self) -> None:
        """SIGTERM, as a supervisor asks."""
        self._running.terminate()

    def wait(self, seconds: float) -> int:
        """Until it has gone by itself; its exit code."""
        return self._running.wait(seconds)


class Engines:
    """PostgreSQL and Valkey of these tests alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sockets = folder / "s"
        self.sockets.mkdir(mode=0o711, exist_ok=True)
        (folder / "log").mkdir(exist_ok=True)

    def start(self) -> None:
        """Both."""
        self.start_postgres()
        self.start_valkey()

    def start_postgres(self) -> None:
        """The database, with what its data folder holds."""
        postgres.start(
            self.folder / "postgres",
            self.sockets / "postgres",
            PASSWORD,
            self.folder / "log" / "postgres.log",
        )

    def start_valkey(self) -> None:
        """The broker."""
        valkey.start(self.folder / "valkey", self.sockets, self.folder / "log" / "valkey.log")

    def stop(self) -> None:
        """Both, in good order."""
        postgres.stop(self.folder / "postgres")
        valkey.stop(self.folder / "valkey")

    def stop_valkey(self) -> None:
        """The broker, in good order."""
        valkey.stop(self.folder / "valkey")

    def flush_valkey(self) -> None:
        """Forget every task that waits."""
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self.sockets / "valkey"))
            line.sendall(b"FLUSHALL\r\n")
            assert line.recv(64).startswith(b"+OK")

    def stop_postgres_at_once(self) -> None:
        """PostgreSQL's immediate mode: every connection is cut, recovery follows at the next start."""
        pid = processes.pid_in(self.folder / "postgres" / "postmaster.pid")
        assert pid, "PostgreSQL does not run"
        os.kill(pid, signal.SIGQUIT)
        assert processes.wait_until(lambda: not postgres.running(self.folder / "postgres"), 20)

    def kill(self) -> None:
        """SIGKILL to both servers and every process of theirs."""
        for file in (self.folder / "postgres" / "postmaster.pid", self.folder / "valkey" / "valkey.pid"):
            if pid := processes.pid_in(file):
                for each in [*_children(pid), pid]:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(each, signal.SIGKILL)
        processes.wait_until(lambda: not postgres.running(self.folder / "postgres"), 20)

    def address(self, database: str) -> str:
        """The URL of one of its databases."""
        return f"postgresql://imc:{PASSWORD}@/{database}?host={quote(str(self.sockets / 'postgres'))}"

    def copy(self, database: str, to: str) -> None:
        """A database as another one was left; sessions of dead programs are ended first."""
        sessions = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        with psycopg.connect(self.address("imc"), autocommit=True) as connection:
            connection.execute(sessions, [database] if database != "imc" else ["none"])
            connection.execute(f"DROP DATABASE IF EXISTS {to} WITH (FORCE)".encode())
            connection.execute(f"CREATE DATABASE {to} TEMPLATE {database}".encode())

    def drop(self, database: str) -> None:
        """A database that a run has ended with."""
        with psycopg.connect(self.address("imc"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)".encode())


class Post:
    """The mail server of a run and its book."""

    def __init__(self, folder: Path, port: int) -> None:
        self.book, self.port = folder / "book.jsonl", port
        self._process: subprocess.Popen[str] | None = None
        self._log = folder / "log" / "catcher.log"
        self._mood: dict[str, Any] = {}
        self.book.touch()

    def open(self) -> None:
        """Start it, in the mood it was last told."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.catcher", str(self.book), str(self.port)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
                cwd=ROOT,
            )
        assert self._process.stdout
        assert self._process.stdout.readline() == "ready\n", self._log.read_text()
        self.be(**self._mood)

    def be(self, **mood: Any) -> None:
        """Change its mood; what is not named is well again."""
        self._mood = mood
        if self._process and self._process.stdin:
            self._process.stdin.write(json.dumps(mood) + "\n")
            self._process.stdin.flush()

    def close(self) -> None:
        """Gone, in the middle of whatever it did."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        self._process = None

    def lines(self) -> list[dict[str, Any]]:
        """All that it took over, in order."""
        return [json.loads(line) for line in self.book.read_text().splitlines() if line.endswith("}")]

    def count(self) -> int:
        """How many messages it took over."""
        return self.book.read_bytes().count(b"\n")


class Portal:
    """One run: a database, a folder of documents, a mail server, and the programs that work on them."""

    def __init__(self, engines: Engines, database: str, documents: Path, post: Post) -> None:
        self.engines, self.database, self.documents, self.post = engines, database, documents, post
        self.programs: list[Process] = []
        self._opened: psycopg.Connection[tuple[Any, ...]] | None = None
        self._numbers = itertools.count(1)
        inherited = {name: value for name, value in os.environ.items() if name != "PGOPTIONS"}
        # Without PGOPTIONS: the tests' own database may lose a commit, this one may not.
        self.environment: dict[str, str] = {
            **inherited,
            **SHORT,
            "DJANGO_SETTINGS_MODULE": "imc_portal.settings",
            "DATABASE_URL": engines.address(database),
            "REDIS_URL": f"unix://{engines.sockets / 'valkey'}",
            "IMC_VAR": str(engines.folder),
            "DOCUMENTS_URL": f"file://{documents}",
            "EMAIL_URL": f"smtp://127.0.0.1:{post.port}",
            "SECRET_KEY": "only-for-the-faults-" + "x" * 40,
            "BASE_URL": "http://portal.example",
            "ALLOWED_HOSTS": "portal.example",
            "DEMO": "False",
            "PYTHONPATH": str(ROOT),
            "REMAP_SIGTERM": "SIGQUIT",
        }

    def worker(
        self, *, queues: str = "default,mail,render", module: Sequence[str] = (), processes: int = 2
    ) -> Process:
        """A worker as docker-compose.yml starts it; `module` runs it with a fault of the tests inside."""
        number = next(self._numbers)
        words = [*(module or COMMAND), "worker", "--queues", queues]
        words += ["--concurrency", str(processes), "--without-gossip", "--without-mingle"]
        return self._start(f"worker{number}", [*words, "--hostname", f"w{number}@{self.database}"])

    def beat(self, *, module: Sequence[str] = ()) -> Process:
        """The clock, as docker-compose.yml starts it."""
        name = f"beat{next(self._numbers)}"
        schedule = self.engines.folder / f"{self.database}-{name}"
        words = [*(module or COMMAND), "beat", "--schedule", str(schedule), "--pidfile="]
        return self._start(name, words)

    def _start(self, name: str, words: Sequence[str]) -> Process:
        log = self.engines.folder / "log" / f"{self.database}-{name}.log"
        program = Process(name, [*words, "--loglevel", "INFO"], self.environment, log)
        self.programs.append(program)
        return program

    def do(self, *words: str) -> str:
        """Run one of the tests' own modules on this portal; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", *words], env=self.environment, cwd=ROOT, capture_output=True, text=True
        )
        assert not done.returncode, done.stderr[-4000:]
        return done.stdout

    def rows(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database says, past the portal's own code."""
        try:
            return self._line().execute(question.encode(), values or None).fetchall()
        except psycopg.OperationalError:  # it was restarted since
            return self._line().execute(question.encode(), values or None).fetchall()

    def _line(self) -> psycopg.Connection[tuple[Any, ...]]:
        """One connection for all questions of a run: to open one costs more than most answers."""
        if self._opened is None or self._opened.closed:
            self._opened = psycopg.connect(self.engines.address(self.database), autocommit=True)
        return self._opened

    def change(self, statement: str, *values: object) -> int:
        """Change rows behind the portal's back, before a run begins; how many."""
        with psycopg.connect(self.engines.address(self.database), autocommit=True) as connection:
            return connection.execute(statement.encode(), values or None).rowcount

    def kill_all(self) -> None:
        """Every program of the portal, at once."""
        for program in self.programs:
            program.kill()
        self.programs.clear()

    def close(self) -> None:
        """The programs and the mail server."""
        self.kill_all()
        self.post.close()
        if self._opened:
            self._opened.close()

    def logs(self) -> str:
        """The last words of its programs, for a failing test."""
        found = sorted((self.engines.folder / "log").glob(f"{self.database}-*.log"))
        return "\n".join(f"--- {file.name}\n{file.read_text(errors='replace')[-3000:]}" for file in found)


def scratch() -> Path:
    """A folder that PostgreSQL, running as nobody, may pass; its path is short enough for sockets."""
    folder = Path(tempfile.mkdtemp(prefix="imc-faults-", dir="/tmp"))
    folder.chmod(0o711)
    return folder


def free_port() -> int:
    """A port on loopback that nobody listens on now."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
    return port


def wait(condition: Callable[[], object], seconds: float, what: Callable[[], str] | str) -> float:
    """Until it is true; how long it took."""
    begun = time.monotonic()
    while not condition():
        if time.monotonic() - begun > seconds:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(LOOK)
    return time.monotonic() - begun


def remove(folder: Path) -> None:
    """The scratch folder and all in it."""
    shutil.rmtree(folder, ignore_errors=True)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):
        for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            found += [*_children(int(word)), int(word)]
    return found
