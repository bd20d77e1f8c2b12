"""Who lies beside whom where no border is known, and how far apart."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.discovery.geography import great_circle_km
from partners.discovery.vicinity import distances, side_by_side
from tests.partners.pools import hangs_together, pool

NAN = math.nan


def test_a_third_between_two_parts_them() -> None:
    linked = side_by_side(np.array([46.0, 46.0, 46.0]), np.array([5.0, 5.1, 5.2]))
    assert linked.tolist() == [[False, True, False], [True, False, True], [False, True, False]]


def test_who_has_no_point_lies_beside_nobody() -> None:
    linked = side_by_side(np.array([46.0, NAN, 46.0]), np.array([5.0, NAN, 5.2]))
    assert linked.tolist() == [[False, False, True], [False, False, False], [True, False, False]]


points = st.lists(
    st.tuples(st.integers(-800, 800).map(lambda n: n / 10), st.integers(-1799, 1799).map(lambda n: n / 10)),
    min_size=1,
    max_size=12,
)


@given(points)
def test_all_that_have_a_point_hang_together(places: list[tuple[float, float]]) -> None:
    latitude, longitude = np.array(places).T
    linked = side_by_side(latitude, longitude)
    assert np.array_equal(linked, linked.T)
    assert not linked.diagonal().any()
    plain = replace(pool(*[1] * len(places)), linked=linked)
    assert hangs_together(plain, range(len(places)))


@given(points)
def test_distances_are_those_of_the_globe(places: list[tuple[float, float]]) -> None:
    latitude, longitude = np.array(places).T
    from_first = great_circle_km(latitude[0], longitude[0], latitude, longitude)
    assert distances(latitude, longitude)[0] == pytest.approx(from_first, abs=0.01)
