"""Measuring the ranking: the measures by hand, the simple rules, what is held back, and the command."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from partners.catalogue_data import catalogue
from partners.discovery.catalogue import Catalogue
from partners.discovery.circles import with_circles
from partners.discovery.country import first_partners
from partners.discovery.evaluation import (
    OURS,
    VARIANTS,
    all_partners,
    co_members,
    evaluate,
    new_partners,
    variant,
)
from partners.discovery.fitting import fit
from partners.discovery.measures import in_order, measured, ndcg
from partners.discovery.ranking import WEIGHTS
from partners.discovery.report import as_dict, table
from partners.discovery_data import rank_partners
from partners.models import CooperationMember, ExistingCooperation, Municipality
from tests import makers

JURA = Path(__file__).resolve().parents[2] / "partners" / "data" / "jura"


def starts(lists: list[list[int]]) -> Any:
    return np.concatenate([[0], np.cumsum([len(each) for each in lists])]).astype(np.int64)


def flat(lists: list[list[int]]) -> Any:
    return np.array([each for some in lists for each in some], dtype=np.int32)


def country(count: int = 40, bodies: list[list[int]] | None = None, **columns: Any) -> Catalogue:
    """A chain of municipalities 2 km apart; ten of them a district, twenty a county."""
    bodies = bodies or []
    row = np.arange(count)
    links = [[n for n in (r - 1, r + 1) if 0 <= n < count] for r in range(count)]
    mine = [[b for b, members in enumerate(bodies) if r in members] for r in range(count)]
    plain: dict[str, Any] = {
        "keys": row + 100,
        "codes": np.array([f"C{r:03}" for r in row]),
        "names": np.array([f"Commune {r}" for r in row]),
        "population": 500.0 + 100 * row,
        "latitude": 46 + row * 0.018,
        "longitude": np.full(count, 5.0),
        "region": np.zeros(count, dtype=np.int32),
        "county": (row // 20).astype(np.int32),
        "district": (row // 10).astype(np.int32),
        "fiscal": np.full(count, np.nan),
        "border_start": starts(links),
        "border_to": flat(links),
        "border_km": np.ones(sum(map(len, links))),
        "body_start": starts(mine),
        "body_of": flat(mine),
        "member_start": starts(bodies),
        "member_of": flat(bodies),
        "body_function": np.array([""] * len(bodies)),
        "body_failed": np.zeros(len(bodies), dtype=bool),
    }
    return with_circles(Catalogue(country="XX", **(plain | columns)))


TENS = [list(range(n, n + 10)) for n in range(0, 40, 10)]


def test_measures_by_hand() -> None:
    hits = np.array([[True, False, True, False], [False, False, False, True]])
    true = np.array([4, 1])
    found = measured(hits, true, [2])
    assert found["precision@2"].tolist() == [0.5, 0]
    assert found["recall@2"].tolist() == [0.25, 0]
    assert found["recall@size-1"].tolist() == [0.5, 0]
    assert found["mrr"].tolist() == [1, 0.25]
    ideal = 1 + 1 / math.log2(3) + 1 / math.log2(4) + 1 / math.log2(5)
    assert found["ndcg@10"].tolist() == pytest.approx([(1 + 1 / 2) / ideal, 1 / math.log2(5)])
    assert ndcg(np.ones((1, 12), dtype=bool), np.array([30])).tolist() == [1]


def test_order_is_by_falling_score_and_whoever_is_out_comes_last() -> None:
    score = np.array([[0.1, np.nan, 0.9, -np.inf, 0.9]])
    hits = np.array([[False, False, True, True, False]])
    assert in_order(score, hits).tolist() == [[True, False, False, False, True]]


def test_co_members_count_groups_and_leave_oneself_out() -> None:
    found = co_members(4, [[0, 1, 2], [1, 2]]).toarray()
    assert found.tolist() == [[0, 1, 1, 0], [1, 0, 2, 0], [1, 2, 0, 0], [0, 0, 0, 0]]


def test_districts_that_are_the_truth_are_found_and_chance_is_not() -> None:
    whole = country()
    found = evaluate(whole, all_partners(whole, TENS), candidates=30)
    assert found.mean(OURS, "ndcg@10") > 0.98
    assert found.mean("same district, then distance", "ndcg@10") == pytest.approx(1)
    assert found.mean("random", "ndcg@10") < 0.6
    assert found.mean("great-circle distance", "ndcg@10") < found.mean(OURS, "ndcg@10")
    assert found.candidate_recall.mean() == 1


def test_bodies_are_followed_where_they_differ_from_districts() -> None:
    shifted = [list(range(n, n + 10)) for n in range(5, 35, 10)]
    bare, told = country(), country(bodies=shifted)
    task = all_partners(told, shifted)
    without, found = evaluate(bare, task, rules=[]), evaluate(told, task, rules=[])
    assert found.mean(OURS, "ndcg@10") > without.mean(OURS, "ndcg@10") + 0.03


def test_where_agreements_are_many_they_weigh_more_than_the_map() -> None:
    """Everybody shares six small agreements with the one ten places on, and none with those between."""
    far = [[r, r + 10] for r in range(30) for _agreement in range(6)]
    few, many = country(bodies=far[::6]), country(bodies=far)
    row = np.array([3], dtype=np.int32)
    assert few.codes[first_partners(few, row, limit=1, count=30).partners[0, 0]] != "C013"
    assert many.codes[first_partners(many, row, limit=1, count=30).partners[0, 0]] == "C013"


def test_a_chosen_partner_is_no_candidate_and_tells_about_the_others() -> None:
    shifted = [list(range(n, n + 10)) for n in range(5, 35, 10)]
    whole = country()
    alone, knowing = all_partners(whole, shifted), all_partners(whole, shifted, known=3)
    assert np.diff(knowing.chosen.indptr)[10] == 3
    assert np.diff(alone.truth.indptr)[10] == np.diff(knowing.truth.indptr)[10] + 3 == 9
    found = evaluate(whole, knowing, rules=["great-circle distance"])
    assert found.mean(OURS, "ndcg@10") > evaluate(whole, alone, rules=[]).mean(OURS, "ndcg@10")


def test_new_partners_are_those_won_since_among_those_known_then() -> None:
    whole = country()
    before, after = [[0, 1, 2], [3, 4, 5]], [[0, 1, 2, 3], [4, 5, 20]]
    task = new_partners(whole, before, after)
    assert task.rows.tolist() == [0, 1, 2, 3]
    assert task.truth[0].indices.tolist() == [3]
    assert task.truth[3].indices.tolist() == [0, 1, 2]
    assert task.chosen[3].indices.tolist() == [4, 5]
    found = evaluate(whole, task, rules=["great-circle distance"])
    assert found.mean(OURS, "mrr") == 1  # two of before are out of the way, then comes the new one


def test_whoever_has_no_point_is_not_asked_about() -> None:
    latitude = 46 + np.arange(40) * 0.018
    latitude[3] = np.nan
    whole = country(latitude=latitude)
    task = all_partners(whole, TENS)
    assert 3 not in task.rows
    assert len(task.rows) == 39
    assert not np.isnan(evaluate(whole, task).mean(OURS, "ndcg@10"))


@pytest.mark.parametrize("name", sorted(VARIANTS))
def test_a_country_that_lacks_data_is_ranked_all_the_same(name: str) -> None:
    whole = variant(country(bodies=TENS), name)
    found = evaluate(whole, all_partners(whole, TENS), rules=["random"])
    assert found.mean(OURS, "ndcg@10") > found.mean("random", "ndcg@10") + 0.2


def test_fitting_learns_from_some_regions_and_is_measured_on_the_others() -> None:
    whole = country(region=(np.arange(40) // 10).astype(np.int32))
    fitted = fit(whole, all_partners(whole, TENS), candidates=30)
    assert set(fitted.trained_on) == {0, 2}
    assert set(fitted.tested_on) == {1, 3}
    assert sum(fitted.weights.values()) == pytest.approx(100)
    assert fitted.train >= fitted.train_by_default - 1e-9
    assert fitted.test > 0.95


def test_report_tells_regions_sizes_and_fairness() -> None:
    whole = country(region=(np.arange(40) // 20).astype(np.int32), fiscal=np.arange(40.0))
    found = evaluate(whole, all_partners(whole, TENS), rules=["random", "same district, then distance"])
    report = as_dict(whole, found, {0: "South", 1: "North"})
    assert [(row["region"], row["queries"]) for row in report["by_region"]] == [("South", 20), ("North", 20)]
    assert [row["queries"] for row in report["by_size"]] == [15, 25]
    assert {row["best_rule"] for row in report["by_region"]} == {1.0}
    assert 0 < report["fairness"]["small among neighbours"] < 0.5
    assert report["fairness"]["poor among first ten"] is not None
    text = "\n".join(table(report))
    assert "40 municipalities" in text
    assert "South" in text


def test_first_partners_are_those_of_the_full_ranking_with_what_is_behind() -> None:
    whole = country(bodies=[[0, 1, 2], [4, 5]])
    rows = np.arange(40, dtype=np.int32)
    found = first_partners(whole, rows, limit=5, count=20)
    assert found.partners.shape == (40, 5)
    assert (np.diff(found.totals.score, axis=1) <= 1e-9).all()
    held = sum(WEIGHTS[name] for name in found.factors if not np.isnan(found.factors[name][0, 0]))
    scored = sum(WEIGHTS[name] * np.nan_to_num(column[0, 0]) for name, column in found.factors.items())
    assert found.totals.score[0, 0] == pytest.approx(scored / held)
    assert found.pairs.joint[0, found.partners[0].tolist().index(1)] == 1


def test_columns_that_nobody_may_write_are_enough() -> None:
    """So they come from files that several processes share."""
    whole = country(bodies=TENS)
    for field in fields(whole):
        if isinstance(column := getattr(whole, field.name), np.ndarray):
            column.setflags(write=False)
    read_only = replace(whole)
    found = first_partners(read_only, np.arange(40, dtype=np.int32), limit=5, count=20)
    assert found.totals.score == pytest.approx(
        first_partners(whole, np.arange(40, dtype=np.int32), limit=5, count=20).totals.score
    )
    assert (with_circles(read_only).circle_to == whole.circle_to).all()


def test_pair_factors_are_symmetric() -> None:
    whole = country(bodies=[[0, 1, 2], [1, 2], [5, 6, 30]], fiscal=np.linspace(100, 900, 40))
    rows = np.arange(40, dtype=np.int32)
    found = first_partners(whole, rows, limit=39, count=39)
    for name, column in found.factors.items():
        square = np.full((40, 40), np.nan)
        np.put_along_axis(square, found.partners, column, axis=1)
        both = ~np.isnan(square) & ~np.isnan(square.T)
        assert both.any(), name
        assert square[both] == pytest.approx(square.T[both], abs=1e-6), name


def test_circles_are_drawn_alike_whatever_the_order_of_the_rows() -> None:
    whole = country()
    assert whole.circle_share[:, 0].min() > 0
    assert np.linalg.norm(whole.circle_share, axis=1) == pytest.approx(np.ones(40), abs=1e-6)
    alone = with_circles(replace(whole, strongest=np.empty(0)))
    assert (alone.circle_to == whole.circle_to).all()


# --- the command -----------------------------------------------------------------------


@pytest.fixture
def jura(db: None, tmp_path: Path) -> Path:
    """The Jura with its syndicates in the register; its communities of communes in a file."""
    files = {each.name: each for each in JURA.iterdir()}
    places = next(path for name, path in files.items() if name.startswith("municipalities"))
    call_command("import_municipalities", str(places), "--country", "FR", stdout=io.StringIO())
    borders = next(path for name, path in files.items() if name.startswith("neighbours"))
    call_command("import_neighbours", str(borders), "--country", "FR", stdout=io.StringIO())
    register = next(path for name, path in files.items() if name.startswith("cooperations"))
    rows = list(csv.DictReader(register.read_text().splitlines()))
    intercommunal = {"CC", "CA", "CU", "METRO"}
    truth, known = tmp_path / "truth.csv", tmp_path / "known.csv"
    for path, is_truth in ((truth, True), (known, False)):
        with path.open("w", newline="") as file:
            out = csv.DictWriter(file, rows[0].keys())
            out.writeheader()
            out.writerows(row for row in rows if (row["legal_form"] in intercommunal) == is_truth)
    call_command("import_cooperations", str(known), "--country", "FR", stdout=io.StringIO())
    return truth


def measure(truth: Path, *words: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("evaluate_ranking", str(truth), *words, "--format", "json", stdout=out, stderr=io.StringIO())
    report: dict[str, Any] = json.loads(out.getvalue())
    return report


def test_on_the_jura_it_beats_every_simple_rule_and_more_with_one_partner_known(jura: Path) -> None:
    report = measure(jura, "--country", "FR", "--variants")
    promised = {"queries", "candidate_recall", "precision@5", "recall@5", "recall@10", "recall@size-1", "mrr"}
    assert promised | {"ndcg@10", "seconds", "baselines"} <= set(report)
    assert report["queries"] > 480
    rules = {name: rule["ndcg@10"] for name, rule in report["baselines"].items()}
    assert report["ndcg@10"] > max(rules.values())
    assert rules["random"] < 0.4
    without = report["variants"]["without districts"]
    assert without["ranking"]["ndcg@10"] < report["ndcg@10"]
    assert measure(jura, "--country", "FR", "--chosen", "1")["ndcg@10"] > report["ndcg@10"]


def test_the_truth_is_never_read_for_the_ranking(jura: Path) -> None:
    code = Municipality.objects.order_by("code").values_list("code", flat=True)[0]
    municipality = Municipality.objects.get(code=code)
    before = [(row.code, row.score) for row in rank_partners(municipality)]
    measure(jura, "--country", "FR")
    assert [(row.code, row.score) for row in rank_partners(municipality)] == before
    assert not ExistingCooperation.objects.filter(legal_form="CC").exists()
    assert not CooperationMember.objects.filter(cooperation__legal_form="CC").exists()


def test_the_ranking_of_the_page_is_the_one_that_is_measured(jura: Path) -> None:
    whole = catalogue("FR")
    municipality = Municipality.objects.get(name="Morbier")
    page = {row.code: row.score for row in rank_partners(municipality, nearest=60)}
    found = first_partners(whole, np.array([whole.row(municipality.pk)], dtype=np.int32), limit=10)
    for code, score in zip(whole.codes[found.partners[0]], found.totals.score[0], strict=True):
        assert page[str(code)] == pytest.approx(score, abs=1e-4)


@pytest.mark.django_db
def test_members_that_nobody_knows_are_counted_aloud(tmp_path: Path) -> None:
    one, other = makers.make_municipality(), makers.make_municipality()
    truth = tmp_path / "truth.csv"
    truth.write_text(f"group_id,member\nA,{one.code}\nA,{other.code}\nA,nobody\n")
    out, err = io.StringIO(), io.StringIO()
    call_command("evaluate_ranking", str(truth), "--country", "FR", stdout=out, stderr=err)
    assert "1 members are no municipality of FR" in err.getvalue()
    assert "2 municipalities" in out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["--country", "FRA"], 2),
        (["--country", "FR", "--k", "0"], 2),
        (["--country", "FR", "--k", "5;10"], 2),
        (["--country", "FR", "--candidates", "0"], 2),
        (["--country", "FR", "--chosen", "99"], 2),
        (["--country", "BE"], 1),
        (["--country", "FR", "--function", "NO"], 1),
    ],
)
def test_wrong_usage_and_unknown_countries_are_refused(tmp_path: Path, words: list[str], status: int) -> None:
    makers.make_municipality()
    truth = tmp_path / "truth.csv"
    truth.write_text("group_id,member\nA,x\n")
    with pytest.raises(CommandError) as refusal:
        call_command("evaluate_ranking", str(truth), *words, stderr=io.StringIO())
    assert refusal.value.returncode == status


@pytest.mark.django_db
@pytest.mark.parametrize("content", ["", "group_id\nA\n", "group_id,member\n", "group_id,member\nA,nobody\n"])
def test_a_truth_that_tells_nothing_is_refused(tmp_path: Path, content: str) -> None:
    makers.make_municipality()
    truth = tmp_path / "truth.csv"
    truth.write_text(content)
    with pytest.raises(CommandError) as refusal:
        call_command("evaluate_ranking", str(truth), "--country", "FR", stderr=io.StringIO())
    assert refusal.value.returncode == 1
