"""Columns kept as files, one folder per revision, which all processes of a host map into their memory."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Columns = Mapping[str, NDArray[Any]]
#: Names the files of a revision with their checksums; written last.
LIST = "columns.json"


class Shelf:
    """The files of one catalogue: one revision at a time, complete or not at all.

    A reader keeps what it has mapped, also after the files of its revision are gone.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until no other process reads or writes here; OSError when the folder is not ours to use."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = self.folder.stat()
        if found.st_uid != os.geteuid() or found.st_mode & 0o077:
            raise PermissionError(f"{self.folder} is open to others or belongs to another user")
        # Given back by closing, so also by the end of the process, however it comes.
        with (self.folder / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def read(self, revision: str) -> dict[str, NDArray[Any]] | None:
        """The columns of a revision, mapped; None when it is not here or not as it was written."""
        place = self.folder / revision
        try:
            checksums: dict[str, str] = json.loads((place / LIST).read_text(encoding="utf-8"))
            if any(_checksum(place / name) != wanted for name, wanted in checksums.items()):
                return None
            return {Path(name).stem: _mapped(place / name) for name in checksums}
        except (OSError, ValueError, AttributeError):  # no list, half a list, a column gone
            return None

    def write(self, revision: str, columns: Columns) -> None:
        """Put a revision in the place of all others; the caller is `alone`."""
        self._clear()
        draft = Path(tempfile.mkdtemp(prefix="draft-", dir=self.folder))
        try:
            _fill(draft, columns)
            draft.rename(self.folder / revision)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)  # a full disk shall not stay full
            raise

    def _clear(self) -> None:
        """Remove other revisions, damaged ones, and drafts of processes that were killed."""
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)


def _fill(draft: Path, columns: Columns) -> None:
    for name, column in columns.items():
        np.save(draft / f"{name}.npy", column, allow_pickle=False)
    checksums = {file.name: _checksum(file) for file in sorted(draft.iterdir())}
    (draft / LIST).write_text(json.dumps(checksums), encoding="utf-8")


def _checksum(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _mapped(file: Path) -> NDArray[Any]:
    # A plain array over the map: the class of maps itself is slow to cut into slices.
    column: NDArray[Any] = np.load(file, mmap_mode="r", allow_pickle=False).view(np.ndarray)
    return column
