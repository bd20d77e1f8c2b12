"""An estimate as JSON and back: an approved proposal keeps the figures it was built on."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from proposals.estimate.figures import (
    Effect,
    Estimate,
    Grant,
    KeyResult,
    Origin,
    Scenario,
    Service,
    Solo,
    Terms,
)


def to_json(estimate: Estimate) -> dict[str, Any]:
    """Values that JSON knows; money as text, so that no cent is lost."""
    plain: dict[str, Any] = _plain(asdict(estimate))
    return plain


def from_json(data: dict[str, Any]) -> Estimate:
    """The estimate as it was; what was not reckoned yet when it was frozen takes its default."""
    service = data["service"]
    return Estimate(
        service=Service(service["code"], service["name"], Effect(**service["effect"])),
        solos=tuple(_solo(solo) for solo in data["solos"]),
        scenarios=tuple(_scenario(scenario) for scenario in data["scenarios"]),
        gaps=tuple(data["gaps"]),
        population=data["population"],
        reaches_scale=data["reaches_scale"],
        terms=_terms(data.get("terms") or {}),
        headline=data.get("headline", "population"),
        missing={key: tuple(names) for key, names in data.get("missing", {}).items()},
        grants=_money(data.get("grants", {})),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Decimal) else value


def _money(amounts: dict[str, str]) -> dict[str, Decimal]:
    return {key: Decimal(amount) for key, amount in amounts.items()}


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _terms(data: dict[str, Any]) -> Terms:
    given = dict(data)
    if "mixed" in given:
        given["mixed"] = tuple(given["mixed"])
    if given.get("grant"):
        grant = given["grant"]
        given["grant"] = Grant(Decimal(grant["amount"]), grant["years"], grant["source"])
    return Terms(**given)


def _solo(data: dict[str, Any]) -> Solo:
    facts = {name: _decimal(data.get(name)) for name in ("volume", "fiscal_capacity", "property_value")}
    origin = Origin(data["origin"])
    own = {"own": data.get("own", origin not in (Origin.ASSUMED, Origin.DEFAULT))}
    return Solo(**data | facts | own | {"cost": Decimal(data["cost"]), "origin": origin})


def _key(data: dict[str, Any]) -> KeyResult:
    return KeyResult(
        key=data["key"],
        pays=_money(data["pays"]),
        nets=_money(data["nets"]),
        in_core=data.get("in_core"),
        blocking=tuple(data.get("blocking", ())),
        error=_decimal(data.get("error")),
    )


def _scenario(data: dict[str, Any]) -> Scenario:
    return Scenario(
        name=data["name"],
        running=Decimal(data["running"]),
        coordination=Decimal(data["coordination"]),
        transition=Decimal(data["transition"]),
        group_net=Decimal(data["group_net"]),
        keys=tuple(_key(key) for key in data["keys"]),
        years={key: tuple(Decimal(net) for net in nets) for key, nets in data["years"].items()},
    )
