"""The open record of a formal meeting: what every act on its outcomes begins with and leaves behind."""

from __future__ import annotations

from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal
from meetings.models import FormalMeeting, Meeting, NextStep, Objective, SelectedArea


def open_record(meeting: FormalMeeting) -> FormalMeeting:
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


def note(
    actor: Actor,
    verb: str,
    target: Objective | SelectedArea | NextStep | FormalMeeting,
    meeting: FormalMeeting,
    **after: object,
) -> None:
    """Leave the act on the trail of the case."""
    audit.record(actor, verb, target, context=meeting.case.context, after=after)
