"""Forms around a meeting: plan or change it, call it off, reply, waive."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.functional import lazystr
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.agenda import Item, read
from meetings.models import Delegate, Invitation, Meeting
from meetings.services.delegations import Companion
from meetings.services.planning import Plan
from meetings.services.replies import Answer
from partners.models import OfficeHolder

#: "10 min Welcome | who speaks | paper; another", "10 Welcome" or "Welcome".
LINE = re.compile(r"^(?:(?P<minutes>\d{1,3})\s*(?:min\.?|')?\s+)?(?P<title>\S.*)$")
BAR, MARK = "|", ";"
ITEMS = 40
TooEarly = Callable[[dt.datetime], list[str]]


class PlanForm(forms.Form):
    """When and where, as the clock on the wall of the meeting shows it, and about what.

    A time that leaves too little lead time is said with dates, and accepted only when ticked.
    """

    date = forms.DateField(
        label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    time = forms.TimeField(
        label=gettext_lazy("Begins at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Length"),
        min_value=15,
        max_value=12 * 60,
        initial=120,
        widget=forms.NumberInput(attrs={"data-unit": gettext_lazy("minutes")}),
    )
    place = forms.CharField(label=gettext_lazy("Place"), max_length=250, required=False)
    online_url = forms.URLField(
        label=gettext_lazy("Video link"),
        required=False,
        assume_scheme="https",
        max_length=200,
        help_text=gettext_lazy("One of the two is needed: a place or a video link."),
    )
    agenda = forms.CharField(
        label=gettext_lazy("Agenda"),
        widget=forms.Textarea(attrs={"rows": 12}),
        max_length=6000,
        help_text=gettext_lazy(
            "One item on each line: minutes in front; then, behind upright bars, who speaks and which "
            "papers. 10 min Welcome | Mayor of Adorf | proposal; accounts"
        ),
    )
    override = forms.CharField(
        label=gettext_lazy("Go on all the same, because"),
        max_length=500,
        required=False,
        widget=forms.HiddenInput,
    )
    late_anyway = forms.BooleanField(
        label=gettext_lazy("Meet at this time all the same: each recipient is asked to waive the lead time"),
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(
        self,
        *args: Any,
        time_zone: str,
        now: dt.datetime,
        too_early: TooEarly,
        fixed_agenda: str = "",
        overridable: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.now, self.too_early = zoneinfo.ZoneInfo(time_zone), now, too_early
        self.warnings: list[str] = []
        self.fields["time"].help_text = _("Local time in %(zone)s.") % {"zone": time_zone}
        self.fields["date"].widget.attrs["min"] = now.astimezone(self.zone).date().isoformat()
        if overridable:
            self.fields["override"].widget = forms.Textarea(attrs={"rows": 2})
            self.fields["override"].help_text = _("The reason stays on record.")
        self.fixed_agenda = fixed_agenda
        if fixed_agenda:
            self.fields["agenda"].required = False
            self.fields["agenda"].initial = fixed_agenda
            self.fields["agenda"].help_text = _(
                "The items of a formal meeting are fixed by the method. You may change minutes, who speaks, "
                "and papers: 20 min Title | who speaks | paper; another paper"
            )

    def clean_agenda(self) -> list[Item]:
        """Lines to items; those of a formal meeting are given, in their order."""
        items = items_of(self.cleaned_data["agenda"] or self.fixed_agenda)
        if len(items) > ITEMS:
            raise forms.ValidationError(_("At most %(count)d items.") % {"count": ITEMS})
        fixed = [item.title for item in items_of(self.fixed_agenda)]
        if fixed and [item.title for item in items] != fixed:
            raise forms.ValidationError(
                _("A formal meeting has these items, in this order: %(items)s.") % {"items": "; ".join(fixed)}
            )
        return items

    def clean(self) -> dict[str, Any]:
        """Not in the past, at an hour that exists, somewhere; too early only when that is ticked."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not data.get("place") and not data.get("online_url") and "online_url" not in self.errors:
            self.add_error("place", _("Give a place or a video link."))
        if "date" in data and "time" in data:
            self._check_start(data)
        return data

    def _check_start(self, data: dict[str, Any]) -> None:
        start = dt.datetime.combine(data["date"], data["time"], self.zone)
        spoken = f"{date_format(start, 'l j F Y')}, {date_format(start, 'H:i')}"
        if start.astimezone(dt.UTC).astimezone(self.zone).replace(tzinfo=None) != start.replace(tzinfo=None):
            self.add_error(
                "time", _("The clocks change that night: %(when)s does not exist.") % {"when": spoken}
            )
        elif start <= self.now:
            self.add_error("date", _("%(when)s is in the past: choose a time to come.") % {"when": spoken})
        else:
            data["starts_at"] = start
            self._check_lead_time(start, data)

    def _check_lead_time(self, start: dt.datetime, data: dict[str, Any]) -> None:
        self.warnings = self.too_early(start)
        if not self.warnings:
            return
        field = self.fields["late_anyway"]
        field.widget = forms.CheckboxInput()
        if not data.get("late_anyway"):
            self.add_error("late_anyway", _("Choose a later day, or tick this box."))

    @property
    def plan(self) -> Plan:
        """What was typed, for the service."""
        data = self.cleaned_data
        start: dt.datetime = data["starts_at"].astimezone(dt.UTC)
        return Plan(
            starts_at=start,
            ends_at=start + dt.timedelta(minutes=data["minutes"]),
            time_zone=self.zone.key,
            place=data["place"],
            online_url=data["online_url"],
            agenda=data["agenda"],
        )


