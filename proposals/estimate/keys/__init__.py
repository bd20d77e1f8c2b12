"""Cost-sharing keys: each divides one sum among the members, to the cent."""

from proposals.estimate.keys.divide import Division, divisions, fair, has_nucleolus, result
from proposals.estimate.keys.fair import core, scrb, shapley
from proposals.estimate.keys.games import Cost, Floats, Game, Groups, every_group, from_table, games
from proposals.estimate.keys.names import (
    BASE_USAGE,
    EQUAL,
    EXACT_LIMIT,
    FISCAL_CAPACITY,
    MIXED,
    NUCLEOLUS,
    NUCLEOLUS_LIMIT,
    ORDER,
    POPULATION,
    PROPERTY_VALUE,
    SCRB,
    SHAPLEY,
    SOLO_COST,
    USAGE,
)
from proposals.estimate.keys.nucleolus import nucleolus
from proposals.estimate.keys.proportional import lacking, weights
from proposals.estimate.keys.shares import CENT, cents, settle, split, spread

__all__ = [
    "BASE_USAGE",
    "CENT",
    "EQUAL",
    "EXACT_LIMIT",
    "FISCAL_CAPACITY",
    "MIXED",
    "NUCLEOLUS",
    "NUCLEOLUS_LIMIT",
    "ORDER",
    "POPULATION",
    "PROPERTY_VALUE",
    "SCRB",
    "SHAPLEY",
    "SOLO_COST",
    "USAGE",
    "Cost",
    "Division",
    "Floats",
    "Game",
    "Groups",
    "cents",
    "core",
    "divisions",
    "every_group",
    "fair",
    "from_table",
    "games",
    "has_nucleolus",
    "lacking",
    "nucleolus",
    "result",
    "scrb",
    "settle",
    "shapley",
    "split",
    "spread",
    "weights",
]
