"""For which municipality a person writes."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from imc_portal.core.forms import model_choice_field
from partners.models import Municipality


def own_municipalities(form: forms.BaseForm, municipalities: list[Municipality]) -> None:
    """Offer the municipalities that the person writes for; a single one is no question."""
    field = model_choice_field(form, "municipality")
    field.queryset = Municipality.objects.filter(pk__in=[m.pk for m in municipalities])
    field.empty_label = _("Choose one")
    if len(municipalities) == 1:
        form.initial["municipality"] = form.initial.get("municipality") or municipalities[0].pk
        field.widget = forms.HiddenInput()
