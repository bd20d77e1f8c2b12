"""Rank candidates: each factor scored from 0 to 1, missing data left out and shown, ease apart from value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partners.discovery import scale
from partners.discovery.geography import great_circle_km

Array = NDArray[np.float64]
Words = NDArray[np.object_]

#: Weights as in the literature review of the portal's method; ease and value are also shown apart.
WEIGHTS: Mapping[str, float] = {
    "shared_problem": 25,
    "proximity": 15,
    "scale_gain": 15,
    "track_record": 12,
    "size_similarity": 5,
    "fiscal_similarity": 4,
    "same_area": 4,
}
VALUE = frozenset({"shared_problem", "scale_gain"})
#: Minutes on the road are not known: they are taken from the distance, at a country road's pace.
MINUTES_PER_KM = 1.5


@dataclass(frozen=True, slots=True)
class Initiator:
    """Who looks for partners."""

    population: int
    latitude: float | None
    longitude: float | None
    county: str
    district: str
    fiscal: float | None


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who could be a partner, column by column; nan and empty words mean not known."""

    keys: Sequence[int]
    codes: Sequence[str]
    names: Sequence[str]
    population: Array
    latitude: Array
    longitude: Array
    county: Words
    district: Words
    fiscal: Array
    #: Whether a border is shared; all nan when nothing is known about the initiator's borders.
    border: Array
    border_km: Array
    #: Joint cooperations on record; all nan when the register does not know the initiator.
    joint: Array
    #: Severity shared in the functions of the case, 0 to 1; nan where the other's need may not be known.
    shared: Array

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True, slots=True)
class Question:
    """What partners are wanted for: the efficient scales of the functions in question, where known."""

    scales: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class FactorScore:
    """One factor of one candidate; score None: not known, left out."""

    score: float | None
    weight: float
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate in its place, with all that led there."""

    key: int
    code: str
    name: str
    rank: int
    score: float
    ease: float | None
    value: float | None
    coverage: float
    neighbour: bool
    km: float | None
    population: int
    factors: Mapping[str, FactorScore]


def rank(
    initiator: Initiator,
    candidates: Candidates,
    question: Question,
    weights: Mapping[str, float] = WEIGHTS,
) -> list[Ranked]:
    """All candidates, best first; equal scores by distance, then by code."""
    if not len(candidates):
        return []
    km = _distances(initiator, candidates)
    names = list(weights)
    scores = np.vstack([MEASURES[name](initiator, candidates, question, km) for name in names])
    strength = np.array([float(weights[name]) for name in names])
    known = ~np.isnan(scores)
    total = _mean(scores, strength)
    ease = _mean(scores, strength * np.array([name not in VALUE for name in names]))
    value = _mean(scores, strength * np.array([name in VALUE for name in names]))
    coverage = strength @ known / strength.sum()
    order = np.lexsort((np.array(candidates.codes), np.nan_to_num(km, nan=np.inf), -np.nan_to_num(total)))
    return [
        Ranked(
            key=candidates.keys[n],
            code=candidates.codes[n],
            name=candidates.names[n],
            rank=place,
            score=round(float(np.nan_to_num(total[n])), 4),
            ease=_rounded(ease[n]),
            value=_rounded(value[n]),
            coverage=round(float(coverage[n]), 4),
            neighbour=bool(candidates.border[n] == 1),
            km=_rounded(km[n], 1),
            population=int(candidates.population[n]),
            factors={
                name: FactorScore(
                    _rounded(scores[row, n]),
                    float(weights[name]),
                    RAW[name](initiator, candidates, question, km, n),
                )
                for row, name in enumerate(names)
            },
        )
        for place, n in enumerate(order.tolist(), start=1)
    ]


def _mean(scores: Array, weights: Array) -> Array:
    """Weighted mean over what is known; nan where nothing is."""
    held = weights @ ~np.isnan(scores)
    total = weights @ np.nan_to_num(scores)
    return np.asarray(np.divide(total, held, out=np.full(len(total), np.nan), where=held > 0))


def _rounded(number: float, digits: int = 4) -> float | None:
    return None if np.isnan(number) else round(float(number), digits)


def _distances(initiator: Initiator, candidates: Candidates) -> Array:
    if initiator.latitude is None or initiator.longitude is None:
        return np.full(len(candidates), np.nan)
    return great_circle_km(initiator.latitude, initiator.longitude, candidates.latitude, candidates.longitude)


# --- the factors: scores from 0 to 1, nan where not known -------------------------------

Measure = Callable[[Initiator, Candidates, Question, Array], Array]
Raw = Callable[[Initiator, Candidates, Question, Array, int], dict[str, Any]]


def _shared_problem(initiator: Initiator, candidates: Candidates, question: Question, km: Array) -> Array:
    return candidates.shared


def _proximity(initiator: Initiator, candidates: Candidates, question: Question, km: Array) -> Array:
    return np.asarray(np.where(candidates.border == 1, 1.0, np.exp(-MINUTES_PER_KM * km / 20)))


def _scale_gain(initiator: Initiator, candidates: Candidates, question: Question, km: Array) -> Array:
    if not question.scales:
        return np.full(len(candidates), np.nan)
    gains = [scale.gain(initiator.population, candidates.population, size) for size in question.scales]
    return np.asarray(np.mean(gains, axis=0))


def _track_record(initiator: Initiator, candidates: Candidates, question: Question, km: Array) -> Array:
    return np.asarray(1 - np.exp(-candidates.joint / 2))


def _size_similarity(initiator: Initiator, candidates: Candidates, question: Question, km: Array) -> Array:
    ratio = np.maximum(candidates.population, 1) / max(initiator.population, 1)
    return np.asarray(1 - np.minimum(1, np.abs(np.log(ratio)) / np.log(10)))


def _fiscal_similarity(initiator: Initiator, candidates: Candidates, question: Question, km: Array) -> Array:
    own = np.nan if initiator.fiscal is None else initiator.fiscal
    larger = np.maximum(own, candidates.fiscal)
    gap = np.abs(own - candidates.fiscal)
    return np.asarray(1 - np.divide(gap, larger, out=np.where(np.isnan(gap), np.nan, 0.0), where=larger > 0))


def _same_area(initiator: Initiator, candidates: Candidates, question: Question, km: Array) -> Array:
    """1 in the same district, 0.5 in the same county, else 0; without districts the county decides."""
    county = np.where(candidates.county == initiator.county, 1.0, 0.0)
    county[(candidates.county == "") | (initiator.county == "")] = np.nan
    district = np.where(candidates.district == initiator.district, 1.0, 0.5 * np.nan_to_num(county))
    known = (candidates.district != "") & (initiator.district != "")
    return np.asarray(np.where(known, district, county))


MEASURES: Mapping[str, Measure] = {
    "shared_problem": _shared_problem,
    "proximity": _proximity,
    "scale_gain": _scale_gain,
    "track_record": _track_record,
    "size_similarity": _size_similarity,
    "fiscal_similarity": _fiscal_similarity,
    "same_area": _same_area,
}


# --- what was measured, for whoever opens a row ------------------------------------------


def _number(value: float, digits: int = 1) -> float | None:
    return None if np.isnan(value) else round(float(value), digits)


RAW: Mapping[str, Raw] = {
    "shared_problem": lambda i, c, q, km, n: {"shared_severity": _number(c.shared[n], 2)},
    "proximity": lambda i, c, q, km, n: {
        "border": None if np.isnan(c.border[n]) else bool(c.border[n]),
        "border_km": _number(c.border_km[n]),
        "km": _number(km[n]),
        "minutes": None,
    },
    "scale_gain": lambda i, c, q, km, n: {
        "joint_population": i.population + int(c.population[n]),
        "efficient_scale": max(q.scales, default=None),
    },
    "track_record": lambda i, c, q, km, n: {
        "joint_cooperations": None if np.isnan(c.joint[n]) else int(c.joint[n])
    },
    "size_similarity": lambda i, c, q, km, n: {"own": i.population, "theirs": int(c.population[n])},
    "fiscal_similarity": lambda i, c, q, km, n: {"own": i.fiscal, "theirs": _number(c.fiscal[n], 2)},
    "same_area": lambda i, c, q, km, n: {
        "same_district": None if not (i.district and c.district[n]) else c.district[n] == i.district,
        "same_county": None if not (i.county and c.county[n]) else c.county[n] == i.county,
    },
}
