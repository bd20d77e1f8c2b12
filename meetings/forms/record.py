"""Who sat at the table, and the notes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.models import InformalMeeting, Invitation
from meetings.services.holding import NOTES_LIMIT, Seat
from partners.models import OfficeHolder


class SeatForm(forms.Form):
    """One municipality at the table."""

    present = forms.ChoiceField(
        label=_("Were they there?"),
        required=False,
        widget=forms.RadioSelect,
        choices=[("yes", _("present")), ("no", _("absent"))],
    )
    name = forms.CharField(label=_("Who came"), required=False, max_length=150)
    office = forms.ChoiceField(
        label=_("Office"), required=False, choices=[("", _("choose")), *OfficeHolder.Office.choices]
    )
    mandate = forms.ChoiceField(label=_("Mandate"), choices=Invitation.Mandate.choices)

    def __init__(self, data: Any = None, *, row: Invitation) -> None:
        self.row = row
        initial = {
            "present": {True: "yes", False: "no"}.get(row.present) if row.present is not None else "",
            "name": row.delegate_name,
            "office": row.delegate_office,
            "mandate": row.mandate,
        }
        super().__init__(data, prefix=f"s{row.pk.hex[:8]}", initial=initial)
        for name in ("present", "name", "office"):
            self.fields[name].needed_later = True  # type: ignore[attr-defined]  # read by the template

    def clean(self) -> dict[str, Any]:
        """Whoever was there has a name and an office."""
        values = super().clean() or self.cleaned_data
        if values.get("present") == "yes":
            for name, words in (("name", _("Say who came.")), ("office", _("Say in what office."))):
                if not values.get(name, "").strip():
                    self.add_error(name, words)
        return values

    def seat(self) -> Seat | None:
        """What was recorded; nothing while the question is left open."""
        values = self.cleaned_data
        if not values["present"]:
            return None
        return Seat(
            invitation=self.row.pk,
            present=values["present"] == "yes",
            name=values["name"],
            office=values["office"],
            mandate=values["mandate"],
        )


class Attendance:
    """Everybody invited, one form each."""

    def __init__(self, rows: Iterable[Invitation], data: Any = None) -> None:
        self.forms = [SeatForm(data, row=row) for row in rows]

    def is_valid(self) -> bool:
        """Whether every form is; all are asked, so that all errors show."""
        return [form.is_valid() for form in self.forms].count(False) == 0

    def seats(self) -> list[Seat]:
        """What was recorded so far."""
        return [seat for form in self.forms if (seat := form.seat())]


class NotesForm(forms.ModelForm[InformalMeeting]):
    """The notes of an informal meeting. There is no field for a decision."""

    notes = forms.CharField(
        label=_("Notes"),
        required=False,
        max_length=NOTES_LIMIT,
        widget=forms.Textarea(attrs={"rows": 14, "class": "notes"}),
        help_text=_("What was said, and who saw it differently. An informal meeting decides nothing."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = InformalMeeting
        fields: ClassVar[list[str]] = ["notes", "revision"]
