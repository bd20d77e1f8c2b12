"""The estimate as it is told: losers by word, sub-groups, lacking data, grants apart, many members, years."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils import translation

from proposals.documents import money
from proposals.documents.context import Money, Table
from proposals.documents.money.course import payback
from proposals.documents.sources import source_tables
from proposals.documents.years import ticks_of
from proposals.estimate import Effect, Estimate, Grant, Member, Origin, Service, Terms, UnitCost, estimate

TAX = Effect("tax", 60_000, 0.0, -0.18, -0.30, "Niaounakis & Blank (2017)", "high", curve=True)
WASTE = Effect("waste", 30_000, 0.03, -0.07, -0.17, "Aldag, Warner & Bel (2020)", "medium")


def group(count: int = 3) -> list[Member]:
    return [
        Member(
            key=f"k{n}",
            name=f"Town {n}",
            population=6_000 + 4_000 * n,
            own_cost=Decimal(78_000 + 60_000 * n),
            volume=Decimal(2_700 + 2_000 * n),
            cost_source="accounts 2025",
            fiscal_capacity=Decimal(5_400_000 + n * 4_000_000),
            property_value=Decimal(400_000_000),
        )
        for n in range(count)
    ]


def reckon(members: list[Member], effect: Effect = TAX, **terms: object) -> Estimate:
    return estimate(Service("TAX", "Tax", effect), members, terms=Terms(**terms))  # type: ignore[arg-type]  # test data


def told(one: Estimate, reader: str = "k0") -> Money:
    return money.tell(one, reader, "EUR")


def table(found: Table | None) -> Table:
    assert found is not None
    return found


def test_few_members_stand_beside_each_other_and_losers_are_named() -> None:
    one = reckon(group())
    keys = table(told(one).keys)
    assert keys.headings == ("Cost key", "Town 0", "Town 1", "Town 2", "Who loses")
    assert keys.own == 0
    assert len(keys.rows) == 11
    for row, result in zip(keys.rows, one.scenario("central").keys, strict=True):
        assert row.below[0] == f"pays €{result.pays['k0']:,.0f}"
        losing = [solo.name for solo in one.solos if solo.key in result.losers]
        assert row.cells[-1] == (" and ".join(losing) if losing else "nobody")
        tones = dict(zip(("k0", "k1", "k2"), row.tones, strict=False))
        assert {key for key, tone in tones.items() if tone == "loss"} == set(result.losers)
    assert [row.name for row in keys.rows if row.mine] == ["By inhabitants"]


def test_of_many_members_each_key_shows_the_reader_the_ends_and_how_many_lose() -> None:
    one = reckon(group(9))
    keys = table(told(one, "k4").keys)
    assert keys.headings[1:] == ("You pay", "Your net", "Smallest net", "Largest net", "Who loses")
    assert keys.own == 1
    for row, result in zip(keys.rows, one.scenario("central").keys, strict=True):
        assert row.cells[0] == f"€{result.pays['k4']:,.0f}"
        lowest = min(result.nets, key=lambda key: result.nets[key])
        assert row.below[2] == f"Town {lowest[1:]}"
        assert row.cells[-1] == (f"{len(result.losers)} of 9" if result.losers else "nobody")
    paper = money.members_table(one, "EUR")
    assert len(paper.rows) == 9
    assert all((row.cells[3] == "loses") == row.cells[2].startswith("−") for row in paper.rows)


def test_long_amounts_get_room() -> None:
    members = [replace(member, own_cost=Decimal(900_000_000)) for member in group()]
    assert table(told(reckon(members)).keys).headings[1] == "You pay"


def test_who_would_do_better_alone_is_said_in_words() -> None:
    one = reckon(group())
    remarks = " ".join(told(one).sharing)
    central = one.scenario("central")
    blocked = [result for result in central.keys if result.in_core is False]
    assert blocked
    assert any("would pay less" in text for text in told(one).sharing)
    assert "Nobody, and no part of the group, would pay less on its own under: " in remarks
    single = next(result for result in blocked if len(result.blocking) == 1)
    name = next(solo.name for solo in one.solos if solo.key == single.blocking[0])
    assert f"{name} would pay less alone than under:" in remarks


def test_keys_that_cannot_be_formed_say_whose_figure_lacks() -> None:
    members = group()
    members[1] = replace(members[1], volume=None)
    one = reckon(members, headline="usage")
    remarks = told(one).sharing
    assert "Cannot be formed yet: By use, Base fee and use. The figure of Town 1 lacks." in remarks
    assert any("The first page should use “By use”" in text for text in remarks)
    assert "By use" not in [row.name for row in table(told(one).keys).rows]
    assert "“By inhabitants”" in money.headline([one], "k0", "Town 0", "EUR").note


def test_sampled_shares_say_how_far_they_may_be_off() -> None:
    remarks = " ".join(told(reckon(group(16))).sharing)
    assert "drawn by sample" in remarks
    assert "The group is too large to test" in remarks
    old = reckon(group())
    scenarios = tuple(
        replace(one, keys=tuple(replace(key, in_core=None, blocking=()) for key in one.keys))
        for one in old.scenarios
    )
    assert told(replace(old, scenarios=scenarios)).sharing == ()


def test_a_group_smaller_than_any_studied_is_told_so() -> None:
    small = [replace(one, population=3_000) for one in group()]
    caveat = "Studies begin at 10,000 inhabitants. This group is smaller, so its figure is less sure."
    assert caveat in told(reckon(small, WASTE)).unknown
    assert caveat not in told(reckon([replace(one, population=3_334) for one in small], WASTE)).unknown


def test_a_grant_stands_apart_and_is_in_no_net() -> None:
    plain = reckon(group())
    given = reckon(group(), grant=Grant(Decimal(90_000), 3, "DETR 2027"))
    rows = table(told(given).scenarios).rows
    apart = [row for row in rows if "not counted above" in row.name]
    assert len(apart) == 2
    assert apart[0].apart
    assert set(apart[0].cells) == {"€90,000"}
    assert set(apart[1].cells) == {f"€{given.grants['k0']:,.0f}"}
    assert "over 3 years" in told(given).grant
    assert "DETR 2027" in told(given).grant
    assert [row.cells for row in table(told(plain).scenarios).rows] == [
        row.cells for row in rows if row not in apart
    ]
    assert told(plain).grant == ""


def test_where_nobody_saves_it_says_so() -> None:
    costly = Effect("elder", 25_000, 0.10, 0.03, 0.0, "Study", "medium")
    one = reckon(group(), costly)
    summary = told(one).summary
    assert "the group as a whole saves nothing: it pays" in summary
    figure = money.headline([one], "k0", "Town 0", "EUR")
    assert figure.tone == "loss"
    assert "a year lost by Town 0" in figure.caption


def test_a_reader_that_never_gains_is_told() -> None:
    costly = Effect("elder", 25_000, 0.10, 0.03, 0.0, "Study", "medium")
    alike = [replace(member, population=9_000, own_cost=Decimal(90_000)) for member in group()]
    same = [
        replace(member, volume=Decimal(1), fiscal_capacity=Decimal(1), property_value=Decimal(1))
        for member in alike
    ]
    words = told(reckon(same, costly)).summary
    assert "You would lose under every cost key shown." in words
    assert "There is no saving for you in any scenario, under any key." in words


@pytest.mark.parametrize(
    ("path", "year"),
    [
        ((5, 5, 5, 5, 5, 5), 1),
        ((-10, 2, 4, 6, 8, 10), 4),
        ((-100, 0, 5, 10, 15, 20), 9),
        ((-100, 0, 0, 0, 0, 1), None),
        ((-5, -5, -5, -5, -5, -5), None),
        ((-5, 0, 0, 0, 0, 0), None),
    ],
)
def test_the_year_in_which_joining_up_is_earned_back(path: tuple[int, ...], year: int | None) -> None:
    assert payback([Decimal(value) for value in path]) == year


def test_years_are_told_in_a_table_a_picture_and_words() -> None:
    one = reckon(group())
    found = told(one)
    rows = table(found.years).rows
    assert [row.name for row in rows][:2] == ["Year 1", "Year 2"]
    assert rows[-1].name == "All six years"
    central = one.scenario("central").years["k0"]
    assert [row.cells[1].replace("+", "").replace("−", "-") for row in rows[:-1]] == [
        f"€{net:,.0f}".replace("€-", "-€") for net in central
    ]
    assert found.course is not None
    svg = found.course.svg
    assert svg.count("<circle") == 6
    assert svg.count('class="years-loss"') == sum(net < 0 for net in central)
    assert "years-zero" in svg
    assert "pattern" in svg
    assert "joining up" in found.course_words


@pytest.mark.parametrize("size", [3, 40])
def test_pictures_are_small_and_named(size: int) -> None:
    found = told(reckon(group(size)))
    for picture in (found.chart, found.course):
        assert picture is not None
        assert len(picture.svg) < 60_000
        assert "<title" in picture.svg
        assert "<desc" in picture.svg
        assert not re.findall(r"\d\.\d{2,}", picture.svg.replace("0.08", ""))
    assert found.chart is not None
    assert found.chart.svg.count("<rect") == len(table(found.keys).rows) + 1  # and the one of the pattern


def test_ticks_are_round_and_hold_zero() -> None:
    assert ticks_of(-29_000, 4_000) == [-30_000, -20_000, -10_000, 0, 10_000]
    for low, high in ((0, 0), (-1, 0), (0, 7), (-123_456, 987_654)):
        ticks = ticks_of(low, high)
        assert 0 in ticks
        assert ticks[0] <= low <= high <= ticks[-1]
        assert len(ticks) <= 7


def test_pictures_are_mirrored_where_the_reader_reads_from_the_right() -> None:
    one = reckon(group())
    with translation.override("ar"):
        arabic = told(one)
    english = told(one)
    assert arabic.chart is not None
    assert english.chart is not None
    assert 'x="640" y="14.5" text-anchor="end"' in arabic.chart.svg
    assert 'x="0" y="14.5" text-anchor="start"' in english.chart.svg


def test_every_input_has_an_origin_a_source_and_a_confidence() -> None:
    members = group()
    members[1] = replace(members[1], own_cost=None)
    members[2] = replace(members[2], origin=Origin.ESTIMATED, cost_source="", cost_confidence="low")
    unit = UnitCost(Decimal(10), Origin.ASSUMED, "Town 0")
    one = estimate(Service("TAX", "Tax", TAX), members, unit)
    studies, costs, registers, terms = source_tables([one], "EUR")
    assert [row.cells[1] for row in studies.rows] == ["from studies"] * 3
    assert [row.cells[2:] for row in costs.rows] == [
        ("measured", "accounts 2025", "medium"),
        ("assumed", "cost per inhabitant of Town 0", "low"),
        ("estimated", "its own accounts", "low"),
    ]
    assert registers.rows[0].cells == ("6,000", "€5,400,000", "€400,000,000")
    values = {row.name: row.cells for row in terms.rows}
    assert values["Base fee"][:2] == ("30%", "assumed")
    assert values["Mixed key: equal / by inhabitants / by fiscal capacity"][0] == "20% / 50% / 30%"
    assert all(all(row.cells) for found in (studies, costs, registers, terms) for row in found.rows)
