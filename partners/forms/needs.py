"""The need and what the function costs today, on one page."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from imc_portal.core.forms import model_choice_field
from partners.forms.numbers import NumberField
from partners.forms.seats import own_municipalities
from partners.models import Baseline, Cause, Function, Municipality, Need
from partners.models.need import Severity


class NeedForm(forms.ModelForm[Need]):
    """What the municipality cannot meet alone."""

    severity = forms.TypedChoiceField(
        label=_("How severe is it?"), choices=Severity.choices, coerce=int, widget=forms.RadioSelect
    )
    causes = forms.MultipleChoiceField(
        label=_("Causes"),
        choices=Cause.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick all that apply."),
    )

    class Meta:
        model = Need
        fields: ClassVar[list[str]] = [
            "municipality",
            "function",
            "kind",
            "severity",
            "causes",
            "statement",
            "evidence",
        ]
        labels: ClassVar[dict[str, Any]] = {"municipality": _("Municipality"), "function": _("Function")}
        widgets: ClassVar[dict[str, Any]] = {
            "kind": forms.RadioSelect,
            "statement": forms.Textarea(attrs={"rows": 4}),
            "evidence": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "statement": _("In your own words, as a neighbour would understand it."),
            "evidence": _(
                "Figures, complaints, an audit, a date. A case can only be opened on a need with it."
            ),
        }

    def __init__(self, *args: Any, municipalities: list[Municipality], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own_municipalities(self, municipalities)
        function = model_choice_field(self, "function")
        function.queryset = Function.objects.all()
        function.empty_label = _("Choose one")
        if not self.instance._state.adding:
            self.fields["municipality"].disabled = True


class BaselineForm(forms.ModelForm[Baseline]):
    """What it costs and yields today; left empty as a whole when not known."""

    annual_cost = NumberField(
        label=_("What it costs today"),
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        unit=_("€ a year"),
        help_text=_("All costs, also staff and buildings. Leave empty if you do not know it yet."),
    )
    volume = NumberField(label=_("Volume"), required=False, min_value=0, max_digits=14, decimal_places=2)
    staff_fte = NumberField(
        label=_("Staff"),
        required=False,
        min_value=0,
        max_digits=7,
        decimal_places=2,
        unit=_("full-time posts"),
    )

    class Meta:
        model = Baseline
        fields: ClassVar[list[str]] = [
            "annual_cost",
            "year",
            "volume",
            "volume_unit",
            "staff_fte",
            "quality",
            "source",
            "confidence",
        ]
        help_texts: ClassVar[dict[str, Any]] = {
            "volume_unit": _("Such as tonnes, kilometres, files."),
            "source": _("Such as the accounts of that year."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["prefix"] = "baseline"
        super().__init__(*args, **kwargs)
        self.fields["year"].required = self.fields["confidence"].required = False

    @property
    def is_given(self) -> bool:
        """Whether anything that makes a baseline was filled in."""
        data = getattr(self, "cleaned_data", {})
        return any(
            data.get(name) not in (None, "") for name in ("annual_cost", "volume", "staff_fte", "year")
        )

    def clean(self) -> dict[str, Any]:
        """A baseline has a cost and a year."""
        data = super().clean() or self.cleaned_data
        if self.is_given:
            for name in ("annual_cost", "year"):
                if data.get(name) is None and name not in self.errors:
                    self.add_error(name, _("A figure of today needs the cost and its year."))
        return data

    def _get_validation_exclusions(self) -> set[str]:
        exclude: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # Django's own hook
        return exclude if self.is_given else exclude | set(self.fields)
