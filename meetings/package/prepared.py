"""What was recorded for the next steps: study, key, legal basis, official, stakeholders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from meetings.models import AreaPreparation, PartyPreparation, Stakeholder
from meetings.package import people
from partners.models import Case, Participant

Facts = dict[str, Any]


def gather(case: Case, told: Sequence[Participant]) -> Facts:
    """As recorded; what nobody recorded is not there."""
    areas = AreaPreparation.objects.filter(area__case=case)
    parties = PartyPreparation.objects.filter(participant__in=told, area__case=case)
    stakeholders = Stakeholder.objects.filter(case=case).select_related("area__function")
    return {
        "studies": [_study(one) for one in areas],
        "legal_claims": [_party(one) for one in parties.select_related("participant__municipality")],
        "stakeholders": [_stakeholder(one) for one in stakeholders],
    }


def _study(one: AreaPreparation) -> Facts:
    return {
        "area": str(one.area_id),
        "study_by": one.study_by,
        "study_key": one.study_key,
        "study_key_name": one.get_study_key_display() if one.study_key else "",
        "study_key_note": one.study_key_note,
    }


def _party(one: PartyPreparation) -> Facts:
    return {
        "area": str(one.area_id),
        "participant": str(one.participant_id),
        "municipality": one.participant.municipality.name,
        "legal_basis": one.legal_basis,
        "official": people.person(one.official_name, one.official_role) if one.official_name else None,
        "how_now": one.how_now,
        "service_level": one.service_level,
    }


def _stakeholder(one: Stakeholder) -> Facts:
    return {
        "name": one.name,
        "concern": one.concern,
        "area": str(one.area_id) if one.area_id else None,
        "contacted": False,
    }
