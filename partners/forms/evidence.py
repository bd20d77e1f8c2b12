"""Evidence as a curator writes it down: effects in percent, with where they come from and why they change."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.forms.numbers import NumberField
from partners.models import Evidence, Function
from partners.services.evidence import seen_mark

#: What the columns of the database hold.
MOST = 2_147_483_647


class PercentField(NumberField):
    """A share, typed and shown in percent to one decimal."""

    def __init__(self, **kwargs: Any) -> None:
        limits = {"min_value": -90, "max_value": 90, "max_digits": 4, "decimal_places": 1}
        super().__init__(unit="%", **(limits | kwargs))

    def clean(self, value: Any) -> Any:
        """The share."""
        number = super().clean(value)
        return None if number is None else number / 100

    def prepare_value(self, value: Any) -> Any:
        """A stored share in percent; what was typed stays as typed."""
        return super().prepare_value(value * 100 if isinstance(value, Decimal) else value)


class FunctionChoices(forms.ModelMultipleChoiceField[Function]):
    """Functions by name, each with the evidence it uses now."""

    def label_from_instance(self, obj: Function) -> str:
        """For example: Waste collection (now: waste)."""
        return _("%(name)s (now: %(evidence)s)") % {"name": obj, "evidence": obj.evidence.key}


class EvidenceForm(forms.ModelForm[Evidence]):
    """Efficient scale, effect in three scenarios, source; and the reason for the change."""

    key = forms.RegexField(
        r"^[a-z][a-z0-9_]*$",
        label=_("Short name"),
        max_length=30,
        help_text=_("One word in small letters, such as waste. It stays for ever."),
        error_messages={"invalid": _("Small letters a to z, digits and _ only.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    efficient_scale = NumberField(
        label=_("Efficient scale"),
        required=False,
        min_value=1,
        max_value=MOST,
        decimal_places=0,
        unit=_("inhabitants"),
        help_text=_("Inhabitants beyond which unit cost stops falling. Empty: no such size is known."),
    )
    low = PercentField(label=_("Low benefit"), help_text=_("Change of running cost. Minus: cost falls."))
    central = PercentField(label=_("Central"))
    high = PercentField(label=_("High benefit"), help_text=_("The largest fall of cost."))
    studied_from = NumberField(
        label=_("Smallest size studied"),
        min_value=1,
        max_value=MOST,
        decimal_places=0,
        unit=_("inhabitants"),
        help_text=_("Below it nothing is extrapolated."),
    )
    functions = FunctionChoices(
        Function.objects.select_related("evidence"),
        label=_("Functions that use it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A function has one evidence: ticking it here takes it from its present one."),
    )
    reason = forms.CharField(
        label=_("Why it changes"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody who has signed in can read it in the history."),
    )
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    class Meta:
        model = Evidence
        fields: ClassVar[list[str]] = [
            "key",
            "efficient_scale",
            "low",
            "central",
            "high",
            "measured_curve",
            "studied_from",
            "source",
            "confidence",
            "checked_on",
        ]
        widgets: ClassVar[dict[str, Any]] = {
            "checked_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "source": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "source": _("Study or statistics, with year, so that others can find it."),
            "confidence": _("“No evidence”: the estimate then gives no figure and says so."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            del self.fields["key"]
            self.initial["functions"] = [function.pk for function in self.instance.functions.all()]
            self.initial["seen"] = seen_mark(self.instance)
