"""What lies between two municipalities, for many pairs at once: distance, border, areas, bodies, circles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy  # its parts load when asked for
from numpy.typing import NDArray

from partners.discovery.catalogue import Catalogue, chord_to_km

Array = NDArray[np.float64]
Single = NDArray[np.float32]
Table = NDArray[np.int32]
#: Rows worked on at once: their scratch board of one number per municipality stays in the cache.
BLOCK = 256
#: A tie by bodies is measured against the strongest one has, but never against less than this: one large
#: body in common with everybody around is no strong tie.
STRONG = 1.0
#: What a body of two members tells.
OF_TWO = np.float32(1 / np.log2(3))


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
    weight = joint_weight(catalogue, rows, candidates)
    border_km = looked_up(catalogue.border_lengths[rows], candidates)
    return Pairs(
        km=distances(catalogue, rows, candidates),
        border=bordering(catalogue, rows, candidates),
        border_km=np.where(border_km > 0, border_km, np.nan),
        same_district=same(catalogue.district, rows, candidates),
        same_county=same(catalogue.county, rows, candidates),
        joint=joint,
        failed=failed,
        tie=strengths(catalogue, rows, candidates, weight),
        tie_with_one_more=strengths(catalogue, rows, candidates, weight + OF_TWO),
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
    found = looked_up(catalogue.borders[rows], candidates)
    known = np.diff(catalogue.border_start)[rows] > 0
    return np.where(known[:, None], found, np.nan)


def counts(catalogue: Catalogue, rows: Table, candidates: Table) -> tuple[Array, Array]:
    """Joint bodies, and those that failed; nan where the register does not know the row."""
    known = (np.diff(catalogue.body_start)[rows] > 0)[:, None]
    kept = (~catalogue.body_failed).astype(np.float32)
    mine = catalogue.membership[rows]
    joint, failed = (
        looked_up(scipy.sparse.csr_matrix(mine.multiply(keep) @ catalogue.members_of), candidates)
        if keep.any()
        else np.zeros(candidates.shape, dtype=np.float32)
        for keep in (kept, 1 - kept)
    )
    return np.where(known, joint, np.nan), np.where(known, failed, np.nan)


def joint_weight(catalogue: Catalogue, rows: Table, candidates: Table) -> Single:
    """Joint bodies of each pair summed, each by how much it tells."""
    return looked_up(shared_weight(catalogue, rows), candidates)


def strengths(catalogue: Catalogue, rows: Table, candidates: Table, weight: Single) -> Array:
    """Strength of the tie by joint bodies, 0 to 1: symmetric, nan where the register does not know the row.

    Each joint body counts the more the smaller it is, a failed one against the tie. The sum is measured
    against the strongest tie that either has, so that it tells as much where everybody is in one body as
    where everybody is in twenty.
    """
    strongest = np.maximum(catalogue.strongest, STRONG).astype(np.float32)
    own, theirs = np.maximum(strongest[rows][:, None], weight), np.maximum(strongest[candidates], weight)
    known = np.diff(catalogue.body_start)[rows] > 0
    return np.where(known[:, None], np.clip(weight / np.sqrt(own * theirs), 0, 1), np.nan)


def overlaps(catalogue: Catalogue, rows: Table, candidates: Table) -> Array:
    """Cosine of the circles of likely partners, 0 to 1; nan where either has none."""
    shared = scipy.sparse.csr_matrix(catalogue.circles[rows] @ catalogue.in_circles)
    found = np.clip(looked_up(shared, candidates), 0, 1)
    drawn = catalogue.circle_share[:, 0] > 0  # whoever has a circle is in it
    return np.where(drawn[rows][:, None] & drawn[candidates], found, np.nan)


def shared_weight(catalogue: Catalogue, rows: Table) -> Any:
    """Rows × municipalities: joint bodies summed, each by how much it tells (Adamic and Adar 2003)."""
    size = np.maximum(np.diff(catalogue.member_start), 1)
    telling = np.where(catalogue.body_failed, -1.0, 1.0) / np.log2(1 + size)
    mine = catalogue.membership[rows].multiply(telling.astype(np.float32))
    return scipy.sparse.csr_matrix(mine @ catalogue.members_of)


def looked_up(lines: Any, columns: Table) -> Single:
    """Values of a sparse matrix at these columns of its lines, 0 where it holds none."""
    found = np.empty(columns.shape, dtype=np.float32)
    height, width = min(BLOCK, max(len(columns), 1)), lines.shape[1]
    board = np.zeros(height * width, dtype=np.float32)
    for part in blocks(len(columns)):
        first, last = lines.indptr[part.start], lines.indptr[part.stop]
        offsets = np.arange(part.stop - part.start, dtype=np.int64) * width
        lengths = np.diff(lines.indptr[part.start : part.stop + 1])
        places = np.repeat(offsets, lengths) + lines.indices[first:last]
        board[places] = lines.data[first:last]
        board.take(columns[part] + offsets[:, None], out=found[part], mode="clip")
        board[places] = 0
    return found


def blocks(count: int) -> Iterator[slice]:
    """Slices of at most BLOCK rows."""
    for first in range(0, count, BLOCK):
        yield slice(first, min(first + BLOCK, count))


def same(areas: Table, rows: Table, candidates: Table) -> Array:
    """1 where both lie in the same area, 0 where not; nan where that of one is not known."""
    own, theirs = areas[rows][:, None], areas[candidates]
    return np.where((own < 0) | (theirs < 0), np.nan, own == theirs)
