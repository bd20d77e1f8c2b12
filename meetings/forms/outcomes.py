"""Forms of the four outcomes. Only pages of a formal meeting use them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.models import ExplorationDecision, FormalMeeting, Invitation, NextStep, Objective, SelectedArea
from meetings.services.outcomes import Voice, trace_of
from partners.models import CandidateArea, Participant

Vote = ExplorationDecision.Vote


class ObjectiveForm(forms.ModelForm[Objective]):
    """What cooperation should achieve, and how one would see it."""

    class Meta:
        model = Objective
        fields: ClassVar[list[str]] = ["text", "indicator", "baseline", "target", "horizon"]
        help_texts: ClassVar[dict[str, Any]] = {
            "text": _("For example: collect waste twice a week in every village."),
            "indicator": _("What one would count or measure."),
        }


class AreaForm(forms.ModelForm[SelectedArea]):
    """An area of the talks and the objectives that it serves."""

    class Meta:
        model = SelectedArea
        fields: ClassVar[list[str]] = ["area", "objective", "also_serves", "why"]
        labels: ClassVar[dict[str, Any]] = {"area": _("Area")}
        widgets: ClassVar[dict[str, Any]] = {"also_serves": forms.CheckboxSelectMultiple}

    def __init__(
        self, data: Any = None, *, meeting: FormalMeeting, selected: SelectedArea | None = None
    ) -> None:
        super().__init__(data, instance=selected or SelectedArea(meeting=meeting), prefix="area")
        free = meeting.case.areas.filter(state=CandidateArea.State.AGREED).select_related("function")
        taken = meeting.selected_areas.values("area")
        self.fields["area"].queryset = free.exclude(pk__in=taken)  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["objective"].queryset = meeting.objectives.all()  # type: ignore[attr-defined]  # as above
        self.fields["also_serves"].queryset = meeting.objectives.all()  # type: ignore[attr-defined]  # as above
        if selected:
            del self.fields["area"]


class StepForm(forms.ModelForm[NextStep]):
    """What, who, for which municipality, by when, and after which other steps."""

    class Meta:
        model = NextStep
        fields: ClassVar[list[str]] = ["action", "owner_name", "owner", "due", "depends_on"]
        widgets: ClassVar[dict[str, Any]] = {"depends_on": forms.CheckboxSelectMultiple}

    def __init__(self, data: Any = None, *, meeting: FormalMeeting, step: NextStep | None = None) -> None:
        super().__init__(data, instance=step or NextStep(meeting=meeting), prefix="step")
        invited = Participant.objects.filter(invitations__meeting=meeting).select_related("municipality")
        self.fields["owner"].queryset = invited  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["due"].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        others = meeting.next_steps.exclude(pk=step.pk) if step else meeting.next_steps.all()
        self.fields["depends_on"].queryset = others  # type: ignore[attr-defined]  # as above
        if not others:
            del self.fields["depends_on"]

    def after(self) -> list[NextStep]:
        """Steps that have to be done first."""
        return list(self.cleaned_data.get("depends_on", ()))


class NoneForm(forms.Form):
    """Why the meeting has no outcome."""

    because = forms.CharField(
        label=_("There is no outcome, because"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("That is a result too. It stays on record and goes into the hand-over."),
    )


class VoiceForm(forms.Form):
    """What one municipality says on exploring one area."""

    vote = forms.ChoiceField(
        label=_("Explore the feasibility?"),
        required=False,
        choices=[("", _("not said yet")), *Vote.choices],
    )
    condition = forms.CharField(label=_("If"), required=False, max_length=500)
    dissent = forms.CharField(label=_("Dissent"), required=False, max_length=1000)

    def __init__(
        self, data: Any, *, selected: SelectedArea, guest: Invitation, row: ExplorationDecision | None
    ) -> None:
        self.selected, self.guest = selected, guest
        self.on_record, self.compared = row, False
        initial = {"vote": row.vote, "condition": row.condition, "dissent": row.dissent} if row else {}
        prefix = f"v{selected.pk.hex[:8]}{guest.participant_id.hex[:8]}"
        sent = data.get(f"{prefix}-was") if data is not None else None
        self.was: str | None = trace_of(row) if data is None else sent
        super().__init__(data, prefix=prefix, initial=initial)
        self.fields["vote"].needed_later = True  # type: ignore[attr-defined]  # read by the template
        if guest.mandate == Invitation.Mandate.LISTENING:
            self.fields["vote"].choices = [("", _("not said yet")), (Vote.ABSTAIN, Vote.ABSTAIN.label)]  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def is_sent(self) -> bool:
        """Whether the page that was sent had this cell at all."""
        return f"{self.prefix}-vote" in self.data

    def compare(self) -> None:
        """Show what stands on record beside what was typed; the next saving replaces it."""
        self.compared = self.voice().trace != trace_of(self.on_record)
        self.was = trace_of(self.on_record)

    def clean(self) -> dict[str, Any]:
        """A yes on condition names the condition."""
        values = super().clean() or self.cleaned_data
        if values.get("vote") == Vote.YES_IF and not values.get("condition", "").strip():
            self.add_error("condition", _("Name the condition."))
        return values

    def voice(self) -> Voice:
        """What was said, for the service."""
        values = self.cleaned_data
        return Voice(
            selected_area=self.selected.pk,
            participant=self.guest.participant_id,
            vote=values["vote"],
            condition=values["condition"],
            dissent=values["dissent"],
            was=self.was,
        )


class DecisionMatrix:
    """Selected areas down, municipalities that are present across."""

    def __init__(
        self,
        selected: Iterable[SelectedArea],
        guests: Iterable[Invitation],
        rows: Iterable[ExplorationDecision],
        data: Any = None,
    ) -> None:
        kept: dict[tuple[uuid.UUID, uuid.UUID], ExplorationDecision] = {
            (row.selected_area_id, row.participant_id): row for row in rows
        }
        present = list(guests)
        self.areas = [
            (
                area,
                [
                    VoiceForm(data, selected=area, guest=guest, row=kept.get((area.pk, guest.participant_id)))
                    for guest in present
                ],
            )
            for area in selected
        ]
        self.data = data
        #: Of the page that was sent, until its cells were compared with what is on record.
        self.revision = data.get("revision") if data is not None else None

    @property
    def forms(self) -> list[VoiceForm]:
        """All cells; of a page that was sent, those that it had."""
        cells = [form for _area, row in self.areas for form in row]
        return cells if self.data is None else [form for form in cells if form.is_sent]

    @property
    def guests(self) -> list[VoiceForm]:
        """Whether anybody is there to decide: the cells of the first area."""
        return self.areas[0][1] if self.areas else []

    def is_valid(self) -> bool:
        """Whether every cell is; all are asked, so that all errors show."""
        return [form.is_valid() for form in self.forms].count(False) == 0

    def voices(self) -> list[Voice]:
        """What was said in every cell."""
        return [form.voice() for form in self.forms]

    def compare(self) -> None:
        """Show the cells of others beside one's own; the next saving goes on from there."""
        self.revision = None
        for form in self.forms:
            form.compare()

    def lost(self) -> str:
        """What was typed on areas that somebody else has taken out since; nothing as a rule."""
        if self.data is None:
            return ""
        known = {form.prefix for form in self.forms}
        typed = [
            value
            for name, value in self.data.items()
            if name.endswith(("-condition", "-dissent")) and name.rsplit("-", 1)[0] not in known and value
        ]
        votes = [name for name in self.data if name.endswith("-vote") and name[:-5] not in known]
        if not votes:
            return ""
        words = _("Somebody has taken out an area meanwhile: what was typed on it is not kept.")
        return " ".join((str(words), *typed))
