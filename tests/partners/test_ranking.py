"""The ranking: missing is not zero, coverage is shown, ease and value stand apart, no neighbour is hidden."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.discovery import WEIGHTS, Candidates, Initiator, Question, Ranked, rank, tray
from partners.discovery.geography import great_circle_km
from partners.discovery.pairs import Pairs
from partners.discovery.ranking import Known
from partners.discovery.scale import gain

NAN = math.nan
US = Initiator(population=3000, fiscal=500.0)
OF_PORTAL = ("willingness", "complement", "funding")
Row = dict[str, Any]


def candidates(*rows: Row, chosen: tuple[Row, ...] = ()) -> Candidates:
    """Columns from rows; what a row does not name is not known. `chosen`: seen by a chosen partner."""
    pairs = Pairs(
        **{
            name: np.array(
                [[row.get(name, NAN) for row in seen] for seen in (rows, chosen) if seen], dtype=float
            )
            for name in Pairs.__slots__
        }
    )
    column = {
        name: np.array([row.get(name, 3000 if name == "population" else NAN) for row in rows], dtype=float)
        for name in ("population", "fiscal", "shared", *OF_PORTAL)
    }
    return Candidates(
        keys=list(range(len(rows))),
        codes=[row.get("code", str(n)) for n, row in enumerate(rows)],
        names=[row.get("name", str(n)) for n, row in enumerate(rows)],
        population=column["population"],
        fiscal=column["fiscal"],
        pairs=pairs,
        shared=column["shared"],
        known={name: Known(column[name], [{}] * len(rows)) for name in OF_PORTAL},
    )


def only(row: Row, question: Question | None = None, us: Initiator = US) -> Ranked:
    (ranked,) = rank(us, candidates(row), question or Question())
    return ranked


def score(name: str, row: Row, **options: Any) -> float | None:
    return only(row, **options).factors[name].score


def weight(*names: str) -> float:
    return sum(WEIGHTS[name] for name in names)


def test_missing_factor_is_left_out_and_lowers_coverage_alone() -> None:
    ranked = only({"km": 0})
    assert ranked.factors["shared_problem"].score is None
    assert ranked.factors["track_record"].score is None
    assert ranked.score == 1.0
    assert ranked.coverage == pytest.approx(
        weight("proximity", "size_similarity") / sum(WEIGHTS.values()), abs=1e-4
    )


def test_known_nought_is_a_score_and_missing_is_not() -> None:
    known, missing = only({"km": 0, "tie": 0}), only({"km": 0})
    assert known.factors["track_record"].score == 0
    assert known.score < missing.score
    assert known.coverage > missing.coverage


def test_ease_and_value_stand_apart() -> None:
    ranked = only({"km": 0, "shared": 0.25})
    assert (ranked.ease, ranked.value) == (1.0, 0.25)
    assert only({"km": 0}).value is None


def test_score_is_the_weighted_mean_of_what_is_known() -> None:
    ranked = only({"km": 0, "tie": 0.4, "shared": 0.5})
    total = weight("proximity", "size_similarity") + WEIGHTS["track_record"] * 0.4
    total += WEIGHTS["shared_problem"] * 0.5
    held = weight("proximity", "size_similarity", "track_record", "shared_problem")
    assert ranked.score == pytest.approx(total / held, abs=1e-4)


def test_proximity_falls_with_distance_and_a_border_sets_a_floor() -> None:
    assert score("proximity", {"border": 0}) is None
    assert score("proximity", {"border": 1}) == 0.6
    near, far = score("proximity", {"km": 5}) or 0, score("proximity", {"km": 30}) or 0
    assert 1 > near > far > 0
    assert score("proximity", {"km": 30, "border": 1}) == 0.6
    assert score("proximity", {"km": 1, "border": 1}) == score("proximity", {"km": 1})


def test_scale_gain_is_nought_at_efficient_scale_and_missing_without_one() -> None:
    at_scale = Question([30_000])
    for size in (30_000, 40_000):
        for theirs in (500, 5_000, 50_000):
            assert score("scale_gain", {"population": theirs}, question=at_scale, us=Initiator(size)) == 0
    assert (score("scale_gain", {"population": 5_000}, question=at_scale) or 0) > 0
    assert score("scale_gain", {"population": 40_000}, question=at_scale) == 1
    assert score("scale_gain", {"population": 5_000}) is None


def test_size_fiscal_and_area() -> None:
    assert score("size_similarity", {"population": 3000}) == 1
    assert score("size_similarity", {"population": 300}) == pytest.approx(0, abs=1e-9)
    assert score("fiscal_similarity", {"fiscal": 250}) == 0.5
    assert score("fiscal_similarity", {}) is None
    assert score("same_area", {"same_district": 1, "same_county": 1}) == 1
    assert score("same_area", {"same_district": 0, "same_county": 1}) == 0.4
    assert score("same_area", {"same_district": 0, "same_county": 0}) == 0
    assert score("same_area", {"same_county": 1}) == 1
    assert score("same_area", {}) is None


def test_the_track_record_weighs_the_more_the_more_cooperations_are_on_record() -> None:
    weights = [
        only({"tie": 0.5}, us=Initiator(3000, bodies=count)).factors["track_record"].weight
        for count in (0, 1, 3, 9, 50)
    ]
    plain = WEIGHTS["track_record"]
    assert weights == [plain, plain, 2 * plain, 6 * plain, 6 * plain]


def test_partners_already_chosen_are_looked_from_as_well() -> None:
    near_us, near_them = {"code": "a", "km": 2, "overlap": 0.5}, {"code": "b", "km": 6, "overlap": 0.5}
    alone = rank(US, candidates(near_us, near_them), Question())
    assert [ranked.code for ranked in alone] == ["a", "b"]
    seen = ({"km": 20, "overlap": 0.1}, {"km": 1, "overlap": 0.9})
    together = rank(US, candidates(near_us, near_them, chosen=seen), Question())
    assert [ranked.code for ranked in together] == ["b", "a"]
    assert together[0].factors["proximity"].raw["km_to_chosen"] == 1
    assert together[0].factors["circle"].raw == {"overlap": 0.5, "chosen": 1}
    assert together[0].km == 6


def test_equal_scores_are_ordered_by_distance_then_code() -> None:
    rows = [{"code": "b", "border": 1}, {"code": "a", "border": 1}]
    rows.append({"code": "c", "border": 1, "km": 12})
    assert [ranked.code for ranked in rank(US, candidates(*rows), Question())] == ["c", "a", "b"]


def test_nobody_to_rank_is_an_empty_list() -> None:
    assert rank(US, candidates(), Question()) == []


@given(st.integers(0, 10**7), st.lists(st.integers(0, 10**7), min_size=1), st.integers(2, 10**6))
def test_gain_of_scale_stays_between_nought_and_one(own: int, others: list[int], scale: int) -> None:
    found = gain(own, np.array(others, dtype=float), scale)
    assert ((found >= -1e-9) & (found <= 1 + 1e-9)).all()


share = st.one_of(st.just(NAN), st.floats(0, 1))
anybody = st.fixed_dictionaries(
    {
        "population": st.integers(0, 10**6),
        "fiscal": st.one_of(st.just(NAN), st.floats(0, 10**5)),
        "shared": share,
        "km": st.one_of(st.just(NAN), st.floats(0, 500)),
        "border": st.sampled_from([NAN, 0, 1]),
        "same_district": st.sampled_from([NAN, 0, 1]),
        "same_county": st.sampled_from([NAN, 0, 1]),
        "tie": share,
        "overlap": share,
        "willingness": share,
        "complement": share,
        "funding": share,
    }
)
some = st.lists(anybody, min_size=1, max_size=12)
#: What a factor is computed from.
DATA = {
    "shared_problem": ("shared",),
    "proximity": ("km", "border"),
    "same_area": ("same_district", "same_county"),
    "track_record": ("tie",),
    "circle": ("overlap",),
    "fiscal_similarity": ("fiscal",),
    **{name: (name,) for name in OF_PORTAL},
}


def ranked_by_code(rows: list[Row], weights: Any = WEIGHTS) -> dict[str, Ranked]:
    found = rank(US, candidates(*rows), Question([30_000]), weights)
    return {ranked.code: ranked for ranked in found}


@given(some)
def test_scores_stay_in_bounds_whatever_comes(rows: list[Row]) -> None:
    for ranked in ranked_by_code(rows).values():
        assert 0 <= ranked.score <= 1
        assert 0 < ranked.coverage <= 1
        assert all(f.score is None or 0 <= f.score <= 1 for f in ranked.factors.values())


@given(some, st.floats(0.01, 1000))
def test_scaling_all_weights_changes_nothing(rows: list[Row], factor: float) -> None:
    before = ranked_by_code(rows)
    after = ranked_by_code(rows, {name: w * factor for name, w in WEIGHTS.items()})
    for code, ranked in before.items():
        assert after[code].score == pytest.approx(ranked.score, abs=2e-4)
        assert after[code].coverage == pytest.approx(ranked.coverage, abs=2e-4)
        assert (after[code].ease is None) == (ranked.ease is None)


@given(some, st.sampled_from(sorted(DATA)))
def test_removing_a_factors_data_never_changes_what_others_measured(rows: list[Row], name: str) -> None:
    before = ranked_by_code(rows)
    after = ranked_by_code([row | dict.fromkeys(DATA[name], NAN) for row in rows])
    for code, ranked in before.items():
        assert after[code].factors[name].score is None
        for other, factor in ranked.factors.items():
            if other != name:
                assert after[code].factors[other] == factor
        if ranked.factors[name].score is not None:
            assert after[code].coverage < ranked.coverage


def test_great_circle_between_two_known_points() -> None:
    paris_to_lyon = great_circle_km(48.8566, 2.3522, np.array([45.7640]), np.array([4.8357]))
    assert paris_to_lyon[0] == pytest.approx(391.5, abs=1)


def test_tray_says_how_short_the_group_is() -> None:
    short = tray(3000, [4000, 5000], 30_000)
    assert (short.chosen, short.population, short.reaches, short.short) == (2, 12_000, False, 18_000)
    assert tray(3000, [40_000], 30_000).reaches
    assert not tray(3000, [], None).reaches
