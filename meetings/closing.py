"""What still stands between a formal meeting and the hand-over: the minutes, and councils awaited."""

from __future__ import annotations

from django.utils.translation import gettext as _

from imc_portal.core.templatetags.portal import day
from meetings.models import FormalMeeting, Meeting, Minutes, Ratification
from partners.models import Case, Participant


def minutes(case: Case) -> list[str]:
    """Why the minutes of the last formal meeting are not settled yet, in sentences."""
    held = FormalMeeting.objects.filter(case=case, state=Meeting.State.HELD).order_by("-held_at").first()
    newest = held.minutes.first() if held else None
    if held is None or (newest and newest.is_ended):
        return []
    if newest is None:
        return [_("The minutes of the formal meeting are not drafted yet.")]
    if newest.state == Minutes.State.DRAFT:
        return [_("The minutes are drafted, but not sent to the delegations yet.")]
    return [
        _("The delegations may object to the minutes until %(day)s.") % {"day": day(newest.objections_until)}
    ]


def councils(case: Case) -> list[str]:
    """Which councils are awaited, since when; and the initiator's, when it has not ratified."""
    rows = Ratification.objects.filter(
        meeting__case=case, participant__state__in=Participant.ACTIVE
    ).select_related("participant__municipality")
    reasons = [
        _("The council of %(name)s has not resolved yet; it is awaited since %(day)s.")
        % {"name": row.participant, "day": day(row.awaited_since)}
        for row in rows
        if row.state == Ratification.State.AWAITED
    ]
    return reasons + [
        _("The council of %(name)s, which runs the case, has not ratified.") % {"name": row.participant}
        for row in rows
        if row.state == Ratification.State.REFUSED
    ]
