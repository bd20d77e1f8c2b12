"""A folder on a local or shared disk in which a file appears whole or not at all."""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from imc_portal.core.documents.problems import Missing, StoreDown

#: Files in the making, on the same disk as their place, so that moving them there is one step.
UNFINISHED = ".unfinished"


class Folder(FileSystemStorage):
    """Django's own storage, writing beside and renaming: a full disk or a kill leaves no file half there."""

    def keep(self, name: str, content: bytes) -> None:
        """Write the bytes under their name, to the disk itself before they are seen there."""
        place = Path(self.path(name))
        beside = Path(self.path(f"{UNFINISHED}/{uuid.uuid4()}"))
        try:
            beside.parent.mkdir(parents=True, exist_ok=True)
            place.parent.mkdir(parents=True, exist_ok=True)
            _write(beside, content)
            beside.replace(place)
            _to_disk(place.parent)
        except OSError as problem:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
            raise StoreDown(name, _told(problem)) from problem

    def fetch(self, name: str) -> bytes:
        """The bytes as they stand."""
        try:
            return Path(self.path(name)).read_bytes()
        except FileNotFoundError as problem:
            raise Missing(name) from problem
        except OSError as problem:
            raise StoreDown(name, _told(problem)) from problem

    def answer(self, name: str) -> None:
        """Be there: a disk that is not mounted has lost no document."""
        if not Path(self.location).is_dir():
            raise StoreDown(name, "the folder of the documents is not there")

    def sweep(self, older_than: float) -> int:
        """Remove what dead writers left, after so many seconds; returns how many files."""
        begun, swept = time.time() - older_than, 0
        try:
            left = list(Path(self.path(UNFINISHED)).iterdir())
        except OSError:
            return 0
        for file in left:
            with contextlib.suppress(OSError):
                if file.stat().st_mtime < begun:
                    file.unlink()
                    swept += 1
        return swept

    def _save(self, name: str, content: File) -> str:  # type: ignore[type-arg]  # as the stubs have it
        """Django's door to the same: `storage.save`."""
        self.keep(name, content.read())
        return name


def _write(file: Path, content: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())


def _to_disk(folder: Path) -> None:
    """Make the name itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _told(problem: OSError) -> str:
    """Without the path, which the name tells already."""
    return problem.strerror or type(problem).__name__
