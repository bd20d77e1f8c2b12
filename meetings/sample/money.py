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
#: What each partner told of its roads in winter; the third knows its kilometres alone.
TOLD: dict[str, dict[str, Any]] = {
    "39367": {
        "annual_cost": Decimal(187_400),
        "volume": Decimal(52),
        "origin": MemberInput.Origin.MEASURED,
        "source": f"accounts 2025, {SOURCE}",
        "confidence": "high",
    },
    "39470": {
        "annual_cost": Decimal(298_000),
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
    for code, said in TOLD.items():
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
