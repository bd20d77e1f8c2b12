"""Where municipalities stood in the rankings that decisions about them used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from partners.discovery import frozen
from partners.models import Participant, RankingSnapshot


@dataclass(frozen=True, slots=True)
class Standing:
    """A place in a ranking that is kept."""

    snapshot: RankingSnapshot
    place: frozen.Place


def standings_of(participants: Iterable[Participant]) -> dict[int, Standing]:
    """By municipality: its place in the ranking used for the decision about it; one statement."""
    used = {p.municipality_id: p.ranking_id for p in participants if p.ranking_id}
    snapshots = RankingSnapshot.objects.in_bulk(set(used.values())) if used else {}
    found = {}
    for key, snapshot_key in used.items():
        snapshot = snapshots[snapshot_key]
        if place := frozen.place_of(snapshot.rows, key):
            found[key] = Standing(snapshot, place)
    return found
