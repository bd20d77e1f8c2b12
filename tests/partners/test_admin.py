"""The curator's administration: reference data with a trail, and nothing of any case."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from imc_portal.core.models import AuditEntry
from partners.models import Case, Evidence, Function, Municipality, Need, Participant
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
    wanted = 403 if name in ("importrun", "existingcooperation", "evidence") else 200
    assert curator.get(reverse(f"admin:partners_{name}_add")).status_code == wanted


def test_a_correction_goes_on_the_trail(curator: Client) -> None:
    body = makers.make_body("Region")
    url = reverse("admin:partners_body_change", args=[body.pk])
    data = {"name": "Region of the lakes", "kind": "region", "country": "FR", "language": "fr"}
    assert curator.post(url, data).status_code == 302
    body.refresh_from_db()
    assert body.name == "Region of the lakes"
    entry = AuditEntry.objects.get(verb="corrected reference data")
    assert "name" in entry.after["fields"]


def test_evidence_is_only_read_here_and_leads_to_its_page(curator: Client) -> None:
    evidence = Evidence.objects.get(key="waste")
    url = reverse("admin:partners_evidence_change", args=[evidence.pk])
    assert "/r/" in curator.get(url).content.decode()
    assert curator.post(url, {"key": "waste", "efficient_scale": 1}).status_code == 403
    assert Evidence.objects.get(pk=evidence.pk).efficient_scale == 30_000


def test_the_evidence_of_a_function_does_not_change_past_its_trail(curator: Client) -> None:
    function = Function.objects.get(pk="ENV-WCO")
    other = Evidence.objects.get(key="none")
    url = reverse("admin:partners_function_change", args=[function.pk])
    data = {"code": "ENV-WCO", "name": function.name, "cofog": "05.1", "modes": "joint_production"}
    assert curator.post(url, data | {"evidence": other.pk}).status_code == 302
    assert Function.objects.get(pk="ENV-WCO").evidence.key == "waste"


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
