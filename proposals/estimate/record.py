"""An estimate as JSON and back: an approved proposal keeps the figures it was built on."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from proposals.estimate.figures import Effect, Estimate, KeyResult, Origin, Scenario, Service, Solo


def to_json(estimate: Estimate) -> dict[str, Any]:
    """Values that JSON knows; money as text, so that no cent is lost."""
    plain: dict[str, Any] = _plain(asdict(estimate))
    return plain


def from_json(data: dict[str, Any]) -> Estimate:
    """The estimate as it was."""
    service = data["service"]
    return Estimate(
        service=Service(service["code"], service["name"], Effect(**service["effect"])),
        solos=tuple(_solo(solo) for solo in data["solos"]),
        scenarios=tuple(_scenario(scenario) for scenario in data["scenarios"]),
        gaps=tuple(data["gaps"]),
        population=data["population"],
        reaches_scale=data["reaches_scale"],
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Decimal) else value


def _money(amounts: dict[str, str]) -> dict[str, Decimal]:
    return {key: Decimal(amount) for key, amount in amounts.items()}


def _solo(data: dict[str, Any]) -> Solo:
    volume = data["volume"]
    return Solo(
        **data
        | {
            "cost": Decimal(data["cost"]),
            "origin": Origin(data["origin"]),
            "volume": None if volume is None else Decimal(volume),
        }
    )


def _scenario(data: dict[str, Any]) -> Scenario:
    return Scenario(
        name=data["name"],
        running=Decimal(data["running"]),
        coordination=Decimal(data["coordination"]),
        transition=Decimal(data["transition"]),
        group_net=Decimal(data["group_net"]),
        keys=tuple(KeyResult(k["key"], _money(k["pays"]), _money(k["nets"])) for k in data["keys"]),
        years={key: tuple(Decimal(net) for net in nets) for key, nets in data["years"].items()},
    )
