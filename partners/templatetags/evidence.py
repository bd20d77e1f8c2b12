"""How figures of evidence are written."""

from __future__ import annotations

from decimal import Decimal

from django import template

from partners import evidence_words
from partners.models import Evidence

register = template.Library()


@register.filter
def percent(share: Decimal) -> str:
    """A change of cost in percent, with its sign."""
    return evidence_words.percent(share)


@register.filter
def some_functions(evidence: Evidence) -> str:
    """The functions that use it: as many as a title holds."""
    return evidence_words.some_functions(evidence)
