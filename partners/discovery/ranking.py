"""Rank candidates: each factor scored from 0 to 1, missing data left out and shown, ease apart from value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partners.discovery import scale
from partners.discovery.likeness import OF_PAIRS, trust
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
    #: Cooperations of it on record.
    bodies: int = 0


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
    weights = trusting(weights, float(trust(initiator.bodies)))
    names = [name for name in weights if name in MEASURES]
    scores = [MEASURES[name](initiator, candidates, question) for name in names]
    totals = weigh(names, scores, weights)
    km = candidates.pairs.km[0]
    best = (np.array(candidates.codes), np.nan_to_num(km, nan=np.inf), -np.nan_to_num(totals.score))
    order: list[int] = np.lexsort(best).tolist()
    factors = _factors(names, scores, weights, [RAW[name](initiator, candidates, question) for name in names])
    # Whole columns become plain numbers at once: one by one it takes longer than the ranking itself.
    ease, value = _rounded(totals.ease), _rounded(totals.value)
    score, coverage = _rounded(np.nan_to_num(totals.score)), _rounded(totals.coverage)
    far, border = _rounded(km, 1), _yes(candidates.pairs.border[0])
    return [
        Ranked(
            key=candidates.keys[n],
            code=candidates.codes[n],
            name=candidates.names[n],
            rank=place,
            score=score[n] or 0.0,
            ease=ease[n],
            value=value[n],
            coverage=coverage[n] or 0.0,
            neighbour=bool(border[n]),
            km=far[n],
            population=int(candidates.population[n]),
            factors=factors[n],
        )
        for place, n in enumerate(order, start=1)
    ]


def _factors(
    names: Sequence[str],
    scores: Sequence[Array],
    weights: Mapping[str, float],
    raws: Sequence[Sequence[Mapping[str, Any]]],
) -> list[dict[str, FactorScore]]:
    """The factors of each candidate, from columns of their scores and of what was measured."""
    found: list[dict[str, FactorScore]] = [{} for _score in scores[0]] if names else []
    for name, column, raw in zip(names, scores, raws, strict=True):
        weight = float(weights[name])
        for factors, score, measured in zip(found, _rounded(column), raw, strict=True):
            factors[name] = FactorScore(score, weight, measured)
    return found


def trusting(weights: Mapping[str, float], times: Any) -> dict[str, Any]:
    """The weights with that of the track record multiplied."""
    return {name: weight * times if name == "track_record" else weight for name, weight in weights.items()}


def weigh(
    names: Sequence[str], scores: Sequence[Array] | Array, weights: Mapping[str, float | Array]
) -> Totals:
    """Combine the scores of the factors: missing ones are left out and the rest weighs the more.

    A weight may differ from row to row, shape (rows, 1).
    """
    total, held = ({side: np.zeros(scores[0].shape) for side in (False, True)} for _each in range(2))
    for name, score in zip(names, scores, strict=True):
        weight, side = weights[name], name in VALUE
        known = ~np.isnan(score)
        held[side] += weight * known
        total[side] += weight * np.where(known, score, 0.0)
    whole = np.maximum(sum(weights[name] for name in names), 1e-12)
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


def _rounded(column: Array, digits: int = 4) -> list[float | None]:
    return [None if number != number else round(number, digits) for number in column.tolist()]


# --- the factors: scores from 0 to 1, nan where not known -------------------------------

Measure = Callable[[Initiator, Candidates, Question], Array]
Raw = Callable[[Initiator, Candidates, Question], Sequence[Mapping[str, Any]]]


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


# --- what was measured, for whoever opens a row: column by column ------------------------


def _whole(column: Array) -> list[int | None]:
    return [None if number != number else round(number) for number in column.tolist()]


def _yes(column: Array) -> list[bool | None]:
    return [None if number != number else bool(number) for number in column.tolist()]


def _others(values: Array) -> list[float | None]:
    """Mean over the partners already chosen; None when there are none or nothing is known."""
    return _rounded(over_group(values[1:]), 1)


def _with_one_more(pairs: Pairs) -> list[float | None]:
    """The score with one more body of the initiator and the candidate alone."""
    first = pairs.tie_with_one_more[0]
    mean = over_group(np.vstack([first, pairs.tie[1:]]))
    return _rounded(np.where(np.isnan(first), np.nan, mean))


def _raw_shared(initiator: Initiator, candidates: Candidates, question: Question) -> list[dict[str, Any]]:
    return [{"shared_severity": shared} for shared in _rounded(candidates.shared, 2)]


def _raw_proximity(initiator: Initiator, candidates: Candidates, question: Question) -> list[dict[str, Any]]:
    found = candidates.pairs
    columns = (_yes(found.border[0]), _rounded(found.border_km[0], 1), _rounded(found.km[0], 1))
    return [
        {"border": border, "border_km": border_km, "km": km, "minutes": None, "km_to_chosen": chosen}
        for border, border_km, km, chosen in zip(*columns, _others(found.km), strict=True)
    ]


def _raw_area(initiator: Initiator, candidates: Candidates, question: Question) -> list[dict[str, Any]]:
    found = candidates.pairs
    return [
        {"same_district": district, "same_county": county}
        for district, county in zip(_yes(found.same_district[0]), _yes(found.same_county[0]), strict=True)
    ]


def _raw_record(initiator: Initiator, candidates: Candidates, question: Question) -> list[dict[str, Any]]:
    found = candidates.pairs
    columns = (_whole(found.joint[0]), _whole(found.failed[0]), _others(found.joint), _with_one_more(found))
    return [
        {"joint_cooperations": joint, "failed": failed or 0, "with_chosen": chosen, "with_one_more": more}
        for joint, failed, chosen, more in zip(*columns, strict=True)
    ]


def _raw_circle(initiator: Initiator, candidates: Candidates, question: Question) -> list[dict[str, Any]]:
    overlap = candidates.pairs.overlap
    return [{"overlap": share, "chosen": len(overlap) - 1} for share in _rounded(overlap[0], 2)]


def _raw_scale(initiator: Initiator, candidates: Candidates, question: Question) -> list[dict[str, Any]]:
    own, efficient = initiator.population, max(question.scales, default=None)
    return [
        {"joint_population": own + int(theirs), "efficient_scale": efficient}
        for theirs in candidates.population.tolist()
    ]


def _raw_size(initiator: Initiator, candidates: Candidates, question: Question) -> list[dict[str, Any]]:
    own = initiator.population
    return [{"own": own, "theirs": int(theirs)} for theirs in candidates.population.tolist()]


def _raw_fiscal(initiator: Initiator, candidates: Candidates, question: Question) -> list[dict[str, Any]]:
    return [{"own": initiator.fiscal, "theirs": theirs} for theirs in _rounded(candidates.fiscal, 2)]


def _of_portal(name: str) -> Raw:
    def found(
        initiator: Initiator, candidates: Candidates, question: Question
    ) -> Sequence[Mapping[str, Any]]:
        known = candidates.known.get(name)
        return [dict(raw) for raw in known.raw] if known else [{} for _key in candidates.keys]

    return found


RAW: Mapping[str, Raw] = {
    "shared_problem": _raw_shared,
    "proximity": _raw_proximity,
    "same_area": _raw_area,
    "track_record": _raw_record,
    "circle": _raw_circle,
    "scale_gain": _raw_scale,
    "size_similarity": _raw_size,
    "fiscal_similarity": _raw_fiscal,
    "willingness": _of_portal("willingness"),
    "complement": _of_portal("complement"),
    "funding": _of_portal("funding"),
}
