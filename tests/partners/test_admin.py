"""The curator's administration: reference data with a trail, and nothing of any case."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from imc_portal.core.models import AuditEntry
from partners.models import Case, Evidence, Municipality, Need, Participant
from tests import makers

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator() -> Client:
    client = Client()
    client.force_login(makers.make_user("Curator", is_staff=True, is_superuser=True))
    return client


@pytest.mark.parametrize(
    "name",
    [
        "municipality",
        "body",
        "membership",
        "function",
        "evidence",
        "officeholder",
        "importrun",
        "fundingcall",
        "existingcooperation",
    ],
)
def test_lists_and_forms_open(curator: Client, name: str) -> None:
    town = makers.make_municipality()
    makers.make_contact(town)
    makers.make_member(town)
    makers.make_cooperation("Union", [town])
    assert curator.get(reverse(f"admin:partners_{name}_changelist")).status_code == 200
    wanted = 403 if name in ("importrun", "existingcooperation") else 200
    assert curator.get(reverse(f"admin:partners_{name}_add")).status_code == wanted


def test_a_correction_goes_on_the_trail(curator: Client) -> None:
    evidence = Evidence.objects.get(key="waste")
    url = reverse("admin:partners_evidence_change", args=[evidence.pk])
    data = {
        "key": "waste",
        "efficient_scale": 28_000,
        "low": "0.03",
        "central": "-0.07",
        "high": "-0.17",
        "source": "a newer study",
        "confidence": "medium",
        "checked_on": "2026-11-01",
    }
    assert curator.post(url, data).status_code == 302
    evidence.refresh_from_db()
    assert evidence.efficient_scale == 28_000
    entry = AuditEntry.objects.get(verb="corrected reference data")
    assert "efficient_scale" in entry.after["fields"]


def test_no_content_of_cases_is_registered() -> None:
    for model in (Case, Need, Participant):
        assert not admin.site.is_registered(model)
    assert admin.site.is_registered(Municipality)


def test_no_page_for_deleting_names_a_case(curator: Client) -> None:
    case = makers.make_case(title="SECRET-CASE")
    town = case.initiator
    answer = curator.get(reverse("admin:partners_municipality_delete", args=[town.pk]))
    assert answer.status_code == 403
    assert "SECRET-CASE" not in answer.content.decode()
    seat = town.memberships.get()
    assert curator.get(reverse("admin:partners_membership_delete", args=[seat.pk])).status_code == 200


def test_a_cooperation_is_told_to_have_failed(curator: Client) -> None:
    kept = makers.make_cooperation("Union", [makers.make_municipality()], code="U")
    url = reverse("admin:partners_existingcooperation_change", args=[kept.pk])
    data = {"name": "Union", "function": "ENV-WCO", "until": "2019", "outcome": "dissolved", "failed": "on"}
    assert curator.post(url, data).status_code == 302
    kept.refresh_from_db()
    assert (kept.function_id, kept.failed, kept.code) == ("ENV-WCO", True, "U")
    assert "failed" in AuditEntry.objects.get(verb="corrected reference data").after["fields"]
