"""What cooperation could bring and cost each member: pure, in three scenarios, able to show a loss."""

from proposals.estimate.figures import (
    Effect,
    Estimate,
    Grant,
    KeyResult,
    Member,
    Origin,
    Scenario,
    Service,
    Solo,
    Terms,
    UnitCost,
)
from proposals.estimate.scenarios import estimate

__all__ = [
    "Effect",
    "Estimate",
    "Grant",
    "KeyResult",
    "Member",
    "Origin",
    "Scenario",
    "Service",
    "Solo",
    "Terms",
    "UnitCost",
    "estimate",
]
