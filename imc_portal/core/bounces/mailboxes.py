"""What both kinds of mailbox promise: letters not yet read, each then marked as done or kept apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

#: Seconds for each answer of a mail server.
TIMEOUT = 15.0


class Broken(Exception):
    """The mailbox cannot be read now; the words hold neither passwords nor addresses of people."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter as it lies in the mailbox; of a huge one only the beginning."""

    key: str
    raw: bytes


class Mailbox(Protocol):
    """Letters that nobody has dealt with. Nothing is ever deleted; every call may raise Broken."""

    def __enter__(self) -> Self:
        """Open it."""

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, where: TracebackType | None
    ) -> None:
        """Close it, also after a failure."""

    def waiting(self) -> list[str]:
        """Keys of letters not yet dealt with, oldest first."""

    def letters(self, keys: list[str]) -> Iterator[Letter]:
        """These letters, one after the other; one that has gone meanwhile is left out."""

    def done(self, letter: Letter) -> None:
        """Mark as read: what it says is on record."""

    def keep_apart(self, letter: Letter) -> None:
        """Put where a person finds it: nothing could be made of it."""
