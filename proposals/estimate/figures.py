"""Plain values that go into an estimate and come out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

#: From the smallest benefit to the largest; always all three.
SCENARIOS = ("low", "central", "high")


class Origin(StrEnum):
    """Where an input comes from."""

    MEASURED = "measured"  # a member's own figure
    DEFAULT = "default"  # from the literature
    ASSUMED = "assumed"  # our own working hypothesis, to be replaced


@dataclass(frozen=True, slots=True)
class Effect:
    """Evidence on a function: efficient scale, and change of running cost as a share (negative: falls)."""

    key: str
    scale: int | None
    low: float
    central: float
    high: float
    source: str
    confidence: str

    @property
    def known(self) -> bool:
        """Whether any study stands behind the numbers."""
        return self.confidence != "none"

    def share(self, scenario: str) -> float:
        """The effect in one scenario."""
        return {"low": self.low, "central": self.central, "high": self.high}[scenario]


@dataclass(frozen=True, slots=True)
class Service:
    """The function in which cooperation is considered."""

    code: str
    name: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class UnitCost:
    """Cost per inhabitant of a provider at efficient scale, used where a member gave no cost of its own."""

    amount: Decimal
    origin: Origin
    source: str
    confidence: str = "low"


@dataclass(frozen=True, slots=True)
class Member:
    """A municipality of the group; its own yearly cost counts before any default."""

    key: str
    name: str
    population: int
    own_cost: Decimal | None = None
    volume: Decimal | None = None
    cost_source: str = ""
    cost_confidence: str = "medium"


@dataclass(frozen=True, slots=True)
class Solo:
    """What the function costs a member alone, and how we know."""

    key: str
    name: str
    population: int
    cost: Decimal
    origin: Origin
    source: str
    confidence: str
    volume: Decimal | None = None


@dataclass(frozen=True, slots=True)
class KeyResult:
    """One cost key: who pays what, who gains, who loses."""

    key: str
    pays: Mapping[str, Decimal]
    nets: Mapping[str, Decimal]

    @property
    def losers(self) -> tuple[str, ...]:
        """Members that would pay more than alone."""
        return tuple(member for member, net in self.nets.items() if net < 0)


@dataclass(frozen=True, slots=True)
class Scenario:
    """The steady state in one scenario, and the way to it."""

    name: str
    running: Decimal
    coordination: Decimal
    transition: Decimal
    group_net: Decimal
    keys: tuple[KeyResult, ...]
    years: Mapping[str, tuple[Decimal, ...]] = field(default_factory=dict)

    @property
    def joint(self) -> Decimal:
        """Running cost and coordination together: what the key divides."""
        return self.running + self.coordination

    def key(self, name: str) -> KeyResult:
        """The result under one key."""
        return next(result for result in self.keys if result.key == name)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Three scenarios, or the gaps that forbid a figure: `no_evidence`, `no_baseline`, `alone`."""

    service: Service
    solos: tuple[Solo, ...]
    scenarios: tuple[Scenario, ...]
    gaps: tuple[str, ...]
    population: int
    reaches_scale: bool | None

    @property
    def known(self) -> bool:
        """Whether there is a figure at all."""
        return bool(self.scenarios)

    def scenario(self, name: str) -> Scenario:
        """One of low, central, high."""
        return next(scenario for scenario in self.scenarios if scenario.name == name)
