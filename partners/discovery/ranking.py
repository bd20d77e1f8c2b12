"""Rank candidates: each factor scored from 0 to 1, missing data left out and shown, ease apart from value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partners.discovery import scale
from partners.discovery.likeness import OF_PAIRS
from partners.discovery.pairs import Pairs

Array = NDArray[np.float64]

#: Weights of the factors. Those of what a case is about follow the literature; those that pairs of
#: municipalities have by themselves are fitted to real cooperation, see docs/ranking.md.
WEIGHTS: Mapping[str, float] = {
    "shared_problem": 25,
    "circle": 24,
    "scale_gain": 15,
    "track_record": 14,
    "same_area": 10,
    "willingness": 10,
    "proximity": 8,
    "complement": 8,
    "fiscal_similarity": 1,
    "funding": 2,
    "size_similarity": 0,
}
VALUE = frozenset({"shared_problem", "scale_gain", "complement", "funding"})


@dataclass(frozen=True, slots=True)
class Initiator:
    """Who looks for partners."""

    population: int
    fiscal: float | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A factor that the portal knows by itself: scores, nan where not known, and what was found of each."""

    scores: Array
    raw: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who could be a partner, column by column; nan means not known."""

    keys: Sequence[int]
    codes: Sequence[str]
    names: Sequence[str]
    population: Array
    fiscal: Array
    #: The group so far against the candidates: first the initiator, then the partners already chosen.
    pairs: Pairs
    #: Severity shared in the functions of the case, 0 to 1; nan where the other's need may not be known.
    shared: Array
    #: What the portal knows: willingness, complement, funding. A factor that is not here is not known.
    known: Mapping[str, Known] = field(default_factory=dict)

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


@dataclass(frozen=True, slots=True)
class Totals:
    """Weighted means over what is known, and the share of the weights that is."""

    score: Array
    ease: Array
    value: Array
    coverage: Array


def rank(
    initiator: Initiator,
    candidates: Candidates,
    question: Question,
    weights: Mapping[str, float] = WEIGHTS,
) -> list[Ranked]:
    """All candidates, best first; equal scores by distance, then by code."""
    if not len(candidates):
        return []
    names = [name for name in weights if name in MEASURES]
    scores = np.vstack([MEASURES[name](initiator, candidates, question) for name in names])
    totals = weigh(names, scores, weights)
    km = candidates.pairs.km[0]
    best = (np.array(candidates.codes), np.nan_to_num(km, nan=np.inf), -np.nan_to_num(totals.score))
    order = np.lexsort(best)
    return [
        Ranked(
            key=candidates.keys[n],
            code=candidates.codes[n],
            name=candidates.names[n],
            rank=place,
            score=round(float(np.nan_to_num(totals.score[n])), 4),
            ease=_rounded(totals.ease[n]),
            value=_rounded(totals.value[n]),
            coverage=round(float(totals.coverage[n]), 4),
            neighbour=bool(candidates.pairs.border[0, n] == 1),
            km=_rounded(km[n], 1),
            population=int(candidates.population[n]),
            factors={
                name: FactorScore(
                    _rounded(scores[row, n]),
                    float(weights[name]),
                    RAW[name](initiator, candidates, question, n),
                )
                for row, name in enumerate(names)
            },
        )
        for place, n in enumerate(order.tolist(), start=1)
    ]


def weigh(names: Sequence[str], scores: Sequence[Array] | Array, weights: Mapping[str, float]) -> Totals:
    """Combine the scores of the factors: missing ones are left out and the rest weighs the more."""
    total, held = ({side: np.zeros(scores[0].shape) for side in (False, True)} for _each in range(2))
    for name, score in zip(names, scores, strict=True):
        weight, side = float(weights[name]), name in VALUE
        known = ~np.isnan(score)
        held[side] += weight * known
        total[side] += weight * np.where(known, score, 0.0)
    whole = max(sum(float(weights[name]) for name in names), 1e-12)
    all_held = held[False] + held[True]
    return Totals(
        score=_mean(total[False] + total[True], all_held),
        ease=_mean(total[False], held[False]),
        value=_mean(total[True], held[True]),
        coverage=all_held / whole,
    )


def _mean(total: Array, held: Array) -> Array:
    """Weighted mean over what is known; nan where nothing is."""
    return np.asarray(np.divide(total, held, out=np.full(held.shape, np.nan), where=held > 0))


def _rounded(number: float, digits: int = 4) -> float | None:
    return None if np.isnan(number) else round(float(number), digits)


# --- the factors: scores from 0 to 1, nan where not known -------------------------------

Measure = Callable[[Initiator, Candidates, Question], Array]
Raw = Callable[[Initiator, Candidates, Question, int], dict[str, Any]]


def over_group(scores: Array) -> Array:
    """Mean over the group so far, from shape (members, candidates), over what is known of each."""
    known = ~np.isnan(scores)
    count = known.sum(axis=0)
    total = np.nan_to_num(scores).sum(axis=0)
    return np.asarray(np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0))


def _of_pairs(name: str) -> Measure:
    return lambda initiator, candidates, question: over_group(OF_PAIRS[name](candidates.pairs))


def _known(name: str) -> Measure:
    def measure(initiator: Initiator, candidates: Candidates, question: Question) -> Array:
        found = candidates.known.get(name)
        return found.scores if found else np.full(len(candidates), np.nan)

    return measure


def _scale_gain(initiator: Initiator, candidates: Candidates, question: Question) -> Array:
    if not question.scales:
        return np.full(len(candidates), np.nan)
    gains = [scale.gain(initiator.population, candidates.population, size) for size in question.scales]
    return np.asarray(np.mean(gains, axis=0))


def _size_similarity(initiator: Initiator, candidates: Candidates, question: Question) -> Array:
    ratio = np.maximum(candidates.population, 1) / max(initiator.population, 1)
    return np.asarray(1 - np.minimum(1, np.abs(np.log(ratio)) / np.log(10)))


def _fiscal_similarity(initiator: Initiator, candidates: Candidates, question: Question) -> Array:
    return alike(np.nan if initiator.fiscal is None else initiator.fiscal, candidates.fiscal)


def alike(own: Array | float, theirs: Array) -> Array:
    """1 for equal amounts, 0 where one has nothing; nan where one is not known."""
    larger, gap = np.maximum(own, theirs), np.abs(own - theirs)
    return np.asarray(1 - np.divide(gap, larger, out=np.where(np.isnan(gap), np.nan, 0.0), where=larger > 0))


MEASURES: Mapping[str, Measure] = {
    "shared_problem": lambda initiator, candidates, question: candidates.shared,
    "proximity": _of_pairs("proximity"),
    "same_area": _of_pairs("same_area"),
    "track_record": _of_pairs("track_record"),
    "circle": _of_pairs("circle"),
    "scale_gain": _scale_gain,
    "size_similarity": _size_similarity,
    "fiscal_similarity": _fiscal_similarity,
    "willingness": _known("willingness"),
    "complement": _known("complement"),
    "funding": _known("funding"),
}


# --- what was measured, for whoever opens a row ------------------------------------------


def _number(value: float, digits: int = 1) -> float | None:
    return None if np.isnan(value) else round(float(value), digits)


def _whole(value: float) -> int | None:
    return None if np.isnan(value) else round(float(value))


def _yes(value: float) -> bool | None:
    return None if np.isnan(value) else bool(value)


def _others(values: Array, n: int) -> float | None:
    """Mean over the partners already chosen; None when there are none or nothing is known."""
    rest = values[1:, n]
    return None if not len(rest) or np.isnan(rest).all() else round(float(np.nanmean(rest)), 1)


def _with_one_more(candidates: Candidates, n: int) -> float | None:
    """The score with one more body of the initiator and the candidate alone."""
    tie = candidates.pairs.tie[:, n].copy()
    tie[0] = candidates.pairs.tie_with_one_more[0, n]
    return None if np.isnan(tie[0]) else round(float(np.nanmean(tie)), 4)


def _of_portal(name: str) -> Raw:
    return lambda i, c, q, n: dict(c.known[name].raw[n]) if name in c.known else {}


RAW: Mapping[str, Raw] = {
    "shared_problem": lambda i, c, q, n: {"shared_severity": _number(c.shared[n], 2)},
    "proximity": lambda i, c, q, n: {
        "border": _yes(c.pairs.border[0, n]),
        "border_km": _number(c.pairs.border_km[0, n]),
        "km": _number(c.pairs.km[0, n]),
        "minutes": None,
        "km_to_chosen": _others(c.pairs.km, n),
    },
    "same_area": lambda i, c, q, n: {
        "same_district": _yes(c.pairs.same_district[0, n]),
        "same_county": _yes(c.pairs.same_county[0, n]),
    },
    "track_record": lambda i, c, q, n: {
        "joint_cooperations": _whole(c.pairs.joint[0, n]),
        "failed": _whole(c.pairs.failed[0, n]) or 0,
        "with_chosen": _others(c.pairs.joint, n),
        "with_one_more": _with_one_more(c, n),
    },
    "circle": lambda i, c, q, n: {
        "overlap": _number(c.pairs.overlap[0, n], 2),
        "chosen": len(c.pairs.overlap) - 1,
    },
    "scale_gain": lambda i, c, q, n: {
        "joint_population": i.population + int(c.population[n]),
        "efficient_scale": max(q.scales, default=None),
    },
    "size_similarity": lambda i, c, q, n: {"own": i.population, "theirs": int(c.population[n])},
    "fiscal_similarity": lambda i, c, q, n: {"own": i.fiscal, "theirs": _number(c.fiscal[n], 2)},
    "willingness": _of_portal("willingness"),
    "complement": _of_portal("complement"),
    "funding": _of_portal("funding"),
}
