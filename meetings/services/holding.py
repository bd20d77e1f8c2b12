"""The record of a meeting: who was there, what was said, and that it was held."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, Stale
from meetings import gates
from meetings.models import ClarificationRound, ExplorationDecision, InformalMeeting, Invitation, Meeting
from meetings.services import answers
from partners.models import Case, Participant
from partners.services import cases, participants

NOTES_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sat at the table for one municipality."""

    invitation: uuid.UUID
    present: bool
    name: str = ""
    office: str = ""
    mandate: str = Invitation.Mandate.LISTENING


@transaction.atomic
def record_attendance(*, meeting: Meeting, seats: Sequence[Seat], actor: Actor) -> None:
    """Write down who came, in what office and with what mandate; possible until the record is closed."""
    _open_record(meeting)
    rows = {row.pk: row for row in _invitations(meeting).select_for_update(of=("self",))}
    for seat in seats:
        if seat.invitation not in rows:
            raise Refusal(_("This municipality is not invited to the meeting."))
        _sit(rows[seat.invitation], seat)
    audit.record(
        actor,
        "recorded who came",
        meeting,
        context=meeting.case.context,
        after={str(row.participant): row.present for row in rows.values()},
    )


@transaction.atomic
def keep_notes(*, meeting: InformalMeeting, notes: str, revision: int, actor: Actor) -> int:
    """Keep the notes as typed so far and return the new revision; Stale when somebody else was faster.

    The trail names the beginning only: text kept every other second is no act of its own.
    """
    fresh = InformalMeeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if fresh.state != Meeting.State.CALLED:
        raise Refusal(_("The record of this meeting is closed."))
    if fresh.revision != revision:
        raise Stale(
            _("Somebody else wrote in these notes. Yours are still here: open the page again and compare.")
        )
    if len(notes) > NOTES_LIMIT:
        raise Refusal(_("The notes are too long: %(limit)d characters at most.") % {"limit": NOTES_LIMIT})
    fresh.notes, fresh.revision = notes, revision + 1
    fresh.save(update_fields=["notes", "revision"])
    if revision == 0:
        audit.record(actor, "began the notes", fresh, context=fresh.case.context)
    return fresh.revision


@transaction.atomic
def hold(
    *, meeting: InformalMeeting, actor: Actor, override: str = "", now: dt.datetime | None = None
) -> None:
    """Close the record of an informal meeting: it is held, its guests have met, the case goes on.

    Refused when somebody's paper was late and not waived, which nobody can override; the gate of two
    municipalities present can be, by a lead with a reason.
    """
    now = now or timezone.now()
    fresh = _open_record(meeting)
    invitations = list(_invitations(meeting))
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


def _open_record(meeting: Meeting) -> Meeting:
    """The meeting, locked; refused unless it is called and not closed."""
    fresh = (
        Meeting.objects.select_for_update(of=("self",)).select_related("case__initiator").get(pk=meeting.pk)
    )
    if fresh.state == Meeting.State.PLANNED:
        raise Refusal(_("The meeting is planned but not called yet: its papers and invitations come first."))
    if fresh.state != Meeting.State.CALLED:
        raise Refusal(_("The record of this meeting is closed."))
    return fresh


def _invitations(meeting: Meeting) -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        meeting=meeting.pk, participant__state__in=Participant.ACTIVE
    ).select_related("participant__municipality")


def _sit(row: Invitation, seat: Seat) -> None:
    if seat.present and not (seat.name.strip() and seat.office):
        raise Refusal(_("Say who came for %(name)s, and in what office.") % {"name": row.participant})
    _keep_decisions_true(row, seat)
    row.present = seat.present
    if seat.present:
        row.delegate_name, row.delegate_office = seat.name.strip(), seat.office
        row.mandate = seat.mandate
    row.full_clean(exclude=["meeting", "participant", "link"])
    row.save(update_fields=["present", "delegate_name", "delegate_office", "mandate"])


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
