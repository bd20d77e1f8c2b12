"""Who sat at the table, and what was said."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.models import Delegate, Invitation, Meeting, MeetingGuest
from meetings.services.holding import Seat
from meetings.services.recording import LIMIT, Words
from meetings.services.seating import Table, role_of, stood_in
from partners.models import Body, OfficeHolder


class SeatForm(forms.Form):
    """One municipality at the table: the head of its delegation, and who came along."""

    present = forms.ChoiceField(
        label=_("Were they there?"),
        required=False,
        widget=forms.RadioSelect,
        choices=[("yes", _("present")), ("no", _("absent"))],
    )
    stood_in = forms.TypedChoiceField(
        label=_("A deputy stood in"), required=False, coerce=uuid.UUID, empty_value=None
    )
    name = forms.CharField(label=_("Who came"), required=False, max_length=150)
    office = forms.ChoiceField(
        label=_("Office"), required=False, choices=[("", _("choose")), *OfficeHolder.Office.choices]
    )
    mandate = forms.ChoiceField(label=_("Mandate"), choices=Invitation.Mandate.choices)
    appointment = forms.CharField(
        label=_("Named by, and when"),
        required=False,
        max_length=300,
        help_text=_("When neither the mayor nor a deputy came: the decision that named the delegate."),
    )
    beside = forms.TypedMultipleChoiceField(
        label=_("Came along"), required=False, coerce=uuid.UUID, widget=forms.CheckboxSelectMultiple
    )
    added = forms.CharField(
        label=_("Came along unannounced"),
        required=False,
        max_length=600,
        help_text=_("Names, separated by commas."),
    )

    def __init__(self, data: Any = None, *, row: Invitation, formal: bool = False) -> None:
        self.row = row
        self.delegates = list(row.delegates.all())
        deputies = [one for one in self.delegates if one.capacity == Delegate.Capacity.DEPUTY]
        initial = {
            "present": {True: "yes", False: "no"}.get(row.present) if row.present is not None else "",
            "name": row.delegate_name,
            "office": row.delegate_office,
            "mandate": row.mandate,
            "appointment": row.appointment,
            "stood_in": next((one.pk for one in deputies if stood_in(row) and one.present), ""),
            "beside": [one.pk for one in self.delegates if one.present],
        }
        super().__init__(data, prefix=f"s{row.pk.hex[:8]}", initial=initial)
        self._offer("stood_in", deputies, [("", _("no"))])
        self._offer("beside", self.delegates)
        if not formal:
            del self.fields["appointment"]
        for name in ("present", "name", "office"):
            self.fields[name].needed_later = True  # type: ignore[attr-defined]  # read by the template

    def _offer(self, name: str, people: list[Delegate], first: Iterable[tuple[str, Any]] = ()) -> None:
        """Those announced; without any the question is not asked."""
        if people:
            self.fields[name].choices = [*first, *((one.pk, _in_words(one)) for one in people)]  # type: ignore[attr-defined]  # a ChoiceField
        else:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Whoever was there has a name and an office; a deputy brings both."""
        values = super().clean() or self.cleaned_data
        deputy = next((one for one in self.delegates if one.pk == values.get("stood_in")), None)
        if values.get("present") == "yes":
            for name, words in (("name", _("Say who came.")), ("office", _("Say in what office."))):
                known = deputy is not None and (name == "name" or deputy.office)
                if not values.get(name, "").strip() and not known:
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
            stood_in=values.get("stood_in"),
            appointment=values.get("appointment"),
        )

    def beside_head(self) -> dict[uuid.UUID, bool]:
        """Of everybody announced beside the head, whether they came."""
        came = {*self.cleaned_data.get("beside", ()), self.cleaned_data.get("stood_in")}
        return {one.pk: one.pk in came for one in self.delegates}

    def unannounced(self) -> list[str]:
        """Names that nobody had announced."""
        return [name.strip() for name in self.cleaned_data["added"].split(",") if name.strip()]


class BodyForm(forms.Form):
    """An observer or facilitator of the case."""

    present = forms.BooleanField(label=_("was present"), required=False)
    name = forms.CharField(label=_("Who came"), required=False, max_length=150)

    def __init__(self, data: Any = None, *, body: Body, guest: MeetingGuest | None) -> None:
        self.body = body
        self.role = MeetingGuest.Role(guest.role if guest else role_of(body)).label
        initial = {"present": guest.present, "name": guest.name} if guest else {}
        super().__init__(data, prefix=f"b{body.pk}", initial=initial)


class ChairForm(forms.Form):
    """Who leads and who writes."""

    chair = forms.CharField(label=_("Chair"), required=False, max_length=150)
    secretary = forms.CharField(label=_("Takes the minutes"), required=False, max_length=150)


class Attendance:
    """Everybody at the table: one form for each delegation and body, one for who leads and writes."""

    def __init__(self, meeting: Meeting, rows: Iterable[Invitation], data: Any = None) -> None:
        self.forms = [SeatForm(data, row=row, formal=meeting.is_formal) for row in rows]
        guests = {guest.body_id: guest for guest in meeting.guests.all()}
        attached = Body.objects.filter(cases__case=meeting.case_id).order_by("kind", "name")
        self.bodies = [BodyForm(data, body=body, guest=guests.get(body.pk)) for body in attached]
        initial = {"chair": meeting.chair, "secretary": meeting.secretary}
        self.chair = ChairForm(data, prefix="t", initial=initial)

    def is_valid(self) -> bool:
        """Whether every form is; all are asked, so that all errors show."""
        return [form.is_valid() for form in (*self.forms, *self.bodies, self.chair)].count(False) == 0

    def seats(self) -> list[Seat]:
        """What was recorded so far of the heads."""
        return [seat for form in self.forms if (seat := form.seat())]

    def table(self) -> Table:
        """Everybody else."""
        beside: dict[uuid.UUID, bool] = {}
        for form in self.forms:
            beside |= form.beside_head()
        return Table(
            chair=self.chair.cleaned_data["chair"],
            secretary=self.chair.cleaned_data["secretary"],
            beside=beside,
            added={form.row.pk: form.unannounced() for form in self.forms},
            bodies={
                form.body.pk: (form.cleaned_data["present"], form.cleaned_data["name"])
                for form in self.bodies
            },
        )


def _in_words(one: Delegate) -> str:
    """Name, office and capacity."""
    office = one.get_office_display() if one.office else ""
    return ", ".join(part for part in (one.name, office, one.get_capacity_display()) if part)


class NoteForm(forms.Form):
    """What is said on one item, as an open page sends it. There is no field for a decision."""

    text = forms.CharField(label=_("What is said"), required=False, max_length=LIMIT, strip=False)
    revision = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    page = forms.CharField(required=False, max_length=40)

    def words(self) -> Words:
        """For the service."""
        values = self.cleaned_data
        return Words(values["text"], values["revision"], values["page"])
