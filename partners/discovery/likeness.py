"""Scores of a pair from 0 to 1 that need no case: how near, in which areas, how tied, in which circle."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from partners.discovery.pairs import Pairs

Array = NDArray[np.float64]
#: Minutes on the road are not known: they are taken from the distance, at a country road's pace.
MINUTES_PER_KM = 1.5
#: Minutes after which nearness has fallen to a third.
PATIENCE = 20.0
#: A common border counts at least so much, however far the town halls lie apart.
BORDER = 0.6
#: Another district of the same county, where districts are known.
COUNTY = 0.4


#: So many joint bodies are on record of a municipality where registers hold little besides general bodies.
FEW_BODIES = 1.5
#: However many are on record, the track record weighs at most so many times as much.
MOST_TRUST = 6.0


def trust(bodies: Array | int) -> Array:
    """How many times as much the track record weighs: the more of one's cooperations the register knows.

    Where everybody is in one general body, sharing it says little; where somebody is in ten agreements,
    with whom they are says more than any map.
    """
    return np.asarray(np.round(np.clip(np.asarray(bodies) / FEW_BODIES, 1.0, MOST_TRUST), 1))


def proximity(km: Array, border: Array) -> Array:
    """By distance; a border sets a floor; nan where neither is known."""
    near = np.exp(km * (-MINUTES_PER_KM / PATIENCE))
    return np.asarray(np.fmax(near, np.where(border == 1, BORDER, np.nan)))


def same_area(same_district: Array, same_county: Array) -> Array:
    """1 in the same district, less in the same county; without districts the county decides."""
    county = np.where(same_county == 1, COUNTY, 0.0)
    within = np.where(same_district == 1, 1.0, county)
    return np.asarray(np.where(np.isnan(same_district), same_county, within))


#: Factors that depend on the pair alone, whatever the case is about.
OF_PAIRS: Mapping[str, Callable[[Pairs], Array]] = {
    "proximity": lambda pairs: proximity(pairs.km, pairs.border),
    "same_area": lambda pairs: same_area(pairs.same_district, pairs.same_county),
    "track_record": lambda pairs: pairs.tie,
    "circle": lambda pairs: pairs.overlap,
}
