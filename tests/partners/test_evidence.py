"""The evidence of the catalogue: everybody signed in reads its history, a curator changes it and says why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.models import AuditEntry, User
from imc_portal.core.problems import Refusal, Stale
from partners.models import Evidence, Function
from partners.services.evidence import change_evidence, seen_mark
from tests import makers

pytestmark = pytest.mark.django_db


@pytest.fixture
def waste() -> Evidence:
    return Evidence.objects.get(key="waste")


@pytest.fixture
def curator() -> User:
    return makers.make_user("Curator", is_staff=True)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def change(
    waste: Evidence, user: User, *, functions: Sequence[str] | None = None, **changed: Any
) -> Evidence:
    reason = changed.pop("reason", "A newer study of 2026.")
    seen = changed.pop("seen", "")
    for name, value in changed.items():
        setattr(waste, name, value)
    kept = waste.functions.all() if functions is None else Function.objects.filter(pk__in=functions)
    return change_evidence(evidence=waste, functions=kept, reason=reason, seen=seen, actor=Actor.person(user))


def typed(evidence: Evidence, **changed: Any) -> dict[str, Any]:
    data = {
        "efficient_scale": "30 000",
        "low": "3",
        "central": "-7",
        "high": "-17",
        "studied_from": "10 000",
        "source": "Aldag, Warner & Bel 2020",
        "confidence": "medium",
        "checked_on": "2026-11-01",
        "functions": [function.pk for function in evidence.functions.all()],
        "reason": "A newer study.",
        "seen": seen_mark(evidence),
    }
    return data | changed


# --- the service -----------------------------------------------------------------------------------


def test_a_change_leaves_what_stood_there_and_why(waste: Evidence, curator: User) -> None:
    change(waste, curator, central=Decimal("-0.05"), efficient_scale=28_000)
    waste.refresh_from_db()
    assert (waste.central, waste.efficient_scale) == (Decimal("-0.050"), 28_000)
    entry = AuditEntry.objects.get(verb="changed evidence")
    assert entry.before == {"efficient_scale": 30_000, "central": "-0.070"}
    assert entry.after == {"efficient_scale": 28_000, "central": "-0.050"}
    assert (entry.reason, entry.actor_name) == ("A newer study of 2026.", "Curator")


def test_a_change_without_reason_is_refused(waste: Evidence, curator: User) -> None:
    for reason in ("", "   ", "x" * 501):
        with pytest.raises(Refusal):
            change(waste, curator, central=Decimal("-0.05"), reason=reason)
    assert Evidence.objects.get(key="waste").central == Decimal("-0.070")
    assert not AuditEntry.objects.filter(verb="changed evidence").exists()


def test_nothing_changed_is_nothing_on_the_trail(waste: Evidence, curator: User) -> None:
    change(waste, curator)
    assert not AuditEntry.objects.filter(verb="changed evidence").exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"central": Decimal("0.05")}, "central"),
        ({"high": Decimal("-0.01")}, "high"),
        ({"efficient_scale": 0}, "efficient_scale"),
        ({"efficient_scale": 60_000_000}, "efficient_scale"),
        ({"studied_from": 99}, "studied_from"),
        ({"source": ""}, "source"),
        ({"confidence": "sure"}, "confidence"),
        ({"low": Decimal("200")}, "low"),
        ({"checked_on": dt.date(2999, 1, 1)}, "checked_on"),
        ({"measured_curve": True, "efficient_scale": None}, "efficient_scale"),
        ({"measured_curve": True, "studied_from": 30_000}, "studied_from"),
        ({"measured_curve": True, "low": 0, "central": Decimal(0), "high": Decimal(0)}, "high"),
    ],
)
def test_what_cannot_be_is_refused(
    waste: Evidence, curator: User, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        change(waste, curator, **changed)
    assert field in refusal.value.message_dict
    assert Evidence.objects.get(key="waste").source.startswith("Aldag")
    assert not AuditEntry.objects.filter(verb="changed evidence").exists()


def test_the_evidence_that_came_with_the_portal_holds_to_its_own_rules() -> None:
    for evidence in Evidence.objects.all():
        evidence.full_clean()


def test_a_function_moves_on_the_trail_of_both(waste: Evidence, curator: User) -> None:
    mine = [function.pk for function in waste.functions.all()]
    change(waste, curator, functions=[*mine, "REC-LIB"])
    assert Function.objects.get(pk="REC-LIB").evidence == waste
    library = Evidence.objects.get(key="library")
    lost = AuditEntry.objects.get(target_key=f"partners.evidence:{library.pk}")
    assert (lost.before, lost.after) == ({"functions": ["REC-LIB"]}, {"functions": []})
    gained = AuditEntry.objects.get(target_key=f"partners.evidence:{waste.pk}")
    assert gained.after == {"functions": sorted([*mine, "REC-LIB"])}


def test_no_function_is_left_without_evidence(waste: Evidence, curator: User) -> None:
    with pytest.raises(Refusal, match="tick it at another"):
        change(waste, curator, functions=[])
    assert Function.objects.get(pk="ENV-WCO").evidence == waste


def test_the_second_curator_is_told_and_overwrites_nothing(waste: Evidence, curator: User) -> None:
    seen = seen_mark(waste)
    mine = Evidence.objects.get(pk=waste.pk)
    change(waste, curator, efficient_scale=28_000)
    with pytest.raises(Stale):
        change(mine, makers.make_user(is_staff=True), efficient_scale=31_000, seen=seen)
    assert Evidence.objects.get(key="waste").efficient_scale == 28_000


# --- the pages ----------------------------------------------------------------------------------------


def test_everybody_signed_in_reads_the_history_and_nobody_else(waste: Evidence, curator: User) -> None:
    change(
        waste, curator, efficient_scale=28_000, measured_curve=True, confidence="low", source="Study B 2026"
    )
    url = waste.get_absolute_url()
    body = signed_in(makers.make_member(makers.make_municipality())).get(url).content.decode()
    for words in ("A newer study of 2026.", "Curator", "30,000", "28,000", "Study B 2026", "medium", "yes"):
        assert words in body
    assert "open proposal" not in body
    for address in (
        url,
        reverse("partners:evidence_list"),
        reverse("partners:evidence_edit", args=[waste.pk]),
    ):
        assert Client().get(address).status_code == 302


def test_only_curators_get_to_change(waste: Evidence) -> None:
    lead = signed_in(makers.make_member(makers.make_municipality(), "lead"))
    for address in (reverse("partners:evidence_add"), reverse("partners:evidence_edit", args=[waste.pk])):
        assert lead.get(address).status_code == 403
        assert lead.post(address, typed(waste, central="-9")).status_code == 403
    assert Evidence.objects.get(key="waste").central == Decimal("-0.070")
    assert "Change" not in lead.get(waste.get_absolute_url()).content.decode()


def test_a_curator_types_percent_and_finds_them_again(waste: Evidence, curator: User) -> None:
    client, url = signed_in(curator), reverse("partners:evidence_edit", args=[waste.pk])
    page = client.get(url).content.decode()
    assert 'value="-17"' in page
    assert 'value="30,000"' in page
    answer = client.post(url, typed(waste, central="-7,5", efficient_scale="28 000"))
    assert answer.headers["Location"] == waste.get_absolute_url()
    waste.refresh_from_db()
    assert (waste.central, waste.efficient_scale) == (Decimal("-0.075"), 28_000)
    body = client.get(waste.get_absolute_url()).content.decode()
    assert "\N{MINUS SIGN}7.5%" in body


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"reason": ""}, "required"),
        ({"source": ""}, "required"),
        ({"low": "-20"}, "Cost cannot fall less"),
        ({"high": "-95"}, "greater than or equal to -90"),
        ({"central": "-7.55"}, "1 decimal place"),
        ({"efficient_scale": "12"}, "Between 100 and 50,000,000"),
        ({"efficient_scale": "9" * 40}, "less than or equal"),
        ({"checked_on": "2999-01-01"}, "not come yet"),
        ({"checked_on": "31 June"}, "valid date"),
        ({"functions": []}, "tick it at another"),
        ({"functions": ["NO-SUCH"]}, "not one of the available choices"),
        ({"confidence": "sure"}, "not one of the available choices"),
        ({"seen": "0123"}, "Somebody else changed"),
    ],
)
def test_what_is_wrong_stands_in_the_form_and_nothing_typed_is_lost(
    waste: Evidence, curator: User, changed: dict[str, Any], words: str
) -> None:
    data = (
        typed(waste, source="Typed by me 2026", **changed)
        if "source" not in changed
        else typed(waste, **changed)
    )
    answer = signed_in(curator).post(reverse("partners:evidence_edit", args=[waste.pk]), data)
    body = answer.content.decode()
    assert answer.status_code == 422
    assert words in body
    assert "source" in changed or "Typed by me 2026" in body
    assert Evidence.objects.get(key="waste").source.startswith("Aldag")
    assert not AuditEntry.objects.filter(verb="changed evidence").exists()


def test_after_a_clash_the_next_try_holds(waste: Evidence, curator: User) -> None:
    client, url = signed_in(curator), reverse("partners:evidence_edit", args=[waste.pk])
    data = typed(waste, efficient_scale="26000")
    change(waste, makers.make_user(is_staff=True), efficient_scale=28_000)
    body = client.post(url, data).content.decode()
    fresh = seen_mark(Evidence.objects.get(pk=waste.pk))
    assert f'value="{fresh}"' in body
    assert client.post(url, data | {"seen": fresh}).status_code == 302
    assert Evidence.objects.get(pk=waste.pk).efficient_scale == 26_000


def test_new_evidence_takes_functions_over(waste: Evidence, curator: User) -> None:
    data = typed(waste, key="glass", functions=["ENV-WCO"], seen="")
    client, url = signed_in(curator), reverse("partners:evidence_add")
    for key in ("", "Waste!", "waste"):
        assert client.post(url, data | {"key": key}).status_code == 422
    assert client.post(url, data).status_code == 302
    glass = Evidence.objects.get(key="glass")
    assert [function.pk for function in glass.functions.all()] == ["ENV-WCO"]
    assert AuditEntry.objects.get(verb="added evidence").after["functions"] == ["ENV-WCO"]
    assert "added evidence".capitalize() in client.get(glass.get_absolute_url()).content.decode()


def test_the_curator_learns_how_many_drafts_use_it_but_not_whose(waste: Evidence, curator: User) -> None:
    version = makers.make_draft()
    makers.make_approved(makers.make_draft(makers.make_case(makers.make_municipality())))
    title = version.proposal.case.title
    for address in (reverse("partners:evidence_list"), waste.get_absolute_url()):
        body = signed_in(curator).get(address).content.decode()
        assert "1 open proposal" in body
        assert title not in body
    waiting = signed_in(curator).get(reverse("partners:evidence_edit", args=[waste.pk])).content.decode()
    assert "1 open proposal uses it" in waiting


def test_the_list_and_a_history_cost_the_same_however_long(waste: Evidence, curator: User) -> None:
    client, counts = signed_in(curator), []
    for n in (1, 2, 3):
        change(Evidence.objects.get(pk=waste.pk), curator, efficient_scale=20_000 + n)
        extra = Evidence(key=f"extra{n}", source="S", confidence="low", checked_on=timezone.localdate())
        change(extra, curator, functions=[("ENV-WCO", "REC-LIB", "ADM-TAX")[n - 1]])
        seen = []
        for address in (reverse("partners:evidence_list"), waste.get_absolute_url()):
            client.get(address)
            with CaptureQueriesContext(connection) as asked:
                client.get(address)
            seen.append(len(asked))
        counts.append(seen)
    assert counts[0] == counts[1] == counts[2]
    assert max(counts[0]) <= 12


def test_entries_of_the_administration_are_told_too(waste: Evidence, curator: User) -> None:
    audit.record(
        Actor.person(curator), "corrected reference data", waste, after={"fields": ["source", "low"]}
    )
    body = signed_in(curator).get(waste.get_absolute_url()).content.decode()
    assert "Corrected reference data" in body
    assert "Low benefit" in body


def test_an_unknown_number_is_not_found(curator: User) -> None:
    for name in ("evidence", "evidence_edit"):
        for pk in (0, 10**12):
            assert signed_in(curator).get(reverse(f"partners:{name}", args=[pk])).status_code == 404
