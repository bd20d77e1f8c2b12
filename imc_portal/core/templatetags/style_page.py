"""Samples for the style page: invented words that show each component in each state."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms, template
from django.core.paginator import Page, Paginator

register = template.Library()

LABELS = (
    "Need",
    "Areas",
    "Partners",
    "Proposal",
    "Informal meeting",
    "Answers",
    "Formal meeting",
    "Hand-over",
)
THURSDAY = datetime.datetime(2026, 12, 3, 9, 0, tzinfo=datetime.UTC)


class SampleForm(forms.Form):
    """One field of each kind, to see labels, help, units and errors."""

    title = forms.CharField(label="Title of the case", help_text="As it should stand in letters.")
    cost = forms.DecimalField(
        min_value=0,
        label="What it costs today",
        help_text="All costs, also staff and buildings.",
        widget=forms.NumberInput(attrs={"data-unit": "€ a year"}),
    )
    function = forms.ChoiceField(
        label="Function", choices=[("", "Choose one"), ("waste", "Waste collection"), ("it", "IT services")]
    )
    causes = forms.MultipleChoiceField(
        label="Causes",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Tick all that apply.",
        choices=[("few", "Too few users"), ("staff", "No qualified staff"), ("old", "Worn-out equipment")],
    )
    severity = forms.ChoiceField(
        label="How serious is it?",
        widget=forms.RadioSelect,
        choices=[("1", "Noticed"), ("2", "Hinders us"), ("3", "Urgent")],
    )
    statement = forms.CharField(
        label="In your words", required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    day = forms.DateField(label="Needed by", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    confirm = forms.BooleanField(label="The council has seen this", required=False)


@register.simple_tag
def sample_chain(current: int) -> list[dict[str, str]]:
    """A chain that stands at the step of that number; a number past the end is all done."""
    states = ("done", "current", "todo")
    return [
        {
            "label": label,
            "state": states[(n > current) - (n < current) + 1],
            "url": "#chain" if n < current else "",
        }
        for n, label in enumerate(LABELS, 1)
    ]


@register.simple_tag
def sample_form(*, wrong: bool = False) -> forms.Form:
    """The sample form, empty or sent with mistakes."""
    if not wrong:
        return SampleForm(auto_id="fresh_%s")
    form = SampleForm({"title": "", "cost": "-5", "severity": "9"}, auto_id="wrong_%s")
    form.add_error(None, "The day of the meeting lies before the day the proposal is sent.")
    return form


@register.simple_tag
def sample_page() -> Page[int]:
    """The second of four pages."""
    return Paginator(range(180), 50).page(2)


@register.simple_tag
def sample_track(ended: str) -> list[dict[str, Any]]:
    """The way of a letter: answered, opened, or returned."""
    words = ("drafted", "approved", "rendered", "sent", "opened", "answered")
    at = {"answered": 6, "opened": 5, "returned": 3}[ended]
    steps: list[dict[str, Any]] = [
        {
            "label": word,
            "state": "done" if n < at else "todo",
            "when": THURSDAY if word == "sent" and n < at else None,
        }
        for n, word in enumerate(words)
    ]
    if ended == "opened":
        steps[4]["state"] = "current"
    if ended == "returned":
        steps[3] |= {"label": "returned", "state": "trouble", "note": "mailbox unknown"}
    return steps


@register.simple_tag
def sample_events() -> list[dict[str, Any]]:
    """Four events of a case."""
    return [
        {"text": "Need recorded", "who": "Focal point", "when": THURSDAY, "tone": "done"},
        {
            "text": "Invitation came back",
            "note": "The mailbox does not exist.",
            "when": THURSDAY,
            "tone": "trouble",
        },
        {"text": "Reminder sent", "who": "Portal", "when": THURSDAY, "tone": "waiting"},
        {"text": "Note added", "who": "Focal point", "when": THURSDAY, "tone": "plain"},
    ]


@register.simple_tag
def sample_waiting() -> list[dict[str, Any]]:
    """Three things that wait, the worst first."""
    day = THURSDAY.date()
    return [
        {
            "text": "Letter to Arbois came back",
            "url": "#waiting",
            "state": "returned",
            "tone": "trouble",
            "since": day,
        },
        {
            "text": "Approve the proposal",
            "url": "#waiting",
            "state": "2 days left",
            "who": "Lead",
            "due": day,
        },
        {"text": "Answers of Poligny", "who": "Focal point", "since": day, "remind_url": "#waiting"},
    ]


@register.simple_tag
def sample_tabs() -> list[dict[str, Any]]:
    """Three tabs, the second current."""
    return [
        {"label": "Overview", "url": "?tab=1#tabs"},
        {"label": "Recipients", "url": "?tab=2#tabs", "count": 6, "current": True},
        {"label": "Papers", "url": "?tab=3#tabs", "count": 0},
    ]


@register.simple_tag
def sample_facts() -> list[tuple[str, Any]]:
    """Names and values, one not known."""
    return [
        ("Inhabitants", "3,481"),
        ("Region", "Bourgogne-Franche-Comté"),
        ("Fiscal capacity per head", None),
    ]


@register.simple_tag
def sample_day() -> datetime.datetime:
    """A Thursday."""
    return THURSDAY
