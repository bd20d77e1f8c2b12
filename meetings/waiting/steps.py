"""Next steps on the home page: what one's own municipalities took on, and what others owe, across cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from imc_portal.core.models import User
from meetings import next_steps
from meetings.models import NextStep
from meetings.next_steps import Standing
from meetings.waiting.item import Item
from partners import policies
from partners.models import Case, Participant


def items(user: User, cases: Sequence[Case], now: dt.datetime) -> tuple[list[Item], list[Item]]:
    """(for me, for others): my municipalities' open steps; as host, the overdue ones of others.

    A step that waits for another one is not mine to do yet: it is shown with what it waits for. Two queries.
    """
    mine = {municipality.pk for municipality in policies.writes_for(user)}
    hosted = {case.pk for case in cases if policies.allows(user, "case.run", case)}
    rows = (
        NextStep.objects.alive()
        .filter(meeting__case__in=[case.pk for case in cases], done_at=None)
        .filter(owner__state__in=Participant.ACTIVE)
        .select_related("owner__municipality", "meeting__case")
        .prefetch_related("depends_on__owner__municipality")
    )
    own, others = [], []
    for one in (next_steps.standing(step, now) for step in rows):
        if one.step.owner.municipality_id in mine:
            own.append(_mine(one))
        elif one.state == "overdue" and one.step.meeting.case_id in hosted:
            others.append(_theirs(one))
    return own, others


def _mine(one: Standing) -> Item:
    late = one.state == "overdue"
    text = one.step.action
    if one.waits_for:
        words = {"step": text, "other": one.waits_for[0].action, "name": one.waits_for[0].owner}
        text = _("%(step)s (waits for “%(other)s”, %(name)s)") % words
    return Item(
        text,
        reverse("meetings:step", args=[one.step.pk]),
        who=f"{one.step.owner_name}, {one.step.meeting.case.title}",
        since=one.overdue_since,
        due=None if one.waits_for else one.step.due,
        state=_("overdue") if late else "",
        tone="trouble" if late else "note",
    )


def _theirs(one: Standing) -> Item:
    words = {"step": one.step.action, "name": one.step.owner, "who": one.step.owner_name}
    return Item(
        _("%(name)s (%(who)s) has not done “%(step)s” yet") % words,
        reverse("meetings:step", args=[one.step.pk]),
        who=one.step.meeting.case.title,
        since=one.overdue_since,
        state=_("overdue"),
        tone="trouble",
    )
