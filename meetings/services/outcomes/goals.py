"""Objectives, and areas selected tentatively: each area serves at least one objective of its meeting."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal
from meetings.models import FormalMeeting, Objective, SelectedArea
from meetings.services.outcomes.record import note, open_record
from partners.models import CandidateArea


@transaction.atomic
def add_objective(*, objective: Objective, actor: Actor) -> Objective:
    """Record an objective of cooperation."""
    meeting = open_record(objective.meeting)
    objective.full_clean(exclude=["meeting"])
    objective.save()
    note(actor, "recorded an objective", objective, meeting)
    return objective


@transaction.atomic
def change_objective(*, objective: Objective, actor: Actor) -> Objective:
    """Put an objective in other words; the areas that serve it stay with it."""
    meeting = open_record(objective.meeting)
    _still_there(Objective, objective)
    objective.full_clean(exclude=["meeting"])
    objective.save()
    note(actor, "changed an objective", objective, meeting, text=objective.text)
    return objective


@transaction.atomic
def remove_objective(*, objective: Objective, actor: Actor) -> None:
    """Take an objective back; refused while a selected area serves it."""
    meeting = open_record(objective.meeting)
    if objective.areas.exists() or objective.areas_too.exists():
        raise Refusal(_("A selected area serves this objective: take the area out first."))
    note(actor, "removed an objective", objective, meeting)
    objective.delete()


@transaction.atomic
def select_area(
    *,
    meeting: FormalMeeting,
    area: CandidateArea,
    objective: Objective,
    why: str,
    actor: Actor,
    also_serves: Iterable[Objective] = (),
) -> SelectedArea:
    """Select an area of the talks tentatively; it serves objectives of this same meeting."""
    meeting = open_record(meeting)
    if area.case_id != meeting.case_id or area.state != CandidateArea.State.AGREED:
        raise Refusal(_("Choose among the areas that are in the talks."))
    if meeting.selected_areas.filter(area=area).exists():
        raise Refusal(_("%(area)s is selected already.") % {"area": area})
    selected = SelectedArea(meeting=meeting, area=area)
    _serve(selected, objective, also_serves, why)
    note(actor, "selected an area", selected, meeting)
    return selected


@transaction.atomic
def change_area(
    *,
    selected: SelectedArea,
    objective: Objective,
    why: str,
    actor: Actor,
    also_serves: Iterable[Objective] = (),
) -> SelectedArea:
    """Say anew which objectives a selected area serves, and why; the decisions on it stay."""
    meeting = open_record(selected.meeting)
    _still_there(SelectedArea, selected)
    selected.meeting = meeting
    _serve(selected, objective, also_serves, why)
    note(actor, "changed a selected area", selected, meeting, serves=str(objective))
    return selected


@transaction.atomic
def remove_area(*, selected: SelectedArea, actor: Actor) -> None:
    """Take a selected area out, with the decisions on it."""
    meeting = open_record(selected.meeting)
    note(actor, "removed a selected area", selected, meeting)
    selected.delete()


def _serve(selected: SelectedArea, objective: Objective, also: Iterable[Objective], why: str) -> None:
    more = [each for each in also if each != objective]
    if {each.meeting_id for each in (objective, *more)} != {selected.meeting_id}:
        raise Refusal(_("Choose an objective of this meeting."))
    known = Objective.objects.filter(pk__in=[objective.pk, *(each.pk for each in more)]).count()
    if known != 1 + len(more):
        raise Refusal(_("Somebody has just removed this objective: choose another."))
    selected.objective, selected.why = objective, why.strip()
    selected.full_clean(exclude=["meeting", "objective"])
    selected.save()
    selected.also_serves.set(more)


def _still_there(model: type[Model], row: Model) -> None:
    """A save must not bring back what somebody else has just taken out."""
    if not model._default_manager.filter(pk=row.pk).exists():
        raise Refusal(_("Somebody has just taken this out."))
