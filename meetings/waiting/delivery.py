"""Papers and letters on the home page: what went wrong on their way, and meetings that are not confirmed.

Reads a fixed number of queries, whatever the number of cases.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imc_portal.core.models import OutgoingEmail, User
from meetings import troubles
from meetings.models import Dispatch, Meeting
from meetings.waiting.item import Item
from partners import policies
from partners.models import Case


def items(user: User, cases: Sequence[Case], now: dt.datetime) -> list[Item]:
    """For those who run the cases: each trouble once, with the one thing to do; partners who join late."""
    mine = [case for case in cases if policies.allows(user, "case.run", case)]
    found = [
        Item(
            one.text,
            one.url,
            who=_("%(what)s: %(case)s") % {"what": one.label, "case": one.case.title},
            since=one.since,
            state=_("trouble"),
            tone="trouble",
        )
        for one in (troubles.find(mine, now) if mine else [])
    ]
    held = _held(mine) if mine else []
    joined = [(case, party) for case in mine for party in troubles.joined_late(case)]
    return [*found, *held] + [
        Item(
            _("%(name)s joins late: see what it still lacks") % {"name": party},
            case.get_absolute_url(),
            who=case.title,
        )
        for case, party in joined
    ]


def _held(cases: Sequence[Case]) -> list[Item]:
    """Cases in which messages wait until somebody has looked at them."""
    by_context = {case.context: case for case in cases if case.state not in Case.RESTING}
    rows = OutgoingEmail.objects.filter(state=OutgoingEmail.State.HELD, context__in=by_context).order_by()
    counted = rows.values("context").annotate(count=Count("pk"), since=Min("created_at"))
    return [
        Item(
            ngettext(
                "Look at %(count)d message that is held back, and release it",
                "Look at %(count)d messages that are held back, and release them",
                row["count"],
            )
            % {"count": row["count"]},
            f"{reverse('meetings:post', args=[by_context[row['context']].pk])}?state=held",
            who=by_context[row["context"]].title,
            since=row["since"],
        )
        for row in counted
    ]


def unconfirmed(
    user: User,
    meetings: Sequence[Meeting],
    late: Mapping[uuid.UUID, list[Dispatch]],
) -> list[Item]:
    """Meetings that late papers keep from being confirmed, for those who run their cases."""
    return [
        Item(
            _("Not confirmed: papers come late to %(names)s")
            % {"names": ", ".join(str(paper.invitation.participant) for paper in late[meeting.pk])},
            reverse("meetings:delivery", args=[meeting.pk]),
            who=meeting.case.title,
            due=meeting.starts_at,
        )
        for meeting in meetings
        if meeting.pk in late and policies.allows(user, "case.run", meeting.case)
    ]
