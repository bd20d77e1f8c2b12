"""Forms around a date: offer times, answer them, take one."""

from __future__ import annotations

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imc_portal.core import dates
from meetings import clocks
from meetings.forms.planning import PlanForm
from meetings.models import DateAnswer, DateSlot
from meetings.services.dates import Offer

ROWS = 6
#: What browsers send for a day and a time, with and without seconds.
PATTERNS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")


class WallTime(forms.Field):
    """A day and a time as the clock on the wall shows it; what zone that is, the form knows."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: Any) -> dt.datetime | None:
        """The time without a zone."""
        text = str(value or "").strip()
        if not text:
            return None
        for pattern in PATTERNS:
            try:
                return dt.datetime.strptime(text, pattern)  # noqa: DTZ007  # the form gives it its zone
            except ValueError:
                continue
        raise forms.ValidationError(_("Write the day and the time as in 2026-12-03 09:00."))


class AskForm(forms.Form):
    """Times to choose from, by the clock of the place of the meeting."""

    minutes = forms.IntegerField(
        label=gettext_lazy("Length"),
        min_value=15,
        max_value=12 * 60,
        initial=120,
        widget=forms.NumberInput(attrs={"data-unit": gettext_lazy("minutes")}),
    )
    place = forms.CharField(label=gettext_lazy("Place"), max_length=250, required=False)
    answer_by = forms.DateField(
        label=gettext_lazy("Answers by"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Who is silent is reminded two days before, once."),
    )
    message = forms.CharField(
        label=gettext_lazy("A word to those asked"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, time_zone: str, now: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.now = zoneinfo.ZoneInfo(time_zone), now
        self.notes: list[str] = []
        slots = {
            f"slot_{n}": WallTime(label=_("Time %(number)d") % {"number": n}, required=n == 1)
            for n in range(1, ROWS + 1)
        }
        slots["slot_1"].help_text = _("Local time in %(zone)s.") % {"zone": dates.zone(time_zone)}
        self.fields = slots | self.fields  # the times come first

    def clean(self) -> dict[str, Any]:
        """Each time exists, lies ahead and stands here once; answers are due before the first."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        starts = [start for n in range(1, ROWS + 1) if (start := self._start(f"slot_{n}", data)) is not None]
        if len(set(starts)) != len(starts):
            self.add_error(None, _("The same time stands here twice."))
        if data.get("answer_by") and starts:
            data["answer_at"] = dt.datetime.combine(data["answer_by"], dt.time(23, 59), self.zone)
            if not self.now < data["answer_at"] < min(starts):
                self.add_error(
                    "answer_by", _("Answers are due after today and before the first of these times.")
                )
        data["starts"] = starts
        return data

    def _start(self, name: str, data: dict[str, Any]) -> dt.datetime | None:
        local = data.get(name)
        if local is None:
            return None
        start: dt.datetime = local.replace(tzinfo=self.zone)
        when = {"when": dates.moment(start)}
        if not clocks.exists(local, self.zone):
            self.add_error(name, _("The clocks change that night: %(when)s does not exist.") % when)
        elif start <= self.now:
            self.add_error(name, _("%(when)s is in the past: choose a time to come.") % when)
        else:
            if clocks.comes_twice(local, self.zone):
                self.notes.append(
                    _("The clocks change that night: %(when)s comes twice; the first of the two is meant.")
                    % when
                )
            return start
        return None

    @property
    def offer(self) -> Offer:
        """What was typed, for the service."""
        data = self.cleaned_data
        length = dt.timedelta(minutes=data["minutes"])
        starts = [start.astimezone(dt.UTC) for start in data["starts"]]
        return Offer(
            slots=[(start, start + length) for start in starts],
            time_zone=self.zone.key,
            answer_by=data["answer_at"],
            place=data["place"],
            message=data["message"],
        )


class AnswerForm(forms.Form):
    """Who answers, and what to each time."""

    name = forms.CharField(label=gettext_lazy("Your name"), max_length=150)

    def __init__(
        self,
        *args: Any,
        slots: Sequence[DateSlot],
        spoken: Iterable[Sequence[str]],
        given: dict[uuid.UUID, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.slots = slots
        for slot, lines in zip(slots, spoken, strict=True):
            self.fields[self._key(slot)] = forms.ChoiceField(
                label=lines[0],
                help_text=" ".join(lines[1:]),
                choices=DateAnswer.Value.choices,
                widget=forms.RadioSelect,
                initial=given.get(slot.pk),
            )

    @staticmethod
    def _key(slot: DateSlot) -> str:
        return f"slot_{slot.pk.hex}"

    @property
    def values(self) -> dict[uuid.UUID, str]:
        """What was said to each time."""
        return {slot.pk: self.cleaned_data[self._key(slot)] for slot in self.slots}


class FixForm(PlanForm):
    """Plan the meeting at the time that was taken; day, time and length are given."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("date", "time", "minutes"):
            self.fields[name].disabled = True
