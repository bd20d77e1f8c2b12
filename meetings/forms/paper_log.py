"""The form of the paper log, and of papers that go to a new recipient."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imc_portal.core.forms import Radios
from meetings.models import HandDelivery
from meetings.services.paper_log import Handed


class PaperLogForm(forms.ModelForm[HandDelivery]):
    """It came by post or by hand: when, and who received it."""

    class Meta:
        model = HandDelivery
        fields: ClassVar[list[str]] = ["how", "received_on", "received_by", "note", "mail_too"]
        labels: ClassVar[dict[str, object]] = {"how": gettext_lazy("How it came")}
        widgets: ClassVar[dict[str, Any]] = {
            "how": Radios,
            "received_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts: ClassVar[dict[str, object]] = {
            "received_by": gettext_lazy("The person who took it, with the office."),
            "mail_too": gettext_lazy("Otherwise a message that has not left is cancelled."),
        }

    def __init__(self, *args: Any, first: dt.date | None, last: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first, self.last = first, last
        bounds = {"max": last.isoformat()} | ({"min": first.isoformat()} if first else {})
        self.fields["received_on"].widget.attrs.update(bounds)

    def clean_received_on(self) -> dt.date:
        """Not before there was a paper, and not in the future."""
        day: dt.date = self.cleaned_data["received_on"]
        if day > self.last:
            raise forms.ValidationError(_("This day is still to come: note it once the paper is there."))
        if self.first and day < self.first:
            raise forms.ValidationError(_("There was no such paper yet on this day: it was made later."))
        return day

    @property
    def handed(self) -> Handed:
        """What was filled in."""
        return Handed(**{name: self.cleaned_data[name] for name in self._meta.fields or ()})


class ReasonForm(forms.Form):
    """Why papers go out once more."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        help_text=gettext_lazy("For example: the address is corrected; the office has changed hands."),
    )
