"""Plan a meeting, change it, call it off; convene the formal meeting once the informal phase was positive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit, outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from imc_portal.core.problems import GateClosed, Refusal
from meetings import emails, gates
from meetings.agenda import Item
from meetings.models import Attitude, Dispatch, FormalMeeting, InformalMeeting, Invitation, Meeting
from meetings.services import anew, answers, dispatch, editions, letters, posting, queueing
from partners.models import Case, Participant
from partners.services import cases, participants
from proposals.models import Proposal

CONVENED = Participant.ORDER[Participant.ORDER.index(Participant.State.PROPOSAL_SENT) :]


@dataclass(frozen=True, slots=True)
class Plan:
    """When, where and about what."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    time_zone: str
    place: str
    online_url: str
    agenda: Sequence[Item]


@transaction.atomic
def plan_meeting(*, case: Case, plan: Plan, actor: Actor, now: dt.datetime | None = None) -> InformalMeeting:
    """Plan the informal meeting; it is called by the clock once the proposal is approved."""
    fresh = _open_case(case)
    if not Proposal.objects.filter(case=fresh).exists():
        raise Refusal(_("Draft the proposal first: it goes out with the invitation to this meeting."))
    meeting = InformalMeeting(case=fresh, kind=Meeting.Kind.INFORMAL, host=fresh.initiator)
    _write(meeting, plan, now or timezone.now())
    audit.record(actor, "planned the meeting", meeting, context=fresh.context, after=_told(meeting))
    return meeting


@transaction.atomic
def convene_formal(
    *, case: Case, plan: Plan, actor: Actor, override: str = "", now: dt.datetime | None = None
) -> FormalMeeting:
    """Call the formal meeting at once: invite all who are not negative, and queue their invitations."""
    now = now or timezone.now()
    fresh = _open_case(case)
    meeting = FormalMeeting(case=fresh, kind=Meeting.Kind.FORMAL, host=fresh.initiator)
    _write(meeting, plan, now)
    _through_the_gate(fresh, actor, override)
    dispatch.mark_called(meeting, actor, now)
    invited = _not_negative(fresh)
    dispatch.invite(meeting, invited | fresh.participants.filter(state=Participant.State.INITIATOR))
    for participant in invited.select_related("municipality"):
        participants.step(participant=participant, to=Participant.State.INVITED_FORMAL, actor=actor)
    _send_invitations(meeting, now)
    case.state = fresh.state
    return meeting


@transaction.atomic
def change_meeting(*, meeting: Meeting, plan: Plan, actor: Actor, now: dt.datetime | None = None) -> Meeting:
    """Change a meeting; those who were written to get the changed calendar entry and agenda, once.

    The clock writes to them as soon as the new edition of the agenda is printed. A new time asks everybody
    for a new reply, and a paper's due time moves with it.
    """
    now = now or timezone.now()
    fresh = _locked(meeting)
    before = _told(fresh)
    fresh.sequence += 1
    fresh.changed_at = timezone.now()
    moved = plan.starts_at != fresh.starts_at
    earlier = plan.starts_at < fresh.starts_at
    _write(fresh, plan, now)
    audit.record(
        actor, "changed the meeting", fresh, context=fresh.case.context, before=before, after=_told(fresh)
    )
    if fresh.state == Meeting.State.CALLED:
        if moved:
            _ask_again(fresh, earlier=earlier)
        if moved and not fresh.is_formal:
            answers.open_round(meeting=fresh, actor=actor, now=now)  # its deadline follows the meeting
        editions.drop_stale(fresh, actor)
        anew.take_back_stale(fresh, now)
        for invitation in editions.written_to(Meeting.objects.filter(pk=fresh.pk)):
            editions.agenda_for(invitation)
    return fresh


@transaction.atomic
def cancel_meeting(*, meeting: Meeting, reason: str, actor: Actor, now: dt.datetime | None = None) -> Meeting:
    """Call the meeting off with a reason; those who were written to are told, once; nothing else leaves."""
    now = now or timezone.now()
    if not reason.strip():
        raise Refusal(_("Say why the meeting does not take place: those invited read it."))
    fresh = _locked(meeting)
    called = fresh.state == Meeting.State.CALLED
    fresh.state, fresh.cancelled_because = Meeting.State.CANCELLED, reason.strip()[:500]
    fresh.sequence += 1
    fresh.changed_at = timezone.now()
    fresh.save(update_fields=["state", "cancelled_because", "sequence", "changed_at"])
    audit.record(actor, "cancelled the meeting", fresh, context=fresh.case.context, reason=reason)
    if called:
        waiting = OutgoingEmail.objects.filter(key__startswith=f"meeting:{fresh.pk}/")
        outbox.cancel(emails=waiting, actor=actor, reason=_("The meeting is cancelled."))
        _tell_cancelled(fresh, now)
    return fresh


