"""Documents: whole or not at all, verified on every reading, on a disk and on an S3-compatible store."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.files.storage import storages

from imc_portal import environment
from imc_portal.core import documents, incidents
from imc_portal.core.documents import bucket, keeping
from imc_portal.core.models import Incident
from tests import stores

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
PDF = b"%PDF-1.7 " + bytes(range(256)) * 40


@dataclass
class Store:
    """What the tests do to a store behind the portal's back."""

    put: Callable[[str, bytes], None]
    drop: Callable[[str], None]
    names: Callable[[], list[str]]
    way: stores.Way | None = None
    folder: Path | None = None


def use(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DOCUMENTS_URL", url)
    made = storages.create_storage(environment.documents("DOCUMENTS_URL", ""))
    monkeypatch.setattr(keeping, "keeper", lambda: made)


@pytest.fixture(scope="module")
def way() -> Iterator[stores.Way]:
    with stores.s3() as made:
        yield made


@pytest.fixture
def in_bucket(way: stores.Way, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    way.fault = ""
    hand = stores.client(way)
    use(monkeypatch, way.url)

    def names() -> list[str]:
        listed = hand.list_objects_v2(Bucket=stores.BUCKET).get("Contents", [])
        return [one["Key"].removeprefix("kept/") for one in listed]

    def put(name: str, content: bytes) -> None:
        hand.put_object(Bucket=stores.BUCKET, Key=f"kept/{name}", Body=content)

    def drop(name: str) -> None:
        hand.delete_object(Bucket=stores.BUCKET, Key=f"kept/{name}")

    yield Store(put, drop, names, way=way)
    way.fault = ""
    for name in names():
        drop(name)
    hand.close()


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    root = tmp_path / "documents"
    use(monkeypatch, f"file://{root}")

    def put(name: str, content: bytes) -> None:
        (root / name).write_bytes(content)

    def names() -> list[str]:
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())

    return Store(
        put=put,
        drop=lambda name: (root / name).unlink(),
        names=names,
        folder=root,
    )


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest) -> Store:
    made: Store = request.getfixturevalue(f"in_{request.param}")
    return made


def kinds() -> dict[str, int]:
    return {one.kind: one.times for one in incidents.open_ones()}


def test_written_and_read(store: Store) -> None:
    name, digest = documents.store("a/b/paper.pdf", PDF)
    assert name == f"a/b/paper-{digest[:16]}.pdf"
    assert digest == hashlib.sha256(PDF).hexdigest()
    assert documents.read(name, sha256=digest) == PDF
    assert store.names() == [name]
    assert not kinds()


def test_the_same_twice_is_one_file(store: Store) -> None:
    assert documents.store("a/paper.pdf", PDF) == documents.store("a/paper.pdf", PDF)
    assert len(store.names()) == 1


def test_an_altered_file_is_told_and_not_handed_out(store: Store) -> None:
    name, digest = documents.store("a/paper.pdf", PDF)
    store.put(name, PDF[:-1] + b"!")
    for _time in range(2):
        with pytest.raises(documents.Altered):
            documents.read(name, sha256=digest, context="case:1")
    one = Incident.objects.get()
    assert (one.kind, one.target_key, one.context, one.times) == ("altered", f"file:{name}", "case:1", 2)


def test_a_missing_file_is_told_apart_from_an_altered_one(store: Store) -> None:
    name, digest = documents.store("a/paper.pdf", PDF)
    store.drop(name)
    with pytest.raises(documents.Missing):
        documents.read(name, sha256=digest)
    assert kinds() == {"missing": 1}


@pytest.mark.parametrize("left", [b"", PDF[:100], PDF[:-1]], ids=["empty", "begun", "nearly"])
def test_a_file_that_stands_there_is_not_trusted_unread(store: Store, left: bytes) -> None:
    name, digest = documents.store("a/paper.pdf", PDF)
    store.put(name, left)
    assert documents.store("a/paper.pdf", PDF) == (name, digest)
    assert documents.read(name, sha256=digest) == PDF


def test_two_writers_of_the_same_name_leave_one_whole_file(store: Store) -> None:
    content = PDF * 50
    kept: list[tuple[str, str]] = []
    barrier = threading.Barrier(4)

    def write() -> None:
        barrier.wait()
        keeping.keeper().keep("a/one.pdf", content)
        kept.append(("a/one.pdf", ""))

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(kept) == 4
    assert store.names() == ["a/one.pdf"]
    assert keeping.keeper().fetch("a/one.pdf") == content


