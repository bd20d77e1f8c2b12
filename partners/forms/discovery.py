"""Forms of the discovery page: what to rank for, whom to show, how to weigh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from imc_portal.core.forms import choice_field
from partners.discovery import words
from partners.discovery.wish import Wish
from partners.models import Function
from partners.weights import MOST, said

COUNTY, REGION = "county:", "region:"
FARTHEST, LARGEST = 2000, 100_000_000


class WishForm(forms.Form):
    """Functions to rank for and filters of the list; a shareable query."""

    functions = forms.MultipleChoiceField(
        label=_("Rank for"), required=False, widget=forms.CheckboxSelectMultiple
    )
    max_km = forms.FloatField(
        label=_("Greatest distance in km"), required=False, min_value=0, max_value=FARTHEST
    )
    area = forms.ChoiceField(label=_("County or region"), required=False)
    size_from = forms.IntegerField(
        label=_("Inhabitants from"), required=False, min_value=0, max_value=LARGEST
    )
    size_to = forms.IntegerField(label=_("Inhabitants up to"), required=False, min_value=0, max_value=LARGEST)
    offer = forms.BooleanField(label=_("offers what we seek"), required=False)
    funding = forms.BooleanField(label=_("brings a funding call within reach"), required=False)
    neighbours = forms.BooleanField(label=_("borders us"), required=False)

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        functions: Sequence[Function],
        counties: Sequence[str],
        regions: Sequence[str],
    ) -> None:
        super().__init__(data)
        choice_field(self, "functions").choices = [(f.pk, str(f)) for f in functions]
        groups = [(_("County"), COUNTY, counties), (_("Region"), REGION, regions)]
        choice_field(self, "area").choices = [
            ("", _("All")),
            *((title, [(mark + name, name) for name in names]) for title, mark, names in groups if names),
        ]

    def clean(self) -> dict[str, Any]:
        """Sizes in their order."""
        cleaned = super().clean() or {}
        low, high = cleaned.get("size_from"), cleaned.get("size_to")
        if low is not None and high is not None and low > high:
            raise ValidationError({"size_to": _("This is less than the least size.")})
        return cleaned

    @property
    def numbers(self) -> list[forms.BoundField]:
        """Fields for a figure."""
        return [self[name] for name in ("max_km", "size_from", "size_to")]

    @property
    def ticks(self) -> list[forms.BoundField]:
        """Fields for a yes."""
        return [self[name] for name in ("neighbours", "offer", "funding")]

    @property
    def is_used(self) -> bool:
        """Whether anything is asked for, understood or not."""
        return bool(self.errors) or self.wish != Wish()

    @property
    def wish(self) -> Wish:
        """The filters that were understood; a wrong one hides nobody."""
        self.is_valid()
        kept = dict(self.cleaned_data)
        kept.pop("functions", None)
        area = kept.pop("area", "")
        county = area.removeprefix(COUNTY) if area.startswith(COUNTY) else ""
        region = area.removeprefix(REGION) if area.startswith(REGION) else ""
        return Wish(county=county, region=region, **kept)


class WeightsForm(forms.Form):
    """A weight for each factor, and why."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stays with the weights, inside your municipality."),
    )

    def __init__(
        self, data: Mapping[str, Any] | None, *, weights: Mapping[str, float], defaults: Mapping[str, float]
    ) -> None:
        super().__init__(data)
        self.defaults = defaults
        for name in weights:
            self.fields[name] = forms.FloatField(
                label=words.label(name),
                min_value=0,
                max_value=MOST,
                initial=f"{weights[name]:g}",
                help_text=f"{words.MEANINGS.get(name, '')} "
                + str(_("Counts as %(side)s; default %(weight)s."))
                % {"side": words.side(name), "weight": said(defaults[name])},
                widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
            )
        self.order_fields([*weights, "reason"])

    def clean(self) -> dict[str, Any]:
        """At least one factor counts."""
        cleaned = super().clean() or {}
        given = [cleaned.get(name) for name in self.defaults]
        if not self.errors and not any(given):
            raise ValidationError(_("Give at least one factor a weight: with none there is no ranking."))
        return cleaned

    @property
    def chosen(self) -> dict[str, float]:
        """The weights that were given."""
        return {name: self.cleaned_data[name] for name in self.defaults}


class ResetForm(forms.Form):
    """Back to the defaults, and why."""

    reason = forms.CharField(
        label=_("Why back to the defaults?"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
