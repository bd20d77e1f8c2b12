"""What a case waits for, on its own page and on the page of each step."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.utils import timezone

from meetings.blockers import blockers, since_words
from partners.models import Case

register = template.Library()


@register.inclusion_tag("meetings/blockers.html", takes_context=True)
def case_waits(context: Context, case: Case, *steps: str) -> dict[str, Any]:
    """All that the case waits for, or what one of these steps waits for; nothing when nothing is."""
    now = timezone.now()
    found = [each for each in blockers(case, context["user"], now) if not steps or each.step in steps]
    return {"items": [{"blocker": each, "since": since_words(each.since, now)} for each in found]}
