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
        }
