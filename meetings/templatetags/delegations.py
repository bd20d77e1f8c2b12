"""The agenda and the notice, for pages that show them in passing."""

from __future__ import annotations

from django import template
from django.utils import timezone

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
    rows = Dispatch.objects.filter(
        invitation__participant=participant,
        invitation__meeting__kind=Meeting.Kind.FORMAL,
        invitation__meeting__state=Meeting.State.CALLED,
        waived_at=None,
    ).select_related("email")
    now = timezone.now()
    return next((row for row in rows if (row.sent_at or now) > row.due_at), None)
