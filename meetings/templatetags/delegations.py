"""The agenda and the notice, for pages that show them in passing."""

from __future__ import annotations

from django import template
from django.utils import timezone

from meetings import confirmation
from meetings.models import Dispatch, Meeting, MeetingPaper
from meetings.views.papers import newest
from partners.models import Participant

register = template.Library()


@register.simple_tag
def agenda_of(meeting: Meeting | None) -> MeetingPaper | None:
    """The newest agenda of a meeting that is not called off."""
    return newest(meeting) if meeting and meeting.state != Meeting.State.CANCELLED else None


@register.simple_tag
def late_notice(participant: Participant) -> Dispatch | None:
    """The notice of a formal meeting that came late to this participant, who has not waived that."""
    late = confirmation.late_for(participant, timezone.now())
    return next((paper for paper in late if paper.invitation.meeting.is_formal), None)
