"""The form above the groups: what they are to reach, and within which bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from imc_portal.core.forms import choice_field
from partners.discovery.groups import MOST_MEMBERS

MOST_KM = 1000
#: Choices under their headings, as a select lists them.
Choices = Sequence[tuple[Any, Sequence[tuple[str, str]]]]


class GroupForm(forms.Form):
    """Asked by GET, so that a search has an address of its own; what is not said has its default."""

    goal = forms.ChoiceField(label=_("What the group is to reach"))
    max_km = forms.IntegerField(
        label=_("Distance at most"),
        required=False,
        min_value=1,
        max_value=MOST_KM,
        widget=forms.NumberInput(attrs={"data-unit": "km"}),
    )
    max_size = forms.TypedChoiceField(
        label=_("Members at most"),
        coerce=int,
        choices=[(n, str(n)) for n in range(2, MOST_MEMBERS + 1)],
    )
    aside = forms.BooleanField(label=_("Also those we set aside"), required=False)

    def __init__(self, asked: Mapping[str, Any], *, goals: Choices, first: str) -> None:
        known = {name: asked[name] for name in self.base_fields if asked.get(name)}
        super().__init__({"goal": first, "max_size": str(MOST_MEMBERS)} | known)
        choice_field(self, "goal").choices = goals