@pytest.mark.parametrize("fault", ["refuse", "cut"])
def test_a_store_that_is_down_is_no_damage(in_bucket: Store, fault: str) -> None:
    name, digest = documents.store("a/paper.pdf", PDF)
    assert in_bucket.way is not None
    in_bucket.way.fault = fault
    with pytest.raises(documents.StoreDown):
        documents.read(name, sha256=digest)
    with pytest.raises(documents.StoreDown):
        documents.store("a/other.pdf", PDF * 30)
    assert kinds() == {"store": 2}
    in_bucket.way.fault = ""
    assert documents.read(name, sha256=digest) == PDF
    assert in_bucket.names() == [name]


def test_a_store_that_says_nothing_is_left_in_time(in_bucket: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "READ_SECONDS", 0.5)
    assert in_bucket.way is not None
    use(monkeypatch, in_bucket.way.url)
    in_bucket.way.fault = "hang"
    begun = time.monotonic()
    with pytest.raises(documents.StoreDown):
        documents.read("a/paper.pdf", sha256="0" * 64)
    assert time.monotonic() - begun < 20
    assert kinds() == {"store": 1}


def test_a_bucket_that_is_gone_has_lost_no_document(way: stores.Way, monkeypatch: pytest.MonkeyPatch) -> None:
    way.fault = ""
    use(monkeypatch, way.url.replace(f"@{stores.BUCKET}/", "@elsewhere/"))
    with pytest.raises(documents.StoreDown):
        documents.read("a/paper.pdf", sha256="0" * 64)
    with pytest.raises(documents.StoreDown):
        documents.store("a/paper.pdf", PDF)
    assert kinds() == {"store": 2}


def test_a_disk_that_is_not_mounted_has_lost_no_document(in_folder: Store) -> None:
    with pytest.raises(documents.StoreDown):
        documents.read("a/paper.pdf", sha256="0" * 64)
    assert kinds() == {"store": 1}


@pytest.mark.parametrize("fault", [errno.EIO, errno.ENOSPC, errno.ESTALE])
def test_a_disk_with_a_fault_is_no_damage(
    in_folder: Store, monkeypatch: pytest.MonkeyPatch, fault: int
) -> None:
    name, digest = documents.store("a/paper.pdf", PDF)

    def broken(*_arguments: object, **_more: object) -> bytes:
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(Path, "read_bytes", broken)
    with pytest.raises(documents.StoreDown):
        documents.read(name, sha256=digest)
    assert kinds() == {"store": 1}


WRITER = """
import resource, signal, sys
from pathlib import Path
import django
django.setup()
from imc_portal.core.documents.folder import Folder
from imc_portal.core.documents import StoreDown
signal.signal(signal.SIGXFSZ, signal.SIG_DFL if sys.argv[2] == "die" else signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    Folder(location=sys.argv[1], allow_overwrite=True).keep("a/paper.pdf", b"x" * 100_000)
except StoreDown as problem:
    sys.exit(f"down: {problem.why}")
"""


def write_in_a_child(folder: Path, end: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WRITER, str(folder), end]
    environ = os.environ | {"DJANGO_SETTINGS_MODULE": "imc_portal.settings", "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.slow
def test_a_full_disk_leaves_nothing_half(in_folder: Store) -> None:
    assert in_folder.folder is not None
    ended = write_in_a_child(in_folder.folder, "tell")
    assert "down: File too large" in ended.stderr
    assert in_folder.names() == []


@pytest.mark.slow
def test_a_writer_killed_half_way_leaves_nothing_under_the_name(in_folder: Store) -> None:
    assert in_folder.folder is not None
    ended = write_in_a_child(in_folder.folder, "die")
    assert ended.returncode == -signal.SIGXFSZ
    (left,) = in_folder.names()
    assert left.startswith(".unfinished/")
    assert documents.sweep() == 0  # it may be in the making
    long_ago = time.time() - keeping.UNFINISHED_SECONDS - 60
    os.utime(in_folder.folder / left, (long_ago, long_ago))
    assert documents.sweep() == 1
    assert in_folder.names() == []


def test_the_store_of_the_settings_writes_safely() -> None:
    assert type(storages["documents"]).__name__ == "Folder"
    assert type(keeping.keeper()).__name__ == "Folder"
