"""The countdown of a meeting's papers, and whether late ones keep it from being confirmed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imc_portal.core.templatetags.portal import day as day_in_words
from meetings.clock import Clock
from meetings.countdown import Date
from meetings.models import Dispatch, Meeting

register = template.Library()


@dataclass(frozen=True, slots=True)
class Row:
    """One date of the countdown, for the eye and for the ear."""

    label: str
    words: str
    spoken: str
    day: str = ""
    note: str = ""
    tone: str = "far"


@register.inclusion_tag("components/countdown.html")
def countdown(clock: Clock) -> dict[str, Any]:
    """Approve by, sends on, everybody must have it by."""
    return {"rows": [row for row in (_approve(clock), _sends(clock), _arrives(clock)) if row]}


@register.filter
def of_meeting(late: Mapping[uuid.UUID, list[Dispatch]], meeting: Meeting) -> list[Dispatch]:
    """The late papers of one meeting among many."""
    return late.get(meeting.pk, [])


def in_words(date: Date) -> str:
    """In 3 working days, today, 2 days ago."""
    if date.days_left == 0:
        return _("today")
    if date.days_left < 0:
        ago = -date.days_left
        return ngettext("%(days)d day ago", "%(days)d days ago", ago) % {"days": ago}
    left = date.working_days_left
    if left == 0:
        return ngettext("in %(days)d day", "in %(days)d days", date.days_left) % {"days": date.days_left}
    return ngettext("in %(days)d working day", "in %(days)d working days", left) % {"days": left}


def _approve(clock: Clock) -> Row | None:
    date = clock.dates.approve
    if date is None:
        return None
    words = {"day": day_in_words(date.day), "when": in_words(date)}
    if date.nearness == "past":
        spoken = _("The proposal had to be approved by %(day)s, %(when)s: papers may come late.") % words
    else:
        spoken = _("Approve the proposal by %(day)s: %(when)s.") % words
    return Row(_("Approve by"), words["when"], spoken, words["day"], tone=date.nearness)


def _sends(clock: Clock) -> Row:
    label = _("Sends on")
    if not clock.is_going_out:
        then = _("once somebody has looked at each message") if clock.looked_at else ""
        words = _("at once after approval")
        return Row(label, words, _("The papers leave at once after approval."), note=then)
    words = _("going out now")
    if clock.looked_at:
        words = _("waits for a look in the post room")
    note = _("%(arrived)d of %(total)d have arrived") % {"arrived": clock.arrived, "total": clock.total}
    return Row(label, words, _("The papers: %(words)s.") % {"words": words}, note=note, tone="near")


def _arrives(clock: Clock) -> Row:
    dates, label = clock.dates, _("Everybody must have it by")
    first, last = day_in_words(dates.first.day), day_in_words(dates.last.day)
    when = in_words(dates.first)
    if not dates.days_differ:
        spoken = _("Everybody must have the papers by %(day)s: %(when)s.") % {"day": first, "when": when}
        return Row(label, when, spoken, first, tone=dates.first.nearness)
    names = {"first": dates.first_name, "last": dates.last_name, "day": first, "until": last, "when": when}
    spoken = _(
        "%(first)s must have the papers first, by %(day)s: %(when)s. "
        "%(last)s must have them last, by %(until)s."
    )
    note = _("%(first)s first; %(last)s last, by %(until)s")
    return Row(label, when, spoken % names, first, note % names, dates.first.nearness)
