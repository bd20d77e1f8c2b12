"""The reader's calendar address, for pages that show it."""

from __future__ import annotations

from django import template

from imc_portal.core.models import PersonalLink, User
from meetings.services import feeds

register = template.Library()


@register.simple_tag
def calendar_of_user(user: User) -> str:
    """The address; nothing before it was made."""
    link = feeds.of_user(user)
    return feeds.address(link) if link else ""


@register.simple_tag
def calendar_of_link(link: PersonalLink) -> str:
    """The address; nothing before it was made."""
    found = feeds.of_holder(link)
    return feeds.address(found) if found else ""
