"""Measure the ranking of a whole country against cooperation that exists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy  # its parts load when asked for
from numpy.typing import NDArray

from partners.discovery.catalogue import Catalogue
from partners.discovery.circles import nearest_to, with_circles
from partners.discovery.country import AT_ONCE, factor_scores, weights_of_rows
from partners.discovery.measures import DEPTH, in_order, measured
from partners.discovery.pairs import Table, looked_up
from partners.discovery.ranking import WEIGHTS, weigh
from partners.discovery.rules import RULES

Array = NDArray[np.float64]
OURS = "ranking"
#: Upper ends of the classes of size, in inhabitants.
CLASSES = (500, 2_000, 10_000)
#: The lowest quarter is called small, or poor.
LOW = 0.25
SEED = 7


@dataclass(frozen=True, slots=True)
class Task:
    """Whom to rank for whom: rows, the partners they have, and who is not asked about."""

    rows: Table
    #: Municipalities × municipalities: not zero for partners to be found.
    truth: scipy.sparse.csr_matrix
    #: Not zero for those in the group so far, who are no candidates.
    chosen: scipy.sparse.csr_matrix


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Measures of each order, per row: {order: {measure: values}}; the rows; fairness of the first ten."""

    rows: Table
    candidate_recall: Array
    by_order: Mapping[str, Mapping[str, Array]]
    fairness: Mapping[str, float | None]

    def mean(self, order: str, measure: str, where: NDArray[np.bool_] | None = None) -> float:
        """Mean over all rows, or over some."""
        values = self.by_order[order][measure]
        return float(np.mean(values if where is None else values[where])) if len(values) else float("nan")


def co_members(count: int, groups: Sequence[Sequence[int]]) -> scipy.sparse.csr_matrix:
    """Municipalities × municipalities: in how many of the groups both are, nobody with itself."""
    member = [row for group in groups for row in group]
    number = [n for n, group in enumerate(groups) for _row in group]
    ones = np.ones(len(member), dtype=np.float32)
    belongs = scipy.sparse.csr_matrix((ones, (member, number)), shape=(count, max(len(groups), 1)))
    both = scipy.sparse.csr_matrix(belongs @ belongs.T)
    both.setdiag(0)
    both.eliminate_zeros()
    return both


def all_partners(catalogue: Catalogue, groups: Sequence[Sequence[int]], known: int = 0) -> Task:
    """Find all partners of everybody; `known` of them, drawn by lot, are in the group so far."""
    truth = co_members(len(catalogue), groups)
    chosen = _drawn(truth, known)
    return _task(catalogue, scipy.sparse.csr_matrix(truth - truth.multiply(chosen)), chosen)


def new_partners(
    catalogue: Catalogue, before: Sequence[Sequence[int]], after: Sequence[Sequence[int]]
) -> Task:
    """Find the partners won since then among those known then; partners of before are in the group so far."""
    earlier, later = co_members(len(catalogue), before), co_members(len(catalogue), after)
    there = np.zeros(len(catalogue), dtype=np.float32)
    there[[row for group in before for row in group]] = 1
    both = scipy.sparse.csr_matrix(scipy.sparse.diags_array(there) @ later @ scipy.sparse.diags_array(there))
    both.eliminate_zeros()
    both.data[:] = 1
    return _task(catalogue, scipy.sparse.csr_matrix(both - both.multiply(earlier > 0)), earlier)


def evaluate(
    catalogue: Catalogue,
    task: Task,
    *,
    ks: Sequence[int] = (5, 10),
    candidates: int = 150,
    scales: Sequence[int] = (),
    weights: Mapping[str, float] = WEIGHTS,
    rules: Sequence[str] = tuple(RULES),
) -> Evaluation:
    """Measure the ranking and the simple rules on the task."""
    found: list[tuple[Array, dict[str, dict[str, Array]]]] = []
    first: list[Table] = []
    for rows in _parts(task.rows):
        near = nearest_to(catalogue, rows, candidates)
        truth, chosen = task.truth[rows], task.chosen[rows]
        hits, out = looked_up(truth, near) > 0, looked_up(chosen, near) > 0
        true = np.diff(truth.indptr).astype(np.int64)
        ours = group_score(catalogue, rows, near, chosen, scales, weights)
        orders = {OURS: ours} | {name: RULES[name](catalogue, rows, near) for name in rules}
        scored = {name: np.where(out, -np.inf, score) for name, score in orders.items()}
        found.append(
            (
                hits.sum(axis=1) / true,
                {name: measured(in_order(score, hits), true, ks) for name, score in scored.items()},
            )
        )
        best = np.argsort(-np.nan_to_num(scored[OURS], neginf=-np.inf), axis=1, kind="stable")[:, :DEPTH]
        first.append(np.take_along_axis(near, best, axis=1))
    return Evaluation(
        rows=task.rows,
        candidate_recall=_joined([recall for recall, _orders in found]),
        by_order={
            order: {
                measure: _joined([orders[order][measure] for _recall, orders in found])
                for measure in (found[0][1][order] if found else ())
            }
            for order in (OURS, *rules)
        },
        fairness=_fairness(catalogue, task.rows, first),
    )


