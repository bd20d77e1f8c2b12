"""The form of an attitude: for a lead, for a holder of a link, and for the host who records one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.models import Attitude
from partners.models import CandidateArea, Case

OPEN_MINDED = (Attitude.Value.POSITIVE, Attitude.Value.CONDITIONAL)


class AttitudeForm(forms.Form):
    """How the municipality stands towards exploring cooperation, and in which areas."""

    value = forms.ChoiceField(
        label=_("How do you stand towards exploring cooperation?"),
        widget=forms.RadioSelect,
        choices=Attitude.Value.choices,
    )
    conditions = forms.CharField(
        label=_("Conditions"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What would have to be so, if you are positive on conditions."),
    )
    areas = forms.ModelMultipleChoiceField(
        label=_("In which areas?"),
        queryset=CandidateArea.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    stated_by = forms.CharField(
        label=_("Stated by"), max_length=200, help_text=_("Name and office of the person who said so.")
    )

    def __init__(self, data: Any = None, *, case: Case, stated_by: str = "", **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        areas = case.areas.filter(state=CandidateArea.State.AGREED).select_related("function")
        self.fields["areas"].queryset = areas  # type: ignore[attr-defined]  # a ModelMultipleChoiceField
        self.who = stated_by
        if stated_by:
            del self.fields["stated_by"]

    def clean(self) -> dict[str, Any]:
        """Conditions are named, and an open attitude says for what."""
        values = super().clean() or self.cleaned_data
        value = values.get("value")
        if value == Attitude.Value.CONDITIONAL and not values.get("conditions", "").strip():
            self.add_error("conditions", _("Name the conditions."))
        if value in OPEN_MINDED and not values.get("areas"):
            self.add_error("areas", _("Name at least one area that this holds for."))
        return values

    def stated(self) -> dict[str, Any]:
        """What was stated, for the service."""
        values = self.cleaned_data
        return {
            "value": values["value"],
            "conditions": values["conditions"],
            "areas": list(values["areas"]),
            "stated_by": self.who or values["stated_by"],
        }
