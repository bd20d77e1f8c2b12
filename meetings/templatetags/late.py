"""Partners who join late, on the page of their case."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context

from meetings import late
from partners import policies
from partners.models import Case

register = template.Library()


@register.inclusion_tag("meetings/late.html", takes_context=True)
def late_partners(context: Context, case: Case) -> dict[str, Any]:
    """What each still lacks, for those inside; what to do about it, for those who run the case."""
    user = context["user"]
    inside = policies.allows(user, "case.inside", case)
    return {
        "lacks": late.lacks(case) if inside else [],
        "may_run": policies.allows(user, "case.run", case),
        "csrf_token": context.get("csrf_token"),
    }
