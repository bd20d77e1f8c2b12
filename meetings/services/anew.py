"""Letters that are written anew: what has not left is taken back, what ended badly goes on as a new message.

An old message stays on record, and the new one names it: nothing is changed that might have been read.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from imc_portal.core import audit, outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import EmailEvent, OutgoingEmail
from imc_portal.core.problems import Refusal, given
from meetings import confirmation, emails, troubles
from meetings.models import Dispatch, Meeting, MeetingPaper
from meetings.services import letters, posting
from partners.models import Case, Participant

Mail = OutgoingEmail.State
#: Nobody has it, and somebody can still stop it.
UNSENT = (Mail.HELD, Mail.QUEUED, Mail.RETRY)
#: Nobody has it, and nothing more happens by itself.
ENDED_BADLY = (Mail.FAILED, Mail.BOUNCED)
#: It reached somebody, or may have: whoever it went to knows of the meeting.
REACHED = (Mail.SENDING, Mail.SENT, Mail.UNKNOWN)

MOVED = gettext_noop("The meeting changed before it left.")
CORRECTED = gettext_noop("A newer version of the proposal replaces it.")
READDRESSED = gettext_noop("The papers go to another address now.")
LEFT = gettext_noop("The municipality takes part no more.")


def mend(now: dt.datetime) -> int:
    """What happened beside the letters catches up with them. Returns how many were taken back or go on anew.

    Follows messages that were said again; takes back what went stale before it left: its meeting changed, its
    recipient or the address is another one, its municipality left.
    """
    return (
        _follow()
        + _take_back(_of_those_who_left(), LEFT)
        + _take_back(_stale(now), MOVED, write_again=True)
        + _readdress(now)
    )


def take_back_stale(meeting: Meeting, now: dt.datetime) -> int:
    """What has not left about an earlier state of this meeting is written anew."""
    return _take_back(_stale(now).filter(invitation__meeting=meeting), MOVED, write_again=True)


def call_back(dispatch: Dispatch, *, actor: Actor, reason: str) -> bool:
    """Free a paper's way for another letter, in the caller's transaction; False when its letter is out.

    A letter that has not left is cancelled; one that ended badly stays on record.
    """
    mail = dispatch.email
    if mail is None:
        return True
    if mail.state in UNSENT:
        outbox.cancel(emails=OutgoingEmail.objects.filter(pk=mail.pk), actor=actor, reason=reason)
        mail.refresh_from_db()
    if mail.state not in (*ENDED_BADLY, Mail.CANCELLED):
        return False
    dispatch.email = None
    dispatch.save(update_fields=["email"])
    return True


def next_key(key: str) -> tuple[str, OutgoingEmail | None]:
    """The key of the next letter about this, and the letter that it says again, if there was one."""
    before = OutgoingEmail.objects.filter(Q(key=key) | Q(key__startswith=f"{key}/"))
    last = before.order_by("-created_at").first()
    if last is None:
        return key, None
    # Not "again": so the outbox numbers what a person has said again from the same message.
    number = before.filter(key__startswith=f"{key}/anew:").count() + 1
    return f"{key}/anew:{number}", last


def link_back(email: OutgoingEmail, before: OutgoingEmail | None, language: str) -> None:
    """Let a letter name the one that it says again, and why."""
    if before is None:
        return
    cancelled = before.events.filter(kind=EmailEvent.Kind.CANCELLED).exclude(detail="").last()
    with translation.override(language):
        why = cancelled.detail if cancelled else _(READDRESSED)
    OutgoingEmail.objects.filter(pk=email.pk).update(again_of=before, again_because=why)


@transaction.atomic
def write_again(*, dispatch: Dispatch, actor: Actor, reason: str, now: dt.datetime) -> None:
    """Let the clock write this paper's letter anew: a deliberate new message to who receives papers now.

    Refused while the old one may still leave or may have arrived: then it is said again in the post room.
    """
    reason = given(reason, missing=_("Say why it is written anew."))
    fresh = locked(dispatch)
    if trouble := letters.trouble_with(fresh.invitation, now):
        raise Refusal(trouble)
    if not call_back(fresh, actor=actor, reason=reason):
        raise Refusal(_("This letter has left: look at it in the post room, and say it again there."))
    audit.record(
        actor,
        "had a letter written anew",
        fresh.invitation.participant,
        context=fresh.invitation.meeting.case.context,
        reason=reason,
    )


@transaction.atomic
def send_to_new_recipient(*, dispatch: Dispatch, actor: Actor, reason: str, now: dt.datetime) -> None:
    """Send papers that reached a former recipient to the one who receives them now: a new message with a
    link of its own; the old link closes, the old message stays on record."""
    reason = given(reason, missing=_("Say why it is written anew."))
    fresh = locked(dispatch)
    invitation, mail = fresh.invitation, fresh.email
    if mail is None or mail.state not in (Mail.SENT, Mail.UNKNOWN):
        raise Refusal(_("Nothing has left yet: the papers go to the recipient chosen now by themselves."))
    if invitation.meeting.state != Meeting.State.CALLED or invitation.meeting.starts_at <= now:
        raise Refusal(_("This meeting no longer waits for papers."))
    if not is_elsewhere(fresh) and not troubles.link_is_closed(fresh):
        raise Refusal(_("The recipient chosen now has the papers."))
    if trouble := letters.trouble_with(invitation, now):
        raise Refusal(trouble)
    newest = confirmation.newest_of(invitation)
    paper = MeetingPaper.objects.filter(
        meeting=invitation.meeting, kind=MeetingPaper.Kind.AGENDA, edition=invitation.meeting.sequence
    ).filter(language=invitation.participant.contact.language if invitation.participant.contact else "")
    letter = letters.letter_to(invitation, now, newest or fresh, paper.first())
    key, before = next_key(emails.letter_key(newest or fresh))
    write = emails.formal_invitation if invitation.meeting.is_formal else emails.proposal
    case = invitation.meeting.case
    new = posting.post(write(letter, key), case=case, needed_by=invitation.meeting.starts_at)
    link_back(new, before, case.opened_by.language)
    audit.record(
        actor,
        "sent the papers to a new recipient",
        invitation.participant,
        context=case.context,
        reason=reason,
    )


def locked(dispatch: Dispatch) -> Dispatch:
    """The dispatch with all that a letter reads, ours until the end of the transaction."""
    return (
        Dispatch.objects.select_for_update(of=("self",))
        .select_related(
            "email",
            "by_hand",
            "document__version",
            "invitation__link",
            "invitation__participant__municipality",
            "invitation__participant__contact",
            "invitation__meeting__host",
            "invitation__meeting__case__initiator",
            "invitation__meeting__case__opened_by",
        )
        .get(pk=dispatch.pk)
    )


def _follow() -> int:
    """A paper whose letter did not arrive goes on with the letter that says it again."""
    dead = Q(email__state__in=[*ENDED_BADLY, Mail.CANCELLED])
    unsure = Q(email__state=Mail.UNKNOWN, email__sent_again__state=Mail.SENT)
    said_again = Dispatch.objects.filter(dead | unsure, email__sent_again__isnull=False).distinct()
    count = 0
    for dispatch in said_again:
        newer = OutgoingEmail.objects.filter(again_of=dispatch.email_id, dispatch=None)
        if last := newer.order_by("-created_at").first():
            count += Dispatch.objects.filter(pk=dispatch.pk, email=dispatch.email_id).update(email=last)
    return count


def _ahead(now: dt.datetime) -> QuerySet[Dispatch]:
    meetings = Meeting.objects.filter(state=Meeting.State.CALLED, starts_at__gt=now)
    return Dispatch.objects.filter(
        invitation__meeting__in=meetings.exclude(case__state__in=Case.RESTING)
    ).exclude(email=None)


def _of_those_who_left() -> QuerySet[Dispatch]:
    return Dispatch.objects.filter(email__state__in=UNSENT).exclude(
        invitation__participant__state__in=Participant.ACTIVE
    )


def _stale(now: dt.datetime) -> QuerySet[Dispatch]:
    return _ahead(now).filter(
        email__state__in=UNSENT, email__created_at__lt=F("invitation__meeting__changed_at")
    )


def _take_back(papers: QuerySet[Dispatch], reason: str, *, write_again: bool = False) -> int:
    return sum(_taken(paper, reason, write_again=write_again) for paper in papers)


@transaction.atomic
def _taken(paper: Dispatch, reason: str, *, write_again: bool) -> bool:
    fresh = locked(paper)
    if fresh.email is None or fresh.email.state not in UNSENT:
        return False
    with translation.override(fresh.invitation.meeting.case.opened_by.language):
        words = _(reason)
    if write_again:
        return call_back(fresh, actor=Actor.portal(), reason=words)
    mails = OutgoingEmail.objects.filter(pk=fresh.email.pk)
    return bool(outbox.cancel(emails=mails, actor=Actor.portal(), reason=words))


def _readdress(now: dt.datetime) -> int:
    """Letters that nobody has, to an address that is not the recipient's any more, go to the new one.

    What somebody just said again to another contact leaves as that person wanted.
    """
    said = EmailEvent.objects.filter(email=OuterRef("email__again_of"), kind=EmailEvent.Kind.AGAIN)
    waiting = _ahead(now).filter(
        ~Q(email__state__in=UNSENT) | ~Exists(said),
        email__state__in=[*UNSENT, *ENDED_BADLY],
        invitation__participant__state__in=Participant.ACTIVE,
        invitation__participant__contact__isnull=False,
    )
    rows = waiting.select_related("email__link", "invitation__participant__contact", "by_hand")
    return sum(_moved_house(row, now) for row in rows if is_elsewhere(row))


def is_elsewhere(dispatch: Dispatch) -> bool:
    """Whether the letter went, or goes, to somebody or somewhere else than papers go now."""
    contact, mail = dispatch.invitation.participant.contact, dispatch.email
    if contact is None or mail is None:
        return False
    other = mail.link is not None and mail.link.holder != letters.holder_of(contact)
    return other or mail.to_address.lower() != contact.email.strip().lower()


@transaction.atomic
def _moved_house(dispatch: Dispatch, now: dt.datetime) -> bool:
    fresh = locked(dispatch)
    if not is_elsewhere(fresh) or (fresh.handed and not fresh.handed.mail_too):
        return False
    if letters.trouble_with(fresh.invitation, now):
        return False
    with translation.override(fresh.invitation.meeting.case.opened_by.language):
        return call_back(fresh, actor=Actor.portal(), reason=_(READDRESSED))
