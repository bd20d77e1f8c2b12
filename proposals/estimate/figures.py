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

    MEASURED = "measured"  # a member's own figure, from its accounts or records
    ESTIMATED = "estimated"  # a member's own figure, said or reckoned by someone who knows it
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
    #: Whether the curve of excess cost by size was measured; `high` is then the excess at its lower end.
    curve: bool = False
    #: Smallest size studied; nothing is extrapolated below it.
    studied_from: int = 10_000

    def __post_init__(self) -> None:
        """Refuse evidence whose low benefit would be larger than its high one."""
        if not self.high <= self.central <= self.low:
            raise ValueError("The effects of low, central and high benefit have to be in order.")

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
class Grant:
    """Money the group could apply for: shown on a line of its own, never counted as a saving."""

    amount: Decimal
    years: int
    source: str


@dataclass(frozen=True, slots=True)
class Terms:
    """How the cost could be shared, and what stands beside it."""

    #: Weights of the mixed key in percent: equal, by inhabitants, by fiscal capacity.
    mixed: tuple[int, int, int] = (20, 50, 30)
    #: Part of the cost shared equally under base fee and use, in percent.
    base_share: int = 30
    grant: Grant | None = None
    #: The key of the one figure and of the years, where it can be formed.
    headline: str = "population"
    #: Cost of working together in a group of up to three, as a share of running cost.
    coordination: float = 0.02


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
    #: How its own cost is known.
    origin: Origin = Origin.MEASURED
    #: Totals of the municipality, not per head.
    fiscal_capacity: Decimal | None = None
    property_value: Decimal | None = None


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
    fiscal_capacity: Decimal | None = None
    property_value: Decimal | None = None
    #: Whether it is the member's own figure, and not reckoned from a cost per inhabitant.
    own: bool = True


@dataclass(frozen=True, slots=True)
class KeyResult:
    """One cost key: who pays what, who gains, who loses, and whether some would do better on their own."""

    key: str
    pays: Mapping[str, Decimal]
    nets: Mapping[str, Decimal]
    #: Whether no part of the group would pay less on its own; None where the group is too large to test.
    in_core: bool | None = None
    #: The part of the group that would gain most by going its own way.
    blocking: tuple[str, ...] = ()
    #: Standard error of the shares where they were sampled; the largest of all members.
    error: Decimal | None = None

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
    terms: Terms = Terms()
    #: The key really used for the one figure and the years.
    headline: str = "population"
    #: Keys that cannot be formed, each with the members whose datum lacks (none: the group is too large).
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Each member's part of the grant by the headline key; never inside nets.
    grants: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Whether there is a figure at all."""
        return bool(self.scenarios)

    def scenario(self, name: str) -> Scenario:
        """One of low, central, high."""
        return next(scenario for scenario in self.scenarios if scenario.name == name)
