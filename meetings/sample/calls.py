"""Funding calls of the demo: made up, marked as illustrative, so that rules can be seen at work."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from imc_portal.core.audit import Actor
from partners.models import Function, FundingCall
from partners.services.funding import keep_call

SOURCE = "made up for the demo; no such call exists"
FUNDER = "Illustrative fund for joint works"
REGION = "27"  # Bourgogne-Franche-Comté

#: Title, functions, days until the deadline, rules.
CALLS: tuple[tuple[str, tuple[str, ...], int, dict[str, Any]], ...] = (
    (
        "Shared machines for roads in the mountains",
        ("ECO-ROA",),
        75,
        {
            "regions": [REGION],
            "min_partners": 3,
            "min_population": 10_000,
            "min_years": 6,
            "own_share": 30,
            "amount_max": Decimal(400_000),
        },
    ),
    # Within reach around the initiator, where no group is large enough for the efficient scale.
    (
        "Roads kept open together in winter",
        ("ECO-ROA",),
        95,
        {"min_partners": 3, "min_population": 12_000, "min_years": 4, "amount_max": Decimal(120_000)},
    ),
    (
        "Services close to people, shared in a valley",
        ("ECO-ROA", "ENV-WCO", "REC-LIB"),
        120,
        {"min_partners": 5, "min_population": 15_000, "own_share": 20, "amount_max": Decimal(250_000)},
    ),
    (
        "First steps together for small municipalities",
        (),
        40,
        {"max_member_population": 5_000, "min_years": 3, "amount_max": Decimal(30_000)},
    ),
)


def record() -> None:
    """Publish them through the service that curators use."""
    for title, functions, days, rules in CALLS:
        call = FundingCall(
            title=title,
            funder=FUNDER,
            country="FR",
            deadline=timezone.localdate() + dt.timedelta(days=days),
            source=SOURCE,
            published=True,
            illustrative=True,
            **rules,
        )
        keep_call(call=call, functions=Function.objects.filter(pk__in=functions), actor=Actor.portal())
