"""Rows of a ranking made by hand: what the pages say of them is tested apart from how they come about."""

from __future__ import annotations

from typing import Any

from partners.discovery import FactorScore, Ranked
from partners.discovery.ranking import VALUE

RAW: dict[str, dict[str, Any]] = {
    "shared_problem": {"shared_severity": 0.5},
    "proximity": {"border": True, "border_km": 2.0, "km": 4.2, "minutes": None},
    "scale_gain": {"joint_population": 6000, "efficient_scale": 30_000},
    "track_record": {"joint_cooperations": 2, "failed": 0},
    "circle": {"overlap": 0.5, "chosen": 0},
    "willingness": {"attitude": "undecided", "request": False, "contact": None},
    "complement": {"offers": [], "requests": []},
    "size_similarity": {"own": 3000, "theirs": 3000},
    "fiscal_similarity": {"own": 500, "theirs": 450},
    "same_area": {"same_district": True, "same_county": True},
    "funding": {"calls": []},
}


def factor(name: str, score: float | None, weight: float = 10, **raw: Any) -> FactorScore:
    """One factor with what was measured."""
    return FactorScore(score, weight, RAW[name] | raw)


def row(name: str = "Arbois", *, key: int = 1, rank: int = 1, **options: Any) -> Ranked:
    """A candidate whose totals follow from its factors: `factors={"proximity": factor(…)}`."""
    factors = options.pop("factors", {"proximity": factor("proximity", 1.0)})
    known = {one: f for one, f in factors.items() if f.score is not None}
    fields: dict[str, Any] = {
        "key": key,
        "code": f"3900{key}",
        "name": name,
        "rank": rank,
        "score": round(mean(known), 4),
        "ease": mean({one: f for one, f in known.items() if one not in VALUE}),
        "value": mean({one: f for one, f in known.items() if one in VALUE}) or None,
        "coverage": sum(f.weight for f in known.values()) / (sum(f.weight for f in factors.values()) or 1),
        "neighbour": True,
        "km": 4.2,
        "population": 3000,
        "factors": factors,
    }
    return Ranked(**(fields | options))


def mean(factors: dict[str, FactorScore]) -> float:
    """Weighted mean of what is known."""
    held = sum(f.weight for f in factors.values())
    return sum(f.weight * (f.score or 0.0) for f in factors.values()) / held if held else 0.0
