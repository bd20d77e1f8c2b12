"""Who makes a compatible partner: pure functions over plain values."""

from partners.discovery.ranking import (
    WEIGHTS,
    Candidates,
    FactorScore,
    Initiator,
    Question,
    Ranked,
    rank,
)
from partners.discovery.scale import Tray, tray

__all__ = [
    "WEIGHTS",
    "Candidates",
    "FactorScore",
    "Initiator",
    "Question",
    "Ranked",
    "Tray",
    "rank",
    "tray",
]
