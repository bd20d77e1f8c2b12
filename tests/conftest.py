"""The ground of all tests: engines first, then Django, then what stands on them."""

from __future__ import annotations

import copy
import gc
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
import pytest_django

from tests import provide

# Settings read the environment when they are imported, so it has to stand before that.
SCRATCH = provide.environment_for_tests()
os.environ["DJANGO_SETTINGS_MODULE"] = "imc_portal.settings"

from django.apps import AppConfig, apps  # noqa: E402  (after the environment, see above)
from django.conf import settings  # noqa: E402  (as above)
from django.db import connection, transaction  # noqa: E402  (after the environment, see above)
from django.db.models.signals import post_migrate  # noqa: E402  (as above)
from django.utils import translation  # noqa: E402  (as above)

provide.name_test_database()
# The manifest storage wants collectstatic; pages under test are served from the sources.
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Else pytest-django would read settings in a worker of xdist before its own conftest has run.
del os.environ["DJANGO_SETTINGS_MODULE"]

# A busy machine makes a single example slow; what a page may cost is measured by `make bench`.
hypothesis.settings.register_profile("portal", deadline=None)
hypothesis.settings.load_profile("portal")

# A run makes and drops millions of small objects and keeps its thousands of tests to the end: looking through
# all of them after every 700 new ones, as Python does unless told otherwise, took a tenth of the time.
gc.set_threshold(50_000, 20, 50)

if TYPE_CHECKING:
    from tests.world import World

StartWorker = Callable[..., subprocess.Popen[bytes]]
ROOT = Path(__file__).resolve().parent.parent
#: The migration that fills it.
CATALOGUE = "partners.migrations.0001_squashed_0014_cases_that_rest_split_and_merge"


#: Files that take long, the longest first: begun last, one of them would leave the other workers idle.
LONG = (
    *("tests/faults/test_faults.py", "tests/browser/", "tests/roof/test_demo.py"),
    *("tests/meetings/test_sample", "tests/test_a"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest (`make test` keeps this order: --no-loadscope-reorder)."""
    items.sort(key=lambda item: [item.nodeid.startswith(name) for name in LONG], reverse=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Name no settings to the workers: they too read them after the environment stands (see above)."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def pytest_collection_finish() -> None:
    """Look no more through what was imported and collected: it stays as long as the process."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Leave no scratch folder behind."""
    provide.clear(SCRATCH)


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """Let no test speak the language in which the last request of an earlier one was answered."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> None:
    """Let tests with real transactions empty what is append-only; changing an entry stays refused."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in ("core_auditentry", "core_emailevent"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_no_truncate")
    post_migrate.connect(_fill_the_catalogue)
    with django_db_blocker.unblock():
        from tests import emptied

        emptied.begin()


def _fill_the_catalogue(sender: AppConfig, **kwargs: object) -> None:
    """A test with real transactions empties every table; the catalogue is no test's own and returns."""
    if sender.label == "partners" and not apps.get_model("partners", "Function")._default_manager.exists():
        import_module(CATALOGUE).fill(apps, None)


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[None]:
    """What fixtures of a file build on this stands until the file is done; no room for real transactions."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def one_world(standing: None) -> World:
    """One world for all tests of a file; whatever they change is rolled back."""
    from tests import world as worlds

    return worlds.build()


@pytest.fixture
def world(one_world: World) -> Iterator[World]:
    """The world of the file as it was built."""
    point = transaction.savepoint()
    yield copy.deepcopy(one_world)
    transaction.savepoint_rollback(point)


@pytest.fixture
def child_environment(transactional_db: None) -> dict[str, str]:
    """The environment of a process that shall see this test's database and broker."""
    return provide.child_environment()


@pytest.fixture
def free_port() -> int:
    """A port on loopback that nobody listens on now."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
    return port


@pytest.fixture
def wait_until() -> Callable[..., None]:
    """Wait for something another process does; fails when it does not come."""

    def wait(condition: Callable[[], object], seconds: float = 20, what: str = "it") -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"{what} did not happen within {seconds} s"
            time.sleep(0.05)

    return wait


@pytest.fixture
def celery_worker_process(child_environment: dict[str, str]) -> Iterator[StartWorker]:
    """Start real worker processes on this test's database and broker; all end with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(queues: str = "default,mail,render", **variables: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "-A", "imc_portal", "worker", "-Q", queues, "-c", "1"]
        name = f"test{len(started)}-{os.getpid()}@localhost"
        command += ["--without-gossip", "--without-mingle", "--hostname", name, "--loglevel", "WARNING"]
        worker = subprocess.Popen(command, env=child_environment | variables, cwd=ROOT)
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.terminate()
    for worker in started:
        try:
            worker.wait(15)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
