"""The one door from the talks to the post room: each message leaves by the rules of its case.

Where the case wants every message looked at, it is held back; where it wants to be asked, a message that may
have been delivered is not sent once more; and no message is tried when its arrival would be of no use.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.utils import timezone

from imc_portal.core import bell, outbox
from imc_portal.core.models import OutgoingEmail
from imc_portal.core.outbox import Message
from imc_portal.core.tasks import deliver_email
from meetings.models import CaseRules, Dispatch, Meeting
from partners.models import Case

#: A letter without a date of its own is of use for two weeks.
OF_USE = dt.timedelta(days=14)


def post(message: Message, *, case: Case, needed_by: dt.datetime | None = None) -> OutgoingEmail:
    """Queue a message of a case by the case's rules, and wake a worker after the commit.

    `needed_by`: after this moment another attempt is of no use, and the organiser is told instead.
    """
    rules = CaseRules.of(case)
    email = outbox.enqueue(
        replace(
            message,
            held=rules.look_first,
            ask_first=rules.ask_first,
            give_up_at=needed_by or timezone.now() + OF_USE,
        )
    )
    ring(email)
    return email


def notify(message: Message) -> OutgoingEmail:
    """Queue a message to somebody who runs a case: it is about letters, so it never waits for a look."""
    email = outbox.enqueue(replace(message, give_up_at=timezone.now() + OF_USE))
    ring(email)
    return email


def paper_needed_by(dispatch: Dispatch, now: dt.datetime) -> dt.datetime:
    """The end of good time while that lies ahead; a paper that is late already is of use until the start."""
    return dispatch.due_at if dispatch.due_at > now else dispatch.invitation.meeting.starts_at


def until_the_meeting(meeting: Meeting, now: dt.datetime) -> dt.datetime:
    """What is about a meeting is of use until it begins; that it was called off, a little longer."""
    return max(meeting.starts_at, now + dt.timedelta(days=1))


def ring(email: OutgoingEmail) -> None:
    """Wake a worker after the commit; when the broker is away the sweep of the outbox finds the row."""
    if email.state == OutgoingEmail.State.QUEUED:
        bell.ring(deliver_email, str(email.pk))
