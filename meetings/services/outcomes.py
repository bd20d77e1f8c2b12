"""The four outcomes of a formal meeting, or none with a reason. No other meeting can hold one.

What is decided is to explore the feasibility of cooperation in an area, nothing more.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, Stale
from meetings import gates
from meetings.models import (
    ExplorationDecision,
    FormalMeeting,
    Invitation,
    Meeting,
    NextStep,
    Objective,
    SelectedArea,
)
from meetings.services import holding
from partners.models import CandidateArea, Case, Participant
from partners.services import cases, participants

Vote = ExplorationDecision.Vote


@dataclass(frozen=True, slots=True)
class Voice:
    """What one municipality says on exploring one selected area; an empty vote means nothing said yet."""

    selected_area: uuid.UUID
    participant: uuid.UUID
    vote: str
    condition: str = ""
    dissent: str = ""


@transaction.atomic
def add_objective(*, objective: Objective, actor: Actor) -> Objective:
    """Record an objective of cooperation."""
    meeting = _open_record(objective.meeting)
    objective.full_clean(exclude=["meeting"])
    objective.save()
    _note(actor, "recorded an objective", objective, meeting)
    return objective


@transaction.atomic
def remove_objective(*, objective: Objective, actor: Actor) -> None:
    """Take an objective back; refused while a selected area serves it."""
    meeting = _open_record(objective.meeting)
    if objective.areas.exists():
        raise Refusal(_("A selected area serves this objective: take the area out first."))
    _note(actor, "removed an objective", objective, meeting)
    objective.delete()


@transaction.atomic
def select_area(
    *, meeting: FormalMeeting, area: CandidateArea, objective: Objective, why: str, actor: Actor
) -> SelectedArea:
    """Select an area of the talks tentatively; it serves an objective of this same meeting."""
    meeting = _open_record(meeting)
    if area.case_id != meeting.case_id or area.state != CandidateArea.State.AGREED:
        raise Refusal(_("Choose among the areas that are in the talks."))
    if objective.meeting_id != meeting.pk:
        raise Refusal(_("Choose an objective of this meeting."))
    if meeting.selected_areas.filter(area=area).exists():
        raise Refusal(_("%(area)s is selected already.") % {"area": area})
    selected = SelectedArea(meeting=meeting, area=area, objective=objective, why=why.strip())
    selected.full_clean(exclude=["meeting", "objective"])
    selected.save()
    _note(actor, "selected an area", selected, meeting)
    return selected


@transaction.atomic
def remove_area(*, selected: SelectedArea, actor: Actor) -> None:
    """Take a selected area out, with the decisions on it."""
    meeting = _open_record(selected.meeting)
    _note(actor, "removed a selected area", selected, meeting)
    selected.delete()


@transaction.atomic
def decide(*, meeting: FormalMeeting, voices: Sequence[Voice], revision: int, actor: Actor) -> int:
    """Write the decisions on exploring feasibility, all or none, and return the new revision.

    Only municipalities present decide, with the mandate of their delegate; Stale when somebody else saved
    decisions in between.
    """
    meeting = _open_record(meeting)
    if meeting.revision != revision:
        raise Stale(
            _("Somebody else has just recorded decisions. Yours are not saved yet: compare, then save.")
        )
    present = {row.participant_id: row for row in meeting.invitations.filter(present=True)}
    selected = {row.pk: row for row in meeting.selected_areas.select_related("area__function")}
    for voice in voices:
        if voice.selected_area not in selected or voice.participant not in present:
            raise Refusal(_("Only municipalities that are present decide, and only on selected areas."))
        _record(voice, selected[voice.selected_area], present[voice.participant])
    meeting.revision = revision + 1
    meeting.save(update_fields=["revision"])
    said = [voice for voice in voices if voice.vote]
    _note(actor, "recorded decisions on exploring feasibility", meeting, meeting, decisions=len(said))
    return meeting.revision


@transaction.atomic
def add_step(*, step: NextStep, actor: Actor) -> NextStep:
    """Record a next step: what, who, for which municipality, by when."""
    meeting = _open_record(step.meeting)
    if not meeting.invitations.filter(participant=step.owner_id).exists():
        raise Refusal(_("Choose one of the municipalities that were invited."))
    if step.due < meeting.local_start.date():
        raise Refusal(_("A next step is due after the meeting: choose a later day."))
    step.full_clean(exclude=["meeting", "owner"])
    step.save()
    _note(actor, "recorded a next step", step, meeting)
    return step


@transaction.atomic
def remove_step(*, step: NextStep, actor: Actor) -> None:
    """Take a next step back."""
    meeting = _open_record(step.meeting)
    _note(actor, "removed a next step", step, meeting)
    step.delete()


@transaction.atomic
def give_none(*, meeting: FormalMeeting, because: str, actor: Actor) -> None:
    """Record that the meeting has no outcome, and why; an empty reason takes that back."""
    meeting = _open_record(meeting)
    if because.strip() and meeting.selected_areas.exists():
        raise Refusal(_("An area is selected: take it out first, if the meeting has no outcome."))
    meeting.none_because = because.strip()
    meeting.save(update_fields=["none_because"])
    _note(actor, "recorded that there is no outcome", meeting, meeting, because=meeting.none_because)


@transaction.atomic
def close_record(
    *, meeting: FormalMeeting, actor: Actor, override: str = "", now: dt.datetime | None = None
) -> None:
    """Close the record of a formal meeting for good: held; who said yes is committed to explore."""
    now = now or timezone.now()
    fresh = _open_record(meeting)
    cases.advance(
        case=fresh.case,
        to=Case.State.FORMAL_HELD,
        actor=actor,
        reasons_against=gates.outcomes(fresh),
        override=override,
    )
    holding.close(meeting=fresh, actor=actor, now=now)
    ready = Participant.objects.filter(
        decisions__selected_area__meeting=fresh, decisions__vote__in=[Vote.YES, Vote.YES_IF]
    ).distinct()
    for participant in ready:
        participants.step(participant=participant, to=Participant.State.COMMITTED, actor=actor)


@transaction.atomic
def finish_step(*, step: NextStep, actor: Actor, now: dt.datetime | None = None) -> None:
    """Mark a next step as done; a second time changes nothing."""
    fresh = NextStep.objects.select_for_update(of=("self",)).select_related("meeting__case").get(pk=step.pk)
    if fresh.done_at is None:
        fresh.done_at = step.done_at = now or timezone.now()
        fresh.save(update_fields=["done_at"])
        _note(actor, "finished a next step", fresh, fresh.meeting)


def _open_record(meeting: FormalMeeting) -> FormalMeeting:
    """The formal meeting, locked; refused unless it is called and its record not closed."""
    fresh = (
        FormalMeeting.objects.select_for_update(of=("self", "meeting_ptr"))
        .select_related("case__initiator")
        .filter(pk=meeting.pk)
        .first()
    )
    if fresh is None:
        raise Refusal(_("Only a formal meeting can hold outcomes."))
    if fresh.state != Meeting.State.CALLED:
        raise Refusal(_("The record of this meeting is closed, or the meeting is not called yet."))
    return fresh


def _record(voice: Voice, selected: SelectedArea, guest: Invitation) -> None:
    decision = ExplorationDecision.objects.filter(selected_area=selected, participant=guest.participant_id)
    if not voice.vote:
        decision.delete()
        return
    row = decision.first() or ExplorationDecision(selected_area=selected, participant_id=guest.participant_id)
    row.vote, row.mandate = voice.vote, guest.mandate
    row.condition = voice.condition.strip() if voice.vote == Vote.YES_IF else ""
    row.dissent = voice.dissent.strip()
    row.full_clean(exclude=["selected_area", "participant"])
    row.save()


def _note(
    actor: Actor,
    verb: str,
    target: Objective | SelectedArea | NextStep | FormalMeeting,
    meeting: FormalMeeting,
    **after: object,
) -> None:
    audit.record(actor, verb, target, context=meeting.case.context, after=after)
