"""The files of catalogues: one build for all processes, and nothing wrong on the disk is ever believed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import connection
from numpy.typing import NDArray
from pytest_django import Settings

from partners import catalogue_data
from partners.catalogue_data import COLUMNS, catalogue, revision
from partners.catalogue_files import LIST, Shelf
from partners.discovery.catalogue import Catalogue
from partners.models import Municipality
from tests import makers

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
#: Another process asks for the catalogue and tells what it saw and how many statements it took.
ASK = """
import json, os, resource, django
django.setup()
from django.db import connection
from partners.catalogue_data import catalogue
connection.ensure_connection()
if limit := os.environ.get("FILE_LIMIT"):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
print("ready", flush=True)
connection.force_debug_cursor = True
found = catalogue("FR")
print(json.dumps({
    "names": found.names.tolist(),
    "statements": len(connection.queries),
    "file": str(getattr(found.names.base, "filename", "")),
}))
"""


@pytest.fixture(autouse=True)
def shelf(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> Shelf:
    """Nothing kept in the process, no file on the disk; where the files of the tests' country will lie."""
    monkeypatch.setattr(catalogue_data, "_kept", {})
    settings.CATALOGUE_FOLDER = tmp_path / "catalogue"
    makers.make_municipality("One")
    return Shelf(catalogue_data._folder("FR"))


def file_of(column: NDArray[Any]) -> Path | None:
    """The file a column is mapped from."""
    return Path(str(column.base.filename)) if isinstance(column.base, np.memmap) else None


def forget() -> None:
    """As a new process begins."""
    catalogue_data._kept.clear()


def revisions(shelf: Shelf) -> list[Path]:
    """Folders that lie there, drafts too."""
    return [path for path in shelf.folder.iterdir() if path.is_dir()]


