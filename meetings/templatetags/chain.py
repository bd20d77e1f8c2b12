"""The head of every page of a case: its chain and the next step."""

from __future__ import annotations

from typing import Any

from django import template

from imc_portal.core.models import User
from imc_portal.core.templatetags import portal
from meetings import chain
from partners.models import Case

register = template.Library()


@register.inclusion_tag("components/chain.html")
def case_chain(case: Case, user: User) -> dict[str, Any]:
    """The progress line of the case for this person."""
    context: dict[str, Any] = portal.chain(chain.steps(case, user))
    return context


@register.simple_tag
def case_next(case: Case, user: User) -> chain.NextAct | None:
    """The one next act."""
    return chain.next_act(case, user)
