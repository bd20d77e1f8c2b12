"""Letters that carry papers, written and queued meeting by meeting.

What the letters of a meeting share is read once, and the meeting and its case stay as they are until those
letters are in the outbox. Each stands by itself all the same: one that cannot be written is undone alone and
named to the organiser, the others go on.
"""

from __future__ import annotations

import datetime as dt
import itertools
import logging
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from meetings import emails
from meetings.models import Dispatch, Invitation, Meeting, MeetingPaper
from meetings.services import anew, editions, letters, posting
from partners.models import Case, Participant
from partners.services import cases
from proposals.models import Document

log = logging.getLogger(__name__)

BATCH = 200
#: So many letters keep their meeting as it is, for less than a second.
TOGETHER = 25
UNWRITTEN = gettext_noop("The message could not be written. The curator finds the fault in the log.")
#: Cases in which papers travel.
OPEN_CASES = Case.ORDER[Case.ORDER.index(Case.State.PROPOSAL) : Case.ORDER.index(Case.State.HANDED_OVER)]
#: The database went away or time is up: nothing is wrong with the recipient.
NOBODYS_FAULT = (OperationalError, InterfaceError, SoftTimeLimitExceeded)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Letters about one meeting, and what all of them need."""

    meeting: Meeting
    papers: Sequence[Dispatch]
    now: dt.datetime
    known: letters.Known
    #: Addresses from which messages come back, with why.
    barred: dict[str, str]
    #: Keys under which the outbox holds letters about this meeting already.
    written: frozenset[str]
    _agendas: dict[str, MeetingPaper] = field(default_factory=dict)

    def agenda_for(self, invitation: Invitation) -> MeetingPaper:
        """The agenda that this recipient gets now."""
        contact = invitation.participant.contact
        language = contact.language if contact else ""
        if language not in self._agendas:
            self._agendas[language] = editions.agenda_for(invitation)
        return self._agendas[language]


def queue_due(now: dt.datetime) -> list[bool | None]:
    """Queue every letter that can leave now; what became of each, as `queue` tells it."""
    by_meeting: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for dispatch, meeting in waiting(now):
        by_meeting[meeting].append(dispatch)
    outcomes: list[bool | None] = []
    for meeting, dispatches in by_meeting.items():
        try:
            outcomes += queue(meeting_id=meeting, dispatch_ids=dispatches, now=now)
        except NOBODYS_FAULT:
            raise
        except Exception:
            # One meeting's fault must not hold up the others.
            outcomes += [_unwritten(dispatch) for dispatch in dispatches]
    return outcomes


def waiting(now: dt.datetime) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Dispatches whose paper is ready and which no message carries yet, to those who still take part, each
    with its meeting: the most urgent first, but those that something keeps last."""
    ready = Q(document=None) | Q(document__state=Document.State.RENDERED)
    handed = Q(by_hand__isnull=False, by_hand__mail_too=False)
    found = Dispatch.objects.filter(
        ready,
        ~handed,
        email=None,
        invitation__meeting__state=Meeting.State.CALLED,
        invitation__meeting__starts_at__gt=now,
        invitation__meeting__case__state__in=OPEN_CASES,
        invitation__participant__state__in=Participant.ACTIVE,
    ).alias(kept=~Q(problem=""))
    return list(found.order_by("kept", "due_at", "pk").values_list("pk", "invitation__meeting")[:BATCH])


def queue(*, meeting_id: uuid.UUID, dispatch_ids: Sequence[uuid.UUID], now: dt.datetime) -> list[bool | None]:
    """Queue letters about one meeting. For each: True; None when somebody else does, or when its agenda is
    not printed yet; False when something keeps it, which the post room then shows."""
    outcomes: list[bool | None] = []
    rest = iter(dispatch_ids)
    while some := list(itertools.islice(rest, TOGETHER)):
        with transaction.atomic():
            bundle = _bundle(meeting_id, some, now)
            told = [_queue_or_name(dispatch, bundle) for dispatch in bundle.papers]
            if any(told):
                _note_first(bundle.meeting)
        outcomes += told + [None] * (len(some) - len(told))
    return outcomes


def _bundle(meeting_id: uuid.UUID, dispatch_ids: Sequence[uuid.UUID], now: dt.datetime) -> Bundle:
    """The letters that nobody else writes; their case and their meeting do not change meanwhile."""
    meeting = _locked(meeting_id)
    papers = _papers(meeting, dispatch_ids)
    parties = [paper.invitation.participant for paper in papers]
    keys = OutgoingEmail.objects.filter(key__startswith=f"meeting:{meeting.pk}/version:")
    return Bundle(
        meeting=meeting,
        papers=papers,
        now=now,
        known=letters.known_of(
            [party.pk for party in parties], [row.document for row in papers if row.document]
        ),
        barred=letters.barred(parties),
        written=frozenset(keys.values_list("key", flat=True)),
    )


