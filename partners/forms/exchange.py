"""Forms of the exchange: an offer or a request, interest in one, a private yes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imc_portal.core.forms import Radios, choice_field, model_choice_field
from partners.forms.seats import own_municipalities
from partners.models import Function, Interest, Listing, Municipality
from partners.models.function import Mode

EMPTY = _("Choose one")


class ListingForm(forms.ModelForm[Listing]):
    """What is offered or sought, as others will read it."""

    class Meta:
        model = Listing
        fields: ClassVar[list[str]] = [
            "municipality",
            "kind",
            "function",
            "mode",
            "title",
            "text",
            "capacity",
            "partners_wanted",
            "valid_until",
        ]
        labels: ClassVar[dict[str, Any]] = {
            "municipality": _("Municipality"),
            "kind": _("Do you offer or seek something?"),
            "function": _("Function"),
            "mode": _("In which mode"),
        }
        widgets: ClassVar[dict[str, Any]] = {
            "kind": Radios,
            "text": forms.Textarea(attrs={"rows": 6}),
            "partners_wanted": forms.NumberInput(attrs={"min": 1, "max": 500}),
            "valid_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "title": _("One line, as it will stand in the list."),
            "text": _("What you can give or need, for whom it fits, and what you expect. No personal data."),
            "capacity": _("Such as two days a week, 400 tonnes a year, one post."),
            "valid_until": _("Its last day on the list. Empty: until you close it."),
        }

    def __init__(self, *args: Any, municipalities: list[Municipality], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own_municipalities(self, municipalities)
        model_choice_field(self, "function").empty_label = EMPTY
        choice_field(self, "mode").choices = [
            ("", pgettext_lazy("mode of cooperation", "Open")),
            *Mode.choices,
        ]
        if not self.instance._state.adding:
            self.fields["municipality"].disabled = True

    def clean_valid_until(self) -> dt.date | None:
        """Its last day lies ahead."""
        day: dt.date | None = self.cleaned_data["valid_until"]
        if day and day < timezone.localdate():
            raise ValidationError(_("This day has passed."))
        return day

    def clean_partners_wanted(self) -> int | None:
        """At least one partner, and not more than a country holds."""
        wanted: int | None = self.cleaned_data["partners_wanted"]
        if wanted is not None and not 1 <= wanted <= 500:
            raise ValidationError(_("Between 1 and 500."))
        return wanted


class InterestForm(forms.ModelForm[Interest]):
    """The standard form in which interest is expressed."""

    class Meta:
        model = Interest
        fields: ClassVar[list[str]] = [
            "municipality",
            "why",
            "brings",
            "timing",
            "contact_name",
            "contact_email",
        ]
        labels: ClassVar[dict[str, Any]] = {"municipality": _("Municipality")}
        widgets: ClassVar[dict[str, Any]] = {
            "why": forms.Textarea(attrs={"rows": 4}),
            "brings": forms.Textarea(attrs={"rows": 3}),
            "timing": Radios,
        }

    def __init__(self, *args: Any, municipalities: list[Municipality], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own_municipalities(self, municipalities)


class ExchangeFilter(forms.Form):
    """Filters of the list; an empty or a wrong one leaves its rows in."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("Offers and requests")), ("offer", _("Offers")), ("request", _("Requests"))],
    )
    function = forms.ModelChoiceField(
        Function.objects.all(), label=_("Function"), required=False, empty_label=_("All")
    )
    q = forms.CharField(
        label=_("Words"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    near = forms.CharField(
        label=_("Near a municipality"),
        required=False,
        max_length=150,
        help_text=_("Name or code; up to 30 km away."),
    )
    mine = forms.BooleanField(label=_("Only my region"), required=False)


class PrivateYesForm(forms.Form):
    """In which function, and with whom around."""

    municipality = forms.ModelChoiceField(
        Municipality.objects.none(), label=_("Municipality"), widget=forms.HiddenInput
    )
    function = forms.ModelChoiceField(
        Function.objects.all(), label=_("In which function would you work together?"), empty_label=EMPTY
    )
    others = forms.MultipleChoiceField(
        label=_("With whom?"), widget=forms.CheckboxSelectMultiple, help_text=_("Tick one or more.")
    )

    def __init__(
        self, *args: Any, municipality: Municipality, around: Iterable[Municipality], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        own = model_choice_field(self, "municipality")
        own.queryset = Municipality.objects.filter(pk=municipality.pk)
        own.initial = municipality.pk
        self.around = {str(other.pk): other for other in around}
        choices = [(key, other.name) for key, other in self.around.items()]
        choice_field(self, "others").choices = choices

    def clean_others(self) -> list[Municipality]:
        """The municipalities themselves."""
        return [self.around[key] for key in self.cleaned_data["others"]]


class PrivateAnswerForm(forms.Form):
    """Whom of the circle a function could interest; the rest is a no."""

    others = forms.MultipleChoiceField(
        label=_("Which of them?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Those that you leave out count as a no. Nobody sees a no."),
    )

    def __init__(self, *args: Any, about: Iterable[Municipality], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(other.pk), other.name) for other in about]
        choice_field(self, "others").choices = choices

    def clean_others(self) -> set[int]:
        """Primary keys of those ticked."""
        return {int(key) for key in self.cleaned_data["others"]}
