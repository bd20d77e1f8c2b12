"""The clock of the minutes: letters that are due and not written, minutes whose time is over.

Asks what is missing and adds exactly that, one letter per transaction: it may run twice, at the same time,
be killed between two steps, or not run for a while.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils import timezone, translation

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from imc_portal.core.outbox import Message
from meetings.emails import minutes as letters_of_minutes
from meetings.models import Invitation, MeetingPaper, Minutes, Ratification
from meetings.services import addressees, anew, letters, papers, posting
from meetings.services import minutes as drafting
from meetings.services import minutes_voices as voices
from partners.models import Case, Participant

log = logging.getLogger(__name__)

State = Minutes.State
REMIND_EVERY = dt.timedelta(days=14)
MOST_REMINDERS = 4


@dataclass(frozen=True, slots=True)
class Report:
    """How much one run did."""

    closed: int = 0
    letters: int = 0
    reminders: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """By name, for the log."""
        return asdict(self)


def run(*, now: dt.datetime | None = None) -> Report:
    """Close what is over, write the letters that are due, remind of councils that are awaited."""
    now = now or timezone.now()
    closed = voices.close_due(now)
    return Report(closed=closed, letters=post_due(now), reminders=remind_due(now))


def post_due(now: dt.datetime) -> int:
    """Write the missing letters of all minutes on their way. Returns how many were written."""
    under_way = Minutes.objects.filter(state__in=[State.SENT, *Minutes.ENDED], posted_at=None).exclude(
        meeting__case__state__in=Case.RESTING
    )
    written = 0
    for minutes in under_way.select_related("meeting__case__initiator", "meeting__case__opened_by"):
        written += _post_all(minutes, now)
    return written


def remind_due(now: dt.datetime) -> int:
    """Remind those whose council is awaited, every two weeks, four times at most. Returns how many."""
    awaited = Ratification.objects.filter(
        state=Ratification.State.AWAITED,
        awaited_since__lte=now - REMIND_EVERY,
        participant__state__in=Participant.ACTIVE,
    ).exclude(meeting__case__state__in=Case.RESTING)
    return sum(_remind(row, now) for row in awaited.values_list("pk", flat=True))


def trouble(minutes: Minutes, now: dt.datetime) -> list[tuple[Invitation, str]]:
    """Who has not got these minutes, and why, as far as somebody can do something about it."""
    rows = voices.receivers(minutes)
    mails = {
        mail.key: mail for mail in OutgoingEmail.objects.filter(key__startswith=f"minutes:{minutes.pk}/")
    }
    known = letters.barred(row.participant for row in rows)
    found = []
    for row in rows:
        mail = mails.get(voices.letter_key(minutes, row.participant_id))
        if mail is None and (problem := addressees.trouble_with(row, now, known)):
            found.append((row, problem))
        elif mail is not None and mail.state in anew.ENDED_BADLY:
            found.append((row, mail.last_error))
    return found


def why_not(invitations: Iterable[Invitation], now: dt.datetime) -> list[tuple[Participant, str]]:
    """Each delegation, with why it cannot be written to, or nothing."""
    rows = list(invitations)
    known = letters.barred(row.participant for row in rows)
    return [(row.participant, addressees.trouble_with(row, now, known)) for row in rows]


def _post_all(minutes: Minutes, now: dt.datetime) -> int:
    rows = voices.receivers(minutes)
    done = [_tried(minutes, row, now) for row in rows]
    if all(one is not None for one in done):
        Minutes.objects.filter(pk=minutes.pk, state=minutes.state, posted_at=None).update(posted_at=now)
    return sum(bool(one) for one in done)


def _tried(minutes: Minutes, row: Invitation, now: dt.datetime) -> bool | None:
    try:
        return _post(minutes.pk, row.pk, now)
    except Exception:
        # One recipient's fault must not hold up the others; the next tick tries again.
        log.exception("the minutes cannot be written to %s", row.participant)
        return None


@transaction.atomic
def _post(minutes_id: uuid.UUID, invitation_id: uuid.UUID, now: dt.datetime) -> bool | None:
    """Write one letter: True; False when it is written already; None when something is missing."""
    minutes = (
        Minutes.objects.select_for_update(of=("self",))
        .select_related("meeting__case__initiator", "meeting__case__opened_by", "meeting__host")
        .get(pk=minutes_id)
    )
    row = _invitation(invitation_id)
    key = voices.letter_key(minutes, row.participant_id)
    if minutes.state not in (State.SENT, *Minutes.ENDED):
        return None
    if OutgoingEmail.objects.filter(key=key).exists():
        return False
    paper = _paper(minutes, addressees.spoken_by(row))
    if paper is None or addressees.trouble_with(row, now):
        return None
    if minutes.state == State.SENT:
        _leave_time(minutes, row, now)
    posting.post(_letter(minutes, row, paper, key), case=minutes.meeting.case, needed_by=_needed_by(minutes))
    context = minutes.meeting.case.context
    audit.record(Actor.portal(), "queued the minutes", row.participant, context=context, after={"key": key})
    return True


def _needed_by(minutes: Minutes) -> dt.datetime | None:
    """Minutes are of use as long as one may object; what was agreed, for as long as any letter."""
    return minutes.objections_until if minutes.state == State.SENT else None


def _leave_time(minutes: Minutes, row: Invitation, now: dt.datetime) -> None:
    """A letter that could not leave at first still leaves its reader the whole time to object."""
    until = drafting.deadline(minutes.meeting, [row], now)
    if minutes.objections_until and until > minutes.objections_until:
        minutes.objections_until = until
        minutes.save(update_fields=["objections_until"])


def _letter(minutes: Minutes, row: Invitation, paper: MeetingPaper, key: str) -> Message:
    to = addressees.of(row)
    with translation.override(to.language):
        if minutes.state == State.SENT:
            return letters_of_minutes.sent(minutes, to, paper, key)
        council = minutes.meeting.ratifications.filter(
            participant=row.participant_id, state=Ratification.State.AWAITED
        ).first()
        return letters_of_minutes.ended(minutes, to, paper, key, council)


def _paper(minutes: Minutes, language: str) -> MeetingPaper | None:
    """The PDF once it is printed; asks for it when the recipient reads another language than before."""
    kind = MeetingPaper.Kind.FINAL if minutes.is_ended else MeetingPaper.Kind.MINUTES
    paper = papers.ask(meeting=minutes.meeting, kind=kind, language=language, edition=minutes.number)
    return paper if paper.state == MeetingPaper.State.STORED else None


@transaction.atomic
def _remind(pk: uuid.UUID, now: dt.datetime) -> bool:
    row = (
        Ratification.objects.select_for_update(of=("self",))
        .select_related("meeting", "participant")
        .get(pk=pk)
    )
    number = min((now - row.awaited_since) // REMIND_EVERY, MOST_REMINDERS)
    key = f"ratification:{row.pk}/reminder:{number}"
    if row.state != Ratification.State.AWAITED or OutgoingEmail.objects.filter(key=key).exists():
        return False
    invitation = _invitation(row.meeting.invitations.get(participant=row.participant_id).pk)
    if addressees.trouble_with(invitation, now):
        return False
    to = addressees.of(invitation)
    with translation.override(to.language):
        message = letters_of_minutes.council_awaited(row, to, key)
    posting.post(message, case=row.meeting.case)
    return True


def _invitation(pk: uuid.UUID) -> Invitation:
    return Invitation.objects.select_related(
        "meeting__case__initiator",
        "meeting__case__opened_by",
        "participant__municipality",
        "participant__contact",
    ).get(pk=pk)
