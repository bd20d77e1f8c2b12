"""The forms of the hand-over: which package, who receives it, what the next step needs."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from meetings.models import AreaPreparation, HandOver, HandOverReceiver, PartyPreparation, Stakeholder
from meetings.services import preparation
from meetings.services.receivers import Named
from partners.models import Case


class PackageForm(forms.Form):
    """Language and copy of a package."""

    language = forms.ChoiceField(label=_("Language of the package"), choices=settings.DOCUMENT_LANGUAGES)
    kind = forms.ChoiceField(label=_("Copy"), widget=forms.RadioSelect, choices=HandOver.Kind.choices)


class ReceiverForm(forms.ModelForm[HandOverReceiver]):
    """Who takes the package on."""

    class Meta:
        model = HandOverReceiver
        fields: ClassVar[list[str]] = ["name", "role", "email", "language"]

    def named(self) -> Named:
        """The receiver for the service."""
        return Named(**self.cleaned_data)


class ConfirmForm(forms.Form):
    """By link: in whose name the package is taken on, and a word to the sender."""

    name = forms.CharField(label=_("In the name of"), max_length=150, help_text=_("Your name and office."))
    remark = forms.CharField(
        label=_("Remark"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class StudyForm(forms.ModelForm[AreaPreparation]):
    """Who does the study of an area, and how its cost is shared."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    class Meta:
        model = AreaPreparation
        fields: ClassVar[list[str]] = [*preparation.OF_AREA, "revision"]

    def clean(self) -> dict[str, Any]:
        """Another key is said in words."""
        values = super().clean() or self.cleaned_data
        if values.get("study_key") == AreaPreparation.Key.OTHER and not values.get("study_key_note"):
            self.add_error("study_key_note", _("Say which key it is."))
        return values


class PartyForm(forms.ModelForm[PartyPreparation]):
    """What one municipality says on an area for the next step; every field may wait."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    class Meta:
        model = PartyPreparation
        fields: ClassVar[list[str]] = [*preparation.OF_PARTY, "revision"]
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "legal_basis": forms.Textarea(attrs={"rows": 3}),
            "how_now": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "legal_basis": _("Law and article, or the resolution, as you read it. The legal check tests it."),
            "official_name": _("Whom your mayor names for the legal check."),
            "service_level": _("For example: one round a week; roads clear by six o'clock."),
        }


class StakeholderForm(forms.ModelForm[Stakeholder]):
    """Whom cooperation would concern."""

    class Meta:
        model = Stakeholder
        fields: ClassVar[list[str]] = ["name", "concern", "area"]
        labels: ClassVar[dict[str, Any]] = {"area": _("Area")}

    def __init__(self, data: Any = None, *, case: Case) -> None:
        super().__init__(data, instance=Stakeholder(case=case))
        known = [area.pk for area in preparation.areas_of(case)]
        field = self.fields["area"]
        field.queryset = case.areas.filter(pk__in=known).select_related("function")  # type: ignore[attr-defined]  # a ModelChoiceField
        field.empty_label = str(_("all areas"))  # type: ignore[attr-defined]  # as above
