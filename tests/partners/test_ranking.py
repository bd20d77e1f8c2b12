"""The ranking: missing is not zero, coverage is shown, ease and value stand apart, no neighbour is hidden."""

from __future__ import annotations

import io
import json
import math
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from partners.discovery import WEIGHTS, Candidates, Initiator, Question, Ranked, rank, tray
from partners.discovery.geography import great_circle_km
from partners.discovery.scale import gain
from partners.discovery_data import rank_partners
from partners.models import CooperationMember, ExistingCooperation, Function, Municipality
from tests import makers

NAN = math.nan
US = Initiator(population=3000, latitude=46.6, longitude=5.5, county="39", district="391", fiscal=500.0)


def candidates(*rows: dict[str, Any]) -> Candidates:
    """Columns from rows; what a row does not name is not known."""
    plain: dict[str, Any] = {
        "population": 3000,
        "latitude": NAN,
        "longitude": NAN,
        "county": "",
        "district": "",
        "fiscal": NAN,
        "border": NAN,
        "border_km": NAN,
        "joint": NAN,
        "shared": NAN,
    }
    full = [plain | row for row in rows]
    words = ("county", "district")
    return Candidates(
        keys=list(range(len(rows))),
        codes=[row.get("code", str(n)) for n, row in enumerate(rows)],
        names=[row.get("name", str(n)) for n, row in enumerate(rows)],
        **{
            name: np.array([row[name] for row in full], dtype=object if name in words else float)
            for name in plain
        },
    )


def only(row: dict[str, Any], question: Question | None = None, us: Initiator = US) -> Ranked:
    (ranked,) = rank(us, candidates(row), question or Question())
    return ranked


def score(name: str, row: dict[str, Any], **options: Any) -> float | None:
    return only(row, **options).factors[name].score


def test_missing_factor_is_left_out_and_lowers_coverage_alone() -> None:
    ranked = only({"border": 1})
    assert ranked.factors["shared_problem"].score is None
    assert ranked.factors["track_record"].score is None
    assert ranked.score == 1.0
    assert ranked.coverage == pytest.approx((15 + 5) / sum(WEIGHTS.values()), abs=1e-4)


def test_known_nought_is_a_score_and_missing_is_not() -> None:
    known, missing = only({"border": 1, "joint": 0}), only({"border": 1})
    assert known.factors["track_record"].score == 0
    assert known.score < missing.score
    assert known.coverage > missing.coverage


def test_ease_and_value_stand_apart() -> None:
    ranked = only({"border": 1, "shared": 0.25})
    assert (ranked.ease, ranked.value) == (1.0, 0.25)
    assert only({"border": 1}).value is None


def test_score_is_the_weighted_mean_of_what_is_known() -> None:
    ranked = only({"border": 1, "joint": 2, "shared": 0.5})
    track = 1 - math.exp(-1)
    assert ranked.score == pytest.approx((15 + 12 * track + 25 * 0.5 + 5) / (15 + 12 + 25 + 5), abs=1e-4)


def test_proximity_is_full_by_border_and_falls_with_distance() -> None:
    assert score("proximity", {"border": 1}) == 1
    assert score("proximity", {"border": 0}) is None
    near = score("proximity", {"border": 0, "latitude": 46.65, "longitude": 5.5}) or 0
    far = score("proximity", {"border": 0, "latitude": 46.9, "longitude": 5.5}) or 0
    assert 1 > near > far > 0


def test_scale_gain_is_nought_when_both_are_above_scale_and_missing_without_one() -> None:
    large = Initiator(40_000, 46.6, 5.5, "", "", None)
    at_scale = Question([30_000])
    assert score("scale_gain", {"population": 50_000}, question=at_scale, us=large) == 0
    assert (score("scale_gain", {"population": 5_000}, question=at_scale, us=large) or 0) > 0
    assert score("scale_gain", {"population": 40_000}, question=at_scale) == 1
    assert score("scale_gain", {"population": 5_000}) is None


def test_track_record_size_fiscal_and_area() -> None:
    assert score("track_record", {"joint": 4}) == pytest.approx(1 - math.exp(-2), abs=1e-4)
    assert score("size_similarity", {"population": 3000}) == 1
    assert score("size_similarity", {"population": 300}) == pytest.approx(0, abs=1e-9)
    assert score("fiscal_similarity", {"fiscal": 250}) == 0.5
    assert score("fiscal_similarity", {}) is None
    assert score("same_area", {"district": "391", "county": "39"}) == 1
    assert score("same_area", {"district": "392", "county": "39"}) == 0.5
    assert score("same_area", {"district": "711", "county": "71"}) == 0
    assert score("same_area", {"county": "39"}) == 1
    assert score("same_area", {}) is None


def test_equal_scores_are_ordered_by_distance_then_code() -> None:
    rows = [{"code": "b", "border": 1}, {"code": "a", "border": 1}]
    rows.append({"code": "c", "border": 1, "latitude": 46.7, "longitude": 5.5})
    assert [ranked.code for ranked in rank(US, candidates(*rows), Question())] == ["c", "a", "b"]


def test_nobody_to_rank_is_an_empty_list() -> None:
    assert rank(US, candidates(), Question()) == []


@given(st.integers(0, 10**7), st.lists(st.integers(0, 10**7), min_size=1), st.integers(2, 10**6))
def test_gain_of_scale_stays_between_nought_and_one(own: int, others: list[int], scale: int) -> None:
    found = gain(own, np.array(others, dtype=float), scale)
    assert ((found >= -1e-9) & (found <= 1 + 1e-9)).all()


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.floats(0, 1), st.integers(0, 20)), min_size=1, max_size=20)
)
def test_scores_stay_in_bounds_whatever_comes(rows: list[tuple[int, float, int]]) -> None:
    columns = candidates(*({"population": p, "shared": s, "joint": j} for p, s, j in rows))
    for ranked in rank(US, columns, Question([30_000])):
        assert 0 <= ranked.score <= 1
        assert 0 < ranked.coverage <= 1


