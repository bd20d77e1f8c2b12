"""The ranking in words: every factor says what was measured or why not; changes are computed, not canned."""

from __future__ import annotations

import json
from typing import Any

import pytest

from partners.discovery import WEIGHTS, frozen, words
from partners.discovery.changes import MISSING, changes, standing_if
from partners.discovery.compare import side_by_side
from partners.discovery.compass import direction
from partners.discovery.wish import Where, Wish, fitting
from tests.partners.ranked import RAW, factor, row


@pytest.mark.parametrize("name", sorted(WEIGHTS))
def test_every_factor_has_its_words(name: str) -> None:
    assert words.label(name) != name
    assert words.SOURCES[name]
    assert words.MEANINGS[name]
    assert MISSING[name]
    assert words.measured(name, factor(name, None)) == words.UNKNOWN[name]
    assert words.measured(name, factor(name, 0.5))


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("shared_problem", {}, "50 % of the gravest need in common"),
        ("proximity", {}, "common border of 2.0 km, 4.2 km as the crow flies"),
        ("scale_gain", {}, "together 6,000 of 30,000 inhabitants"),
        ("track_record", {"failed": 1}, "2 joint cooperations, 1 that failed"),
        ("circle", {}, "your circles overlap by 50 %"),
        (
            "willingness",
            {"request": True, "contact": "open to talk"},
            "undecided, an open request, contact: open to talk",
        ),
        ("complement", {"offers": ["Snow plough"]}, "offer: Snow plough"),
        ("complement", {}, "no offer fits a request"),
        ("same_area", {"same_district": False}, "same county"),
        ("funding", {"calls": ["Roads together"]}, "Roads together"),
        ("funding", {}, "no open call comes within reach"),
    ],
)
def test_raw_values_are_said(name: str, raw: dict[str, Any], said: str) -> None:
    assert words.measured(name, factor(name, 0.5, **raw)) == said


def test_a_row_without_any_factor_still_has_a_sentence() -> None:
    bare = row(factors={}, score=0, ease=None, value=None, coverage=0)
    assert words.sentence(bare) == "Borders you"
    assert words.lines(bare) == []
    assert changes(bare, [bare]) == []


def test_the_sentence_names_what_is_rare_only_when_it_is_so() -> None:
    plain = row(factors={name: factor(name, 0.5) for name in RAW})
    rich = row(
        factors={
            "willingness": factor("willingness", 1.0, attitude="positive"),
            "complement": factor("complement", 1.0, offers=["Snow plough"]),
            "funding": factor("funding", 1.0, calls=["Roads together"]),
        }
    )
    assert "funding" not in words.sentence(plain)
    for part in ("positive attitude", "offers what you seek", "brings a funding call within reach"):
        assert part in words.sentence(rich)


# --- what would change this ----------------------------------------------------------------


def test_a_missing_datum_names_its_share_and_the_range_of_the_score() -> None:
    one = row(
        factors={"proximity": factor("proximity", 0.5), "shared_problem": factor("shared_problem", None)}
    )
    (first, *_rest) = changes(one, [one], ["Winter service"])
    assert first == (
        "If their need in Winter service were known, 50 % more of the data would be known, the score "
        "between 25 and 75. Ask them: it counts once they are in the talks."
    )


def test_only_the_weightiest_missing_data_are_named_and_none_without_weight() -> None:
    factors = {name: factor(name, None, weight) for name, weight in zip(RAW, range(11, 0, -1), strict=True)}
    one = row(factors=factors | {"funding": factor("funding", None, 0)}, score=0)
    said = changes(one, [one], ["Roads"])
    assert len(said) == 3
    assert "their need in Roads" in said[0]
    assert not any("call" in sentence for sentence in said)


def test_the_costliest_factor_is_said_with_its_fact() -> None:
    one = row(
        factors={"proximity": factor("proximity", 0.9), "size_similarity": factor("size_similarity", 0.1)}
    )
    (said,) = changes(one, [one])
    assert said == "Most points are lost by “Similar size”, 45 of 100: 3,000 and 3,000 inhabitants."
    full = row(factors={"proximity": factor("proximity", 1.0)})
    assert changes(full, [full]) == []


def test_what_both_could_do_moves_score_and_place() -> None:
    low = row(
        rank=2,
        factors={
            "proximity": factor("proximity", 0.9),
            "track_record": factor("track_record", 0.3, with_one_more=0.7),
            "complement": factor("complement", 0.0),
            "willingness": factor("willingness", 0.4),
        },
    )
    other = row("Other", key=2, rank=1, score=0.45)
    said = changes(low, [other, low])
    assert any(
        "one more joint cooperation" in each and "would be 50 instead of 40, place 1 not 2" in each
        for each in said
    )
    assert any("published offer of theirs" in each and "65 instead of 40" in each for each in said)
    assert any("positive attitude of theirs" in each for each in said)


