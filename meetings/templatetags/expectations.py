"""How an expectation is shown: its stance by sign and word, and only the words that were written."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from imc_portal.core.templatetags import portal
from meetings.models import Expectation

register = template.Library()
Stance = Expectation.Stance
#: Sign and tone of each stance; the word always stands beside them.
SHOWN = {
    Stance.NEEDS: ("++", "done"),
    Stance.WELCOMES: ("+", "done"),
    Stance.INDIFFERENT: ("0", "plain"),
    Stance.RELUCTANT: ("−", "waiting"),
    Stance.CANNOT: ("✕", "trouble"),
}


@register.simple_tag
def stance_badge(said: Expectation) -> SafeString:
    """Where a party stands, as sign and word."""
    sign, tone = SHOWN[Stance(said.stance)]
    word = portal.badge(str(Stance(said.stance).label), tone)
    return format_html('<span class="sign" aria-hidden="true">{}</span> {}', sign, word)


@register.simple_tag
def words_of(said: Expectation) -> list[tuple[str, str]]:
    """What stands behind the stance: the fields that say something, by their names."""
    names = ("interest", "expectation", "success", "limit", "concession")
    labels = {name: capfirst(str(Expectation._meta.get_field(name).verbose_name)) for name in names}  # type: ignore[union-attr]  # fields of its own
    return [(labels[name], text) for name in names if (text := str(getattr(said, name)))]