def _through_the_gate(case: Case, actor: Actor, override: str) -> None:
    """The informal phase is positive; asked again when an earlier formal meeting was called off."""
    reasons = gates.formal_meeting(case)
    moved = cases.advance(
        case=case, to=Case.State.FORMAL_CONVENED, actor=actor, reasons_against=reasons, override=override
    )
    if moved or not reasons:
        return
    if not override.strip():
        raise GateClosed(*reasons)
    audit.record(
        actor,
        "convened the formal meeting again",
        case,
        context=case.context,
        after={"overridden": reasons},
        reason=override,
    )


def _open_case(case: Case) -> Case:
    fresh = cases.locked(case)
    if fresh.state in (Case.State.PARKED, Case.State.CLOSED, Case.State.HANDED_OVER):
        raise Refusal(_("The case is parked, closed or handed over: no meeting is planned in it."))
    return fresh


def _locked(meeting: Meeting) -> Meeting:
    cases.locked(meeting.case)
    fresh = (
        Meeting.objects.select_for_update(of=("self",))
        .select_related("case__initiator", "case__opened_by", "host")
        .get(pk=meeting.pk)
    )
    if fresh.state in (Meeting.State.HELD, Meeting.State.CANCELLED):
        raise Refusal(
            _("The meeting is %(state)s: it stays as it is.") % {"state": fresh.get_state_display()}
        )
    return fresh


def _write(meeting: Meeting, plan: Plan, now: dt.datetime) -> None:
    if plan.starts_at <= now:
        raise Refusal(_("A meeting cannot be planned in the past: choose a time to come."))
    open_ones = Meeting.objects.filter(
        case=meeting.case, kind=meeting.kind, state__in=[Meeting.State.PLANNED, Meeting.State.CALLED]
    )
    if open_ones.exclude(pk=meeting.pk).exists():
        raise Refusal(_("There is such a meeting already: change it, or cancel it first."))
    meeting.starts_at, meeting.ends_at, meeting.time_zone = plan.starts_at, plan.ends_at, plan.time_zone
    meeting.place, meeting.online_url = plan.place, plan.online_url
    meeting.agenda = [item.stored for item in plan.agenda]
    meeting.full_clean(validate_unique=False)
    meeting.save()


def _told(meeting: Meeting) -> dict[str, str]:
    return {
        "starts": meeting.starts_at.isoformat(),
        "ends": meeting.ends_at.isoformat(),
        "place": meeting.place or meeting.online_url,
    }


def _not_negative(case: Case) -> QuerySet[Participant]:
    """Those who have the proposal and did not say no."""
    negative = [
        participant.pk
        for participant, attitude in gates.latest_attitudes(case).items()
        if attitude.value == Attitude.Value.NEGATIVE
    ]
    return case.participants.filter(state__in=CONVENED).exclude(pk__in=negative)


def _send_invitations(meeting: Meeting, now: dt.datetime) -> None:
    guests = meeting.invitations.exclude(participant__state=Participant.State.INITIATOR).select_related(
        "participant__municipality"
    )
    rows = Dispatch.objects.bulk_create(
        Dispatch(invitation=guest, due_at=dispatch.due_at(meeting, guest.participant)) for guest in guests
    )
    queueing.queue(meeting_id=meeting.pk, dispatch_ids=[row.pk for row in rows], now=now)


def _ask_again(meeting: Meeting, *, earlier: bool) -> None:
    """A reply was to the old time; a waiver was for the old lead time, unless there is more of it now."""
    meeting.invitations.exclude(reply=Invitation.Reply.NONE).update(
        reply=Invitation.Reply.NONE, replied_at=None
    )
    papers = Dispatch.objects.filter(invitation__meeting=meeting).select_related(
        "invitation__participant__municipality"
    )
    for paper in papers:
        paper.due_at = dispatch.due_at(meeting, paper.invitation.participant)
        if earlier:
            paper.waived_at, paper.waived_by = None, ""
        paper.save(update_fields=["due_at", "waived_at", "waived_by"])


def _tell_cancelled(meeting: Meeting, now: dt.datetime) -> None:
    """One message to each recipient whose invitation was queued, who takes part and can be reached."""
    for invitation in editions.written_to(Meeting.objects.filter(pk=meeting.pk)):
        if letters.trouble_with(invitation, now):
            continue
        key = f"meeting:{meeting.pk}/cancelled/to:{invitation.participant_id}"
        message = emails.cancelled(letters.letter_to(invitation, now), key)
        posting.post(message, case=meeting.case, needed_by=posting.until_the_meeting(meeting, now))
