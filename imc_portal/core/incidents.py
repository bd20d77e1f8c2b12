"""Incidents: what no retry mends, told once, counted while it lasts, settled by a person or when it is well.

They are kept in the database and written to the log: one of the two tells of it when the other cannot.
"""

from __future__ import annotations

import logging

from django.db import Error, IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.models import Incident
from imc_portal.core.problems import Refusal, given

log = logging.getLogger(__name__)

Kind = Incident.Kind


def report(*, kind: str, target_key: str, context: str = "", detail: str = "") -> Incident | None:
    """Open an incident, or count it again while it is open; a database that is away is no second trouble."""
    log.error("incident %s: %s", kind, target_key)
    try:
        with transaction.atomic():
            return _told(kind, target_key[:300], context[:80], detail[:500])
    except Error:
        log.exception("incident %s was not kept: %s", kind, target_key)
        return None


@transaction.atomic
def settle(*, incident: Incident, actor: Actor, how: str) -> Incident:
    """Close an incident with the word of who saw to it; refuses one that is settled already."""
    how = given(how, missing=_("Say how it was settled: the next one who looks wants to know."))
    found = Incident.objects.select_for_update().get(pk=incident.pk)
    if found.settled_at is not None:
        raise Refusal(_("This is settled already, by %(who)s.") % {"who": found.settled_by})
    found.settled_at, found.settled_by, found.settled_how = timezone.now(), actor.name[:200], how
    found.save(update_fields=["settled_at", "settled_by", "settled_how"])
    audit.record(actor, "settled an incident", found, context=found.context, reason=how)
    return found


def is_well(*, target_key: str, kinds: set[str], how: str) -> int:
    """The portal itself found the trouble gone: close what is open about it. Returns how many."""
    found = open_ones().filter(target_key=target_key[:300], kind__in=kinds)
    return sum(bool(settle(incident=one, actor=Actor.portal(), how=how)) for one in found)


def open_ones() -> QuerySet[Incident]:
    """What nobody has settled, newest first."""
    return Incident.objects.filter(settled_at=None)


def _told(kind: str, target_key: str, context: str, detail: str) -> Incident:
    if again := _again(kind, target_key, detail):
        return again
    now = timezone.now()
    try:
        with transaction.atomic():
            return Incident.objects.create(
                kind=kind,
                target_key=target_key,
                context=context,
                detail=detail,
                first_seen=now,
                last_seen=now,
            )
    except IntegrityError:  # somebody else told it in the same moment
        return _again(kind, target_key, detail) or open_ones().get(kind=kind, target_key=target_key)


def _again(kind: str, target_key: str, detail: str) -> Incident | None:
    same = open_ones().filter(kind=kind, target_key=target_key)
    same.update(times=F("times") + 1, last_seen=timezone.now(), **({"detail": detail} if detail else {}))
    return same.first()
