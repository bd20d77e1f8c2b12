"""Addresses of the page of figures, and what people type there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.test import Client
from django.urls import reverse

from imc_portal.core.audit import Actor
from imc_portal.core.models import User
from partners.models import Function, Participant
from proposals import services
from proposals.models import MemberInput, ProposalVersion

WASTE = "ENV-WCO"
SECRET = "SECRET-TOLD-BY-THE-TREASURER"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(version: ProposalVersion, **query: Any) -> str:
    words = "&".join(f"{name}={value}" for name, value in query.items())
    return f"{reverse('proposals:figures', args=[version.proposal_id])}?{words}"


def save(version: ProposalVersion, participant: Participant, code: str = WASTE) -> str:
    return reverse("proposals:input_save", args=[version.proposal_id, code, participant.pk])


def clear(version: ProposalVersion, participant: Participant, code: str = WASTE) -> str:
    return reverse("proposals:input_clear", args=[version.proposal_id, code, participant.pk])


def terms_of(version: ProposalVersion, code: str = WASTE) -> str:
    return reverse("proposals:terms_save", args=[version.proposal_id, code])


def typed(**changed: Any) -> dict[str, Any]:
    words = {
        "annual_cost": "98 000,50",
        "volume": "412",
        "year": "2025",
        "origin": "measured",
        "source": "Accounts 2025",
        "confidence": "high",
        "seen": "",
    }
    return words | changed


def agreed(**changed: Any) -> dict[str, Any]:
    words = {
        "unit_cost": "",
        "unit_cost_source": "",
        "share_equal": "20",
        "share_population": "50",
        "share_fiscal": "30",
        "base_share": "30",
        "grant_amount": "",
        "grant_years": "1",
        "grant_source": "",
        "seen": "",
    }
    return words | changed


def tell(version: ProposalVersion, participant: Participant, **changed: Any) -> MemberInput:
    values: dict[str, Any] = {"annual_cost": Decimal(98_000), "year": 2025, "source": SECRET}
    return services.set_input(
        proposal=version.proposal,
        participant=participant,
        function=Function.objects.get(pk=WASTE),
        actor=Actor.portal(),
        **(values | changed),
    )


def grant(version: ProposalVersion) -> None:
    services.set_terms(
        proposal=version.proposal,
        function=Function.objects.get(pk=WASTE),
        actor=Actor.portal(),
        grant_amount=Decimal(40_000),
        grant_years=4,
        grant_source="County fund",
    )
