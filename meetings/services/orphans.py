"""Meetings whose case was closed, or goes on inside another: they are called off, and all are told."""

from __future__ import annotations

import datetime as dt
import logging

from django.utils import translation
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal
from meetings.models import Meeting
from meetings.services import planning
from partners.models import Case

log = logging.getLogger(__name__)
BATCH = 50


def cancel_orphans(*, now: dt.datetime | None = None) -> int:
    """Call off every planned or called meeting of a closed case; returns how many."""
    left = Meeting.objects.filter(
        case__state=Case.State.CLOSED, state__in=[Meeting.State.PLANNED, Meeting.State.CALLED]
    ).select_related("case__merged_into", "case__opened_by")[:BATCH]
    return sum(_cancel(meeting, now) for meeting in left)


def _cancel(meeting: Meeting, now: dt.datetime | None) -> bool:
    try:
        planning.cancel_meeting(meeting=meeting, reason=_why(meeting.case), actor=Actor.portal(), now=now)
    except Refusal as refusal:
        # Somebody was faster: held or cancelled meanwhile.
        log.info("meeting %s stays as it is: %s", meeting.pk, refusal)
        return False
    return True


def _why(case: Case) -> str:
    """In the organiser's language, as if the organiser had written it."""
    with translation.override(case.opened_by.language):
        if case.merged_into:
            return _("The talks go on together with others: “%(title)s”.") % {"title": case.merged_into}
        return _("The case is closed.")
