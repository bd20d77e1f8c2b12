"""Rankings that are kept: as plain values, with a digest that tells two apart, and read back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from partners.discovery.ranking import FactorScore, Ranked

FIELDS = frozenset(field.name for field in fields(Ranked))


@dataclass(frozen=True, slots=True)
class Place:
    """Where one candidate stood in a kept ranking."""

    rank: int
    total: int
    score: float

    @property
    def percent(self) -> int:
        """The score of 100."""
        return round(100 * self.score)


def freeze(ranking: Iterable[Ranked]) -> list[dict[str, Any]]:
    """Plain values that a record can hold."""
    return [asdict(row) for row in ranking]


def thaw(rows: Iterable[Mapping[str, Any]]) -> list[Ranked]:
    """The ranking as it was; fields that it did not have then are none now."""
    return [_row(row) for row in rows]


def place_of(rows: Sequence[Mapping[str, Any]], key: int) -> Place | None:
    """Where the municipality stood; None when it was not ranked."""
    row = next((row for row in rows if row["key"] == key), None)
    return Place(row["rank"], len(rows), row["score"]) if row else None


def digest(functions: Sequence[str], weights: Mapping[str, float], rows: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 over question, weights and figures."""
    # 25 and 25.0 are one weight.
    plain = {name: float(weight) for name, weight in weights.items()}
    kept = json.dumps([sorted(functions), plain, rows], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(kept.encode()).hexdigest()


def _row(row: Mapping[str, Any]) -> Ranked:
    values = {name: row.get(name) for name in FIELDS}
    factors = {
        name: FactorScore(factor["score"], factor["weight"], factor["raw"])
        for name, factor in (row.get("factors") or {}).items()
    }
    return Ranked(**(values | {"factors": factors}))
