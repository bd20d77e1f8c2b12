"""The slow look at every stored document: a few each minute, by name, round after round.

Where it has come is kept in the database, so that a restart does not begin it anew. What an open
incident tells of is looked at each time: a file that was put back closes its incident within a minute.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import documents, incidents
from imc_portal.core.documents import keeping
from imc_portal.core.models import CheckRound
from meetings.models import HandOver, MeetingPaper
from proposals.models import Document

log = logging.getLogger(__name__)

ROUND = "documents"
FEW = 20
DAMAGE = {incidents.Kind.DOCUMENT_MISSING.value, incidents.Kind.DOCUMENT_ALTERED.value}
#: In this order; the place in a round is number and name.
SOURCES = (Document, HandOver, MeetingPaper)

Named = tuple[int, str, str]


@dataclass
class Found:
    """What a look has found."""

    looked_at: int = 0
    damaged: list[str] = field(default_factory=list)
    mended: int = 0
    is_down: bool = False


def look(count: int = FEW) -> Found:
    """Verify those that incidents are about, then the next few of the round."""
    found = Found()
    try:
        _look_again(found)
        _go_on(found, count)
        if found.looked_at:
            incidents.is_well(
                target_key=keeping.STORE, kinds={"store"}, how=_("The store of documents answers again.")
            )
    except documents.StoreDown as problem:
        found.is_down = True
        keeping.tell_down(problem)
    return found


def look_at_all() -> Found:
    """Verify every stored document, once. Raises StoreDown."""
    found = Found()
    _look_again(found)
    found.looked_at = 0
    found.damaged.clear()
    for _source, name, sha256 in _after((0, "")):
        _verify(found, name, sha256)
    return found


def count() -> int:
    """How many documents are stored."""
    return sum(_rows(number).count() for number in range(len(SOURCES)))


def _go_on(found: Found, count: int) -> None:
    now = timezone.now()
    row, _created = CheckRound.objects.get_or_create(name=ROUND, defaults={"began_at": now, "seen_at": now})
    place = _place(row)
    batch = list(islice(_after(place), count))
    for _source, name, sha256 in batch:
        _verify(found, name, sha256)
    row.seen_at = now
    row.looked_at += len(batch)
    if batch:
        row.place = f"{batch[-1][0]}:{batch[-1][1]}"
    if len(batch) < count:
        row.ended_at, row.began_at, row.place, row.looked_at = now, now, "", 0
    row.save()


def _look_again(found: Found) -> None:
    """At what is known to be damaged."""
    keys = incidents.open_ones().filter(kind__in=DAMAGE).values_list("target_key", flat=True)
    names = [key.removeprefix("file:") for key in keys[:FEW]]
    for number in range(len(SOURCES) if names else 0):
        for name, sha256 in _rows(number).filter(file_name__in=names).values_list("file_name", "sha256"):
            _verify(found, name, sha256, known=True)


def _verify(found: Found, name: str, sha256: str, *, known: bool = False) -> None:
    """Tell what is damaged; close what was, and is whole again."""
    found.looked_at += 1
    try:
        keeping.verified(name, sha256)
    except documents.Damaged as problem:
        found.damaged.append(name)
        if not known:
            keeping.tell_damaged(problem)
        return
    if known:
        how = _("The document was looked at again and is as it was stored.")
        found.mended += incidents.is_well(target_key=keeping.key_of(name), kinds=DAMAGE, how=how)


def _after(place: tuple[int, str]) -> Iterator[Named]:
    """Every stored document after this place."""
    first, last = place
    for number in range(first, len(SOURCES)):
        rows = _rows(number).order_by("file_name").values_list("file_name", "sha256")
        if number == first and last:
            rows = rows.filter(file_name__gt=last)
        for name, sha256 in rows.iterator(chunk_size=FEW):
            yield number, name, sha256


def _rows(number: int) -> QuerySet:  # type: ignore[type-arg]  # of three models with the same two columns
    return SOURCES[number]._default_manager.exclude(file_name="")


def _place(row: CheckRound) -> tuple[int, str]:
    number, _colon, name = row.place.partition(":")
    return (int(number), name) if number.isdigit() else (0, "")
