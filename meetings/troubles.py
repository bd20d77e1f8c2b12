"""What went wrong on the way of papers and letters, over any number of cases, with the one thing to do.

Reads a fixed number of queries and writes nothing; the texts are in the language that is active.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core.models import EmailEvent, Incident, OutgoingEmail
from imc_portal.core.templatetags.portal import day as day_in_words
from meetings.models import Dispatch, Meeting, MeetingPaper
from partners.models import Case, Participant
from proposals.models import Document

Mail = OutgoingEmail.State
#: Messages to whoever runs a case: about letters, not letters themselves.
NOTICE = "notice:"
#: Meetings whose papers still matter.
OPEN = (Meeting.State.PLANNED, Meeting.State.CALLED)
#: A message that is held back has to be looked at so long before it is of no use.
LOOK_BEFORE = dt.timedelta(days=2)
BEHIND = (Participant.State.SELECTED, Participant.State.CONTACTED, Participant.State.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that does not mend itself: what, in which case, the one thing to do, and since when."""

    key: str
    case: Case
    text: str
    label: str
    url: str
    since: dt.datetime | None = None
    method: str = "get"
    dispatch: uuid.UUID | None = None


def find(cases: Sequence[Case], now: dt.datetime) -> list[Trouble]:
    """All of it, in cases that are neither parked nor closed."""
    awake = {case.pk: case for case in cases if case.state not in Case.RESTING}
    if not awake:
        return []
    return [
        *_unwritten(awake),
        *_letters(awake, now),
        *_recipients(awake, now),
        *_documents(awake),
        *_papers(awake),
        *_incidents(awake),
    ]


def joined_late(case: Case) -> list[Participant]:
    """Partners not invited yet, with a step before the proposal, although the others have it.

    From what was fetched with the case.
    """
    after = case.has_reached(Case.State.INFORMAL_MEETING) and not case.has_reached(Case.State.FORMAL_HELD)
    if not after or case.state in Case.RESTING:
        return []
    invited = {row.participant_id for meeting in case.meetings.all() for row in meeting.invitations.all()}
    return [party for party in case.participants.all() if party.state in BEHIND and party.pk not in invited]


def of_letter(email: OutgoingEmail, name: str) -> tuple[str, str]:
    """What went wrong with a message to somebody, and what to do about it; nothing for one that is well."""
    words = {"name": name, "address": email.to_address, "error": email.last_error}
    if email.state == Mail.BOUNCED:
        return (
            _("The message to %(name)s (%(address)s) came back. %(error)s") % words,
            _("Correct the contact"),
        )
    if is_held_too_long(email, timezone.now()):
        return (
            _("The message to %(name)s is still held back, and soon of no use.") % words,
            _("Look at it, and release it"),
        )
    if email.state == Mail.UNKNOWN and email.ask_first:
        return (
            _("It is not known whether the message to %(name)s (%(address)s) arrived.") % words,
            _("Ask, and say whether it arrived"),
        )
    if email.state == Mail.FAILED and _given_up(email):
        return (
            _("The message to %(name)s could not be sent as long as that was of use. %(error)s") % words,
            _("Send it again, or note how the paper got there"),
        )
    if email.state == Mail.FAILED:
        return (
            _("The message to %(name)s (%(address)s) did not arrive. %(error)s") % words,
            _("Check the address"),
        )
    return "", ""


def address_of(email: OutgoingEmail, case: uuid.UUID) -> str:
    """Where one sees to it: at the message while somebody has to judge, else at the contacts."""
    given_up, paper = email.state == Mail.FAILED and _given_up(email), getattr(email, "dispatch", None)
    if given_up and paper is not None:
        return reverse("meetings:send_to", args=[paper.pk])
    if given_up or email.state in (Mail.UNKNOWN, Mail.HELD):
        return reverse("meetings:message", args=[email.pk])
    return reverse("partners:contacts", args=[case])


