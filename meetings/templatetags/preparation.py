"""What a municipality can still record for the next step, for the page of its personal link."""

from __future__ import annotations

from typing import Any

from django import template

from meetings.models import PartyPreparation
from meetings.services import preparation
from partners.models import Case, Participant

register = template.Library()


@register.simple_tag
def areas_to_prepare(participant: Participant) -> list[dict[str, Any]]:
    """The areas that were selected, once the formal meeting is held, with what is recorded on each."""
    case = participant.case
    if not case.has_reached(Case.State.FORMAL_HELD):
        return []
    said = {one.area_id: one for one in PartyPreparation.objects.filter(participant=participant)}
    return [{"area": area, "said": said.get(area.pk)} for area in preparation.areas_of(case)]
