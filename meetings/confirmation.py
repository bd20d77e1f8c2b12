"""Whether a called meeting is confirmed: everybody has the newest paper in good time, or has waived that.

Reads one query for any number of meetings, and writes nothing.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import QuerySet

from meetings.models import Dispatch, Invitation, Meeting
from partners.models import Participant


def papers_of(meetings: Iterable[Meeting] | QuerySet[Meeting]) -> dict[uuid.UUID, list[Dispatch]]:
    """By meeting: the newest paper of each recipient who still takes part."""
    rows = (
        Dispatch.objects.filter(
            invitation__meeting__in=meetings, invitation__participant__state__in=Participant.ACTIVE
        )
        .select_related(
            *("email", "by_hand", "document__version", "invitation__meeting"),
            "invitation__participant__municipality",
        )
        .order_by("invitation__participant__municipality__name", "document__version__number")
    )
    newest: dict[uuid.UUID, dict[uuid.UUID, Dispatch]] = defaultdict(dict)
    for row in rows:
        newest[row.invitation.meeting_id][row.invitation_id] = row
    return {meeting: list(papers.values()) for meeting, papers in newest.items()}


def late_papers(
    meetings: Iterable[Meeting] | QuerySet[Meeting], now: dt.datetime
) -> dict[uuid.UUID, list[Dispatch]]:
    """By meeting: papers that came late, or are late and have not come, and that nobody has waived."""
    found = {
        meeting: [paper for paper in papers if paper.is_late_at(now)]
        for meeting, papers in papers_of(meetings).items()
    }
    return {meeting: late for meeting, late in found.items() if late}


def late_among(
    papers: Mapping[uuid.UUID, list[Dispatch]], meetings: Iterable[Meeting], now: dt.datetime
) -> dict[uuid.UUID, list[Dispatch]]:
    """The same from papers that were read before, for meetings that wait to be confirmed."""
    found = {
        one.pk: [paper for paper in papers.get(one.pk, []) if paper.is_late_at(now)]
        for one in meetings
        if awaits(one)
    }
    return {meeting: late for meeting, late in found.items() if late}


def late_in(meeting: Meeting, now: dt.datetime) -> list[Dispatch]:
    """The same for one meeting."""
    return late_papers([meeting], now).get(meeting.pk, [])


def awaits(meeting: Meeting) -> bool:
    """Whether it is a meeting that late papers keep from being confirmed: informal, called, not held."""
    return meeting.state == Meeting.State.CALLED and not meeting.is_formal


def newest_of(invitation: Invitation) -> Dispatch | None:
    """The paper that counts for one recipient."""
    papers = papers_of([invitation.meeting]).get(invitation.meeting_id, [])
    return next((paper for paper in papers if paper.invitation_id == invitation.pk), None)


def late_for(participant: Participant, now: dt.datetime) -> list[Dispatch]:
    """Papers of called meetings that came late to this participant, who has not waived that."""
    called = Meeting.objects.filter(state=Meeting.State.CALLED, invitations__participant=participant)
    return [
        paper
        for papers in papers_of(called).values()
        for paper in papers
        if paper.invitation.participant_id == participant.pk and paper.is_late_at(now)
    ]
