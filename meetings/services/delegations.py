"""Who comes beside the head of a delegation, and who comes as observer or facilitator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal
from meetings.models import Delegate, Invitation, Meeting, MeetingGuest
from partners.models import Case, CaseBody

MOST = 12
OPEN = (Meeting.State.PLANNED, Meeting.State.CALLED)


@dataclass(frozen=True, slots=True)
class Companion:
    """Somebody who comes along, or can stand in for the head of the delegation."""

    name: str
    office: str = ""
    capacity: str = Delegate.Capacity.COMPANION


def accompany(*, invitation: Invitation, others: Iterable[Companion], actor: Actor) -> None:
    """Keep who comes beside the head; part of the transaction of the reply. Attendance stays as recorded."""
    wanted = {one.name: one for one in others if one.name and one.name != invitation.delegate_name}
    if len(wanted) > MOST:
        raise Refusal(_("At most %(count)d people accompany a delegation.") % {"count": MOST})
    before = {row.name: row for row in invitation.delegates.all()}
    gone = [row.pk for name, row in before.items() if name not in wanted and row.present is None]
    Delegate.objects.filter(pk__in=gone).delete()
    for name, one in wanted.items():
        Delegate.objects.update_or_create(
            invitation=invitation, name=name, defaults={"office": one.office, "capacity": one.capacity}
        )
    if set(before) != set(wanted):
        audit.record(
            actor,
            "named a delegation",
            invitation.participant,
            context=invitation.meeting.case.context,
            before={"beside": sorted(before)},
            after={"beside": sorted(wanted)},
        )


def invite_guests(meeting: Meeting) -> None:
    """Observers and facilitators of the case are guests of its meeting; those who are stay as they are."""
    MeetingGuest.objects.bulk_create(
        [
            MeetingGuest(meeting_id=meeting.pk, body=entry.body, role=_role(entry))
            for entry in CaseBody.objects.filter(case=meeting.case_id).select_related("body")
        ],
        ignore_conflicts=True,
    )


def invite_guests_due(now: dt.datetime) -> int:
    """Bodies that were attached after a meeting was called become its guests. Returns how many meetings."""
    invited = MeetingGuest.objects.filter(meeting=OuterRef("pk"), body=OuterRef("case__bodies__body"))
    missing = (
        Meeting.objects.filter(state=Meeting.State.CALLED, starts_at__gt=now, case__bodies__isnull=False)
        .filter(~Exists(invited))
        .distinct()
    )
    for meeting in missing:
        invite_guests(meeting)
    return len(missing)


@transaction.atomic
def name_guest(*, guest: MeetingGuest, name: str, actor: Actor, now: dt.datetime | None = None) -> None:
    """An observer or facilitator says who comes, until the meeting begins."""
    fresh = (
        MeetingGuest.objects.select_for_update(of=("self",))
        .select_related("meeting__case", "body")
        .get(pk=guest.pk)
    )
    if fresh.meeting.state not in OPEN or fresh.meeting.starts_at <= (now or timezone.now()):
        raise Refusal(_("The meeting has begun or is over: tell the host directly."))
    if fresh.meeting.case.state in Case.RESTING:
        raise Refusal(_("The talks rest for now: the host will write to you when they go on."))
    before, fresh.name = fresh.name, " ".join(name.split())[:150]
    fresh.save(update_fields=["name"])
    audit.record(
        actor,
        "named who comes",
        fresh.meeting,
        context=fresh.meeting.case.context,
        before={str(fresh.body): before},
        after={str(fresh.body): fresh.name},
    )


def guests_of(meeting: Meeting) -> QuerySet[MeetingGuest]:
    """Observers and facilitators at a meeting, with their bodies."""
    return meeting.guests.select_related("body")


def _role(entry: CaseBody) -> str:
    roles = MeetingGuest.Role
    return roles.FACILITATOR if entry.body.kind == "facilitator" else roles.OBSERVER
