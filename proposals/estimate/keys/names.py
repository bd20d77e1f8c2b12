"""The names of the cost keys, and up to which size of group they are exact."""

from __future__ import annotations

EQUAL, POPULATION, USAGE = "equal", "population", "usage"
FISCAL_CAPACITY, PROPERTY_VALUE = "fiscal_capacity", "property_value"
MIXED, BASE_USAGE, SOLO_COST = "mixed", "base_usage", "solo_cost"
SCRB, SHAPLEY, NUCLEOLUS = "scrb", "shapley", "nucleolus"
#: In the order in which they are shown.
ORDER = (
    EQUAL,
    POPULATION,
    USAGE,
    FISCAL_CAPACITY,
    PROPERTY_VALUE,
    MIXED,
    BASE_USAGE,
    SOLO_COST,
    SCRB,
    SHAPLEY,
    NUCLEOLUS,
)
#: Up to this many members the cost of every part of the group is known: Shapley exact, core tested.
EXACT_LIMIT = 12
#: Beyond, the linear programs of the nucleolus would take too long; the key is left out and said to be.
NUCLEOLUS_LIMIT = 10