def _locked(meeting_id: uuid.UUID) -> Meeting:
    """In the order in which everybody takes them: the case, then the meeting."""
    of = Meeting.objects.filter(pk=meeting_id)
    Case.objects.select_for_update().values_list("pk").get(pk=of.values_list("case", flat=True).get())
    everything = of.select_related("host", "case__initiator", "case__opened_by", "case__rules")
    return everything.select_for_update(of=("self",)).get()


def _papers(meeting: Meeting, dispatch_ids: Sequence[uuid.UUID]) -> list[Dispatch]:
    """Those that still wait for a letter, with all that a letter reads."""
    if meeting.state != Meeting.State.CALLED:
        return []
    # Few tables at a time: to find the best way through fourteen takes PostgreSQL longer than to go it.
    rows = (
        Dispatch.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("by_hand", "document__version", "invitation")
        .filter(pk__in=dispatch_ids, email=None, invitation__meeting=meeting)
        .order_by("due_at", "pk")
    )
    active = Participant.objects.filter(state__in=Participant.ACTIVE).select_related(
        "municipality", "contact"
    )
    parties = active.in_bulk([row.invitation.participant_id for row in rows])
    found = [row for row in rows if row.invitation.participant_id in parties]
    for row in found:
        row.invitation.meeting = meeting
        row.invitation.participant = parties[row.invitation.participant_id]
    return found


def _queue_or_name(dispatch: Dispatch, bundle: Bundle) -> bool | None:
    try:
        with transaction.atomic():
            return _queue(dispatch, bundle)
    except NOBODYS_FAULT:
        raise
    except Exception:
        # One recipient's fault must not hold up the others.
        return _unwritten(dispatch.pk)


def _unwritten(dispatch_id: uuid.UUID) -> bool:
    """The organiser sees it in the post room, the curator in the log."""
    log.exception("dispatch %s cannot be written", dispatch_id)
    Dispatch.objects.filter(pk=dispatch_id, email=None).update(problem=UNWRITTEN)
    return False


def _queue(dispatch: Dispatch, bundle: Bundle) -> bool | None:
    invitation = dispatch.invitation
    paper = bundle.agenda_for(invitation)
    problem = letters.trouble_with(invitation, bundle.now, bundle.barred) or editions.trouble_with(paper)
    if problem:
        Dispatch.objects.filter(pk=dispatch.pk).exclude(problem=problem[:300]).update(problem=problem[:300])
        return False
    if paper.state != MeetingPaper.State.STORED:
        return None
    _post(dispatch, paper, bundle)
    return True


def _post(dispatch: Dispatch, paper: MeetingPaper, bundle: Bundle) -> None:
    invitation, meeting, case = dispatch.invitation, bundle.meeting, bundle.meeting.case
    letter = letters.letter_to(invitation, bundle.now, dispatch, paper, known=bundle.known)
    write = emails.formal_invitation if meeting.is_formal else emails.proposal
    key, before = _key_of(dispatch, bundle)
    needed_by = posting.paper_needed_by(dispatch, bundle.now)
    dispatch.email = posting.post(write(letter, key), case=case, needed_by=needed_by)
    anew.link_back(dispatch.email, before, case.opened_by.language)
    dispatch.problem = ""
    dispatch.save(update_fields=["email", "problem"])
    audit.record(
        Actor.portal(),
        "queued the papers",
        invitation.participant,
        context=case.context,
        after={"to": str(letter.contact), "key": dispatch.email.key},
    )


def _key_of(dispatch: Dispatch, bundle: Bundle) -> tuple[str, OutgoingEmail | None]:
    """The letter's own key, and the letter that it says again, if one went before."""
    key = emails.letter_key(dispatch)
    before = any(one == key or one.startswith(f"{key}/") for one in bundle.written)
    return anew.next_key(key) if before else (key, None)


def _note_first(meeting: Meeting) -> None:
    """The first letter that is queued brings the case to its informal meeting."""
    if not meeting.is_formal and not meeting.case.has_reached(Case.State.INFORMAL_MEETING):
        cases.advance(case=meeting.case, to=Case.State.INFORMAL_MEETING, actor=Actor.portal())
