"""The form of the rules of a case."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy

from meetings.models import CaseRules
from meetings.services.rules import FIELDS


class RulesForm(forms.ModelForm[CaseRules]):
    """Quorum, notice and deadlines; what the informal phase must come to before a formal meeting."""

    class Meta:
        model = CaseRules
        fields: ClassVar[tuple[str, ...]] = FIELDS
        labels: ClassVar[dict[str, object]] = {
            "gate_initiator": gettext_lazy(
                "Before a formal meeting: the initiator itself must be open to it"
            ),
            "gate_others": gettext_lazy("Before a formal meeting: others that must be open to it"),
            "gate_areas": gettext_lazy("Before a formal meeting: areas they must have in common"),
            "approval_days": gettext_lazy("Between approval and the last day in good time"),
            "reminders": gettext_lazy("Reminders to those who have not answered"),
            "look_first": gettext_lazy("Every message waits until somebody has looked at it"),
            "ask_first": gettext_lazy("Ask before a message that may have arrived is sent once more"),
        }
        help_texts: ClassVar[dict[str, object]] = {
            "approval_days": gettext_lazy(
                "Working days in which papers are made, sent, and mended where something goes wrong. The "
                "countdown of each meeting says by when to approve."
            ),
            "reminders": gettext_lazy(
                "At most so many; after 5, 10, 15 … working days without a sign. Nought: nobody is reminded. "
                "Silence is never a refusal."
            ),
            "look_first": gettext_lazy(
                "Messages to the partners are held back in the post room until somebody releases them. "
                "Nothing leaves by itself, so look in time."
            ),
            "ask_first": gettext_lazy(
                "Rarely a connection breaks so that nobody knows whether a message arrived. Without this it "
                "is sent once more, as the same message; with it, somebody decides."
            ),
        }
