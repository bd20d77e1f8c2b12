"""The pages of the place “Partners”, side by side."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

register = template.Library()

PAGES = (
    ("partners:municipality_list", _("Municipalities")),
    ("partners:listing_list", _("Offers and requests")),
    ("partners:probe_list", _("Private interest")),
    ("partners:funding_list", _("Funding calls")),
    ("partners:evidence_list", _("Evidence")),
)


@register.inclusion_tag("components/tabs.html", takes_context=True)
def partner_tabs(context: Context) -> dict[str, Any]:
    """One row of tabs for all lists of the place; the page one stands on is marked."""
    path = getattr(context.get("request"), "path", "")
    items = [{"label": label, "url": url} for name, label in PAGES if (url := _address(name))]
    return {"items": items, "label": _("Partners"), "path": path}


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
