"""A meeting that late papers kept from being confirmed is confirmed: those concerned are told, once."""

from __future__ import annotations

import datetime as dt

from meetings import confirmation, emails, notices
from meetings.models import Invitation, Meeting
from meetings.services import editions, letters, posting, runners


def tell_if_confirmed(meeting: Meeting, now: dt.datetime) -> bool:
    """After the last waiver: one message to each who was written to and has not declined, and to the host.

    Part of the caller's transaction, on a meeting that was not confirmed before. Once for each date of it.
    """
    if not confirmation.awaits(meeting) or confirmation.late_in(meeting, now):
        return False
    for invitation in editions.written_to(Meeting.objects.filter(pk=meeting.pk)):
        declined = invitation.reply == Invitation.Reply.NOT_COMING
        if declined or invitation.participant.is_initiator or letters.trouble_with(invitation, now):
            continue
        letter = letters.letter_to(invitation, now)
        key = f"meeting:{meeting.pk}/confirmed:{meeting.sequence}/to:{invitation.participant_id}"
        posting.post(emails.confirmed(letter, key), case=invitation.meeting.case, needed_by=meeting.starts_at)
    case = meeting.case
    if person := runners.runner(case):
        with runners.speaking_to(person):
            runners.tell(case, person, notices.confirmed(meeting))
    return True
