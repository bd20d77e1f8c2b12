"""Forms about minutes: the draft, a delegation's word, the host's answer, a council's resolution."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.models import Minutes, MinutesVoice
from meetings.services.minutes import ITEM_LIMIT, WORDS, words_of


class MinutesForm(forms.Form):
    """All that is written by hand: introduction, the items, closing words, and what changed."""

    revision = forms.IntegerField(min_value=0, max_value=2_000_000_000, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, minutes: Minutes, titles: list[str]) -> None:
        stored = words_of(minutes)
        super().__init__(data, initial=stored | {"revision": minutes.revision})
        if minutes.number > 1:
            self._add("what_changed", _("What changed since the version before"), WORDS["what_changed"], 3)
        self._add("introduction", _("Introduction"), WORDS["introduction"], 4)
        for number, title in enumerate(titles):
            self._add(f"item-{number}", title, ITEM_LIMIT, 6)
        self._add("closing", _("Closing words"), WORDS["closing"], 4)

    def _add(self, name: str, label: Any, limit: int, rows: int) -> None:
        self.fields[name] = forms.CharField(
            label=label,
            required=False,
            max_length=limit,
            widget=forms.Textarea(attrs={"rows": rows}),
            strip=False,
        )

    def words(self) -> dict[str, str]:
        """What was written, by field."""
        return {name: text for name, text in self.cleaned_data.items() if name != "revision"}


class VoiceForm(forms.Form):
    """Agree or object, by name; the host also says how it was told."""

    voice = forms.ChoiceField(
        label=_("What does your delegation say?"),
        widget=forms.RadioSelect,
        choices=MinutesVoice.Voice.choices,
    )
    text = forms.CharField(
        label=_("Objection"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What the minutes should say instead. It is appended to them, with your name."),
    )
    name = forms.CharField(
        label=_("In the name of"), max_length=150, help_text=_("Name and office of the person who says so.")
    )
    how = forms.CharField(
        label=_("How it was said"),
        max_length=300,
        help_text=_("For example: by telephone to Anna Martin, Monday 7 December."),
    )

    def __init__(self, data: Any = None, *, name: str = "", recorded: bool = False) -> None:
        super().__init__(data, initial={"name": name})
        if recorded:
            self.fields["voice"].label = _("What does the delegation say?")
        else:
            del self.fields["how"]

    def clean(self) -> dict[str, Any]:
        """An objection has words."""
        values = super().clean() or self.cleaned_data
        if values.get("voice") == MinutesVoice.Voice.OBJECTS and not values.get("text", "").strip():
            self.add_error("text", _("Say what you object to."))
        return values


class AnswerForm(forms.Form):
    """Why the minutes stay as they are."""

    answer = forms.CharField(
        label=_("Why the minutes stay as they are"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It is appended to the minutes below the objection."),
    )


class ResolutionForm(forms.Form):
    """What a council resolved: number, date, wording, and which way."""

    ratified = forms.TypedChoiceField(
        label=_("What did the council resolve?"),
        widget=forms.RadioSelect,
        choices=[("yes", _("It ratifies the decision to explore feasibility")), ("no", _("It does not"))],
        coerce=lambda value: value == "yes",
    )
    resolution = forms.CharField(label=_("Number of the resolution"), max_length=100)
    resolved_on = forms.DateField(
        label=_("Date of the resolution"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    text = forms.CharField(
        label=_("Wording"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )
    how = forms.CharField(
        label=_("How it was said"),
        max_length=300,
        help_text=_("For example: extract from the register, by post on Monday 7 December."),
    )

    def __init__(self, data: Any = None, *, recorded: bool = False) -> None:
        super().__init__(data)
        if not recorded:
            del self.fields["how"]