def gone_to_another(dispatch: Dispatch) -> bool:
    """Whether the paper reached a former recipient, and not the one who receives papers now."""
    contact, mail = dispatch.invitation.participant.contact, dispatch.email
    if contact is None or mail is None or mail.state not in (Mail.SENT, Mail.UNKNOWN):
        return False
    reached = [mail, *mail.sent_again.all()]
    return contact.email.strip().lower() not in {
        one.to_address.lower() for one in reached if one.state not in (Mail.FAILED, Mail.BOUNCED)
    }


def link_is_closed(dispatch: Dispatch) -> bool:
    """Whether the paper reached its recipient, whose personal link was closed since and not renewed."""
    mail, link = dispatch.email, dispatch.invitation.link
    has_it = mail is not None and mail.state in (Mail.SENT, Mail.UNKNOWN)
    return has_it and link is not None and link.revoked_at is not None


def is_held_too_long(email: OutgoingEmail, now: dt.datetime) -> bool:
    """Whether nobody has released it, and little time is left until it would be of no use."""
    near = email.give_up_at is not None and email.give_up_at <= now + LOOK_BEFORE
    return email.state == Mail.HELD and near


def _given_up(email: OutgoingEmail) -> bool:
    return any(event.kind == EmailEvent.Kind.GIVEN_UP for event in email.events.all())


def _unwritten(cases: Mapping[uuid.UUID, Case]) -> Iterator[Trouble]:
    """Recipients who cannot be written to."""
    rows = (
        Dispatch.objects.filter(
            invitation__meeting__case__in=cases,
            invitation__meeting__state__in=OPEN,
            invitation__participant__state__in=Participant.ACTIVE,
            email=None,
            by_hand=None,
        )
        .exclude(problem="")
        .select_related("invitation__participant__municipality", "invitation__meeting")
    )
    for row in rows:
        case = cases[row.invitation.meeting.case_id]
        text = _("%(act)s: %(what)s") % {"act": row.invitation.participant, "what": _(row.problem)}
        yield Trouble(
            f"{NOTICE}{row.pk}:{_digest(row.problem)}",
            case,
            text,
            _("Choose the recipient"),
            reverse("partners:contacts", args=[case.pk]),
            dispatch=row.pk,
        )


def _letters(cases: Mapping[uuid.UUID, Case], now: dt.datetime) -> Iterator[Trouble]:
    """Messages that failed, came back, may have arrived or wait too long, and that nobody has said again."""
    by_context = {case.context: case for case in cases.values()}
    again = OutgoingEmail.objects.filter(again_of=OuterRef("pk"))
    over = Q(dispatch__isnull=False) & (
        ~Q(dispatch__invitation__meeting__state__in=OPEN)
        | Q(dispatch__by_hand__isnull=False)
        | ~Q(dispatch__invitation__participant__state__in=Participant.ACTIVE)
    )
    bad = Q(state__in=[Mail.FAILED, Mail.BOUNCED]) | Q(state=Mail.UNKNOWN, ask_first=True)
    bad |= Q(state=Mail.HELD, give_up_at__lte=now + LOOK_BEFORE)
    rows = (
        OutgoingEmail.objects.filter(bad, ~Exists(again), context__in=by_context)
        .exclude(over)
        .exclude(key__startswith=NOTICE)
        .select_related("dispatch")
        .prefetch_related("events")
    )
    for row in rows:
        case = by_context[row.context]
        text, label = of_letter(row, row.to_name or row.to_address)
        url, paper = address_of(row, case.pk), getattr(row, "dispatch", None)
        since = row.bounced_at or row.claimed_at or row.created_at
        yield Trouble(
            f"{NOTICE}{row.pk}:{row.state}", case, text, label, url, since, dispatch=paper and paper.pk
        )


