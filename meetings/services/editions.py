"""The agenda on its way: which edition a recipient gets, and who has to be told of a change."""

from __future__ import annotations

import datetime as dt
import logging

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from imc_portal.core import outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from meetings import confirmation, emails
from meetings.models import Invitation, Meeting, MeetingPaper
from meetings.services import anew, letters, papers, posting
from partners.models import Case, Participant

log = logging.getLogger(__name__)

#: How long a paper may wait for the printer before the organiser is told.
PATIENCE = dt.timedelta(minutes=10)
NOT_MADE = gettext_noop("The agenda could not be made as PDF; the invitation waits for it.")
NOT_PRINTED = gettext_noop("The agenda still waits for the printer, and the invitation for the agenda.")
TROUBLES = (NOT_MADE, NOT_PRINTED)


def agenda_for(invitation: Invitation) -> MeetingPaper:
    """The agenda that this recipient gets now: the newest edition in the recipient's language."""
    contact = invitation.participant.contact
    return _asked(invitation.meeting, contact.language if contact else settings.LANGUAGE_CODE)


def ask_for_agendas(meeting: Meeting) -> None:
    """Have the agenda printed in every language of those who are invited, before their letters want it."""
    guests = meeting.invitations.exclude(participant__contact=None)
    for language in set(guests.values_list("participant__contact__language", flat=True)):
        _asked(meeting, language)


def _asked(meeting: Meeting, language: str) -> MeetingPaper:
    return papers.ask(
        meeting=meeting,
        kind=MeetingPaper.Kind.AGENDA,
        language=language if language in dict(settings.DOCUMENT_LANGUAGES) else settings.LANGUAGE_CODE,
        edition=meeting.sequence,
    )


def trouble_with(paper: MeetingPaper) -> str:
    """What keeps the paper, in the words of the code; nothing while it may come any moment."""
    if paper.state == MeetingPaper.State.FAILED:
        return NOT_MADE
    late = timezone.now() - paper.asked_at > PATIENCE
    return NOT_PRINTED if paper.state == MeetingPaper.State.WAITING and late else ""


def tell_changes(now: dt.datetime) -> int:
    """Write to everybody who was invited before the last change and has not been told. Returns how many."""
    _drop_earlier(now)
    return sum(_tell_or_log(invitation, now) for invitation in _untold(now))


def written_to(meetings: QuerySet[Meeting]) -> QuerySet[Invitation]:
    """Invitations whose letter reached somebody, or may have, of those who still take part."""
    return (
        Invitation.objects.filter(
            meeting__in=meetings,
            participant__state__in=Participant.ACTIVE,
            dispatches__email__state__in=anew.REACHED,
        )
        .select_related(
            "participant__municipality",
            "participant__contact",
            "meeting__host",
            "meeting__case__initiator",
            "meeting__case__opened_by",
        )
        .distinct()
    )


def change_key(meeting: Meeting, invitation: Invitation) -> str:
    """What the message about the last change is about."""
    return f"meeting:{meeting.pk}/change:{meeting.sequence}/to:{invitation.participant_id}"


def _untold(now: dt.datetime) -> list[Invitation]:
    invited = written_to(_changed(now)).filter(dispatches__email__created_at__lt=F("meeting__changed_at"))
    keys = {change_key(row.meeting, row): row for row in invited}
    told = OutgoingEmail.objects.filter(key__in=keys).values_list("key", flat=True)
    return [keys[key] for key in keys.keys() - set(told)]


def _changed(now: dt.datetime) -> QuerySet[Meeting]:
    return Meeting.objects.filter(
        state=Meeting.State.CALLED, starts_at__gt=now, changed_at__isnull=False
    ).exclude(case__state__in=Case.RESTING)


def _drop_earlier(now: dt.datetime) -> None:
    """Of several changes only the last is told: what has not left about an earlier state never leaves."""
    about = Q(key__contains="/change:") | Q(key__contains="/reminder:")
    unsent = OutgoingEmail.objects.filter(about, key__startswith="meeting:", state__in=anew.UNSENT)
    meetings = {
        key.removeprefix("meeting:").partition("/")[0] for key in unsent.values_list("key", flat=True)
    }
    for meeting in _changed(now).filter(pk__in=meetings).select_related("case__opened_by"):
        drop_stale(meeting, Actor.portal())


def drop_stale(meeting: Meeting, actor: Actor) -> int:
    """Cancel what has not left about an earlier state of the meeting, but for the invitations themselves."""
    about = Q(key__startswith=f"meeting:{meeting.pk}/change:") | Q(
        key__startswith=f"meeting:{meeting.pk}/reminder:"
    )
    stale = OutgoingEmail.objects.filter(about, state__in=anew.UNSENT).exclude(
        key__contains=f"/change:{meeting.sequence}/"
    )
    with translation.override(meeting.case.opened_by.language):
        return outbox.cancel(
            emails=stale.filter(created_at__lt=meeting.changed_at), actor=actor, reason=_(anew.MOVED)
        )


def _tell_or_log(invitation: Invitation, now: dt.datetime) -> bool:
    try:
        return _tell(invitation, now)
    except Exception:
        # One recipient's fault must not hold up the others; the clock tries again.
        log.exception("the change of %s cannot be told to %s", invitation.meeting_id, invitation.pk)
        return False


@transaction.atomic
def _tell(invitation: Invitation, now: dt.datetime) -> bool:
    """One message about the change, with the new edition; without it when that cannot be made."""
    if letters.trouble_with(invitation, now):
        return False
    paper = agenda_for(invitation)
    if paper.state == MeetingPaper.State.WAITING and not trouble_with(paper):
        return False
    newest = confirmation.newest_of(invitation)
    letter = letters.letter_to(invitation, now, agenda=paper, late_paper=newest)
    posting.post(
        emails.changed(letter, change_key(invitation.meeting, invitation)),
        case=invitation.meeting.case,
        needed_by=invitation.meeting.starts_at,
    )
    return True
