"""The ranking of what the database holds: no neighbour is hidden, and what is not known stays so."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

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
