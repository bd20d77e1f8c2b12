"""What the meetings came to: who sat there, the four outcomes, the minutes, the councils' resolutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from meetings.models import (
    ExplorationDecision,
    FormalMeeting,
    InformalMeeting,
    Invitation,
    Meeting,
    MeetingGuest,
    Minutes,
    MinutesVoice,
    NextStep,
    Objective,
    Ratification,
    SelectedArea,
)
from meetings.package import people
from partners.models import Case

Facts = dict[str, Any]
WITH_ALL = (
    "invitations__participant__municipality",
    "invitations__delegates",
    "guests__body",
    "notes_by_item",
)


def held(case: Case) -> list[FormalMeeting]:
    """The formal meetings whose record is closed."""
    rows = FormalMeeting.objects.filter(case=case, state=Meeting.State.HELD).order_by("held_at")
    return list(rows.select_related("host").prefetch_related(*WITH_ALL))


def gather(case: Case, formal: Sequence[FormalMeeting]) -> Facts:
    """Meetings, objectives, areas, decisions, next steps, minutes, resolutions."""
    informal = InformalMeeting.objects.filter(case=case, state=Meeting.State.HELD).order_by("held_at")
    return {
        "informal_meetings": [
            _meeting(one) | {"notes": one.notes}
            for one in informal.select_related("host").prefetch_related(*WITH_ALL)
        ],
        "formal_meetings": [_meeting(one) | {"none_because": one.none_because} for one in formal],
        "objectives": [_objective(one) for one in Objective.objects.filter(meeting__in=formal)],
        "selected_areas": [_selected(one) for one in _selections(formal)],
        "decisions": [_decision(one) for one in _decisions(formal)],
        "next_steps": [_step(one) for one in _steps(formal)],
        "minutes": [_minutes(one) for one in _versions(formal)],
        "ratifications": [_ratification(one) for one in _ratifications(formal)],
    }


def _meeting(meeting: Meeting) -> Facts:
    return {
        "id": str(meeting.pk),
        "starts_at": meeting.local_start.isoformat(),
        "time_zone": meeting.time_zone,
        "place": meeting.place or meeting.online_url,
        "host": meeting.host.name,
        "chair": people.said(meeting.chair, meeting.host),
        "secretary": people.said(meeting.secretary, meeting.host),
        "attendance": [_seat(row) for row in meeting.invitations.all()],
        "guests": [_guest(row) for row in meeting.guests.all()],
        "record": [
            {"item": note.title, "text": note.text} for note in meeting.notes_by_item.all() if note.text
        ],
    }


def _seat(row: Invitation) -> Facts:
    office = row.get_delegate_office_display() if row.delegate_office else ""
    return {
        "participant": str(row.participant_id),
        "municipality": row.participant.municipality.name,
        "present": row.present,
        "delegate": people.person(row.delegate_name, office, row.delegate_office),
        "appointment": row.appointment,
        "mandate": row.mandate,
        "mandate_name": row.get_mandate_display(),
        "with": [
            people.person(one.name, one.get_office_display() or one.get_capacity_display(), one.office)
            for one in row.delegates.all()
        ],
    }


def _guest(one: MeetingGuest) -> Facts:
    return {
        "body": one.body.name,
        "role": one.role,
        "role_name": one.get_role_display(),
        "who": people.said(one.name, one.body),
        "present": one.present,
    }


def _objective(one: Objective) -> Facts:
    return {
        "id": str(one.pk),
        "text": one.text,
        "indicator": one.indicator,
        "baseline": one.baseline,
        "target": one.target,
        "horizon": one.horizon,
    }


def _selections(formal: Sequence[FormalMeeting]) -> Sequence[SelectedArea]:
    return list(SelectedArea.objects.filter(meeting__in=formal).prefetch_related("also_serves"))


def _selected(one: SelectedArea) -> Facts:
    return {
        "id": str(one.pk),
        "area": str(one.area_id),
        "objective": str(one.objective_id),
        "also_serves": [str(objective.pk) for objective in one.also_serves.all()],
        "why": one.why,
    }


def _decisions(formal: Sequence[FormalMeeting]) -> Sequence[ExplorationDecision]:
    rows = ExplorationDecision.objects.filter(selected_area__meeting__in=formal)
    return list(rows.select_related("participant__municipality", "selected_area"))


def _decision(one: ExplorationDecision) -> Facts:
    return {
        "area": str(one.selected_area.area_id),
        "participant": str(one.participant_id),
        "municipality": one.participant.municipality.name,
        "explore_feasibility": one.vote,
        "vote_name": one.get_vote_display(),
        "condition": one.condition,
        "dissent": one.dissent,
        "mandate": one.mandate,
        "mandate_name": one.get_mandate_display(),
    }


def _steps(formal: Sequence[FormalMeeting]) -> Sequence[NextStep]:
    rows = NextStep.objects.filter(meeting__in=formal).select_related("owner__municipality")
    return list(rows.prefetch_related("depends_on"))


def _step(one: NextStep) -> Facts:
    return {
        "id": str(one.pk),
        "action": one.action,
        "who": people.said(one.owner_name, one.owner),
        "municipality": one.owner.municipality.name,
        "due": one.due.isoformat(),
        "comes_after": [str(other.pk) for other in one.depends_on.all()],
        "done_at": one.done_at.isoformat() if one.done_at else None,
        "done_note": one.done_note,
    }


def _versions(formal: Sequence[FormalMeeting]) -> Sequence[Minutes]:
    rows = Minutes.objects.filter(meeting__in=formal).exclude(state=Minutes.State.DRAFT)
    return list(
        rows.order_by("meeting__held_at", "number").prefetch_related("voices__participant__municipality")
    )


def _minutes(one: Minutes) -> Facts:
    return {
        "meeting": str(one.meeting_id),
        "number": one.number,
        "state": one.state,
        "state_name": one.get_state_display(),
        "what_changed": one.what_changed,
        "sent_at": one.sent_at.isoformat() if one.sent_at else None,
        "objections_until": one.objections_until.isoformat() if one.objections_until else None,
        "closed_at": one.closed_at.isoformat() if one.closed_at else None,
        "sha256": one.sha256,
        "voices": [_voice(voice) for voice in one.voices.all()],
    }


def _voice(one: MinutesVoice) -> Facts:
    return {
        "municipality": one.participant.municipality.name,
        "voice": one.voice,
        "voice_name": one.get_voice_display(),
        "objection": one.text,
        "answer": one.answer,
        "by": people.said(one.name, one.participant),
        "at": one.recorded_at.isoformat(),
    }


def _ratifications(formal: Sequence[FormalMeeting]) -> Sequence[Ratification]:
    rows = Ratification.objects.filter(meeting__in=formal)
    return list(rows.select_related("participant__municipality"))


def _ratification(one: Ratification) -> Facts:
    return {
        "participant": str(one.participant_id),
        "municipality": one.participant.municipality.name,
        "state": one.state,
        "state_name": one.get_state_display(),
        "resolution": one.resolution,
        "resolved_on": one.resolved_on.isoformat() if one.resolved_on else None,
        "text": one.text,
        "recorded_by": people.said(one.recorded_by, _("the council")),
    }
