"""Forms of the loops: rest a case, go back, part, join, leave for a while and come back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imc_portal.core.forms import model_choice_field
from partners.models import CandidateArea, Case, Participant
from partners.services.loops import Parting

STAY, GO, BOTH = "stay", "go", "both"


def _reason(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text=help_text
    )


def _day_to_come(label: Any, help_text: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=help_text,
    )


def _after_today(day: Any) -> Any:
    if day is not None and day <= timezone.localdate():
        raise ValidationError(_("Choose a day to come."))
    return day


class ParkForm(forms.Form):
    """Why a case rests, and when it is looked at again."""

    reason = _reason(_("Reason"), _("Stays on record inside your municipality."))
    review_on = _day_to_come(_("Look at it again on"), _("On this day the case comes up on your home page."))

    def clean_review_on(self) -> Any:
        """A day to come, or none."""
        return _after_today(self.cleaned_data["review_on"])


class CloseForm(forms.Form):
    """Why a case ends, and what one learnt."""

    reason = _reason(_("Reason"))
    lessons = forms.CharField(
        label=_("Lessons"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What you would do again, and what not. It helps the next case."),
    )


class RevisitForm(forms.Form):
    """Why another area is better."""

    reason = _reason(_("Why is another area better?"))


class ReturnForm(forms.Form):
    """Why a municipality comes back."""

    reason = _reason(_("Why does it come back?"), _("As it was given to you."))


class LeaveForm(forms.Form):
    """A side exit with its reason; whoever is asked again later names the day."""

    state = forms.ChoiceField(
        label=_("What happened?"),
        widget=forms.RadioSelect,
        choices=[
            (Participant.State.DECLINED, _("It declined")),
            (Participant.State.WITHDRAWN, _("It withdrew")),
            (Participant.State.NO_RESPONSE, _("It did not answer")),
            (Participant.State.OBSERVING, _("It only observes: areas and meetings, no answers or decisions")),
            (Participant.State.DEFERRED, _("It wants to be asked again later")),
        ],
    )
    until = _day_to_come(_("Ask again on"), _("Only if it wants to be asked again later."))
    reason = _reason(_("Reason"), _("As it was given to you."))

    def clean_until(self) -> Any:
        """A day to come, or none."""
        return _after_today(self.cleaned_data["until"])

    def clean(self) -> dict[str, Any]:
        """Later means on a certain day."""
        values = super().clean() or self.cleaned_data
        if values.get("state") != Participant.State.DEFERRED:
            values["until"] = None
        elif not values.get("until") and "until" not in self.errors:
            self.add_error("until", _("Choose the day on which it is asked again."))
        return values


class SplitForm(forms.Form):
    """Which areas and partners go on in a new case."""

    title = forms.CharField(
        label=_("Title of the new case"),
        max_length=150,
        help_text=_("As it should stand in letters to your neighbours."),
    )
    areas = forms.ModelMultipleChoiceField(
        label=_("Areas that go"),
        queryset=CandidateArea.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("At least one stays in this case."),
    )
    reason = _reason(_("Why is the case split?"))

    def __init__(self, *args: Any, case: Case, partners: Iterable[Participant], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agreed = case.areas.filter(state=CandidateArea.State.AGREED).select_related("function")
        model_choice_field(self, "areas").queryset = agreed
        self.partners = list(partners)
        for party in self.partners:
            self.fields[self._key(party)] = forms.ChoiceField(
                label=str(party),
                choices=[
                    (STAY, _("stays in this case")),
                    (GO, _("goes on in the new case")),
                    (BOTH, _("takes part in both")),
                ],
                initial=STAY,
                widget=forms.RadioSelect,
            )
        self.order_fields(["title", "areas", *(self._key(party) for party in self.partners), "reason"])

    @staticmethod
    def _key(party: Participant) -> str:
        return f"partner-{party.pk}"

    def clean(self) -> dict[str, Any]:
        """Somebody goes on in the new case."""
        values = super().clean() or self.cleaned_data
        if not self.errors and not self._who(GO, BOTH):
            raise ValidationError(_("Choose at least one municipality that goes on in the new case."))
        return values

    def parting(self) -> Parting:
        """What the form says, as the service takes it."""
        return Parting(
            title=self.cleaned_data["title"],
            areas=list(self.cleaned_data["areas"]),
            partners=self._who(GO, BOTH),
            in_both=self._who(BOTH),
            reason=self.cleaned_data["reason"],
        )

    def _who(self, *ways: str) -> list[Participant]:
        return [party for party in self.partners if self.cleaned_data.get(self._key(party)) in ways]


class MergeOfferForm(forms.Form):
    """Into which case, and why."""

    into = forms.ModelChoiceField(
        label=_("The case that goes on"),
        queryset=Case.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        help_text=_("Cases of others in which you take part, with an area in the same function."),
    )
    reason = _reason(_("Why together?"), _("The other lead reads it."))

    def __init__(self, *args: Any, cases: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        model_choice_field(self, "into").queryset = cases
