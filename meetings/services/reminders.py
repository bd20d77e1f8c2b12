"""Remind those who are silent: of the paper and the reply, and of the seven questions before their deadline.

Silence is never a refusal: a reminder changes nothing about where a municipality stands, and says so. At most
as many as the case allows; none after a reply, a bounce, near the meeting, or while the case rests.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Callable
from typing import TypeVar

from django.db import transaction
from django.db.models import Exists, OuterRef

from imc_portal.core.models import OutgoingEmail
from meetings import cells, emails, leadtime, troubles
from meetings.emails import questions as letters_of_questions
from meetings.models import Answer, CaseRules, ClarificationRound, Dispatch, Invitation, Meeting
from meetings.services import anew, letters, posting
from partners.models import Case, Participant

log = logging.getLogger(__name__)
T = TypeVar("T")

#: Working days between one sign of ours and the next.
EVERY = 5
#: Nobody is reminded on the last day before the meeting: a telephone is quicker.
LAST_DAY = dt.timedelta(days=1)
#: The questions are recalled so many working days before their deadline.
QUESTIONS_AHEAD = 2
#: Where the reader lives: not in the night.
FROM_HOUR, TO_HOUR = 8, 18


def remind_due(*, now: dt.datetime) -> int:
    """Write the reminders that are due and not written. Returns how many."""
    papers = sum(_tried(_remind, pk, now) for pk in _silent(now))
    return papers + sum(_tried(_recall, pk, now) for pk in _rounds(now))


def number_due(sent: dt.datetime, where: leadtime.Where, most: int, now: dt.datetime) -> int:
    """The how-manieth reminder is due by the recipient's calendar; nought while none is."""
    today = where.day(now)
    if not where.works(today) or not FROM_HOUR <= now.astimezone(where.zone).hour < TO_HOUR:
        return 0
    return min(leadtime.between(where.day(sent), today, where) // EVERY, most)


def _silent(now: dt.datetime) -> list[uuid.UUID]:
    """Papers that arrived, whose recipient has not answered, before a meeting more than a day away."""
    ahead = Meeting.objects.filter(state=Meeting.State.CALLED, starts_at__gt=now + LAST_DAY)
    newer = Dispatch.objects.filter(
        invitation=OuterRef("invitation"), document__version__number__gt=OuterRef("document__version__number")
    )
    silent = Dispatch.objects.filter(
        ~Exists(newer),
        email__state=OutgoingEmail.State.SENT,
        email__sent_at__lte=now - dt.timedelta(days=EVERY),
        invitation__meeting__in=ahead.exclude(case__state__in=Case.RESTING),
        invitation__reply=Invitation.Reply.NONE,
        invitation__participant__state__in=Participant.ACTIVE,
    )
    return list(silent.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _remind(pk: uuid.UUID, now: dt.datetime) -> bool:
    dispatch = anew.locked(Dispatch(pk=pk))
    invitation, mail = dispatch.invitation, dispatch.email
    if mail is None or mail.sent_at is None or invitation.reply != Invitation.Reply.NONE:
        return False
    meeting = invitation.meeting
    asked = _asked_at(meeting, invitation, mail.sent_at)
    rules = CaseRules.of(meeting.case)
    number = number_due(asked, leadtime.Where.of(invitation.participant.municipality), rules.reminders, now)
    written = OutgoingEmail.objects.filter(key__startswith=f"meeting:{meeting.pk}/reminder:").filter(
        key__endswith=f"/to:{invitation.participant_id}"
    )
    key = f"meeting:{meeting.pk}/reminder:{meeting.sequence}.{number}/to:{invitation.participant_id}"
    if not number or written.count() >= rules.reminders or written.filter(key=key).exists():
        return False
    if troubles.gone_to_another(dispatch) or letters.trouble_with(invitation, now):
        return False
    letter = letters.letter_to(invitation, now, dispatch, asked_at=asked)
    posting.post(emails.reminder(letter, key), case=meeting.case, needed_by=meeting.starts_at)
    return True


def _asked_at(meeting: Meeting, invitation: Invitation, sent: dt.datetime) -> dt.datetime:
    """When the recipient last heard from us: the paper, or the last change, which asked for a new reply."""
    changes = OutgoingEmail.objects.filter(
        key__startswith=f"meeting:{meeting.pk}/change:",
        key__endswith=f"/to:{invitation.participant_id}",
        state=OutgoingEmail.State.SENT,
    )
    last = changes.order_by("-sent_at").values_list("sent_at", flat=True).first()
    return max(sent, last) if last else sent


def _rounds(now: dt.datetime) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Rounds whose deadline is near, with each municipality that still owes an answer."""
    near = ClarificationRound.objects.filter(
        opened_at=None, deadline__gt=now, deadline__lte=now + dt.timedelta(days=3 * QUESTIONS_AHEAD)
    ).exclude(case__state__in=Case.RESTING)
    owed = Answer.objects.filter(
        cells.relevant(),
        round__in=near,
        state=Answer.State.OPEN,
        participant__state__in=Participant.IN_TOUCH,
    )
    return sorted(set(owed.values_list("round", "participant")))


@transaction.atomic
def _recall(pair: tuple[uuid.UUID, uuid.UUID], now: dt.datetime) -> bool:
    asked = ClarificationRound.objects.select_related("case__initiator", "case__opened_by").get(pk=pair[0])
    party = Participant.objects.select_related("municipality", "contact").get(pk=pair[1])
    party.case, where = asked.case, leadtime.Where.of(party.municipality)
    key = f"round:{asked.pk}/reminder/to:{party.pk}"
    hour = now.astimezone(where.zone).hour
    left = leadtime.between(where.day(now), where.day(asked.deadline), where)
    if left > QUESTIONS_AHEAD or not FROM_HOUR <= hour < TO_HOUR or not where.works(where.day(now)):
        return False
    if not CaseRules.of(asked.case).reminders or OutgoingEmail.objects.filter(key=key).exists():
        return False
    if letters.trouble_of(party, asked.case.opened_by.language, now) or not letters.was_written_to(party):
        return False
    link = letters.link_of(party)
    contact = letters.recipient_of(party)
    message = letters_of_questions.reminder(asked, party, contact, link, letters.thread_of(link), key)
    posting.post(message, case=asked.case, needed_by=asked.deadline)
    return True


def _tried(write: Callable[[T, dt.datetime], bool], what: T, now: dt.datetime) -> bool:
    try:
        return write(what, now)
    except Exception:
        # One recipient's fault must not hold up the others; the clock tries again.
        log.exception("no reminder of %s can be written", what)
        return False
