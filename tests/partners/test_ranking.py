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
from partners.discovery.pairs import Pairs
from partners.discovery.ranking import Known
from partners.discovery.scale import gain
from partners.discovery_data import rank_partners
from partners.models import (
    ContactLog,
    CooperationMember,
    ExistingCooperation,
    Function,
    Municipality,
)
from partners.services import participants
from tests import makers

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
    assert (row.code, row.km, row.factors["proximity"].score) == (other.code, None, 0.6)


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


# --- what the portal knows -------------------------------


def known(
    us: Municipality, other: Municipality, name: str, **options: Any
) -> tuple[float | None, dict[str, Any]]:
    waste = [Function.objects.select_related("evidence").get(pk="ENV-WCO")]
    factor = {row.code: row for row in rank_partners(us, functions=waste, **options)}[other.code].factors[
        name
    ]
    return factor.score, dict(factor.raw)


@pytest.mark.django_db
def test_willingness_is_what_they_said_last_and_silence_is_not_a_no() -> None:
    us, neighbour, near = world_of_three()
    case = makers.make_case(us)
    party = makers.make_participant(case, neighbour, state="contacted")
    assert known(us, neighbour, "willingness", case=case)[0] is None
    makers.make_listing(neighbour, kind="request", function_id="ENV-WCO")
    assert known(us, neighbour, "willingness", case=case)[0] == 0.7
    log = {"participant": party, "contact": makers.make_contact(neighbour), "channel": "phone"}
    log["logged_by"] = case.opened_by
    ContactLog.objects.create(**log, result="open", at="2026-01-01T10:00Z")
    ContactLog.objects.create(**log, result="waiting", at="2026-02-01T10:00Z")
    score, raw = known(us, neighbour, "willingness", case=case)
    assert (score, raw["contact"]) == (0.4, "waiting")
    participants.note_attitude(participant=party, value="conditional")
    score, raw = known(us, neighbour, "willingness", case=case)
    assert (score, raw["attitude"]) == (0.7, "conditional")
    assert known(us, near, "willingness", case=case)[0] is None
    # Another case knows nothing of what was said in this one.
    score, raw = known(us, neighbour, "willingness", case=makers.make_case(us, need=case.needs.get()))
    assert (score, raw["attitude"], raw["contact"]) == (0.7, None, None)


@pytest.mark.django_db
def test_an_offer_in_a_function_complements_and_no_listing_is_not_known() -> None:
    us, neighbour, near = world_of_three()
    makers.make_listing(neighbour, kind="offer", function_id="ENV-WCO", title="A lorry on Fridays")
    makers.make_listing(near, kind="offer", function_id="ENV-WCO", state="draft")
    assert known(us, neighbour, "complement") == (1, {"offers": ["A lorry on Fridays"], "requests": []})
    assert known(us, near, "complement")[0] is None


@pytest.mark.django_db
def test_funding_is_unlocked_by_whoever_completes_the_group() -> None:
    us, neighbour, near = world_of_three()
    assert known(us, near, "funding")[0] is None
    Municipality.objects.filter(pk=neighbour.pk).update(population=500)
    makers.make_call(title="Together", country="FR", min_partners=2, min_population=5_000)
    assert known(us, near, "funding") == (1, {"calls": ["Together"]})
    assert known(us, neighbour, "funding") == (0, {"calls": []})


@pytest.mark.django_db
def test_a_chosen_partner_draws_those_near_to_it() -> None:
    us = makers.make_municipality("Us", latitude=46.6, longitude=5.5, district="")
    west = makers.make_municipality("West", latitude=46.6, longitude=5.4, district="")
    east = makers.make_municipality("East", latitude=46.6, longitude=5.61, district="")
    far_east = makers.make_municipality("Far east", latitude=46.6, longitude=5.65, district="")
    case = makers.make_case(us)
    before = [row.code for row in rank_partners(us, case=case)]
    assert before.index(west.code) < before.index(far_east.code)
    makers.make_participant(case, east, state="selected")
    case.refresh_from_db()
    rows = {row.code: row for row in rank_partners(us, case=case)}
    assert rows[far_east.code].rank < rows[west.code].rank
    assert rows[far_east.code].factors["proximity"].raw["km_to_chosen"] == pytest.approx(3.1, abs=0.1)
    assert rows[east.code].factors["proximity"].raw["km_to_chosen"] is None
    assert rows[east.code].km == pytest.approx(8.4, abs=0.1)


@pytest.mark.django_db
def test_failed_cooperations_count_against_the_track_record() -> None:
    us, neighbour, near = world_of_three()
    for number, failed in enumerate((False, True)):
        body = ExistingCooperation.objects.create(country="FR", code=f"G{number}", failed=failed)
        for member in (us, neighbour) if failed else (us, neighbour, near):
            CooperationMember.objects.create(cooperation=body, municipality=member)
    score, raw = known(us, neighbour, "track_record")
    assert (raw["joint_cooperations"], raw["failed"]) == (1, 1)
    assert score == 0 < (known(us, near, "track_record")[0] or 0)