def ask(environment: dict[str, str], folder: Path, **more: str) -> subprocess.Popen[str]:
    """Another process on the same files."""
    return subprocess.Popen(
        [sys.executable, "-c", ASK],
        env=environment | {"CATALOGUE_FOLDER": str(folder)} | more,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answer_of(process: subprocess.Popen[str]) -> tuple[dict[str, Any], str]:
    """What it printed last, and its log."""
    out, log = process.communicate(timeout=60)
    assert process.returncode == 0, log
    return json.loads(out.splitlines()[-1]), log


# --- one build for all -------------------------------


def test_columns_are_mapped_from_private_files_that_cannot_be_written_to(shelf: Shelf) -> None:
    found = catalogue("FR")
    (place,) = revisions(shelf)
    for name in COLUMNS:
        column = getattr(found, name)
        assert file_of(column) == place / f"{name}.npy"
        assert not column.flags.writeable
    assert shelf.folder.stat().st_mode & 0o777 == 0o700
    forget()
    again = catalogue("FR")
    assert again is not found
    assert file_of(again.keys) == file_of(found.keys)


def test_a_new_revision_takes_the_place_of_the_old_and_who_holds_the_old_keeps_it(shelf: Shelf) -> None:
    old = catalogue("FR")
    abroad = Shelf(catalogue_data._folder("CH"))
    catalogue("CH")
    Municipality.objects.update(name="Renamed")
    new = catalogue("FR")
    assert (new.names.tolist(), old.names.tolist()) == (["Renamed"], ["One"])
    assert [file_of(new.keys)] == [revisions(shelf)[0] / "keys.npy"]
    assert len(revisions(shelf)) == len(revisions(abroad)) == 1


def test_a_process_keeps_one_revision_of_a_country(shelf: Shelf) -> None:
    for name in ("Two", "Three"):
        makers.make_municipality(name)
        catalogue("FR")
    assert [len(found) for _at, found in catalogue_data._kept.values()] == [3]


@pytest.mark.slow
def test_of_two_processes_one_reads_the_tables_and_both_map_its_files(
    shelf: Shelf, child_environment: dict[str, str]
) -> None:
    with shelf.alone():
        both = [ask(child_environment, shelf.folder.parent) for _ in range(2)]
        for process in both:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
    answers = [answer_of(process)[0] for process in both]
    assert sorted(answer["statements"] for answer in answers) == [1, 5]
    assert {answer["file"] for answer in answers} == {str(revisions(shelf)[0] / "names.npy")}
    # This process finds them as well.
    assert file_of(catalogue("FR").names) == Path(answers[0]["file"])


def test_of_two_threads_one_reads_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(2)
    found: list[Catalogue] = []
    read: list[str] = []
    real = catalogue_data._columns

    def counted(country: str) -> dict[str, NDArray[Any]]:
        read.append(country)
        return real(country)

    monkeypatch.setattr(catalogue_data, "_columns", counted)

    def look() -> None:
        try:
            together.wait(20)
            found.append(catalogue("FR"))
        finally:
            connection.close()

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read == ["FR"]
    assert found[0] is found[1]


def change_in_another_connection() -> None:
    """Commit a change, whatever this thread is about."""

    def change() -> None:
        try:
            makers.make_municipality("Meanwhile")
        finally:
            connection.close()

    thread = threading.Thread(target=change)
    thread.start()
    thread.join()


@pytest.mark.parametrize(("changes", "is_shared"), [(1, True), (9, False)])
def test_what_changed_while_it_was_read_is_read_again_and_never_kept(
    changes: int, is_shared: bool, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = catalogue_data._columns
    left = iter(range(changes))

    def read(country: str) -> dict[str, NDArray[Any]]:
        columns = real(country)
        if next(left, None) is not None:
            change_in_another_connection()
        return columns

    monkeypatch.setattr(catalogue_data, "_columns", read)
    found = catalogue("FR")
    assert found.names.tolist()[:2] == ["One", "Meanwhile"]
    assert bool(catalogue_data._kept) == is_shared
    assert len(revisions(shelf)) == int(is_shared)
    assert len(catalogue("FR")) >= len(found)


# --- what lies on the disk is not believed unseen -------------------------------


def flip(place: Path) -> None:
    """A byte of the data."""
    file = place / "names.npy"
    damaged = bytearray(file.read_bytes())
    damaged[-1] ^= 0xFF
    file.write_bytes(damaged)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "a byte": flip,
    "half a column": lambda place: os.truncate(place / "keys.npy", 100),
    "an empty column": lambda place: (place / "border_km.npy").write_bytes(b""),
    "a column gone": lambda place: (place / "body_of.npy").unlink(),
    "half a list": lambda place: os.truncate(place / LIST, 30),
    "another list": lambda place: (place / LIST).write_text('["keys.npy"]'),
    "an empty list": lambda place: (place / LIST).write_text("{}"),
    "no list": lambda place: (place / LIST).unlink(),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_files_are_written_anew(damage: str, shelf: Shelf) -> None:
    catalogue("FR")
    (place,) = revisions(shelf)
    (shelf.folder / "draft-of-a-killed-process").mkdir()
    # This process has mapped the files: what is damaged is a copy in their place.
    fresh = shelf.folder / "copy"
    fresh.mkdir()
    for file in place.iterdir():
        (fresh / file.name).write_bytes(file.read_bytes())
    place.rename(shelf.folder / "mapped")
    fresh.rename(place)
    DAMAGE[damage](place)
    forget()
    found = catalogue("FR")
    assert found.names.tolist() == ["One"]
    assert file_of(found.names) == place / "names.npy"
    assert revisions(shelf) == [place]
    forget()
    assert catalogue("FR").names.tolist() == ["One"]


def test_files_of_another_version_of_the_portal_are_not_read(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue("FR")
    before = revisions(shelf)
    forget()
    monkeypatch.setattr(catalogue_data, "LAYOUT", "other")
    assert file_of(catalogue("FR").keys) != before[0] / "keys.npy"
    assert revisions(shelf) == [shelf.folder / f"{revision()}-other"]


def test_pickled_objects_are_never_loaded(shelf: Shelf) -> None:
    with shelf.alone(), pytest.raises(ValueError, match="allow_pickle"):
        shelf.write("1-2", {"keys": np.array([{}], dtype=object)})
    assert revisions(shelf) == []


# --- without files -------------------------------


def a_file_in_the_way(folder: Path) -> None:
    """As when the folder lies where nothing can be written; a root user may write anywhere else."""
    folder.write_text("")


def open_to_others(folder: Path) -> None:
    """As when somebody else could have put files there."""
    place = catalogue_data._folder("FR")
    place.mkdir(parents=True)
    place.chmod(0o777)


@pytest.mark.parametrize("hindrance", [a_file_in_the_way, open_to_others])
def test_without_a_usable_folder_each_process_holds_its_own_and_says_so(
    hindrance: Callable[[Path], None], settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    hindrance(settings.CATALOGUE_FOLDER)
    found = catalogue("FR")
    assert (found.names.tolist(), file_of(found.names)) == (["One"], None)
    assert "not shared, each process holds its own" in caplog.text
    caplog.clear()
    assert catalogue("FR") is found
    assert not caplog.text


@pytest.mark.slow
def test_a_full_disk_costs_sharing_and_leaves_nothing_behind(
    shelf: Shelf, child_environment: dict[str, str]
) -> None:
    answer, log = answer_of(ask(child_environment, shelf.folder.parent, FILE_LIMIT="150"))
    assert (answer["names"], answer["file"]) == (["One"], "")
    assert "not shared, each process holds its own: [Errno 27] File too large" in log
    assert revisions(shelf) == []
