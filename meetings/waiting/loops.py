"""What the loops of a case ask of its lead: look at it again, ask somebody again, answer an offer to merge.

Reads what was fetched with the cases, and asks the database once, for the offers.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from imc_portal.core.models import User
from meetings.waiting.item import Item
from partners import policies
from partners.models import Case, CaseMerge, Membership, Participant


def items(user: User, cases: Iterable[Case], now: dt.datetime) -> list[Item]:
    """Everything of this kind for one person."""
    found: list[Item] = []
    for case in cases:
        if not policies.allows(user, "case.run", case):
            continue
        found += _review(case, now)
        found += _deferred(case, now)
    return found + _offers(user)


def _review(case: Case, now: dt.datetime) -> Iterator[Item]:
    if case.state == Case.State.PARKED and case.review_on and case.review_on <= _today(case, now):
        yield Item(
            _("Look at the parked case again: %(case)s") % {"case": case.title},
            case.get_absolute_url(),
            due=case.review_on,
        )


def _deferred(case: Case, now: dt.datetime) -> Iterator[Item]:
    if case.state in Case.RESTING:
        return
    for party in case.participants.all():
        day = party.deferred_until
        if party.state == Participant.State.DEFERRED and day and day <= _today(case, now):
            yield Item(
                _("%(name)s wanted to be asked again: %(case)s") % {"name": party, "case": case.title},
                reverse("partners:contacts", args=[case.pk]),
                who=str(party),
                due=day,
            )


def _offers(user: User) -> list[Item]:
    led = [seat.municipality_id for seat in policies.seats(user) if seat.role == Membership.Role.LEAD]
    offered = CaseMerge.objects.filter(state=CaseMerge.State.OFFERED, into__initiator__in=led)
    return [
        Item(
            _("Answer the offer of %(name)s to merge: %(case)s")
            % {"name": merge.case.initiator, "case": merge.into.title},
            reverse("partners:merge", args=[merge.pk]),
            who=str(merge.case.initiator),
            since=merge.offered_at,
        )
        for merge in offered.select_related("case__initiator", "into")
    ]


def _today(case: Case, now: dt.datetime) -> dt.date:
    """The day where the case is led."""
    return now.astimezone(zoneinfo.ZoneInfo(case.initiator.time_zone)).date()
