"""The form of an attitude: for a lead, for a holder of a link, and for the host who records one."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from meetings.models import Attitude
from meetings.stances import AreaStance, contradictions
from partners.models import CandidateArea, Case

VALUES = Attitude.Value.choices


class AttitudeForm(forms.Form):
    """How the municipality stands towards exploring cooperation, as a whole and in each area."""

    value = forms.ChoiceField(
        label=_("How do you stand towards exploring cooperation, as a whole?"),
        widget=forms.RadioSelect,
        choices=VALUES,
    )
    conditions = forms.CharField(
        label=_("Conditions"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What would have to be so, if you are positive on conditions."),
    )
    stated_by = forms.CharField(
        label=_("Stated by"), max_length=200, help_text=_("Name and office of the person who said so.")
    )
    seen = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        case: Case,
        stated_by: str = "",
        latest: Attitude | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        agreed = case.areas.filter(state=CandidateArea.State.AGREED)
        self.areas = list(agreed.select_related("function"))
        self.who = stated_by
        self._ask_by_area()
        if stated_by:
            del self.fields["stated_by"]
        else:
            self.order_fields([*(name for name in self.fields if name != "stated_by"), "stated_by"])
        self.initial["seen"] = str(latest.pk) if latest else ""
        if latest is not None:
            self._begin_with(latest)

    def _ask_by_area(self) -> None:
        for area in self.areas:
            self.fields[name_of(area)] = forms.ChoiceField(
                label=str(area),
                widget=forms.RadioSelect,
                choices=VALUES,
                required=False,
            )
            self.fields[if_of(area)] = forms.CharField(
                label=_("Conditions in this area"),
                required=False,
                max_length=1000,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text=_("Leave empty if those above hold here too."),
            )

    def _begin_with(self, latest: Attitude) -> None:
        """Who revises starts from what was said last."""
        self.initial.update({"value": latest.value, "conditions": latest.conditions})
        for row in latest.by_area.all():
            self.initial.update({name_of(row.area): row.value, if_of(row.area): row.conditions})

    def clean(self) -> dict[str, Any]:
        """Conditions are named, and the whole and the areas go together."""
        values = super().clean() or self.cleaned_data
        value, above = values.get("value"), values.get("conditions", "").strip()
        if value == Attitude.Value.CONDITIONAL and not above:
            self.add_error("conditions", _("Name the conditions."))
        for area in self.areas:
            on_condition = values.get(name_of(area)) == Attitude.Value.CONDITIONAL
            if on_condition and not values.get(if_of(area), "").strip() and not self._inherits(value, above):
                self.add_error(if_of(area), _("Name the conditions."))
        if value:
            for reason in contradictions(value, self._said(values)):
                self.add_error("value", reason)
        return values

    def stated(self) -> dict[str, Any]:
        """What was stated, for the service."""
        values = self.cleaned_data
        return {
            "value": values["value"],
            "conditions": values["conditions"],
            "by_area": self._said(values),
            "stated_by": self.who or values["stated_by"],
            "seen": _identity(values["seen"]),
        }

    def by_area(self) -> Iterator[tuple[CandidateArea, BoundField, BoundField]]:
        """Each area with its two fields, for the template."""
        for area in self.areas:
            yield area, self[name_of(area)], self[if_of(area)]

    def _said(self, values: dict[str, Any]) -> list[AreaStance]:
        above = values.get("conditions", "").strip()[:1000]
        return [
            AreaStance(area, said, values.get(if_of(area), "").strip() or above)
            for area in self.areas
            if (said := values.get(name_of(area)))
        ]

    @staticmethod
    def _inherits(value: str | None, above: str) -> bool:
        return value == Attitude.Value.CONDITIONAL and bool(above)


def name_of(area: CandidateArea) -> str:
    """The field that asks for the attitude in an area."""
    return f"area_{area.pk}"


def if_of(area: CandidateArea) -> str:
    """The field that asks for the conditions in an area."""
    return f"if_{area.pk}"


def _identity(text: str) -> str:
    """The statement that the writer had before them; "" for none."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return ""
