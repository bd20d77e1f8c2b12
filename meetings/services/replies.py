"""What those invited answer: open the paper, say who comes, waive the lead time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit, links
from imc_portal.core.audit import Actor
from imc_portal.core.models import PersonalLink
from imc_portal.core.problems import Refusal
from meetings.models import Dispatch, Invitation, Meeting
from meetings.services import confirming, delegations
from meetings.services.delegations import Companion
from partners.models import Case, OfficeHolder, Participant
from partners.services import participants

#: Offices that speak for a municipality by themselves.
HEADS = (OfficeHolder.Office.MAYOR, OfficeHolder.Office.DEPUTY)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a municipality answers to its invitation."""

    reply: str
    text: str = ""
    delegate_name: str = ""
    delegate_office: str = ""
    mandate: str = Invitation.Mandate.LISTENING
    appointment: str = ""
    others: tuple[Companion, ...] = ()


@transaction.atomic
def reply(
    *, invitation: Invitation, answer: Answer, actor: Actor, now: dt.datetime | None = None
) -> Invitation:
    """Record the reply to an invitation; it may be changed until the meeting begins."""
    now = now or timezone.now()
    fresh = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("meeting__case", "participant")
        .get(pk=invitation.pk)
    )
    _still_open(fresh.meeting, now)
    before = fresh.reply
    _take(fresh, answer)
    fresh.replied_at, fresh.replied_by = now, actor.name[:200]
    fresh.full_clean(exclude=["meeting", "participant", "link"])
    fresh.save()
    coming = fresh.reply == Invitation.Reply.COMING
    delegations.accompany(invitation=fresh, others=answer.others if coming else (), actor=actor)
    participants.step(participant=fresh.participant, to=Participant.State.PROPOSAL_READ, actor=actor)
    audit.record(
        actor,
        "replied to the invitation",
        fresh.participant,
        context=fresh.meeting.case.context,
        before={"reply": before},
        after={"reply": fresh.reply, "delegate": fresh.delegate_name},
    )
    return fresh


@transaction.atomic
def open_paper(
    *, dispatch: Dispatch, link: PersonalLink, actor: Actor, now: dt.datetime | None = None
) -> None:
    """Note the first deliberate opening of a paper; the recipient has read the proposal."""
    now = now or timezone.now()
    links.mark_opened(link, now=now)
    participant = dispatch.invitation.participant
    participants.step(participant=participant, to=Participant.State.PROPOSAL_READ, actor=actor)
    if Dispatch.objects.filter(pk=dispatch.pk, opened_at=None).update(opened_at=now):
        audit.record(actor, "opened the proposal", participant, context=participant.case.context)


@transaction.atomic
def waive(
    *, dispatch: Dispatch, by: str, actor: Actor, how: str = "", now: dt.datetime | None = None
) -> None:
    """Record that a recipient accepts a paper that came late: who said so and, by the host, how."""
    now = now or timezone.now()
    # Two last waivers at the same time: one of them has to see the other's, or nobody would be told.
    Meeting.objects.select_for_update().get(invitations__dispatches=dispatch.pk)
    fresh = (
        Dispatch.objects.select_for_update(of=("self",))
        .select_related(
            *("email", "by_hand", "invitation__meeting__case__opened_by", "invitation__meeting__host"),
            "invitation__participant__municipality",
        )
        .get(pk=dispatch.pk)
    )
    if not by.strip():
        raise Refusal(_("Say who accepts the shorter time."))
    if fresh.waived_at:
        return
    if fresh.invitation.meeting.state != Meeting.State.CALLED:
        raise Refusal(_("This meeting no longer waits for anything."))
    if not fresh.is_late_at(now):
        raise Refusal(_("The paper is in good time: there is nothing to waive."))
    fresh.waived_at, fresh.waived_by = now, by.strip()[:200]
    fresh.save(update_fields=["waived_at", "waived_by"])
    audit.record(
        actor,
        "waived the lead time",
        fresh.invitation.participant,
        context=fresh.invitation.meeting.case.context,
        after={"by": fresh.waived_by},
        reason=how,
    )
    confirming.tell_if_confirmed(fresh.invitation.meeting, now)


def _still_open(meeting: Meeting, now: dt.datetime) -> None:
    if meeting.state == Meeting.State.CANCELLED:
        raise Refusal(_("The meeting is cancelled: no reply is needed."))
    if meeting.state != Meeting.State.CALLED or meeting.starts_at <= now:
        raise Refusal(_("The meeting has begun or is over: tell the host directly."))
    if meeting.case.state in (Case.State.PARKED, Case.State.CLOSED):
        raise Refusal(_("The talks rest for now: the host will write to you when they go on."))


def _take(invitation: Invitation, answer: Answer) -> None:
    if answer.reply not in (
        Invitation.Reply.COMING,
        Invitation.Reply.NOT_COMING,
        Invitation.Reply.OTHER_TIME,
    ):
        raise Refusal(_("Choose one: you come, you do not come, or you need another time."))
    coming = answer.reply == Invitation.Reply.COMING
    if coming and not (answer.delegate_name.strip() and answer.delegate_office):
        raise Refusal(_("Say who comes, and in what office."))
    needs = invitation.meeting.is_formal and coming and answer.delegate_office not in HEADS
    if needs and not answer.appointment.strip():
        raise Refusal(
            _("Neither the mayor nor a deputy comes: say by which decision the delegate was named, and when.")
        )
    if answer.reply == Invitation.Reply.OTHER_TIME and not answer.text.strip():
        raise Refusal(_("Say which days or times would suit you."))
    invitation.reply, invitation.reply_text = answer.reply, answer.text.strip()
    invitation.delegate_name = answer.delegate_name.strip() if coming else ""
    invitation.delegate_office = answer.delegate_office if coming else ""
    invitation.mandate = answer.mandate if coming else Invitation.Mandate.LISTENING
    invitation.appointment = answer.appointment.strip()[:300] if needs else ""