def group_score(
    catalogue: Catalogue,
    rows: Table,
    near: Table,
    chosen: scipy.sparse.csr_matrix,
    scales: Sequence[int] = (),
    weights: Mapping[str, float] = WEIGHTS,
) -> Array:
    """Total scores; what pairs have by themselves as a mean over the row and its group so far."""
    own = factor_scores(catalogue, rows, near, scales)
    total = {name: np.nan_to_num(column) for name, column in own.items()}
    known = {name: (~np.isnan(column)).astype(float) for name, column in own.items()}
    lines = np.repeat(np.arange(len(rows)), np.diff(chosen.indptr))
    members = chosen.indices.astype(np.int32)
    for part in range(0, len(lines), AT_ONCE):
        line, member = lines[part : part + AT_ONCE], members[part : part + AT_ONCE]
        theirs = factor_scores(catalogue, member, near[line])
        for name in ("proximity", "same_area", "track_record", "circle"):
            column = np.where(near[line] == member[:, None], np.nan, theirs[name])
            np.add.at(total[name], line, np.nan_to_num(column))
            np.add.at(known[name], line, ~np.isnan(column))
    names = list(own)
    scores = [
        np.divide(total[n], known[n], out=np.full(near.shape, np.nan), where=known[n] > 0) for n in names
    ]
    return weigh(names, scores, weights_of_rows(catalogue, rows, weights)).score


#: What may be taken away to see what it is worth; each gives the catalogue without it.
VARIANTS: Mapping[str, Callable[[Catalogue], Catalogue]] = {
    "without track record": lambda catalogue: _without_bodies(catalogue),
    "without districts": lambda catalogue: replace(catalogue, district=np.full_like(catalogue.district, -1)),
    "without districts and counties": lambda catalogue: replace(
        catalogue,
        district=np.full_like(catalogue.district, -1),
        county=np.full_like(catalogue.county, -1),
    ),
    "without track record and districts": lambda catalogue: replace(
        _without_bodies(catalogue), district=np.full_like(catalogue.district, -1)
    ),
    "without borders": lambda catalogue: replace(
        catalogue,
        border_start=np.zeros_like(catalogue.border_start),
        border_to=catalogue.border_to[:0],
        border_km=catalogue.border_km[:0],
    ),
}


def variant(catalogue: Catalogue, name: str) -> Catalogue:
    """The catalogue without something, its circles drawn anew without it."""
    return with_circles(VARIANTS[name](catalogue))


def size_class(population: Array) -> NDArray[np.int64]:
    """Number of the class of size: 0 for the smallest."""
    return np.asarray(np.searchsorted(CLASSES, population, side="right"))


def _without_bodies(catalogue: Catalogue) -> Catalogue:
    return replace(
        catalogue,
        body_start=np.zeros_like(catalogue.body_start),
        body_of=catalogue.body_of[:0],
        member_start=catalogue.member_start[:1],
        member_of=catalogue.member_of[:0],
        body_function=catalogue.body_function[:0],
        body_failed=catalogue.body_failed[:0],
    )


def _task(catalogue: Catalogue, truth: scipy.sparse.csr_matrix, chosen: scipy.sparse.csr_matrix) -> Task:
    truth.eliminate_zeros()
    asked = np.diff(truth.indptr) > 0
    placed = np.zeros(len(catalogue), dtype=bool)
    placed[catalogue.placed] = True
    return Task(np.flatnonzero(asked & placed).astype(np.int32), truth, scipy.sparse.csr_matrix(chosen))


def _drawn(truth: scipy.sparse.csr_matrix, known: int) -> scipy.sparse.csr_matrix:
    """So many partners of each by lot, one always left to be found."""
    lot = np.random.default_rng(SEED)
    rows, columns = [], []
    for row in range(truth.shape[0] if known else 0):
        partners = truth.indices[truth.indptr[row] : truth.indptr[row + 1]]
        some = lot.permutation(partners)[: min(known, max(len(partners) - 1, 0))]
        rows += [row] * len(some)
        columns += some.tolist()
    ones = np.ones(len(rows), dtype=np.float32)
    return scipy.sparse.csr_matrix((ones, (rows, columns)), shape=truth.shape)


def _parts(rows: Table) -> Iterator[Table]:
    for first in range(0, len(rows), AT_ONCE):
        yield rows[first : first + AT_ONCE]


def _joined(parts: Sequence[Array]) -> Array:
    return np.concatenate(parts) if parts else np.empty(0)


def _fairness(catalogue: Catalogue, rows: Table, first: Sequence[Table]) -> dict[str, float | None]:
    """Share of small and of poor municipalities among the first ten and among the neighbours."""
    shares: dict[str, float | None] = {}
    neighbours = [catalogue.neighbours(int(row)) for row in rows]
    around = np.concatenate(neighbours) if neighbours else np.empty(0, dtype=np.int32)
    ten = np.concatenate([part.ravel() for part in first]) if first else around[:0]
    for name, column in (("small", catalogue.population), ("poor", catalogue.fiscal)):
        known = column[~np.isnan(column)]
        line = np.quantile(known, LOW) if len(known) else np.nan
        for where, some in (("first ten", ten), ("neighbours", around)):
            some = some[~np.isnan(column[some])]
            shares[f"{name} among {where}"] = float(np.mean(column[some] <= line)) if len(some) else None
    return shares
