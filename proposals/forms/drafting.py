"""Forms of the desk."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from proposals.models import Annex, ProposalVersion, Statement

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class _Drafted(forms.BaseForm):
    """A draft may be kept with holes, yet none of its fields is optional in the end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.needed_later = name != "open_questions"  # type: ignore[attr-defined]  # read by the label


class CommonForm(_Drafted, forms.ModelForm[ProposalVersion]):
    """The part that all recipients read; `revision` tells which text it was opened on."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = ProposalVersion
        fields: ClassVar[list[str]] = [*ProposalVersion.SECTIONS, "answer_by"]
        widgets: ClassVar[dict[str, Any]] = {
            "why": forms.Textarea(attrs={"rows": 7}),
            "areas_text": forms.Textarea(attrs={"rows": 5}),
            "next_steps": forms.Textarea(attrs={"rows": 6}),
            "not_asked": forms.Textarea(attrs={"rows": 4}),
            "answer_by": DATE,
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "why": _("The need in your own words, and what shows it. A line is a paragraph."),
            "not_asked": _("Exploring is not committing: say so plainly."),
        }


class AnnexForm(_Drafted, forms.ModelForm[Annex]):
    """The words to one recipient."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

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
