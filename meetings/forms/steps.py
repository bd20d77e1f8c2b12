"""Forms about next steps that live on."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class DoneForm(forms.Form):
    """What came of a step."""

    note = forms.CharField(
        label=_("What came of it"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One or two sentences for those who go on from here."),
    )


class FilterForm(forms.Form):
    """Which steps to show; anything unknown shows all."""

    state = forms.CharField(required=False)
    who = forms.CharField(required=False)
    case = forms.UUIDField(required=False)
