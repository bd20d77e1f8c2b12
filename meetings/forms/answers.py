"""One question on one screen: a form per area, each with what this question asks for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.models import Answer
from meetings.models.clarification import Question
from meetings.services.answers import Reply
from partners.models import Cause

WORDS: dict[int, Any] = {
    Question.SAME_PROBLEMS: _("What shows it"),
    Question.MISSING_SERVICES: _("Which service, and who asks for it"),
    Question.CAUSES: _("In your own words"),
    Question.POSSIBLE_SOLUTION: _("Conditions, or other ways you have thought of"),
    Question.FINANCING: _("Call or fund, amount, deadline, what it demands"),
    Question.SERIOUS_AREAS: _("A word on why"),
    Question.AUTHORITIES: _("Who said so, when and how"),
}
HELP: dict[int, Any] = {
    Question.SAME_PROBLEMS: _("From 0, no problem, to 4, the service is failing."),
    Question.CAUSES: _("Tick all that apply."),
    Question.FINANCING: _("Write “none known” if you know of none."),
    Question.AUTHORITIES: _("What nobody has said is unknown; that is a good answer too."),
}


class AnswerForm(forms.ModelForm[Answer]):
    """One cell. Left empty, an open cell stays open."""

    state = forms.ChoiceField(
        label=_("How settled is this?"),
        widget=forms.RadioSelect,
        choices=[
            (Answer.State.ANSWERED, _("This is our answer")),
            (Answer.State.DISPUTED, _("We do not agree among ourselves yet")),
            (Answer.State.DEFERRED, _("We answer later: say who, and by when")),
        ],
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Answer
        fields: ClassVar[list[str]] = ["choice", "causes", "text", "state", "owner", "due"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        question, was_open = self.instance.question, self.instance.state == Answer.State.OPEN
        self.was_open = was_open
        self.initial["state"] = Answer.State.ANSWERED if was_open else self.instance.state
        self.initial["revision"] = self.instance.revision
        self._ask(question)
        for name in ("choice", "causes"):
            if name in self.fields:
                # Empty is allowed only because the person may come back to it.
                self.fields[name].needed_later = True  # type: ignore[attr-defined]  # read by the template
        self.fields["owner"].required = self.fields["due"].required = False
        self.fields["due"].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def _ask(self, question: int) -> None:
        """Only what this question asks for."""
        if question in Answer.CHOICES:
            self.fields["choice"] = forms.ChoiceField(
                label=_("Your answer"),
                choices=Answer.CHOICES[question],
                widget=forms.RadioSelect,
                required=False,
                help_text=HELP.get(question, ""),
            )
        else:
            del self.fields["choice"]
        if question == Question.CAUSES:
            self.fields["causes"] = forms.MultipleChoiceField(
                label=_("Causes"),
                choices=Cause.choices,
                widget=forms.CheckboxSelectMultiple,
                required=False,
                help_text=HELP[question],
            )
        else:
            del self.fields["causes"]
        self.fields["text"] = forms.CharField(
            label=WORDS[question],
            required=False,
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text="" if question in (Question.SAME_PROBLEMS, Question.CAUSES) else HELP.get(question, ""),
        )

    def clean(self) -> dict[str, Any]:
        """An open cell left empty stays open; only a name and a day mean later."""
        values = super().clean() or self.cleaned_data
        said = any(values.get(name) for name in ("choice", "causes", "text"))
        later = any(values.get(name) for name in ("owner", "due"))
        if not said and later:
            values["state"] = Answer.State.DEFERRED
        elif not said and self.was_open and values.get("state") != Answer.State.DEFERRED:
            values["state"] = Answer.State.OPEN
        return values

    def reply(self) -> Reply:
        """What was typed, for the service."""
        values = self.cleaned_data
        return Reply(
            answer=self.instance.pk,
            revision=values["revision"],
            state=values["state"],
            choice=values.get("choice", ""),
            causes=values.get("causes", ()),
            text=values.get("text", ""),
            owner=values.get("owner", ""),
            due=values.get("due"),
        )

    @property
    def unsettled(self) -> bool:
        """Whether the part for later or disputed answers is to be shown open."""
        shown = self["state"].value() != Answer.State.ANSWERED
        return shown or any(name in self.errors for name in ("state", "owner", "due"))


class Screen:
    """All areas of one question for one municipality."""

    def __init__(self, cells: Iterable[Answer], data: Any = None) -> None:
        self.forms = [AnswerForm(data, instance=cell, prefix=f"a{cell.pk.hex[:8]}") for cell in cells]

    def is_valid(self) -> bool:
        """Whether every form is; all are asked, so that all errors show."""
        return [form.is_valid() for form in self.forms].count(False) == 0

    def replies(self) -> list[Reply]:
        """What was typed into the cells that say something."""
        return [form.reply() for form in self.forms]

    def refuse(self, reasons: Iterable[str]) -> None:
        """Show the service's reasons with what was typed."""
        for reason in reasons:
            self.forms[0].add_error(None, reason)
