"""Tell whoever runs a case what went wrong on the way of its papers: one message per trouble, once.

Core marks a message as failed or come back and knows nothing of meetings; this reads those marks. Nothing
waits for it: the rest of a dispatch goes on.
"""

from __future__ import annotations

import datetime as dt
import logging

from django.db import transaction
from django.utils.translation import gettext as _

from imc_portal.core.models import OutgoingEmail
from meetings import chain, late, notices, troubles
from meetings.services import runners
from meetings.troubles import NOTICE, Trouble
from partners.models import Case

log = logging.getLogger(__name__)
#: Before this nothing is on its way.
FROM = Case.ORDER[Case.ORDER.index(Case.State.PROPOSAL) :]
#: Cases are read by so many at once.
BATCH = 200


def tell_due(*, now: dt.datetime) -> int:
    """Write a message for each trouble of which nobody was told. Returns how many."""
    awake = Case.objects.filter(state__in=FROM).order_by("pk")
    keys = list(awake.values_list("pk", flat=True))
    told = 0
    for first in range(0, len(keys), BATCH):
        rows = chain.with_chain(Case.objects.filter(pk__in=keys[first : first + BATCH]))
        told += _tell_of(list(rows.select_related("initiator", "proposal", "rules", "opened_by")), now)
    return told


def _tell_of(cases: list[Case], now: dt.datetime) -> int:
    found = [*troubles.find(cases, now), *(one for case in cases for one in _joined(case))]
    known = OutgoingEmail.objects.filter(key__in=[one.key for one in found])
    told = set(known.values_list("key", flat=True))
    return sum(_tried(one, cases, now) for one in found if one.key not in told)


def _tried(found: Trouble, cases: list[Case], now: dt.datetime) -> bool:
    try:
        return _tell(found, now)
    except Exception:
        # One message that cannot be written must not hold up the others.
        log.exception("nobody can be told of %s", found.key)
        return False


@transaction.atomic
def _tell(found: Trouble, now: dt.datetime) -> bool:
    person = runners.runner(found.case)
    if person is None:
        return False
    with runners.speaking_to(person):
        # Found in the clock's language: said again in the reader's.
        again = [*troubles.find([found.case], now), *_joined(found.case)]
        same = next((one for one in again if one.key == found.key), None)
        if same is None:
            return False
        runners.tell(found.case, person, notices.trouble(same))
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
