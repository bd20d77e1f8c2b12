"""The paper log: who got the papers by post or by hand, when, and that somebody noted it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit, outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from imc_portal.core.problems import Refusal
from meetings import confirmation, leadtime
from meetings.models import Dispatch, HandDelivery, Meeting
from meetings.services import anew, confirming
from partners.models import Case, Participant
from partners.services import cases, participants


@dataclass(frozen=True, slots=True)
class Handed:
    """How a paper got to its recipient: by post or by hand, on what day, into whose hands."""

    how: str
    received_on: dt.date
    received_by: str
    note: str = ""
    mail_too: bool = False


@transaction.atomic
def note(*, dispatch: Dispatch, handed: Handed, actor: Actor, now: dt.datetime | None = None) -> HandDelivery:
    """Note that a paper came by post or by hand, or correct what was noted; it counts as arrived that day.

    Its message is taken back if it has not left, unless the e-mail is wished all the same.
    """
    now = now or timezone.now()
    case = cases.locked(dispatch.invitation.meeting.case)
    fresh = anew.locked(dispatch)
    _check(fresh, handed, now)
    was_late = bool(confirmation.late_in(fresh.invitation.meeting, now))
    before = fresh.handed
    row = _written(fresh, handed, actor)
    if not handed.mail_too:
        waiting = OutgoingEmail.objects.filter(dispatch=fresh)
        outbox.cancel(emails=waiting, actor=actor, reason=_("The paper came by post or by hand."))
    audit.record(
        actor,
        "noted a paper that came by post or by hand",
        fresh.invitation.participant,
        context=case.context,
        before=_told(before) if before else {},
        after=_told(row),
    )
    _go_on(fresh, case, actor)
    if was_late:
        confirming.tell_if_confirmed(fresh.invitation.meeting, now)
    return row


def earliest(dispatch: Dispatch) -> dt.date | None:
    """The day of its reader on which it was approved, or its meeting called: no paper came before."""
    version = dispatch.document.version if dispatch.document else None
    since = version.approved_at if version else dispatch.invitation.meeting.called_at
    return leadtime.Where.of(dispatch.invitation.participant.municipality).day(since) if since else None


def _check(dispatch: Dispatch, handed: Handed, now: dt.datetime) -> None:
    meeting, party = dispatch.invitation.meeting, dispatch.invitation.participant
    if meeting.state != Meeting.State.CALLED:
        raise Refusal(_("This meeting no longer waits for papers."))
    if party.state not in Participant.ACTIVE:
        raise Refusal(_("%(name)s takes part no more.") % {"name": party})
    if handed.received_on > leadtime.Where.of(party.municipality).day(now):
        raise Refusal(_("This day is still to come: note the paper once it has been received."))
    first = earliest(dispatch)
    if first and handed.received_on < first:
        raise Refusal(_("There was no such paper yet on this day: it was made later."))


def _written(dispatch: Dispatch, handed: Handed, actor: Actor) -> HandDelivery:
    row = HandDelivery.objects.filter(dispatch=dispatch).first() or HandDelivery(dispatch=dispatch)
    row.how, row.received_on, row.mail_too = handed.how, handed.received_on, handed.mail_too
    row.received_by = outbox.one_line(handed.received_by)
    row.note, row.noted_by = handed.note.strip(), actor.name[:200]
    try:
        row.full_clean(exclude=["dispatch"])
    except ValidationError as problem:
        raise Refusal(*problem.messages) from problem
    row.save()
    return row


def _go_on(dispatch: Dispatch, case: Case, actor: Actor) -> None:
    """What the sending of the first paper would have done."""
    if dispatch.document is None:
        return
    cases.advance(case=case, to=Case.State.INFORMAL_MEETING, actor=Actor.portal())
    participants.step(
        participant=dispatch.invitation.participant, to=Participant.State.PROPOSAL_SENT, actor=actor
    )


def _told(row: HandDelivery) -> dict[str, str]:
    return {
        "how": str(row.get_how_display()),
        "received on": row.received_on.isoformat(),
        "received by": row.received_by,
    }
