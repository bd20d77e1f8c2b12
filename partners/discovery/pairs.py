"""What lies between two municipalities, for many pairs at once: distance, border, areas, bodies, circles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from partners.discovery.catalogue import Catalogue, chord_to_km

Array = NDArray[np.float64]
Single = NDArray[np.float32]
Table = NDArray[np.int32]
#: Rows worked on at once: their scratch board of one number per municipality stays in the cache.
BLOCK = 256
#: A tie by bodies is measured against the strongest one has, but never against less than this: one large
#: body in common with everybody around is no strong tie.
STRONG = 1.0


@dataclass(frozen=True, slots=True)
class Pairs:
    """Rows against their candidates: each array has the shape (rows, candidates); nan means not known."""

    km: Array
    #: 1 where a border is shared, 0 where not.
    border: Array
    border_km: Array
    same_district: Array
    same_county: Array
    #: Joint bodies on record, and those among them that ended in failure.
    joint: Array
    failed: Array
    #: How strongly joint bodies tie the two, 0 to 1, and how strongly with one more of the two alone.
    tie: Array
    tie_with_one_more: Array
    #: How much the circles of likely partners of the two overlap, 0 to 1.
    overlap: Array


def pairs(catalogue: Catalogue, rows: Table, candidates: Table) -> Pairs:
    """All that is known between each row and its candidates; the candidates have the shape (rows, …)."""
    joint, failed = counts(catalogue, rows, candidates)
    border_km = looked_up(borders(catalogue), rows, candidates)
    return Pairs(
        km=distances(catalogue, rows, candidates),
        border=bordering(catalogue, rows, candidates),
        border_km=np.where(border_km > 0, border_km, np.nan),
        same_district=same(catalogue.district, rows, candidates),
        same_county=same(catalogue.county, rows, candidates),
        joint=joint,
        failed=failed,
        tie=strengths(catalogue, rows, candidates),
        tie_with_one_more=strengths(catalogue, rows, candidates, more=1 / np.log2(3)),
        overlap=overlaps(catalogue, rows, candidates),
    )


def apart(found: Pairs, rows: Table, candidates: Table) -> Pairs:
    """The same where all rows share their candidates, but nobody is compared with itself."""
    itself = rows[:, None] == candidates
    return Pairs(**{name: np.where(itself, np.nan, getattr(found, name)) for name in Pairs.__slots__})


def distances(catalogue: Catalogue, rows: Table, candidates: Table) -> Array:
    """Great-circle distances in km; nan where a point is not known."""
    points = catalogue.points
    gap = points[candidates] - points[rows][:, None, :]
    return chord_to_km(np.sqrt(np.einsum("rcx,rcx->rc", gap, gap)))


def bordering(catalogue: Catalogue, rows: Table, candidates: Table) -> Array:
    """1 for neighbours, 0 for others; nan where no border of the row is on record."""
    found = looked_up(_marks(catalogue.border_start, catalogue.border_to, len(catalogue)), rows, candidates)
    known = np.diff(catalogue.border_start)[rows] > 0
    return np.where(known[:, None], found, np.nan)


def counts(catalogue: Catalogue, rows: Table, candidates: Table) -> tuple[Array, Array]:
    """Joint bodies, and those that failed; nan where the register does not know the row."""
    member = membership(catalogue)
    known = (np.diff(catalogue.body_start)[rows] > 0)[:, None]
    kept = (~catalogue.body_failed).astype(np.float32)
    joint, failed = (
        looked_up(sparse.csr_matrix(member[rows].multiply(keep) @ member.T), None, candidates)
        for keep in (kept, 1 - kept)
    )
    return np.where(known, joint, np.nan), np.where(known, failed, np.nan)


def strengths(catalogue: Catalogue, rows: Table, candidates: Table, more: float = 0) -> Array:
    """Strength of the tie by joint bodies, 0 to 1: symmetric, nan where the register does not know the row.

    Each joint body counts the more the smaller it is, a failed one against the tie. The sum is measured
    against the strongest tie that either has, so that it tells as much where everybody is in one body as
    where everybody is in twenty.
    """
    found = looked_up(shared_weight(catalogue, rows), None, candidates) + more
    strongest = np.maximum(catalogue.strongest, STRONG)
    own, theirs = np.maximum(strongest[rows][:, None], found), np.maximum(strongest[candidates], found)
    scale = np.sqrt(own * theirs)
    known = np.diff(catalogue.body_start)[rows] > 0
    return np.where(known[:, None], np.clip(found / scale, 0, 1), np.nan)


def overlaps(catalogue: Catalogue, rows: Table, candidates: Table) -> Array:
    """Cosine of the circles of likely partners, 0 to 1; nan where either has none."""
    found = np.empty(candidates.shape)
    board = np.zeros((min(BLOCK, len(rows)), len(catalogue)), dtype=np.float32)
    for part in blocks(len(rows)):
        lines = np.arange(part.stop - part.start)[:, None]
        to = catalogue.circle_to[rows[part]]
        board[lines, to] = catalogue.circle_share[rows[part]]
        theirs = candidates[part]
        shares = board[lines[:, :, None], catalogue.circle_to[theirs]]
        found[part] = np.einsum("rcm,rcm->rc", shares, catalogue.circle_share[theirs])
        board[lines, to] = 0
    drawn = catalogue.circle_share[:, 0] > 0  # whoever has a circle is in it
    return np.where(drawn[rows][:, None] & drawn[candidates], np.clip(found, 0, 1), np.nan)


# --- matrices of the whole country, from lists ---------------------------------------------


def membership(catalogue: Catalogue) -> Any:
    """Municipalities × bodies: 1 for a member."""
    ones = np.ones(len(catalogue.body_of), dtype=np.float32)
    shape = (len(catalogue), len(catalogue.member_start) - 1)
    return sparse.csr_matrix((ones, catalogue.body_of, catalogue.body_start), shape=shape)


def shared_weight(catalogue: Catalogue, rows: Table) -> Any:
    """Rows × municipalities: joint bodies summed, each by how much it tells (Adamic and Adar 2003)."""
    member = membership(catalogue)
    size = np.maximum(np.diff(catalogue.member_start), 1)
    telling = np.where(catalogue.body_failed, -1.0, 1.0) / np.log2(1 + size)
    return sparse.csr_matrix(member[rows].multiply(telling.astype(np.float32)) @ member.T)


def borders(catalogue: Catalogue) -> Any:
    """Municipalities × municipalities: length of the common border in km, where known."""
    lengths = np.nan_to_num(catalogue.border_km).astype(np.float32)
    shape = (len(catalogue), len(catalogue))
    return sparse.csr_matrix((lengths, catalogue.border_to, catalogue.border_start), shape=shape)


def _marks(start: NDArray[np.int64], to: Table, count: int) -> Any:
    return sparse.csr_matrix((np.ones(len(to), dtype=np.float32), to, start), shape=(count, count))


def looked_up(matrix: Any, rows: Table | None, columns: Table) -> Single:
    """Values of a sparse matrix at (rows, columns), 0 where it holds none; without rows, line by line."""
    found = np.empty(columns.shape, dtype=np.float32)
    board = np.zeros((min(BLOCK, max(len(columns), 1)), matrix.shape[1]), dtype=np.float32)
    for part in blocks(len(columns)):
        some = matrix[part] if rows is None else matrix[rows[part]]
        lines = np.repeat(np.arange(some.shape[0]), np.diff(some.indptr))
        board[lines, some.indices] = some.data
        found[part] = np.take_along_axis(board[: some.shape[0]], columns[part], axis=1)
        board[lines, some.indices] = 0
    return found


def blocks(count: int) -> Iterator[slice]:
    """Slices of at most BLOCK rows."""
    for first in range(0, count, BLOCK):
        yield slice(first, min(first + BLOCK, count))


def same(areas: Table, rows: Table, candidates: Table) -> Array:
    """1 where both lie in the same area, 0 where not; nan where that of one is not known."""
    own, theirs = areas[rows][:, None], areas[candidates]
    return np.where((own < 0) | (theirs < 0), np.nan, own == theirs)
