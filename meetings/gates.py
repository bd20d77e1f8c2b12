"""Why a step of the talks is not ready yet: the gates this room can judge, in whole sentences."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings.models import Attitude, Dispatch, ExplorationDecision, FormalMeeting, Invitation, Meeting
from partners.models import CandidateArea, Case, Participant

OPEN_MINDED = (Attitude.Value.POSITIVE, Attitude.Value.CONDITIONAL)
MUNICIPALITIES_TO_MEET = 2


def latest_attitudes(case: Case) -> dict[Participant, Attitude]:
    """What each municipality that still takes part said last, with the areas it means."""
    rows = (
        Attitude.objects.filter(participant__case=case, participant__state__in=Participant.ACTIVE)
        .order_by("participant_id", "-stated_at")
        .distinct("participant_id")
        .select_related("participant__municipality")
        .prefetch_related("areas__function")
    )
    return {row.participant: row for row in rows}


def common_areas(case: Case) -> dict[CandidateArea, list[Participant]]:
    """Areas in the talks that the initiator and at least one other are open to explore, with those others."""
    open_to = {
        who: {area for area in attitude.areas.all() if area.state == CandidateArea.State.AGREED}
        for who, attitude in latest_attitudes(case).items()
        if attitude.value in OPEN_MINDED
    }
    own = next((areas for who, areas in open_to.items() if who.is_initiator), set())
    others = {who: areas for who, areas in open_to.items() if not who.is_initiator}
    shared = {area: [who for who, areas in others.items() if area in areas] for area in own}
    return {area: who for area, who in sorted(shared.items(), key=lambda item: str(item[0])) if who}


def formal_meeting(case: Case) -> list[str]:
    """The informal phase is positive: the initiator and another are open to explore a common area."""
    latest = latest_attitudes(case)
    own = next((attitude for who, attitude in latest.items() if who.is_initiator), None)
    others = [attitude for who, attitude in latest.items() if not who.is_initiator]
    reasons = []
    if not case.has_reached(Case.State.ATTITUDE):
        reasons.append(_("The informal meeting is not held yet, or the answers are still sealed."))
    if own is None:
        reasons.append(_("%(name)s has not stated its attitude yet.") % {"name": case.initiator})
    elif own.value not in OPEN_MINDED:
        reasons.append(
            _("%(name)s itself is %(attitude)s.")
            % {"name": case.initiator, "attitude": own.get_value_display()}
        )
    if not any(attitude.value in OPEN_MINDED for attitude in others):
        reasons.append(_("No other municipality is positive, or positive on conditions, yet."))
    elif not reasons and not common_areas(case):
        reasons.append(_("There is no area that both the initiator and another municipality would explore."))
    return reasons


def met(meeting: Meeting) -> list[str]:
    """At least two municipalities were present."""
    present = meeting.invitations.filter(present=True).count()
    if present >= MUNICIPALITIES_TO_MEET:
        return []
    return [
        ngettext(
            "Only %(count)d municipality is recorded as present; a meeting needs two.",
            "%(count)d municipalities are recorded as present; a meeting needs two.",
            present,
        )
        % {"count": present}
    ]


def papers_in_time(meeting: Meeting, now: dt.datetime) -> list[str]:
    """Every recipient had its paper in good time, or waived that; no override can stand in for the waiver."""
    dispatches = Dispatch.objects.filter(
        invitation__meeting=meeting, invitation__participant__state__in=Participant.ACTIVE, waived_at=None
    ).select_related("email", "invitation__participant__municipality")
    return [
        _("%(name)s did not have its paper in good time and has not waived that.")
        % {"name": dispatch.invitation.participant}
        for dispatch in dispatches
        if (dispatch.sent_at or now) > dispatch.due_at
    ]


def outcomes(meeting: FormalMeeting) -> list[str]:
    """All four outcomes are there, with a decision of each municipality present; or none, with a reason."""
    if meeting.none_because.strip():
        return []
    reasons = met(meeting)
    if not meeting.objectives.exists():
        reasons.append(_("No objective is recorded."))
    selected = list(meeting.selected_areas.select_related("area__function"))
    if not selected:
        reasons.append(_("No area is selected."))
    present = list(meeting.invitations.filter(present=True).select_related("participant__municipality"))
    decided = set(
        ExplorationDecision.objects.filter(selected_area__meeting=meeting).values_list(
            "selected_area", "participant"
        )
    )
    reasons += [
        _("%(name)s has not decided on %(area)s.") % {"name": guest.participant, "area": choice.area}
        for choice in selected
        for guest in present
        if (choice.pk, guest.participant_id) not in decided
    ]
    if not meeting.next_steps.exists():
        reasons.append(_("No next step is recorded."))
    return reasons


def attendance(invitations: list[Invitation]) -> list[str]:
    """Of everybody invited it is recorded whether they came."""
    return [
        _("Say whether %(name)s was present.") % {"name": guest.participant}
        for guest in invitations
        if guest.present is None
    ]


def hand_over(case: Case) -> list[str]:
    """The record of a formal meeting is closed."""
    if case.meetings.filter(kind=Meeting.Kind.FORMAL, state=Meeting.State.HELD).exists():
        return []
    return [_("The record of the formal meeting is not closed yet.")]
