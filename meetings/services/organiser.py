"""Tell whoever runs a case what went wrong on the way of its papers: of each trouble once.

Core marks a message as failed or come back and knows nothing of meetings; this reads those marks. The first
trouble is told at once; what follows waits for company, so that a mail server that refuses hundreds costs its
reader a few letters. Nothing waits for it: the rest of a dispatch goes on.
"""

from __future__ import annotations

import datetime as dt
import logging

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from meetings import chain, late, notices, troubles
from meetings.models import ToldTrouble
from meetings.services import runners
from meetings.troubles import NOTICE, Trouble
from partners.models import Case
from partners.services import cases as services

log = logging.getLogger(__name__)
#: Before this nothing is on its way.
FROM = Case.ORDER[Case.ORDER.index(Case.State.PROPOSAL) :]
#: Cases are read by so many at once.
BATCH = 200


def tell_due(*, now: dt.datetime) -> int:
    """Write a letter for each case with troubles of which nobody was told. Returns how many."""
    awake = Case.objects.filter(state__in=FROM).order_by("pk")
    keys = list(awake.values_list("pk", flat=True))
    told = 0
    for first in range(0, len(keys), BATCH):
        rows = chain.with_chain(Case.objects.filter(pk__in=keys[first : first + BATCH]))
        told += _tell_of(list(rows.select_related("initiator", "proposal", "rules", "opened_by")), now)
    return told


def _tell_of(cases: list[Case], now: dt.datetime) -> int:
    known = _told(cases)
    new = {one.case.pk for one in _found(cases, now) if one.key not in known}
    since = now - dt.timedelta(seconds=settings.NOTICE_GATHER_SECONDS)
    gathering = ToldTrouble.objects.filter(case__in=new, at__gt=since)
    ready = new - set(gathering.values_list("case", flat=True))
    return sum(_tried(case, now) for case in cases if case.pk in ready)


def _found(cases: list[Case], now: dt.datetime) -> list[Trouble]:
    return [*troubles.find(cases, now), *(one for case in cases for one in _joined(case))]


def _told(cases: list[Case]) -> set[str]:
    return set(ToldTrouble.objects.filter(case__in=cases).values_list("key", flat=True))


def _tried(case: Case, now: dt.datetime) -> bool:
    try:
        return _tell(case, now)
    except Exception:
        # One letter that cannot be written must not hold up the others.
        log.exception("nobody can be told what went wrong in case %s", case.pk)
        return False


@transaction.atomic
def _tell(case: Case, now: dt.datetime) -> bool:
    """Write one letter about all that is new; of two clocks the second finds nothing new."""
    person = runners.runner(case)
    if person is None:
        return False
    services.locked(case)
    known = _told([case])
    with runners.speaking_to(person):
        # Found in the clock's language: said again in the reader's.
        new = [one for one in _found([case], now) if one.key not in known]
        if not new:
            return False
        email = runners.tell(case, person, notices.troubles(case, new))
    ToldTrouble.objects.bulk_create(ToldTrouble(key=one.key, case=case, email=email, at=now) for one in new)
    return True


def _joined(case: Case) -> list[Trouble]:
    """Partners who joined after the papers went out, with what each lacks next."""
    behind = {party.pk for party in troubles.joined_late(case)}
    if not behind:
        return []
    return [
        Trouble(
            f"{NOTICE}joined:{lack.participant.pk}",
            case,
            _("A partner joins late. %(what)s") % {"what": lack.sentence},
            lack.label,
            # A command changes something, so from a letter it is reached through the page that explains it.
            case.get_absolute_url() if lack.method == "post" else lack.url,
        )
        for lack in late.lacks(case)
        if lack.participant.pk in behind
    ]
