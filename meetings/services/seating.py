"""Who else is at the table: companions, observers, the facilitator, and who leads and who writes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from imc_portal.core.problems import Refusal
from meetings.models import Delegate, Invitation, Meeting, MeetingGuest
from partners.models import Body


@dataclass(frozen=True, slots=True)
class Table:
    """Everybody beside the heads of the delegations."""

    chair: str = ""
    secretary: str = ""
    #: Of those announced beside a head: who came.
    beside: Mapping[uuid.UUID, bool] = field(default_factory=dict)
    #: By invitation: companions whom nobody had announced.
    added: Mapping[uuid.UUID, Sequence[str]] = field(default_factory=dict)
    #: By body of the case: whether somebody of it came, and who.
    bodies: Mapping[int, tuple[bool, str]] = field(default_factory=dict)


def set_table(*, meeting: Meeting, rows: Mapping[uuid.UUID, Invitation], table: Table) -> None:
    """Write down who else came, inside the caller's transaction, on a meeting that it has locked."""
    meeting.chair, meeting.secretary = table.chair.strip()[:150], table.secretary.strip()[:150]
    meeting.save(update_fields=["chair", "secretary"])
    for delegate in Delegate.objects.filter(invitation__in=rows, pk__in=table.beside):
        delegate.present = table.beside[delegate.pk]
        delegate.save(update_fields=["present"])
    for invitation, names in table.added.items():
        if invitation not in rows:
            raise Refusal(_("This municipality is not invited to the meeting."))
        for name in names:
            _add(rows[invitation], name.strip())
    for body, (present, name) in table.bodies.items():
        _seat_body(meeting, body, present=present, name=name.strip())


def stood_in(invitation: Invitation) -> bool:
    """Whether a deputy stood in for the head of the delegation; reads the delegates fetched with it."""
    return any(
        one.present and one.capacity == Delegate.Capacity.DEPUTY and one.name == invitation.delegate_name
        for one in invitation.delegates.all()
    )


def _add(invitation: Invitation, name: str) -> None:
    """Somebody came along unannounced; named twice is one person."""
    if not name or name == invitation.delegate_name:
        return
    row, made = Delegate.objects.get_or_create(
        invitation=invitation, name=name[:150], defaults={"present": True}
    )
    if not made and not row.present:
        row.present = True
        row.save(update_fields=["present"])


def _seat_body(meeting: Meeting, body: int, *, present: bool, name: str) -> None:
    guest = MeetingGuest.objects.filter(meeting=meeting, body=body).first()
    if guest is None:
        if not present:
            return
        found = Body.objects.filter(pk=body, cases__case=meeting.case_id).first()
        if found is None:
            raise Refusal(_("This body is not attached to the case."))
        guest = MeetingGuest(meeting=meeting, body=found, role=role_of(found))
    guest.present, guest.name = present, name[:150] or guest.name
    guest.save()


def role_of(body: Body) -> str:
    """A facilitator helps; every other body observes."""
    if body.kind == Body.Kind.FACILITATOR:
        return MeetingGuest.Role.FACILITATOR
    return MeetingGuest.Role.OBSERVER
