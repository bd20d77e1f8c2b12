"""Go through the mailbox for what came back: one reader at a time, safe to repeat, nothing deleted.

A letter is marked as read only after its effect is committed; one that nothing can be made of is kept apart.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DataError, InterfaceError, OperationalError, connection
from django.db.models import F
from django.utils import timezone

from imc_portal.core import rounds
from imc_portal.core.bounces import effects, reports
from imc_portal.core.bounces.imap import Imap, Server
from imc_portal.core.bounces.mailboxes import Broken, Letter, Mailbox
from imc_portal.core.bounces.maildir import Maildir
from imc_portal.core.models import CheckRound

log = logging.getLogger(__name__)

#: Letters and seconds of one run; the next one is a minute away.
LETTERS, SECONDS = 500, 40.0
#: How often one letter may be the last thing that a reader did.
TRIES, READING, APART = 3, "bounces: this letter", "bounces: kept apart"
LOCK = int.from_bytes(hashlib.sha256(b"imc_portal.core.bounces").digest()[:8], "big", signed=True)


@dataclass(slots=True)
class Tally:
    """What one run did, in numbers; `problem` says why it did not come to its end."""

    read: int = 0
    came_back: int = 0
    delayed: int = 0
    arrived: int = 0
    complained: int = 0
    known: int = 0
    nothing: int = 0
    unmatched: int = 0
    unreadable: int = 0
    waiting: int = 0
    problem: str = ""

    def counts(self) -> dict[str, Any]:
        """For a report."""
        return dataclasses.asdict(self)


def read(*, letters: int = LETTERS, seconds: float = SECONDS) -> Tally:
    """Read what came back, at most so much; a mailbox that fails is tried again next time."""
    tally = Tally()
    if not settings.BOUNCES:
        tally.problem = "BOUNCES_URL is not set: nothing that comes back is read."
        return tally
    try:
        with _alone() as alone:
            if alone:
                _run(tally, letters, time.monotonic() + seconds)
                rounds.note_round("bounces", place=tally.problem)
                _count_kept_apart(tally.unmatched + tally.unreadable)
            else:
                tally.problem = "Another reader is at the mailbox."
    except (OperationalError, InterfaceError) as problem:
        tally.problem = "The database was lost."
        log.warning("bounces: the database was lost (%s)", type(problem).__name__)
    if tally.read:
        log.info("bounces: %s", {name: count for name, count in tally.counts().items() if count})
    return tally


def _run(tally: Tally, letters: int, end: float) -> None:
    try:
        with mailbox() as box:
            _read_all(box, tally, letters, end)
    except Broken as problem:
        tally.problem = str(problem)
        log.warning("bounces: %s", problem)


def kept_apart() -> int:
    """How many letters were put where a person finds them, in all."""
    return CheckRound.objects.filter(name=APART).values_list("looked_at", flat=True).first() or 0


def _count_kept_apart(more: int) -> None:
    if more:
        now = timezone.now()
        row, _new = CheckRound.objects.get_or_create(name=APART, defaults={"began_at": now, "seen_at": now})
        CheckRound.objects.filter(pk=row.pk).update(looked_at=F("looked_at") + more, seen_at=now)


def mailbox() -> Mailbox:
    """The mailbox that BOUNCES_URL names."""
    where = dict(settings.BOUNCES)
    if where.pop("kind") == "maildir":
        return Maildir(Path(where["folder"]))
    return Imap(Server(**where))


def _read_all(box: Mailbox, tally: Tally, letters: int, end: float) -> None:
    keys = box.waiting()
    tally.waiting = len(keys)
    for letter in box.letters(keys[:letters]):
        tally.read += 1
        tally.waiting -= 1
        _read_one(box, letter, tally)
        if time.monotonic() > end:
            break


def _read_one(box: Mailbox, letter: Letter, tally: Tally) -> None:
    """One letter: its effect first, then its mark. Whatever it breaks, the next ones are read."""
    try:
        effect = _effect_of(letter)
    except effects.TooEarly:
        tally.waiting += 1
        return
    except (Broken, OperationalError, InterfaceError):
        raise
    except Exception as problem:  # its words may quote the letter, so only its kind is told
        known = isinstance(problem, reports.Unreadable | DataError)
        log.log(logging.INFO if known else logging.ERROR, "bounces: unreadable (%s)", type(problem).__name__)
        tally.unreadable += 1
        box.keep_apart(letter)
        return
    setattr(tally, effect.value, getattr(tally, effect.value) + 1)
    if effect is effects.Effect.UNMATCHED:
        box.keep_apart(letter)
    else:
        box.done(letter)


def _effect_of(letter: Letter) -> effects.Effect:
    """Its effect; Unreadable for one over which readers died again and again, killed or out of memory."""
    if _begin(letter.key) > TRIES:
        raise reports.Unreadable("its reader died")
    try:
        effect = effects.take(reports.read(letter.raw))
    except Exception:
        _end()
        raise
    _end()
    return effect


def _begin(key: str) -> int:
    """Note which letter is read, committed before the work; returns how often it was begun without an end."""
    now = timezone.now()
    row, _new = CheckRound.objects.get_or_create(name=READING, defaults={"began_at": now, "seen_at": now})
    tries = row.looked_at + 1 if row.place == key[:400] else 1
    CheckRound.objects.filter(pk=READING).update(place=key[:400], looked_at=tries, seen_at=now)
    return tries


def _end() -> None:
    CheckRound.objects.filter(pk=READING).update(place="", looked_at=0)


@contextmanager
def _alone() -> Iterator[bool]:
    """A lock of the database's session: it goes with the process that held it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        alone = bool(cursor.fetchone()[0])
    try:
        yield alone
    finally:
        if alone:
            _unlock()


def _unlock() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    except (OperationalError, InterfaceError):
        # The session is gone, and the lock with it.
        connection.close()
