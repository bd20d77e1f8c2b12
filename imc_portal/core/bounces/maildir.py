"""A Maildir folder on a disk that the portal and the mail server share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from imc_portal.core.bounces.mailboxes import Broken, Letter
from imc_portal.core.bounces.reports import READ_BYTES

#: A Maildir++ subfolder: mail readers show it as "unmatched".
APART = ".unmatched"
INFO = ":2,"
SEEN = "S"


class Maildir:
    """Unread are the files in new/, and those in cur/ that lack the flag S; moving a file is one rename."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> Self:
        """Look whether it is one."""
        if not all((self.folder / name).is_dir() for name in ("new", "cur", "tmp")):
            raise Broken("BOUNCES_URL names no Maildir: the folders new, cur and tmp are not there")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, where: TracebackType | None
    ) -> None:
        """Nothing is held open."""

    def waiting(self) -> list[str]:
        """Paths within the folder; names begin with the time of arrival."""
        try:
            new = [f"new/{path.name}" for path in (self.folder / "new").iterdir() if _is_letter(path)]
            seen = [
                f"cur/{path.name}"
                for path in (self.folder / "cur").iterdir()
                if _is_letter(path) and SEEN not in path.name.partition(INFO)[2]
            ]
        except OSError as problem:
            raise Broken(f"The Maildir cannot be listed: {problem.strerror}") from problem
        return sorted([*new, *seen], key=lambda key: key.partition("/")[2])

    def letters(self, keys: list[str]) -> Iterator[Letter]:
        """The beginning of each file; what a mail reader moved meanwhile waits under its new name."""
        for key in keys:
            try:
                with (self.folder / key).open("rb") as file:
                    raw = file.read(READ_BYTES)
            except FileNotFoundError:
                continue
            except OSError as problem:
                raise Broken(f"A letter cannot be read: {problem.strerror}") from problem
            yield Letter(key, raw)

    def done(self, letter: Letter) -> None:
        """Into cur/, flagged as seen."""
        self._move(letter, self.folder / "cur")

    def keep_apart(self, letter: Letter) -> None:
        """Into the subfolder for what nobody could match, unread, so that a mail reader shows it."""
        apart = self.folder / APART
        try:
            for name in ("tmp", "new", "cur"):
                (apart / name).mkdir(parents=True, exist_ok=True)
            (apart / "maildirfolder").touch()
        except OSError as problem:
            raise Broken(f"The folder {APART} cannot be made: {problem.strerror}") from problem
        self._move(letter, apart / "cur", flags="F")

    def _move(self, letter: Letter, folder: Path, flags: str = SEEN) -> None:
        name, _colon, had = letter.key.partition("/")[2].partition(INFO)
        target = folder / f"{name}{INFO}{''.join(sorted(set(had + flags)))}"
        try:
            (self.folder / letter.key).rename(target)
        except FileNotFoundError:
            return
        except OSError as problem:
            raise Broken(f"A letter cannot be moved: {problem.strerror}") from problem


def _is_letter(path: Path) -> bool:
    return not path.name.startswith(".") and path.is_file()
