"""Forms for reference data: office-holders and files."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.imports.source import KINDS
from partners.models import OfficeHolder


class ContactForm(forms.ModelForm[OfficeHolder]):
    """Who holds an office, and the address of the office."""

    verified = forms.BooleanField(
        label=_("I have verified today that this address reaches the office."), required=False
    )

    class Meta:
        model = OfficeHolder
        fields: ClassVar[list[str]] = ["office", "name", "email", "language", "term_start", "term_end"]
        help_texts: ClassVar[dict[str, Any]] = {
            "email": _("The address of the office, not a private one."),
            "language": _("Papers and e-mails come in this language."),
        }
        widgets: ClassVar[dict[str, Any]] = {
            "term_start": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "term_end": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def clean(self) -> dict[str, Any]:
        """Only an address that is there can be verified."""
        data = super().clean() or self.cleaned_data
        if data.get("verified") and not data.get("email") and "email" not in self.errors:
            self.add_error("email", _("There is no address to verify."))
        return data


class ImportForm(forms.Form):
    """A file of reference data."""

    class Kind:
        """What a file may hold."""

        choices = (
            ("municipalities", _("Municipalities (CSV)")),
            ("boundaries", _("Outlines of municipalities (GeoJSON)")),
            ("neighbours", _("Neighbour pairs (CSV)")),
            ("cooperations", _("Register of cooperations (CSV)")),
        )

    kind = forms.ChoiceField(
        label=_("What does the file hold?"), choices=Kind.choices, widget=forms.RadioSelect
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_("UTF-8, also packed as .gz. CSV needs a header line; columns are separated by commas."),
        widget=forms.ClearableFileInput(attrs={"accept": ",".join([*KINDS, ".gz"])}),
    )
    country = forms.RegexField(
        r"^[A-Za-z]{2}$",
        label=_("Country"),
        max_length=2,
        help_text=_("Two letters, such as FR."),
        error_messages={"invalid": _("Two letters are needed, such as FR.")},
    )
    source = forms.CharField(
        label=_("Source"), max_length=300, help_text=_("Shown with each fact, such as “INSEE 2026”.")
    )
    licence = forms.CharField(
        label=_("Licence"),
        max_length=200,
        required=False,
        help_text=_("Shown beside the source and in exports, such as “Licence Ouverte 2.0”."),
    )
    dry_run = forms.BooleanField(label=_("Only check; write nothing"), required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        """The name of the file fits what it is said to hold."""
        data = super().clean() or self.cleaned_data
        if (file := data.get("file")) and (kind := data.get("kind")):
            endings = (".geojson", ".geojson.gz", ".json") if kind == "boundaries" else (".csv", ".csv.gz")
            if not str(file.name).lower().endswith(endings):
                self.add_error(
                    "file", _("For this kind the name of the file ends with %(e)s.") % {"e": endings[0]}
                )
        return data