def test_great_circle_between_two_known_points() -> None:
    paris_to_lyon = great_circle_km(48.8566, 2.3522, np.array([45.7640]), np.array([4.8357]))
    assert paris_to_lyon[0] == pytest.approx(391.5, abs=1)


def test_tray_says_how_short_the_group_is() -> None:
    short = tray(3000, [4000, 5000], 30_000)
    assert (short.chosen, short.population, short.reaches, short.short) == (2, 12_000, False, 18_000)
    assert tray(3000, [40_000], 30_000).reaches
    assert not tray(3000, [], None).reaches


# --- from the database -------------------------------


def world_of_three() -> tuple[Municipality, Municipality, Municipality]:
    us = makers.make_municipality("Us", latitude=46.6, longitude=5.5)
    neighbour = makers.make_municipality(
        "Neighbour", latitude=49.0, longitude=2.0, county="75", district="751"
    )
    near = makers.make_municipality("Near", latitude=46.62, longitude=5.5)
    makers.make_neighbours(us, neighbour)
    return us, neighbour, near


@pytest.mark.django_db
def test_every_neighbour_is_listed_and_the_nearest_beside_them() -> None:
    us, neighbour, near = world_of_three()
    for n in range(5):
        makers.make_municipality(latitude=46.64 + n / 100, longitude=5.5)
    found = rank_partners(us, nearest=2)
    assert {neighbour.code, near.code} <= {row.code for row in found}
    assert len(found) == 3
    assert [row.rank for row in found] == [1, 2, 3]


@pytest.mark.django_db
def test_where_few_live_the_nearest_are_found_beyond_the_box() -> None:
    us, _neighbour, near = world_of_three()
    far = makers.make_municipality("Far", latitude=44.0, longitude=1.0)
    abroad = makers.make_municipality("Abroad", country="CH", latitude=46.61, longitude=5.51)
    codes = [row.code for row in rank_partners(us)]
    assert near.code in codes
    assert far.code in codes
    assert abroad.code not in codes


@pytest.mark.django_db
def test_joint_cooperations_count_and_an_unknown_register_is_missing() -> None:
    us, neighbour, near = world_of_three()
    assert {row.factors["track_record"].score for row in rank_partners(us)} == {None}
    body = ExistingCooperation.objects.create(country="FR", code="G", name="Body")
    for member in (us, neighbour):
        CooperationMember.objects.create(cooperation=body, municipality=member)
    found = {row.code: row.factors["track_record"] for row in rank_partners(us)}
    assert found[neighbour.code].raw["joint_cooperations"] == 1
    assert found[near.code].score == 0


@pytest.mark.django_db
def test_needs_of_others_stay_their_own_until_they_take_part() -> None:
    us, neighbour, near = world_of_three()
    case = makers.make_case(us)
    makers.make_need(neighbour, severity=2)
    makers.make_need(near, severity=4)
    waste = [Function.objects.select_related("evidence").get(pk="ENV-WCO")]

    def shared() -> dict[str, float | None]:
        rows = rank_partners(us, functions=waste, case=case)
        return {row.code: row.factors["shared_problem"].score for row in rows}

    assert shared() == {neighbour.code: None, near.code: None}
    makers.make_participant(case, neighbour, state="selected")
    assert shared()[neighbour.code] is None
    case.participants.filter(municipality=neighbour).update(state="acknowledged")
    assert shared() == {neighbour.code: 0.5, near.code: None}


@pytest.mark.django_db
def test_ranking_asks_the_database_a_fixed_number_of_times() -> None:
    us, _neighbour, _near = world_of_three()

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            rank_partners(us, nearest=1)
        return len(queries)

    before = asked()
    for n in range(5):
        makers.make_neighbours(us, makers.make_municipality(latitude=46.64 + n / 100, longitude=5.5))
    assert asked() == before <= 6


@pytest.mark.django_db
def test_municipality_without_a_point_is_ranked_by_what_is_known() -> None:
    us = makers.make_municipality("Us", latitude=None, longitude=None)
    other = makers.make_municipality("Other", latitude=None, longitude=None)
    makers.make_neighbours(us, other)
    (row,) = rank_partners(us)
    assert (row.code, row.km, row.factors["proximity"].score) == (other.code, None, 1.0)


@pytest.mark.django_db
def test_command_answers_as_promised() -> None:
    us, neighbour, _near = world_of_three()
    out = io.StringIO()
    call_command(
        "rank_partners", us.code, "--function", "ENV-WCO", "--limit", "1", "--format", "json", stdout=out
    )
    (row,) = json.loads(out.getvalue())
    assert set(row) == {"code", "name", "rank", "score", "ease", "value", "coverage", "factors"}
    assert set(row["factors"]["proximity"]) == {"score", "weight", "raw"}
    assert row["factors"]["scale_gain"]["raw"]["efficient_scale"] == 30_000
    assert neighbour.name


@pytest.mark.django_db
def test_command_refuses_what_it_does_not_know() -> None:
    us, _neighbour, _near = world_of_three()
    makers.make_municipality(code=us.code, country="BE")
    for words in (["nowhere"], [us.code], [us.code, "--country", "FR", "--function", "NO"]):
        with pytest.raises(CommandError) as refusal:
            call_command("rank_partners", *words)
        assert refusal.value.returncode == 1
