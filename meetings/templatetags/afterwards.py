"""What a personal page shows of the time after the formal meeting."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from meetings import minutes_facts, next_steps
from meetings.models import Minutes, Ratification
from meetings.views import personal_minutes, personal_steps
from partners.models import Participant

register = template.Library()


@register.simple_tag
def minutes_of(participant: Participant) -> dict[str, Any]:
    """The newest minutes, whether one's word is awaited, and whether one's council is."""
    found = personal_minutes.newest(participant)
    if found is None:
        return {}
    is_asked = any(one["id"] == str(participant.pk) for one in minutes_facts.asked_in(found))
    said = minutes_facts.latest_voices(found).get(str(participant.pk))
    awaited = participant.ratifications.filter(state=Ratification.State.AWAITED).exists()
    return {
        "minutes": found,
        "open": is_asked and said is None and found.state == Minutes.State.SENT,
        "said": said,
        "council": awaited,
    }


@register.simple_tag
def steps_of(participant: Participant) -> list[next_steps.Standing]:
    """The open steps of one's own municipality, the most urgent first."""
    now = timezone.now()
    open_ones = personal_steps.of(participant).filter(done_at=None)
    return sorted((next_steps.standing(step, now) for step in open_ones), key=lambda one: one.step.due)
