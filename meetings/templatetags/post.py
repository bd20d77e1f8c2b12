"""States of messages on other pages: the same words and icons as in the post room."""

from __future__ import annotations

from typing import Any

from django import template

from imc_portal.core.models import OutgoingEmail
from meetings.post import states

register = template.Library()


@register.inclusion_tag("meetings/post_state.html")
def mail_state(email: OutgoingEmail) -> dict[str, Any]:
    """The state of a message as icon and words."""
    return {"group": states.group_of(email), "word": states.word(email)}
