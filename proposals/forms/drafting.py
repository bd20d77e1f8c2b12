"""Forms of the desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from proposals.models import Annex, ProposalVersion, Statement

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


#: Fields that say on which text the form was opened, not what stands in it.
ASIDE = ("revision", "held")


class _Drafted(forms.BaseForm):
    """A draft may be kept with holes, yet hardly any of its fields is optional in the end.

    `revision` tells which text the form was opened on; `held` names fields that wait for their writer to
    choose between two texts: they are not sent.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.needed_later = name != "open_questions"  # type: ignore[attr-defined]  # read by the label

    def words(self) -> dict[str, Any]:
        """What the valid form says, by field."""
        aside = {*ASIDE, *self.cleaned_data["held"].split(",")}
        return {name: value for name, value in self.cleaned_data.items() if name not in aside}

    def label(self, name: str) -> str:
        """What a field is called."""
        return str(self.fields[name].label or name)

    def stand_beside(self, revision: int, brought: Mapping[str, Any]) -> None:
        """Show the words that were typed once more, on the newest text; what others wrote stands in it."""
        data = {name: value for name, value in self.data.items() if brought.get(name) is not False}
        data |= {name: str(value) for name, value in brought.items() if value not in (False, None)}
        self.data = data | {"revision": str(revision)}


class CommonForm(_Drafted, forms.ModelForm[ProposalVersion]):
    """The part that all recipients read."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    held = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)

    class Meta:
        model = ProposalVersion
        fields: ClassVar[list[str]] = [
            *ProposalVersion.SECTIONS,
            "answer_by",
            "cost_key",
            "annexes_shared",
            "what_changed",
        ]
        widgets: ClassVar[dict[str, Any]] = {
            "why": forms.Textarea(attrs={"rows": 7}),
            "areas_text": forms.Textarea(attrs={"rows": 5}),
            "next_steps": forms.Textarea(attrs={"rows": 6}),
            "not_asked": forms.Textarea(attrs={"rows": 4}),
            "answer_by": DATE,
            "what_changed": forms.Textarea(attrs={"rows": 4}),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "why": _("The need in your own words, and what shows it. A line is a paragraph."),
            "not_asked": _("Exploring is not committing: say so plainly."),
            "annexes_shared": _(
                "Each recipient then finds the annexes of all others in its paper, and the proposal says so. "
                "Otherwise each reads its own alone."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.number == 1:
            del self.fields["what_changed"]


class AnnexForm(_Drafted, forms.ModelForm[Annex]):
    """The words to one recipient."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    held = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)

    class Meta:
        model = Annex
        fields: ClassVar[list[str]] = ["opening", "open_questions"]
        widgets: ClassVar[dict[str, Any]] = {
            "opening": forms.Textarea(attrs={"rows": 5}),
            "open_questions": forms.Textarea(attrs={"rows": 4}),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "opening": _("Why this municipality, and what you see in it together."),
            "open_questions": _("What only they know. One question a line."),
        }


class StatementForm(forms.ModelForm[Statement]):
    """A benefit, cost or risk of one recipient."""

    class Meta:
        model = Statement
        fields: ClassVar[list[str]] = ["kind", "text", "indicator", "confidence"]
        widgets: ClassVar[dict[str, Any]] = {"text": forms.Textarea(attrs={"rows": 3})}
        help_texts: ClassVar[dict[str, Any]] = {
            "text": _("One sentence that would be true for this recipient and nobody else."),
            "indicator": _("For example: euro a tonne, rounds a week, minutes until help arrives."),
        }


class ReturnForm(forms.Form):
    """What has to change before the lead approves."""

    reason = forms.CharField(
        label=_("What has to change"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
