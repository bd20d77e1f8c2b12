"""What other pages show of meetings."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imc_portal.core import dates
from meetings import chain, policies, spoken
from meetings.agenda import Item, Timed
from meetings.models import DatePoll, Meeting
from meetings.services import letters
from partners.models import Case, Participant

register = template.Library()
AHEAD = (Meeting.State.PLANNED, Meeting.State.CALLED)


@register.inclusion_tag("meetings/summary.html", takes_context=True)
def meeting_summary(context: Context, case: Case) -> dict[str, Any]:
    """The next meeting of the case, or the last one, and the way to plan what is missing."""
    user = context["user"]
    meetings = sorted(Meeting.objects.visible_to(user).filter(case=case), key=lambda row: row.starts_at)
    ahead = [meeting for meeting in meetings if meeting.state in AHEAD]
    formal = case.has_reached(Case.State.ATTITUDE)
    kind = Meeting.Kind.FORMAL if formal else Meeting.Kind.INFORMAL
    wanted = formal or (case.has_reached(Case.State.PROPOSAL) and chain.open_meeting(case, kind) is None)
    may_plan = (
        wanted
        and not ahead
        and not case.has_reached(Case.State.FORMAL_HELD)
        and policies.allows(user, "meeting.plan", case)
    )
    return {
        "meeting": next(iter(ahead or meetings[-1:]), None),
        "formal": formal,
        "case_pk": case.pk,
        "inside": policies.allows(user, "post.read", case),
        "plan_url": reverse("meetings:plan", args=[case.pk, kind]) if may_plan else "",
        "ask_url": reverse("meetings:dates_ask", args=[case.pk, kind]) if may_plan else "",
        "polls": DatePoll.objects.filter(case=case, state=DatePoll.State.OPEN),
    }


@register.filter
def agenda_items(meeting: Meeting) -> list[Item]:
    """The agenda in the reader's language."""
    return spoken.items(meeting)


@register.filter
def agenda_timed(meeting: Meeting) -> list[Timed]:
    """The agenda in the reader's language, with the time of each item by the clock of the meeting."""
    return spoken.timed(meeting)


@register.filter
def clock_place(zone: str) -> str:
    """The place whose clock counts, in the reader's language."""
    return dates.zone(zone)


@register.filter
def clock(moment: dt.datetime) -> str:
    """09:00, as it stands: nothing is moved to another zone."""
    return dates.clock(moment)


@register.simple_tag(takes_context=True)
def named(context: Context, who: str) -> str:
    """Who did something; the reader by link (context: me) is named in the own language, not as recorded."""
    reader = context.get("me")
    if isinstance(reader, Participant) and reader.contact and who == letters.holder_of(reader.contact):
        return str(reader.contact)
    return who


@register.filter
def timeuntil_words(day: dt.date | None) -> str:
    """In 5 days, today, 2 days ago."""
    if day is None:
        return ""
    days = (day - timezone.localdate()).days
    if days == 0:
        return _("today")
    if days > 0:
        return ngettext("in %(days)d day", "in %(days)d days", days) % {"days": days}
    return ngettext("%(days)d day ago", "%(days)d days ago", -days) % {"days": -days}
