"""One question on one screen: a form per cell, each with what this question asks for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.forms.calls import CallRows
from meetings.models import Answer
from meetings.models.clarification import NAME_A_CALL, Question
from meetings.services.answers import Reply
from partners.models import Cause

WORDS: dict[int, Any] = {
    Question.SAME_PROBLEMS: _("In your words"),
    Question.MISSING_SERVICES: _("Which service, and who asks for it"),
    Question.CAUSES: _("In your own words"),
    Question.POSSIBLE_SOLUTION: _("Conditions"),
    Question.FINANCING: _("A word on it"),
    Question.SERIOUS_AREAS: _("A word on why"),
    Question.AUTHORITIES: _("In their words"),
}
DETAIL: dict[int, Any] = {
    Question.SAME_PROBLEMS: _("What shows it"),
    Question.MISSING_SERVICES: _("How great the demand is"),
    Question.POSSIBLE_SOLUTION: _("Other ways you have thought of"),
}
HELP: dict[int, Any] = {
    Question.SAME_PROBLEMS: _("From 0, no problem, to 4, the service is failing."),
    Question.CAUSES: _("Tick all that apply."),
    Question.AUTHORITIES: _("What nobody has said is unknown; that is a good answer too."),
}
STATES = [
    (Answer.State.ANSWERED, _("This is our answer")),
    (Answer.State.DISPUTED, _("We do not agree among ourselves yet")),
    (Answer.State.DEFERRED, _("We answer later: say who, and by when")),
]
#: For an answer that another municipality disputes.
SETTLING = [
    (Answer.State.DISPUTED, _("Not settled yet")),
    (Answer.State.ANSWERED, _("This is our answer: it settles the dispute")),
    (Answer.State.DEFERRED, _("We answer later: say who, and by when")),
]
EVIDENCE = ("said_by", "said_on", "how")
SAYING = ("choice", "causes", "text", "detail", *EVIDENCE)


def day_input() -> forms.DateInput:
    """A field for a day as browsers understand it."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class AnswerForm(forms.ModelForm[Answer]):
    """One cell. Left empty, an open cell stays open; left unchanged, any cell stays as it is."""

    state = forms.ChoiceField(label=_("How settled is this?"), widget=forms.RadioSelect, choices=STATES)
    revision = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Answer
        fields: ClassVar[list[str]] = [
            *("choice", "causes", "text", "detail", "said_by", "said_on", "how", "state", "owner", "due")
        ]

    def __init__(self, data: Any = None, *, compact: bool = False, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        cell = self.instance
        self.compact = compact
        self.was_open = cell.state == Answer.State.OPEN
        self.initial["state"] = Answer.State.ANSWERED if self.was_open else cell.state
        self.initial["revision"] = cell.revision
        self._ask(cell)
        self.calls = CallRows(cell, data, prefix=self.prefix) if cell.names_calls and not compact else None
        self.fields["owner"].required = self.fields["due"].required = False
        self.fields["due"].widget = day_input()
        if cell.disputed_by:
            self.fields["state"].choices = SETTLING  # type: ignore[attr-defined]  # a ChoiceField, see above

    def _ask(self, cell: Answer) -> None:
        """Only what this question asks for."""
        question = cell.question
        if cell.options:
            self.fields["choice"] = self._choice(cell)
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
        for name in ("choice", "causes"):
            if name in self.fields:
                # Empty is allowed only because the person may come back to it.
                self.fields[name].needed_later = True  # type: ignore[attr-defined]  # read by the template
        self._words(cell)
        self._evidence(question)

    def _choice(self, cell: Answer) -> forms.ChoiceField:
        shown = [(value, label) for value, label in cell.options if not (self.compact and value == "named")]
        widget: type[forms.Widget] = forms.RadioSelect
        if self.compact:
            # A list of its own answers to the first letter or figure typed.
            shown, widget = [("", "–"), *shown], forms.Select
        return forms.ChoiceField(
            label=_("Your answer"),
            choices=shown,
            widget=widget,
            required=False,
            help_text="" if self.compact else HELP.get(cell.question, ""),
        )

    def _words(self, cell: Answer) -> None:
        label = WORDS[cell.question]
        if cell.names_calls:
            label = _("Anything else about money")
        if cell.question == Question.AUTHORITIES and cell.body_id is None:
            label = _("Which authority, and its words")
        self.fields["text"] = self._written(label)
        if cell.question in DETAIL:
            self.fields["detail"] = self._written(DETAIL[cell.question])
        else:
            del self.fields["detail"]

    def _written(self, label: Any) -> forms.CharField:
        widget = forms.TextInput() if self.compact else forms.Textarea(attrs={"rows": 2})
        return forms.CharField(label=label, required=False, max_length=2000, widget=widget)

    def _evidence(self, question: int) -> None:
        for name in EVIDENCE:
            if question == Question.AUTHORITIES:
                self.fields[name].required = False
            else:
                del self.fields[name]
        if "said_on" in self.fields:
            self.fields["said_on"].widget = day_input()

    def clean(self) -> dict[str, Any]:
        """An open cell left empty stays open; only a name and a day mean later."""
        values = super().clean() or self.cleaned_data
        said = any(values.get(name) for name in SAYING) or bool(self.calls and self.calls.named())
        later = any(values.get(name) for name in ("owner", "due"))
        if not said and later:
            values["state"] = Answer.State.DEFERRED
        elif not said and self.was_open and values.get("state") != Answer.State.DEFERRED:
            values["state"] = Answer.State.OPEN
        self._one_of_both(values)
        return values

    def _one_of_both(self, values: dict[str, Any]) -> None:
        """Calls are named, or none is known; not both, and not neither."""
        named = self.calls.named() if self.calls else []
        if named and values.get("choice") == "none":
            self.add_error("choice", _("You name a call: then you do know one."))
        elif named:
            values["choice"] = "named"
        elif self.instance.names_calls and values.get("choice") == "named" and not values.get("text"):
            self.add_error("choice", NAME_A_CALL)

    def is_valid(self) -> bool:
        """Whether the cell and its calls are; both are asked, so that all errors show."""
        rows = self.calls.is_valid() if self.calls else True
        return super().is_valid() and rows

    def has_changed(self) -> bool:
        """Whether anything was typed, in the cell or its calls."""
        return super().has_changed() or bool(self.calls and self.calls.has_changed())

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
            detail=values.get("detail", ""),
            said_by=values.get("said_by", ""),
            said_on=values.get("said_on"),
            how=values.get("how", ""),
            owner=values.get("owner", ""),
            due=values.get("due"),
            calls=self.calls.named() if self.calls else (),
        )

    @property
    def unsettled(self) -> bool:
        """Whether the part for later or disputed answers is to be shown open."""
        shown = self["state"].value() != Answer.State.ANSWERED
        return shown or any(name in self.errors for name in ("state", "owner", "due"))


def prefix_of(cell: Answer) -> str:
    """Under which names the fields of a cell are posted."""
    return f"a{cell.pk.hex[:8]}"


class Screen:
    """All cells of one question for one municipality."""

    def __init__(self, cells: Iterable[Answer], data: Any = None, *, compact: bool = False) -> None:
        self.forms = [
            AnswerForm(data, instance=cell, prefix=prefix_of(cell), compact=compact) for cell in cells
        ]

    def is_valid(self) -> bool:
        """Whether every form is; all are asked, so that all errors show."""
        return [form.is_valid() for form in self.forms].count(False) == 0

    def replies(self) -> list[Reply]:
        """What was typed into the cells that were touched."""
        return [form.reply() for form in self.forms if form.has_changed()]

    def refuse(self, reasons: Iterable[str]) -> None:
        """Show the service's reasons with what was typed."""
        for reason in reasons:
            self.forms[0].add_error(None, reason)
