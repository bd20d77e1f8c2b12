"""Figures of the members and terms of an area, as the focal point writes them down."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imc_portal.core.forms import Radios, choice_field
from partners.forms.numbers import NumberField
from partners.models.function import Confidence
from proposals.models import AreaTerms, MemberInput
from proposals.services.inputs import seen_mark

MONEY = {"min_value": 0, "max_digits": 14, "decimal_places": 2, "required": False}


def percent_field(label: Any, help_text: Any = "") -> forms.IntegerField:
    """A whole part of a hundred."""
    widget = forms.NumberInput(attrs={"data-unit": "%"})
    return forms.IntegerField(label=label, min_value=0, max_value=100, widget=widget, help_text=help_text)


class _Seen(forms.ModelForm[Any]):
    """Carries which state of the record was read, so that nobody's change is overwritten unseen."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = seen_mark(self.instance)

    def _unit(self, name: str, unit: Any) -> None:
        self.fields[name].widget.attrs["data-unit"] = unit


class MemberInputForm(_Seen):
    """What a function costs and yields one member a year, and how that is known."""

    annual_cost = NumberField(label=_("Cost a year"), help_text=_("Running cost, all of it."), **MONEY)
    volume = NumberField(label=_("Volume a year"), **MONEY)
    year = forms.IntegerField(label=_("Year of the figures"), min_value=1990, max_value=2100)

    class Meta:
        model = MemberInput
        fields: ClassVar[list[str]] = [
            "annual_cost",
            "volume",
            "year",
            "origin",
            "source",
            "confidence",
        ]
        widgets: ClassVar[dict[str, Any]] = {"origin": Radios}
        help_texts: ClassVar[dict[str, Any]] = {
            "source": _("Who said it or which paper it stands in; every recipient can read it."),
        }

    def __init__(self, *args: Any, currency: str, volume_unit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unit("annual_cost", _("%(currency)s a year") % {"currency": currency})
        self._unit("volume", volume_unit)
        self.fields["volume"].help_text = _(
            "In the same unit for every member; the keys by use need it from all of them."
        )
        confidence = choice_field(self, "confidence")
        confidence.choices = [choice for choice in Confidence.choices if choice[0] != Confidence.NONE]
        if self.instance._state.adding:
            self.initial["year"] = timezone.localdate().year - 1

    def clean(self) -> dict[str, Any]:
        """At least one figure."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        silent = cleaned.get("annual_cost") is None and cleaned.get("volume") is None
        if silent and not {"annual_cost", "volume"} & set(self.errors):
            self.add_error("annual_cost", _("Give a cost, a volume, or both."))
        return cleaned


class AreaTermsForm(_Seen):
    """Cost where none is known, weights of the keys, and the grant."""

    unit_cost = NumberField(
        label=_("Cost per inhabitant at efficient scale"),
        min_value=0,
        max_digits=12,
        decimal_places=2,
        required=False,
        help_text=_(
            "Stands in for members whose own cost is not known. Empty: the cost of the initiator does."
        ),
    )
    share_equal = percent_field(_("Mixed key: in equal shares"), _("The three weights add up to 100."))
    share_population = percent_field(_("Mixed key: by inhabitants"))
    share_fiscal = percent_field(_("Mixed key: by fiscal capacity"))
    base_share = percent_field(
        _("Base fee"), _("Part of the cost that is shared equally under the key “base fee and use”.")
    )
    grant_amount = NumberField(
        label=_("Grant that could be applied for"),
        min_value=0,
        max_digits=14,
        decimal_places=2,
        required=False,
        help_text=_("For the whole group, in all. On a line of its own, never counted as a saving."),
    )
    grant_years = forms.IntegerField(
        label=_("Paid over how many years"),
        min_value=1,
        max_value=20,
        widget=forms.NumberInput(attrs={"data-unit": _("years")}),
    )

    class Meta:
        model = AreaTerms
        fields: ClassVar[list[str]] = [
            "unit_cost",
            "unit_cost_source",
            *AreaTerms.WEIGHTS,
            "base_share",
            "grant_amount",
            "grant_years",
            "grant_source",
        ]

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unit("unit_cost", _("%(currency)s an inhabitant") % {"currency": currency})
        self._unit("grant_amount", currency)

    def clean(self) -> dict[str, Any]:
        """Weights that are whole; sources for what comes from elsewhere, said beside the field."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        weights = [cleaned.get(name) for name in AreaTerms.WEIGHTS]
        total = sum(weight for weight in weights if weight is not None)
        if None not in weights and total != 100:
            text = _("The three weights of the mixed key add up to %(total)d, not to 100.")
            self.add_error("share_equal", text % {"total": total})
        if cleaned.get("unit_cost") is not None and not cleaned.get("unit_cost_source"):
            self.add_error("unit_cost_source", _("Say where the cost per inhabitant comes from."))
        if cleaned.get("grant_amount") == 0:
            self.add_error("grant_amount", _("Leave it empty where there is no grant."))
        if cleaned.get("grant_amount") and not cleaned.get("grant_source"):
            self.add_error("grant_source", _("Say which grant it is and who gives it."))
        return cleaned
