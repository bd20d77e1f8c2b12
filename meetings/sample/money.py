"""Figures of the demo's group: made up and marked as such, so that every cost key can be seen at work."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone

from imc_portal.core.audit import Actor
from meetings.sample.people import INITIATOR, municipality
from partners.models import Function, ImportRun, Municipality
from partners.services.imports import name_origin
from proposals.models import MemberInput, Proposal
from proposals.services import inputs

SOURCE = "illustrative figure for the demo"
ROADS = "ECO-ROA"
#: Fiscal capacity and assessed property value per inhabitant.
WEALTH = {
    INITIATOR: ("1012.00", "62000.00"),
    "39367": ("935.00", "58500.00"),
    "39470": ("1640.00", "141000.00"),
    "39297": ("870.00", "54800.00"),
}
#: What each partner told of its roads in winter, its cost as a multiple of the initiator's per inhabitant.
#: The third knows its kilometres alone.
TOLD: dict[str, dict[str, Any]] = {
    "39367": {
        "annual_cost": Decimal("0.995"),
        "volume": Decimal(52),
        "origin": MemberInput.Origin.MEASURED,
        "source": f"accounts 2025, {SOURCE}",
        "confidence": "high",
    },
    "39470": {
        "annual_cost": Decimal("1.010"),
        "volume": Decimal(83),
        "origin": MemberInput.Origin.ESTIMATED,
        "source": f"said by the technical service on the phone, {SOURCE}",
        "confidence": "medium",
    },
    "39297": {
        "volume": Decimal(46),
        "origin": MemberInput.Origin.ESTIMATED,
        "source": f"counted on the map, {SOURCE}",
        "confidence": "medium",
    },
}


def tell(proposal: Proposal, actor: Actor) -> None:
    """Enter what the group told, a grant, and the wealth of its four municipalities."""
    _wealth()
    function = Function.objects.get(pk=ROADS)
    baseline = proposal.case.needs.get(function=function).baseline
    per_head = baseline.annual_cost / municipality(INITIATOR).population
    for code, told in TOLD.items():
        cost = told.get("annual_cost")
        amount = cost and round(cost * per_head * municipality(code).population, -2)
        said = told | {"annual_cost": amount}
        participant = proposal.case.participants.get(municipality__code=code)
        inputs.set_input(
            proposal=proposal,
            participant=participant,
            function=function,
            year=timezone.localdate().year - 1,
            actor=actor,
            **said,
        )
    inputs.set_terms(
        proposal=proposal,
        function=function,
        actor=actor,
        grant_amount=Decimal(120_000),
        grant_years=4,
        grant_source="Roads kept open together in winter, Illustrative fund for joint works (made up)",
    )


def _wealth() -> None:
    """As if a register had brought it, with its origin beside each figure."""
    run = ImportRun.objects.create(kind="municipalities", source=SOURCE, updated=len(WEALTH))
    for code, (capacity, value) in WEALTH.items():
        found = Municipality.objects.filter(pk=municipality(code).pk)
        found.update(fiscal_capacity=Decimal(capacity), property_value=Decimal(value))
    name_origin(run, "FR", list(WEALTH), ["fiscal_capacity", "property_value"])
