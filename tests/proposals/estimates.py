"""The services, members and the worked example that tests on estimates share."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from proposals.estimate import Effect, Estimate, Member, Origin, Service, Terms, UnitCost, estimate

EXAMPLE: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "worked_example.json").read_text())
TAX = Effect("tax", 60_000, 0.0, -0.18, -0.30, "a study", "high", curve=True)
WASTE = Effect("waste", 30_000, 0.03, -0.07, -0.17, "several studies", "medium")
GOODS = Effect("procurement", None, 0.0, -0.03, -0.08, "practitioners", "low")
NOTHING = Effect("none", 25_000, 0.0, 0.0, 0.0, "no evidence", "none")


def service(effect: Effect) -> Service:
    """A service with this effect."""
    return Service("X", "A service", effect)


def members_of_example() -> list[Member]:
    """A, B and C with all that is told of them."""
    return [
        Member(
            key,
            key,
            facts["population"],
            volume=Decimal(facts["volume"]),
            fiscal_capacity=Decimal(facts["fiscal_capacity"]),
        )
        for key, facts in EXAMPLE["members"].items()
    ]


def example(terms: Terms | None = None) -> Estimate:
    """Tax collection shared by three."""
    unit = UnitCost(Decimal(str(EXAMPLE["unit_cost_per_inhabitant"])), Origin.DEFAULT, "example")
    return estimate(service(TAX), members_of_example(), unit, terms or Terms())


def members(most: int = 6, least: int = 2) -> st.SearchStrategy[list[Member]]:
    """Groups whose members told everything, also nothing at all."""
    money = st.integers(0, 10**9).map(lambda pence: Decimal(pence) / 100)
    facts = st.tuples(st.integers(0, 200_000), money, money, money, money)
    return st.lists(facts, min_size=least, max_size=most).map(
        lambda group: [
            Member(f"m{n}", f"Town {n}", people, cost, volume, fiscal_capacity=fiscal, property_value=value)
            for n, (people, cost, volume, fiscal, value) in enumerate(group)
        ]
    )
