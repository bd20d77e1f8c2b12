"""Until when a further round of questions may be answered."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AskForm(forms.Form):
    """The last day for answers; it ends at midnight where the reader is."""

    until = forms.DateField(
        label=_("answers by"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def clean_until(self) -> dt.date:
        """A day that a calendar still counts."""
        day: dt.date = self.cleaned_data["until"]
        if day > timezone.localdate() + dt.timedelta(days=366):
            raise forms.ValidationError(_("Within a year, please."))
        return day

    def deadline(self) -> dt.datetime:
        """The end of that day."""
        day = self.cleaned_data["until"]
        return timezone.make_aware(dt.datetime.combine(day, dt.time(23, 59)))


class DisputeForm(forms.Form):
    """What one disputes, and the answer as one read it."""

    reason = forms.CharField(
        label=_("What do you dispute, and why?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
