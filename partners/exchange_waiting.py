"""What of the exchange waits for a person: checks, interest, private questions, and who said yes as well.

A fixed number of statements, whatever there is; what another side has not said waits nowhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imc_portal.core.models import User
from partners import policies
from partners.models import Interest, Listing, Municipality, Probe, ProbeQuestion

#: A yes on both sides calls for a talk, not for a click: it stays in sight for a month.
MATCH_STAYS = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits: what, where, for which municipality, since when."""

    text: str
    url: str
    who: str = ""
    since: dt.datetime | dt.date | None = None
    is_news: bool = False


def waiting_for(user: User, now: dt.datetime | None = None) -> list[Waiting]:
    """All that waits for the person in the exchange."""
    mine = policies.writes_for(user)
    found = list(_checks(user))
    if mine:
        found += [*_interest(mine), *_questions(mine), *_matches(mine, now or timezone.now())]
    return found


def _checks(user: User) -> Iterator[Waiting]:
    if not policies.allows(user, "data.curate", None):
        return
    waiting = Listing.objects.filter(state=Listing.State.SUBMITTED).order_by()
    counted = waiting.aggregate(count=Count("pk"), since=Min("submitted_at"))
    if counted["count"]:
        text = ngettext(
            "%(count)d offer or request waits for your check",
            "%(count)d offers and requests wait for your check",
            counted["count"],
        )
        url = reverse("partners:listing_check")
        yield Waiting(text % {"count": counted["count"]}, url, since=counted["since"])


def _interest(mine: list[Municipality]) -> Iterator[Waiting]:
    sent = Interest.objects.filter(listing__municipality__in=mine, state=Interest.State.SENT)
    for interest in sent.select_related("listing__municipality", "municipality"):
        words = _("Answer the interest of %(name)s: %(title)s")
        yield Waiting(
            words % {"name": interest.municipality, "title": interest.listing.title},
            interest.listing.get_absolute_url(),
            str(interest.listing.municipality),
            interest.sent_at,
        )


def _questions(mine: list[Municipality]) -> Iterator[Waiting]:
    asked = ProbeQuestion.objects.filter(municipality__in=mine, answered_at=None)
    for question in asked.select_related("municipality", "function"):
        text = _("Answer a private question: %(function)s") % {"function": question.function}
        # The day alone: the minute could tell who sat at the portal then.
        day = timezone.localdate(question.asked_at)
        yield Waiting(text, question.get_absolute_url(), str(question.municipality), day)


def _matches(mine: list[Municipality], now: dt.datetime) -> Iterator[Waiting]:
    """By the later of the two yeses, which is when both were told."""
    mutual = Probe.objects.mutual().filter(municipality__in=mine)
    mutual = mutual.select_related("municipality", "other", "function").annotate(
        theirs_at=Probe.returned().values("said_at")[:1]
    )
    for probe in mutual:
        since = max(probe.said_at, vars(probe)["theirs_at"])
        if since > now - MATCH_STAYS:
            words = _("%(name)s and you both said yes: %(function)s")
            text = words % {"name": probe.other, "function": probe.function}
            yield Waiting(text, reverse("partners:probe_list"), str(probe.municipality), since, is_news=True)
