"""What cooperation could bring and cost each member: pure, in three scenarios, able to show a loss."""

from proposals.estimate.figures import (
    Effect,
    Estimate,
    KeyResult,
    Member,
    Origin,
    Scenario,
    Service,
    Solo,
    UnitCost,
)
from proposals.estimate.scenarios import estimate

__all__ = [
    "Effect",
    "Estimate",
    "KeyResult",
    "Member",
    "Origin",
    "Scenario",
    "Service",
    "Solo",
    "UnitCost",
    "estimate",
]