def initial_of(meeting: Meeting) -> dict[str, Any]:
    """A meeting as its form shows it."""
    start = meeting.local_start
    return {
        "date": start.date(),
        "time": start.time(),
        "minutes": int((meeting.ends_at - meeting.starts_at).total_seconds() // 60),
        "place": meeting.place,
        "online_url": meeting.online_url,
        "agenda": agenda_text(map(read, meeting.agenda)),
    }


def agenda_text(items: Any) -> str:
    """Items as lines, minutes in front."""
    return "\n".join(map(_line, items))


def items_of(text: str) -> list[Item]:
    """Lines as items; empty lines count for nothing."""
    return [_item(line) for line in text.splitlines() if line.strip()]


class CancelForm(forms.Form):
    """Why the meeting does not take place."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Those invited read it in the message that takes the meeting out of their calendars."
        ),
    )


HEAD_FIELDS = ("delegate_name", "delegate_office", "mandate", "appointment")
BESIDE = {"deputies": Delegate.Capacity.DEPUTY, "companions": Delegate.Capacity.COMPANION}


class ReplyForm(forms.Form):
    """The reply to an invitation: asks only for what the chosen answer needs."""

    reply = forms.ChoiceField(choices=Invitation.Reply.choices[1:], widget=forms.HiddenInput)
    delegate_name = forms.CharField(label=gettext_lazy("Who comes"), max_length=150)
    delegate_office = forms.ChoiceField(label=gettext_lazy("Office"), choices=OfficeHolder.Office.choices)
    mandate = forms.ChoiceField(
        label=gettext_lazy("Mandate"),
        choices=Invitation.Mandate.choices,
        initial=Invitation.Mandate.LISTENING,
        help_text=gettext_lazy(
            "What this person may say for your municipality. At an informal meeting nothing is decided."
        ),
    )
    appointment = forms.CharField(
        label=gettext_lazy("Named by, and when"),
        max_length=300,
        required=False,
        help_text=gettext_lazy(
            "Only when neither the mayor nor a deputy mayor comes: the decision that named the delegate, and "
            "its date."
        ),
    )
    deputies = forms.CharField(
        label=gettext_lazy("Who can stand in"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One name on each line, with the office behind a comma."),
    )
    companions = forms.CharField(
        label=gettext_lazy("Who comes along"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One name on each line, with the office behind a comma."),
    )
    text = forms.CharField(
        label=gettext_lazy("A word to the host"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, invitation: Invitation, reply: str, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _kept(invitation, reply))
        super().__init__(*args, **kwargs)
        if invitation.meeting.is_formal:
            self.fields["mandate"].help_text = _("What this person may say for your municipality.")
        if reply != Invitation.Reply.COMING:
            for name in (*HEAD_FIELDS, *BESIDE):
                del self.fields[name]
        if not invitation.meeting.is_formal:
            self.fields.pop("appointment", None)
        if reply == Invitation.Reply.OTHER_TIME:
            self.fields["text"].required = True
            self.fields["text"].label = lazystr(_("Which days or times would suit you"))

    @property
    def answer(self) -> Answer:
        """What was chosen, for the service."""
        data = self.cleaned_data
        return Answer(
            reply=data["reply"],
            text=data["text"],
            delegate_name=data.get("delegate_name", ""),
            delegate_office=data.get("delegate_office", ""),
            mandate=data.get("mandate", Invitation.Mandate.LISTENING),
            appointment=data.get("appointment", ""),
            others=tuple(
                person
                for field, capacity in BESIDE.items()
                for person in people(data.get(field, ""), capacity)
            ),
        )


class WaiverForm(forms.Form):
    """The host notes that a recipient accepts a late paper."""

    by = forms.CharField(label=gettext_lazy("Who accepted it"), max_length=150)
    how = forms.CharField(
        label=gettext_lazy("How and when"),
        max_length=300,
        help_text=gettext_lazy("For example: by telephone, on Monday morning."),
    )


def _kept(invitation: Invitation, reply: str) -> dict[str, Any]:
    contact = invitation.participant.contact
    again = invitation.reply == Invitation.Reply.COMING
    return {
        "reply": reply,
        "delegate_name": invitation.delegate_name or (contact.name if contact else ""),
        "delegate_office": invitation.delegate_office or (contact.office if contact else ""),
        "mandate": invitation.mandate if again else Invitation.Mandate.LISTENING,
        "appointment": invitation.appointment,
        "text": invitation.reply_text if invitation.reply == reply else "",
        **{field: _lines_of(invitation, capacity) for field, capacity in BESIDE.items()},
    }


def people(text: str, capacity: str) -> list[Companion]:
    """Lines such as "Ann Example, head of finance"; an office that is none of ours stays with the name."""
    offices = {str(label).casefold(): value for value, label in OfficeHolder.Office.choices}
    found = []
    for line in text.splitlines():
        name, _comma, office = (part.strip() for part in line.partition(","))
        known = offices.get(office.casefold(), "")
        found.append(Companion((name if known or not office else line.strip())[:150], known, capacity))
    return [person for person in found if person.name]


def _lines_of(invitation: Invitation, capacity: str) -> str:
    rows = invitation.delegates.filter(capacity=capacity) if invitation.pk else []
    return "\n".join(", ".join(filter(None, (row.name, row.get_office_display()))) for row in rows)


def _line(item: Item) -> str:
    words = {"minutes": item.minutes, "title": item.title}
    first = _("%(minutes)d min %(title)s") % words if item.minutes else item.title
    rest = [item.speaker, f"{MARK} ".join(item.papers)]
    while rest and not rest[-1]:
        rest.pop()
    return f" {BAR} ".join([first, *rest])


def _item(line: str) -> Item:
    first, speaker, papers, *_rest = [*(part.strip() for part in line.split(BAR)), "", ""]
    match = LINE.match(first or _("Item without a title"))
    named = tuple(name.strip()[:200] for name in papers.split(MARK) if name.strip())
    minutes = match["minutes"] if match else None
    title = match["title"] if match else first
    return Item(title[:200], int(minutes) if minutes else None, speaker[:150], named)