def test_a_place_that_stays_is_said_to_stay() -> None:
    one = row(factors={"complement": factor("complement", 0.0)})
    assert any("the place the same" in each for each in changes(one, [one]))


def test_a_standing_is_the_one_of_the_ranking_itself() -> None:
    one = row(factors={"proximity": factor("proximity", 0.8), "complement": factor("complement", None, 30)})
    assert standing_if(one, [one], "proximity", 0.8).score == one.score
    assert standing_if(one, [one], "complement", 1.0).score == pytest.approx((8 + 30) / 40)


# --- filters, comparing, keeping -------------------------------------------------------------


def test_filters_keep_ranks_and_what_is_not_known_does_not_fit() -> None:
    near = row("Near", key=1, rank=1, km=3.0, neighbour=True, population=500)
    far = row("Far", key=2, rank=2, km=40.0, neighbour=False, population=9000)
    lost = row("Lost", key=3, rank=3, km=None, neighbour=False, population=500)
    offers = {"complement": factor("complement", 1.0, offers=["Snow plough"])}
    giver = row("Giver", key=4, rank=4, factors=offers, neighbour=False, km=9.0)
    rows = [near, far, lost, giver]
    places = {2: Where("Jura", "Franche-Comté"), 1: Where("Ain", "Rhône")}

    def names(**wish: object) -> list[str]:
        return [one.name for one in fitting(rows, places, Wish(**wish))]  # type: ignore[arg-type]  # by name

    assert names() == ["Near", "Far", "Lost", "Giver"]
    assert names(max_km=10) == ["Near", "Giver"]
    assert names(county="Jura") == ["Far"]
    assert names(region="Rhône") == ["Near"]
    assert names(size_from=501) == ["Far", "Giver"]
    assert names(size_to=500) == ["Near", "Lost"]
    assert names(offer=True) == ["Giver"]
    assert names(funding=True) == []
    assert names(neighbours=True) == ["Near"]
    assert [one.rank for one in fitting(rows, places, Wish(size_from=501))] == [2, 4]


def test_the_best_is_marked_unless_all_are_as_good_or_alone_known() -> None:
    one = row("One", key=1, factors={"proximity": factor("proximity", 0.9), "circle": factor("circle", None)})
    two = row("Two", key=2, factors={"proximity": factor("proximity", 0.4), "circle": factor("circle", 0.5)})
    table = {criterion.label: criterion.cells for criterion in side_by_side([one, two], 1000)}
    assert [cell.best for cell in table["Proximity"]] == [True, False]
    assert [cell.best for cell in table["Same circle of partners"]] == [False, False]
    assert [cell.figure for cell in table["Same circle of partners"]] == ["not known", "50"]
    assert [cell.figure for cell in table["Inhabitants with you"]] == ["4,000", "4,000"]
    assert [cell.best for cell in table["Data known"]] == [False, True]


def test_a_kept_ranking_reads_back_as_it_was() -> None:
    ranking = [row(factors={name: factor(name, 0.5) for name in RAW}), row("Two", key=2, rank=2)]
    rows = json.loads(json.dumps(frozen.freeze(ranking)))
    assert frozen.thaw(rows) == ranking
    assert frozen.place_of(rows, 2) == frozen.Place(2, 2, ranking[1].score)
    assert frozen.place_of(rows, 99) is None


def test_the_digest_tells_figures_weights_and_functions_apart_and_nothing_else() -> None:
    rows = frozen.freeze([row()])
    same = frozen.digest(["A", "B"], {"proximity": 10}, rows)
    assert frozen.digest(["B", "A"], {"proximity": 10.0}, json.loads(json.dumps(rows))) == same
    assert frozen.digest(["A"], {"proximity": 10}, rows) != same
    assert frozen.digest(["A", "B"], {"proximity": 11}, rows) != same
    assert frozen.digest(["A", "B"], {"proximity": 10}, frozen.freeze([row("Other")])) != same


@pytest.mark.parametrize(
    ("to", "way"),
    [((47.0, 5.5), "to the north"), ((46.6, 5.9), "to the east"), ((46.3, 5.06), "to the south-west")],
)
def test_directions(to: tuple[float, float], way: str) -> None:
    assert direction(46.6, 5.5, *to) == way
