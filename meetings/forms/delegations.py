"""Forms of who comes as observer or facilitator."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy


class GuestForm(forms.Form):
    """Who comes for an observer or facilitator."""

    name = forms.CharField(
        label=gettext_lazy("Who comes"),
        max_length=150,
        required=False,
        help_text=gettext_lazy("Leave it empty when nobody comes."),
    )
