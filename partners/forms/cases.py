"""Forms of a case: open it, screen its areas, speak with its parties."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imc_portal.core.forms import Radios, choice_field, model_choice_field
from partners.models import (
    AuthorityStance,
    Body,
    CandidateArea,
    Case,
    ContactLog,
    OfficeHolder,
    Participant,
)
from partners.models.function import Mode


class OpenCaseForm(forms.ModelForm[Case]):
    """What a case starts with."""

    class Meta:
        model = Case
        fields: ClassVar[list[str]] = ["title", "trigger", "lead_time_days"]
        help_texts: ClassVar[dict[str, Any]] = {
            "title": _("As it should stand in letters to your neighbours."),
            "lead_time_days": _("So long before a meeting everybody has the papers."),
        }
        widgets: ClassVar[dict[str, Any]] = {
            "trigger": Radios,
            "lead_time_days": forms.NumberInput(attrs={"data-unit": _("working days"), "min": 0, "max": 90}),
        }


class AreaForm(forms.ModelForm[CandidateArea]):
    """A candidate area with its screening; kept for a new or a known area of the case."""

    class Meta:
        model = CandidateArea
        fields: ClassVar[list[str]] = [
            "function",
            "mode",
            "own_competence",
            "rationale",
            "need_grade",
            "savings",
            "feasibility",
        ]
        labels: ClassVar[dict[str, Any]] = {"function": _("Function")}
        widgets: ClassVar[dict[str, Any]] = {
            "rationale": forms.RadioSelect,
            "need_grade": forms.RadioSelect,
            "savings": forms.RadioSelect,
            "feasibility": forms.RadioSelect,
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "rationale": _("How good are the reasons to do this together?"),
            "need_grade": _("How much is it needed?"),
            "savings": _("How much might be saved or gained?"),
            "feasibility": _("How likely is it to work, legally and in practice?"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        model_choice_field(self, "function").empty_label = _("Choose one")
        modes = [("", _("Choose one")), *Mode.choices]
        choice_field(self, "mode").choices = modes
        if not self.instance._state.adding:
            self.fields["function"].disabled = self.fields["mode"].disabled = True

    def _get_validation_exclusions(self) -> set[str]:
        # The case is known before the form is: its uniqueness with function and mode is checked here.
        exclude: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # Django's own hook
        return exclude - {"case"}


class ReasonForm(forms.Form):
    """One reason that stays on record."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stays on record inside your municipality."),
    )


class StanceForm(forms.ModelForm[AuthorityStance]):
    """What an authority said about an area."""

    class Meta:
        model = AuthorityStance
        fields: ClassVar[list[str]] = ["body", "stance", "said_by", "said_on", "how"]
        labels: ClassVar[dict[str, Any]] = {"body": _("Body")}
        widgets: ClassVar[dict[str, Any]] = {
            "stance": Radios,
            "said_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "said_by": _("Name and office."),
            "how": _("Such as letter of 3 March, reference 12/45."),
        }

    def __init__(self, *args: Any, bodies: list[Body] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if bodies is not None:
            own = Body.objects.filter(pk__in=[body.pk for body in bodies])
            model_choice_field(self, "body").queryset = own

    def clean_said_on(self) -> Any:
        """A stance was stated, not foreseen."""
        said_on = self.cleaned_data["said_on"]
        if said_on > timezone.localdate():
            raise ValidationError(_("This day lies in the future."))
        return said_on


class AttachBodyForm(forms.Form):
    """An observer or facilitator for the case."""

    body = forms.ModelChoiceField(label=_("Body"), queryset=Body.objects.all())


class _OfficeHolderChoice(forms.ModelChoiceField[OfficeHolder]):
    def label_from_instance(self, obj: Any) -> str:
        """Says when an address is missing."""
        return f"{obj}" if obj.email else _("%(who)s (no address)") % {"who": obj}


class ContactLogForm(forms.ModelForm[ContactLog]):
    """A contact that took place."""

    contact = _OfficeHolderChoice(label=_("Spoken to"), queryset=OfficeHolder.objects.none())

    class Meta:
        model = ContactLog
        fields: ClassVar[list[str]] = ["contact", "channel", "at", "result", "summary"]
        widgets: ClassVar[dict[str, Any]] = {
            "channel": Radios,
            "result": Radios,
            "at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "summary": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, participant: Participant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        holders = OfficeHolder.objects.in_office().filter(municipality=participant.municipality_id)
        model_choice_field(self, "contact").queryset = holders

    def clean_at(self) -> Any:
        """A contact is logged after it happened."""
        at = self.cleaned_data["at"]
        if at > timezone.now():
            raise ValidationError(_("A contact is logged after it happened: choose a time in the past."))
        return at


class RecipientForm(forms.Form):
    """To whom the papers for a municipality go."""

    contact = _OfficeHolderChoice(label=_("Recipient of the papers"), queryset=OfficeHolder.objects.none())

    def __init__(self, *args: Any, holders: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        model_choice_field(self, "contact").queryset = holders
