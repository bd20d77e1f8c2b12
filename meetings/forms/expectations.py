"""Forms of Box 13: a topic, a stance, a wording of the goal, a word on it, a task, and who was told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from imc_portal.core.forms import model_choice_field
from meetings.models import Expectation, ExpectationTopic, GoalVoice, OverarchingGoal, Responsibility, Telling
from partners.models import Participant

BIG = 32_000  # numbers are small ones in the table


class TopicForm(forms.ModelForm[ExpectationTopic]):
    """One more topic."""

    class Meta:
        model = ExpectationTopic
        fields: ClassVar[list[str]] = ["text"]
        labels: ClassVar[dict[str, Any]] = {"text": _("Another topic")}
        help_texts: ClassVar[dict[str, Any]] = {
            "text": _("In a few words, so that each can say yes or no to it: “One price for all users”.")
        }


class SpokenForm(forms.Form):
    """Who said so, where the host writes for somebody else; without it the speaker is known."""

    stated_by = forms.CharField(
        label=_("Stated by"), max_length=150, help_text=_("Name and office of the person who said so.")
    )
    seen = forms.IntegerField(required=False, min_value=0, max_value=BIG, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, speaker: str = "", seen: int = 0, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.speaker = speaker
        self.initial["seen"] = seen
        if speaker:
            del self.fields["stated_by"]

    @property
    def who(self) -> str:
        """In whose name this is said."""
        return self.speaker or str(self.cleaned_data["stated_by"])

    @property
    def number(self) -> int:
        """The number that the writer had before them; 0 for none."""
        return int(self.cleaned_data.get("seen") or 0)


class ExpectationForm(SpokenForm):
    """Where a party stands on a topic, and what stands behind it."""

    stance = forms.ChoiceField(
        label=_("Where do you stand?"), widget=forms.RadioSelect, choices=Expectation.Stance.choices
    )
    interest = forms.CharField(
        label=_("Why it matters to us"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    expectation = forms.CharField(
        label=_("What we expect"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    success = forms.CharField(
        label=_("What would count as success"),
        required=False,
        max_length=500,
        help_text=_("Something that one can see or count."),
    )
    limit = forms.CharField(label=_("Where we cannot go further"), required=False, max_length=500)
    concession = forms.CharField(label=_("What we could give"), required=False, max_length=500)

    def __init__(
        self, data: Any = None, *, latest: Expectation | None = None, speaker: str = "", **kwargs: Any
    ) -> None:
        super().__init__(data, speaker=speaker, seen=latest.number if latest else 0, **kwargs)
        names = ["stance", "interest", "expectation", "success", "limit", "concession"]
        self.order_fields([*names, "stated_by", "seen"])
        if latest is not None:
            self.initial.update({name: getattr(latest, name) for name in names})

    def words(self) -> dict[str, str]:
        """What stands behind the stance."""
        return {
            name: self.cleaned_data[name]
            for name in ("interest", "expectation", "success", "limit", "concession")
        }


class GoalForm(forms.ModelForm[OverarchingGoal]):
    """A wording of the goal, on top of the one that the writer has read."""

    seen = forms.IntegerField(required=False, min_value=0, max_value=BIG, widget=forms.HiddenInput)

    class Meta:
        model = OverarchingGoal
        fields: ClassVar[list[str]] = ["text"]
        widgets: ClassVar[dict[str, Any]] = {"text": forms.Textarea(attrs={"rows": 3})}
        help_texts: ClassVar[dict[str, Any]] = {
            "text": _("What all of you want to reach, in one or two sentences, without saying how.")
        }

    def __init__(self, data: Any = None, *, latest: OverarchingGoal | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.initial.update({"seen": latest.number if latest else 0, "text": latest.text if latest else ""})

    @property
    def number(self) -> int:
        """The number of the wording that the writer had before them; 0 for none."""
        return int(self.cleaned_data.get("seen") or 0)


class GoalVoiceForm(forms.Form):
    """Whether a party shares the goal, in whose name, and else what would have to change."""

    agrees = forms.TypedChoiceField(
        label=_("Do you share this goal?"),
        widget=forms.RadioSelect,
        choices=[("yes", _("We share this goal")), ("no", _("Not in these words"))],
        coerce=lambda value: value == "yes",
    )
    remark = forms.CharField(
        label=_("What would have to change"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed if you do not share it in these words."),
    )
    name = forms.CharField(
        label=_("In the name of"), max_length=150, help_text=_("Name and office of the person who says so.")
    )

    def __init__(
        self, data: Any = None, *, latest: GoalVoice | None = None, name: str = "", **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.initial["name"] = name
        if latest is not None:
            self.initial.update(
                {
                    "agrees": "yes" if latest.agrees else "no",
                    "remark": latest.remark,
                    "name": latest.name,
                }
            )

    def clean(self) -> dict[str, Any]:
        """Who does not share it says what would have to change."""
        values = super().clean() or self.cleaned_data
        if values.get("agrees") is False and not values.get("remark", "").strip():
            self.add_error("remark", _("Say what would have to change."))
        return values


class TaskForm(forms.ModelForm[Responsibility]):
    """Who does what."""

    class Meta:
        model = Responsibility
        fields: ClassVar[list[str]] = ["task", "participant", "name"]

    def __init__(self, data: Any = None, *, parties: Sequence[Participant], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        choices = model_choice_field(self, "participant")
        choices.queryset = Participant.objects.filter(pk__in=[party.pk for party in parties]).select_related(
            "municipality"
        )


class TellingForm(forms.ModelForm[Telling]):
    """Who was told, when and how."""

    class Meta:
        model = Telling
        fields: ClassVar[list[str]] = ["audience", "told_on", "how"]
        widgets: ClassVar[dict[str, Any]] = {
            "audience": forms.RadioSelect,
            "told_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "how": _("For example: at the staff meeting, as item 4 of the council's agenda.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A choice among two needs no third, empty one.
        self.fields["audience"].choices = Telling.Audience.choices  # type: ignore[attr-defined]  # a choice field