def _recipients(cases: Mapping[uuid.UUID, Case], now: dt.datetime) -> Iterator[Trouble]:
    """Papers that are with somebody who is not, or soon no more, the one to receive them."""
    rows = Dispatch.objects.filter(
        invitation__meeting__case__in=cases,
        invitation__meeting__state=Meeting.State.CALLED,
        invitation__meeting__starts_at__gt=now,
        invitation__participant__state__in=Participant.ACTIVE,
        invitation__participant__contact__isnull=False,
        email__state__in=[Mail.SENT, Mail.UNKNOWN],
    ).select_related(
        "email",
        "invitation__link",
        "invitation__meeting",
        "invitation__participant__contact",
        "invitation__participant__municipality",
    )
    for row in rows.prefetch_related("email__sent_again"):
        party, case = row.invitation.participant, cases[row.invitation.meeting.case_id]
        contact, mail = party.contact, row.email
        if contact is None or mail is None:
            continue
        if gone_to_another(row):
            words = {"name": party, "former": mail.to_name or mail.to_address, "now": contact}
            text = _("%(name)s: the papers went to %(former)s, but %(now)s receives them now.") % words
            url = reverse("meetings:send_to", args=[row.pk])
            key = f"{NOTICE}{row.pk}:to:{contact.pk}:{_digest(contact.email)}"
            label = _("Send them to the new recipient")
            yield Trouble(key, case, text, label, url, dispatch=row.pk)
        elif link_is_closed(row):
            text = _("%(name)s: the personal link is closed, and the recipient has no other.")
            text %= {"name": party}
            url, label = reverse("meetings:send_to", args=[row.pk]), _("Send the papers with a new link")
            key = f"{NOTICE}{row.pk}:closed:{row.invitation.link_id}"
            yield Trouble(key, case, text, label, url, dispatch=row.pk)
        elif contact.term_end and contact.term_end < row.invitation.meeting.local_start.date():
            words = {"name": party, "who": contact, "day": day_in_words(contact.term_end)}
            text = _("%(name)s: the term of %(who)s ends on %(day)s, before the meeting.") % words
            key = f"{NOTICE}{row.invitation_id}:term:{contact.pk}:{contact.term_end.isoformat()}"
            url = reverse("partners:contacts", args=[case.pk])
            yield Trouble(key, case, text, _("Choose who receives papers then"), url, dispatch=row.pk)


def _documents(cases: Mapping[uuid.UUID, Case]) -> Iterator[Trouble]:
    """Proposals that could not be made as PDF."""
    rows = Document.objects.filter(
        version__proposal__case__in=cases, state=Document.State.FAILED
    ).select_related("participant__municipality", "version__proposal")
    for row in rows:
        case = cases[row.version.proposal.case_id]
        text = _("The PDF for %(name)s could not be made") % {"name": row.participant}
        url = row.version.proposal.get_absolute_url()
        yield Trouble(f"{NOTICE}document:{row.pk}", case, text, _("Make it again"), url)


def _papers(cases: Mapping[uuid.UUID, Case]) -> Iterator[Trouble]:
    """Agendas and minutes that could not be made as PDF."""
    rows = MeetingPaper.objects.filter(meeting__case__in=cases, state=MeetingPaper.State.FAILED).exclude(
        meeting__state=Meeting.State.CANCELLED
    )
    for row in rows.select_related("meeting"):
        case, minutes = cases[row.meeting.case_id], row.kind != MeetingPaper.Kind.AGENDA
        text = _("The %(paper)s could not be made as PDF") % {"paper": row.get_kind_display()}
        url = reverse("meetings:minutes" if minutes else "meetings:delivery", args=[row.meeting_id])
        yield Trouble(f"{NOTICE}paper:{row.pk}", case, text, _("Make it again"), url, row.asked_at)


def _incidents(cases: Mapping[uuid.UUID, Case]) -> Iterator[Trouble]:
    """Stored documents that are missing or altered, and the like."""
    by_context = {case.context: case for case in cases.values()}
    for row in Incident.objects.filter(settled_at=None, context__in=by_context):
        case = by_context[row.context]
        text = _("%(act)s: %(what)s") % {"act": row.get_kind_display(), "what": row.detail or row.target_key}
        label = _("Ask the curator to look at it; nothing of it is mailed")
        yield Trouble(
            f"{NOTICE}incident:{row.pk}", case, text, label, case.get_absolute_url(), row.first_seen
        )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def by_dispatch(found: Iterable[Trouble]) -> dict[uuid.UUID, Trouble]:
    """The first trouble of each paper."""
    kept: dict[uuid.UUID, Trouble] = {}
    for one in found:
        if one.dispatch is not None:
            kept.setdefault(one.dispatch, one)
    return kept
