"""The record of a meeting: who was there, what was said, and that it was held."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal
from meetings import gates
from meetings.models import (
    ClarificationRound,
    Delegate,
    ExplorationDecision,
    InformalMeeting,
    Invitation,
    Meeting,
)
from meetings.services import answers, seating
from partners.models import Case, Participant
from partners.services import cases, participants


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sat at the table for one municipality; `stood_in` is the deputy who did so for its head.

    `appointment`: by which decision somebody other than mayor or deputy was named; None leaves it as it is.
    """

    invitation: uuid.UUID
    present: bool
    name: str = ""
    office: str = ""
    mandate: str = Invitation.Mandate.LISTENING
    stood_in: uuid.UUID | None = None
    appointment: str | None = None


@transaction.atomic
def record_attendance(
    *, meeting: Meeting, seats: Sequence[Seat], actor: Actor, table: seating.Table | None = None
) -> None:
    """Write down who came, in what office and with what mandate; possible until the record is closed."""
    fresh = open_record(meeting)
    rows = {row.pk: row for row in invitations_of(meeting).select_for_update(of=("self",))}
    before = {str(row.participant): row.delegate_name for row in rows.values()}
    for seat in seats:
        if seat.invitation not in rows:
            raise Refusal(_("This municipality is not invited to the meeting."))
        _sit(rows[seat.invitation], seat)
    if table is not None:
        seating.set_table(meeting=fresh, rows=rows, table=table)
    audit.record(
        actor,
        "recorded who came",
        meeting,
        context=meeting.case.context,
        before=before,
        after={str(row.participant): row.delegate_name if row.present else "" for row in rows.values()},
    )


@transaction.atomic
def hold(
    *, meeting: InformalMeeting, actor: Actor, override: str = "", now: dt.datetime | None = None
) -> None:
    """Close the record of an informal meeting: it is held, its guests have met, the case goes on.

    Refused when somebody's paper was late and not waived, which nobody can override; the gate of two
    municipalities present can be, by a lead with a reason.
    """
    now = now or timezone.now()
    cases.locked(meeting.case)
    fresh = open_record(meeting)
    invitations = list(invitations_of(meeting))
    if reasons := gates.papers_in_time(fresh, now) + gates.attendance(invitations):
        raise Refusal(*reasons)
    cases.advance(
        case=fresh.case,
        to=Case.State.CLARIFICATION,
        actor=actor,
        reasons_against=gates.met(fresh),
        override=override,
    )
    close(meeting=fresh, actor=actor, now=now)
    for row in invitations:
        if row.present:
            participants.step(participant=row.participant, to=Participant.State.MET, actor=actor)
    for clarification in ClarificationRound.objects.filter(case=fresh.case_id):
        answers.open_if_due(clarification=clarification, now=now)


def close(*, meeting: Meeting, actor: Actor, now: dt.datetime) -> None:
    """Mark a called meeting as held, inside the caller's transaction."""
    meeting.state, meeting.held_at = Meeting.State.HELD, now
    meeting.save(update_fields=["state", "held_at"])
    audit.record(actor, "closed the record of the meeting", meeting, context=meeting.case.context)


def open_record(meeting: Meeting) -> Meeting:
    """The meeting, locked; refused unless it is called and its record not closed."""
    fresh = (
        Meeting.objects.select_for_update(of=("self",)).select_related("case__initiator").get(pk=meeting.pk)
    )
    if fresh.state == Meeting.State.PLANNED:
        raise Refusal(_("The meeting is planned but not called yet: its papers and invitations come first."))
    if fresh.state != Meeting.State.CALLED:
        raise Refusal(_("The record of this meeting is closed."))
    return fresh


def invitations_of(meeting: Meeting) -> QuerySet[Invitation]:
    """Everybody invited who still takes part."""
    return Invitation.objects.filter(
        meeting=meeting.pk, participant__state__in=Participant.ACTIVE
    ).select_related("participant__municipality")


def _sit(row: Invitation, seat: Seat) -> None:
    seat = _with_deputy(row, seat)
    if seat.present and not (seat.name.strip() and seat.office):
        raise Refusal(_("Say who came for %(name)s, and in what office.") % {"name": row.participant})
    _keep_decisions_true(row, seat)
    row.present = seat.present
    if seat.present:
        row.delegate_name, row.delegate_office = seat.name.strip(), seat.office
        row.mandate = seat.mandate
        row.appointment = row.appointment if seat.appointment is None else seat.appointment.strip()
    row.full_clean(exclude=["meeting", "participant", "link"])
    row.save(update_fields=["present", "delegate_name", "delegate_office", "mandate", "appointment"])


def _with_deputy(row: Invitation, seat: Seat) -> Seat:
    """The seat with the deputy in it, when one stood in for the head of the delegation."""
    if not seat.present or seat.stood_in is None:
        return seat
    deputy = row.delegates.filter(pk=seat.stood_in, capacity=Delegate.Capacity.DEPUTY).first()
    if deputy is None:
        raise Refusal(
            _("Nobody of that name is announced as a deputy of %(name)s.") % {"name": row.participant}
        )
    deputy.present = True
    deputy.save(update_fields=["present"])
    return replace(seat, name=deputy.name, office=deputy.office or seat.office)


def _keep_decisions_true(row: Invitation, seat: Seat) -> None:
    """Decisions carry the mandate of the delegate: both change together, or not at all."""
    decided = ExplorationDecision.objects.filter(
        selected_area__meeting=row.meeting_id, participant=row.participant_id
    )
    if not decided.exists():
        return
    voted = decided.exclude(vote=ExplorationDecision.Vote.ABSTAIN).exists()
    if not seat.present or (seat.mandate == Invitation.Mandate.LISTENING and voted):
        raise Refusal(
            _("%(name)s has decided already: change its decisions first.") % {"name": row.participant}
        )
    decided.update(mandate=seat.mandate)
