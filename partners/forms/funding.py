"""A funding call as its rules are written down; every rule may be left empty."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from imc_portal.core.forms import choice_field
from partners.forms.numbers import NumberField
from partners.models import Function, FundingCall

#: What the columns of the database hold.
MOST = 2_147_483_647
DATE = {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


class FundingCallForm(forms.ModelForm[FundingCall]):
    """Who pays, for what, for whom, until when, and who says so."""

    country = forms.RegexField(
        r"^[A-Za-z]{2}$",
        label=_("Country"),
        max_length=2,
        help_text=_("Two letters, such as FR."),
        error_messages={"invalid": _("Two letters are needed, such as FR.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    regions = forms.MultipleChoiceField(
        label=_("Eligible regions"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: the whole country."),
    )
    functions = forms.ModelMultipleChoiceField(
        Function.objects.all(),
        label=_("Eligible functions"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: every function."),
    )
    min_partners = forms.IntegerField(
        label=_("Least number of municipalities"),
        min_value=2,
        max_value=500,
        widget=forms.NumberInput(attrs={"data-unit": _("municipalities")}),
        help_text=_("The applicant counts."),
    )
    min_population = NumberField(
        label=_("Least joint population"),
        required=False,
        min_value=1,
        max_value=MOST,
        decimal_places=0,
        unit=_("inhabitants"),
        help_text=_("All members together. Empty: no such rule."),
    )
    max_member_population = NumberField(
        label=_("Most inhabitants of one municipality"),
        required=False,
        min_value=1,
        max_value=MOST,
        decimal_places=0,
        unit=_("inhabitants"),
        help_text=_("For calls that are kept for small ones. Empty: no such rule."),
    )
    min_years = forms.IntegerField(
        label=_("Least duration"),
        required=False,
        min_value=1,
        max_value=99,
        widget=forms.NumberInput(attrs={"data-unit": _("years")}),
        help_text=_("How long the cooperation has to last. Empty: no such rule."),
    )
    own_share = forms.IntegerField(
        label=_("Own share"),
        required=False,
        min_value=0,
        max_value=100,
        widget=forms.NumberInput(attrs={"data-unit": "%"}),
        help_text=_("What the municipalities pay themselves at least."),
    )
    amount_max = NumberField(
        label=_("Highest grant"),
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        help_text=_("In the currency below. Empty: not known."),
    )
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$",
        label=_("Currency"),
        max_length=3,
        error_messages={"invalid": _("Three letters are needed, such as EUR.")},
    )
    url = forms.URLField(
        label=_("Address of the call"),
        required=False,
        max_length=200,
        assume_scheme="https",
        help_text=_("The page of the funder where the rules can be read."),
    )

    class Meta:
        model = FundingCall
        fields: ClassVar[list[str]] = [
            "title",
            "funder",
            "opens_on",
            "deadline",
            "country",
            "regions",
            "functions",
            "min_partners",
            "min_population",
            "max_member_population",
            "min_years",
            "own_share",
            "amount_max",
            "currency",
            "source",
            "url",
            "published",
        ]
        widgets: ClassVar[dict[str, Any]] = {"opens_on": DATE["widget"], "deadline": DATE["widget"]}
        help_texts: ClassVar[dict[str, Any]] = {
            "funder": _("Who pays: a ministry, a region, a fund."),
            "opens_on": _("Empty: open already."),
            "source": _(
                "Where the rules come from, and as of when, such as “Official journal, 3 March 2027”."
            ),
            "published": _("Only a published call is seen by others and counts in rankings."),
        }

    def __init__(self, *args: Any, regions: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [code for code, _name in regions]
        kept = [(code, code) for code in self.instance.regions if code not in known]
        choice_field(self, "regions").choices = [*regions, *kept]
        if not self.instance._state.adding:
            self.initial["functions"] = [function.pk for function in self.instance.functions.all()]

    def clean_country(self) -> str:
        """In capitals, as everywhere."""
        return str(self.cleaned_data["country"]).upper()

    def clean_currency(self) -> str:
        """In capitals."""
        return str(self.cleaned_data["currency"]).upper()

    def chosen_functions(self) -> Iterable[Function]:
        """The functions ticked."""
        found: Iterable[Function] = self.cleaned_data["functions"]
        return found
