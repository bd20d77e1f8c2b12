"""Forms of the post room: what to show, and why a message is held, stopped or said once more."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from imc_portal.core.forms import Radios, choice_field


class FilterForm(forms.Form):
    """Which messages to show; anything unknown shows all."""

    state = forms.CharField(required=False)
    meeting = forms.UUIDField(required=False)
    q = forms.CharField(required=False, max_length=200)


class BecauseForm(forms.Form):
    """Why something is held back, stopped or let through; it has to be said."""

    reason = forms.CharField(
        label=_("Because"),
        max_length=300,
        help_text=_("It stands in the story of the message and in the history of the case."),
    )


class AgainForm(BecauseForm):
    """A message said once more: to whom among the contacts of the municipality, and why."""

    to_address = forms.ChoiceField(label=_("To"), widget=Radios)
    field_order = ("to_address", "reason")

    def __init__(self, data: object = None, *, addresses: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict or nothing
        choice_field(self, "to_address").choices = list(addresses)
        self.initial["to_address"] = addresses[0][0] if addresses else ""


class SettleForm(BecauseForm):
    """What became of a message that may have been delivered, and how one knows."""

    delivered = forms.ChoiceField(
        label=_("What became of it"),
        widget=Radios,
        choices=[
            ("yes", _("It was delivered: nothing more leaves.")),
            ("no", _("It did not arrive: send it once more, as the same message.")),
        ],
    )
    field_order = ("delivered", "reason")
