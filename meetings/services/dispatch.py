"""Call meetings and send their papers ahead: what is due and not done, done once.

Every step asks the database what is missing and adds exactly that, one recipient per transaction: it may
run twice, at the same time, or not at all for a while. A recipient who cannot be reached is named to the
organiser; the others' papers go on.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from dataclasses import asdict, dataclass

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from meetings import emails, leadtime
from meetings.models import CaseRules, Dispatch, Invitation, Meeting, MeetingPaper
from meetings.services import anew, answers, delegations, editions, letters, posting
from partners.models import Case, Participant
from partners.services import cases, participants
from proposals.models import Annex, Document, ProposalVersion

log = logging.getLogger(__name__)

BATCH = 200
#: Meeting and language.
Agenda = tuple[uuid.UUID, str | None]
UNWRITTEN = gettext_noop("The message could not be written. The curator finds the fault in the log.")
#: Cases in which papers travel.
OPEN_CASES = Case.ORDER[Case.ORDER.index(Case.State.PROPOSAL) : Case.ORDER.index(Case.State.HANDED_OVER)]
BEFORE_SENT = Participant.ORDER[: Participant.ORDER.index(Participant.State.PROPOSAL_SENT)]


@dataclass(frozen=True, slots=True)
class Report:
    """How much one run did."""

    called: int = 0
    papers: int = 0
    queued: int = 0
    in_trouble: int = 0
    marked_sent: int = 0
    told: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """By name, for commands and logs."""
        return asdict(self)


def dispatch_due(*, now: dt.datetime | None = None) -> Report:
    """Call what is approved, add missing papers, queue what is rendered, mark what has left."""
    now = now or timezone.now()
    portal = Actor.portal()
    anew.mend(now)
    delegations.invite_guests_due(now)
    called = sum(call(meeting=meeting, actor=portal, now=now) for meeting in ready_to_call(now))
    papers = sum(add_paper(meeting=meeting, document=document) for meeting, document in missing_papers(now))
    outcomes = _queue_all(now)
    return Report(
        called=called,
        papers=papers,
        queued=outcomes.count(True),
        in_trouble=outcomes.count(False),
        marked_sent=mark_sent(),
        told=editions.tell_changes(now),
    )


def ready_to_call(now: dt.datetime) -> QuerySet[Meeting]:
    """Planned informal meetings still to come, in open cases whose proposal is approved.

    A case that went back to its areas is at its proposal again: there the version in work is waited for.
    """
    versions = ProposalVersion.objects.filter(proposal__case=OuterRef("case"))
    approved = versions.filter(state=ProposalVersion.State.APPROVED)
    in_work = versions.exclude(state=ProposalVersion.State.APPROVED)
    return Meeting.objects.filter(
        Exists(approved),
        ~Exists(in_work) | ~Q(case__state=Case.State.PROPOSAL),
        kind=Meeting.Kind.INFORMAL,
        state=Meeting.State.PLANNED,
        starts_at__gt=now,
        case__state__in=OPEN_CASES,
    ).select_related("case")[:BATCH]


@transaction.atomic
def call(*, meeting: Meeting, actor: Actor, now: dt.datetime) -> bool:
    """Call a planned informal meeting: invite everybody with an annex, ask the seven questions. Once."""
    fresh = Meeting.objects.select_for_update().select_related("case").get(pk=meeting.pk)
    if fresh.state != Meeting.State.PLANNED:
        return False
    mark_called(fresh, actor, now)
    annexes = Annex.objects.filter(version=_approved_version(fresh.case)).values("participant")
    invite(
        fresh,
        fresh.case.participants.filter(
            Q(state=Participant.State.INITIATOR) | Q(pk__in=annexes, state__in=Participant.ACTIVE)
        ),
    )
    answers.open_round(meeting=fresh, actor=actor)
    return True


def mark_called(meeting: Meeting, actor: Actor, now: dt.datetime) -> None:
    """Note that the meeting is called; part of the caller's transaction."""
    meeting.state, meeting.called_at = Meeting.State.CALLED, now
    meeting.save(update_fields=["state", "called_at"])
    audit.record(
        actor,
        "called the meeting",
        meeting,
        context=meeting.case.context,
        after={"starts": meeting.starts_at.isoformat()},
    )
    delegations.invite_guests(meeting)


def invite(meeting: Meeting, invited: QuerySet[Participant]) -> None:
    """One invitation for each; those who have one keep it."""
    Invitation.objects.bulk_create(
        [Invitation(meeting=meeting, participant=participant) for participant in invited],
        ignore_conflicts=True,
    )


def missing_papers(now: dt.datetime) -> list[tuple[Meeting, Document]]:
    """Papers of the newest approved version that no dispatch of the called informal meeting carries yet."""
    newer = ProposalVersion.objects.filter(
        proposal=OuterRef("version__proposal"),
        state=ProposalVersion.State.APPROVED,
        number__gt=OuterRef("version__number"),
    )
    called = Meeting.objects.filter(
        case=OuterRef("version__proposal__case"),
        kind=Meeting.Kind.INFORMAL,
        state=Meeting.State.CALLED,
        starts_at__gt=now,
    )
    carried = Dispatch.objects.filter(
        document=OuterRef("pk"),
        invitation__meeting__state=Meeting.State.CALLED,
        invitation__meeting__kind=Meeting.Kind.INFORMAL,
    )
    documents = Document.objects.filter(
        ~Exists(newer),
        Exists(called),
        ~Exists(carried),
        version__state=ProposalVersion.State.APPROVED,
        version__proposal__case__state__in=OPEN_CASES,
        participant__state__in=Participant.ACTIVE,
    ).select_related("participant__municipality", "version__proposal")[:BATCH]
    meetings = {
        meeting.case_id: meeting
        for meeting in Meeting.objects.filter(
            case__in=[document.version.proposal.case_id for document in documents],
            kind=Meeting.Kind.INFORMAL,
            state=Meeting.State.CALLED,
        ).select_related("case")
    }
    return [
        (meetings[document.version.proposal.case_id], document)
        for document in documents
        if document.version.proposal.case_id in meetings
    ]


@transaction.atomic
def add_paper(*, meeting: Meeting, document: Document) -> bool:
    """Give a recipient's paper its dispatch; one that has not left yet carries the newer paper instead.

    Who joined after the meeting was called is invited and asked the seven questions like the others.
    """
    invitation, joined = Invitation.objects.get_or_create(meeting=meeting, participant=document.participant)
    if joined:
        answers.open_round(meeting=meeting, actor=Actor.portal())
    mine = Dispatch.objects.filter(invitation=invitation).exclude(document=document)
    for earlier in mine.select_related("email").select_for_update(of=("self",)):
        anew.call_back(earlier, actor=Actor.portal(), reason=_(anew.CORRECTED))
    unsent = list(Dispatch.objects.filter(invitation=invitation, email=None, by_hand=None))
    if unsent:
        Dispatch.objects.filter(pk=unsent[0].pk).update(document=document, problem="")
        return True
    _dispatch, created = Dispatch.objects.get_or_create(
        invitation=invitation,
        document=document,
        defaults={"due_at": due_at(meeting, document.participant)},
    )
    return created


def due_at(meeting: Meeting, participant: Participant) -> dt.datetime:
    """By when this recipient must have the papers of the meeting."""
    where = leadtime.Where.of(participant.municipality)
    return leadtime.due(meeting.starts_at, CaseRules.days_ahead(meeting.case, meeting.kind), where)


def _queue_all(now: dt.datetime) -> list[bool | None]:
    """Queue what can leave; where one waits for its agenda, so do the others who get the same one."""
    outcomes: list[bool | None] = []
    unprinted: set[Agenda] = set()
    for dispatch_id, agenda in waiting(now):
        if agenda not in unprinted:
            outcomes.append(queue(dispatch_id=dispatch_id, now=now))
            if outcomes[-1] is None:
                unprinted.add(agenda)
    return outcomes


def waiting(now: dt.datetime) -> list[tuple[uuid.UUID, Agenda]]:
    """Dispatches whose paper is ready and which no message carries yet, to those who still take part; each
    with the meeting and the language of its agenda."""
    ready = Q(document=None) | Q(document__state=Document.State.RENDERED)
    handed = Q(by_hand__isnull=False, by_hand__mail_too=False)
    found = (
        Dispatch.objects.filter(
            ready,
            ~handed,
            email=None,
            invitation__meeting__state=Meeting.State.CALLED,
            invitation__meeting__starts_at__gt=now,
            invitation__meeting__case__state__in=OPEN_CASES,
            invitation__participant__state__in=Participant.ACTIVE,
        )
        .order_by("due_at", "pk")
        .values_list("pk", "invitation__meeting", "invitation__participant__contact__language")[:BATCH]
    )
    return [(dispatch, (meeting, language)) for dispatch, meeting, language in found]


def queue(*, dispatch_id: uuid.UUID, now: dt.datetime) -> bool | None:
    """Queue one recipient's message: True; None when somebody else does, or when its agenda is not printed
    yet; False when something keeps it, which the post room then shows."""
    try:
        return _queue(dispatch_id, now)
    except (OperationalError, InterfaceError, SoftTimeLimitExceeded):
        raise  # the database went away or time is up: nothing is wrong with this recipient
    except Exception:
        # One recipient's fault must not hold up the others; the organiser sees it in the post room.
        log.exception("dispatch %s cannot be written", dispatch_id)
        broken = Dispatch.objects.filter(pk=dispatch_id, email=None)
        broken.update(problem=UNWRITTEN)
        return False


@transaction.atomic
def _queue(dispatch_id: uuid.UUID, now: dt.datetime) -> bool | None:
    dispatch = _held(dispatch_id)
    if dispatch is None:
        return None
    paper = editions.agenda_for(dispatch.invitation)
    problem = letters.trouble_with(dispatch.invitation, now) or editions.trouble_with(paper)
    if problem:
        Dispatch.objects.filter(pk=dispatch.pk).exclude(problem=problem[:300]).update(problem=problem[:300])
        return False
    if paper.state != MeetingPaper.State.STORED:
        return None
    _post(dispatch, paper, now)
    return True


def _held(dispatch_id: uuid.UUID) -> Dispatch | None:
    """The dispatch, if nobody else sends it; its case and its meeting do not change meanwhile."""
    of = Dispatch.objects.values_list("invitation__meeting__case", "invitation__meeting")
    case, meeting = of.get(pk=dispatch_id)
    # In the order in which everybody takes them.
    for rows in (Case.objects.filter(pk=case), Meeting.objects.filter(pk=meeting)):
        rows.select_for_update().values_list("pk", flat=True).get()
    return (
        Dispatch.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related(
            "by_hand",
            "document__version",
            "invitation__participant__municipality",
            "invitation__participant__contact",
            "invitation__meeting__host",
            "invitation__meeting__case__initiator",
            "invitation__meeting__case__opened_by",
            "invitation__meeting__case__rules",
        )
        .filter(
            pk=dispatch_id,
            email=None,
            invitation__meeting__state=Meeting.State.CALLED,
            invitation__participant__state__in=Participant.ACTIVE,
        )
        .first()
    )


def _post(dispatch: Dispatch, paper: MeetingPaper, now: dt.datetime) -> None:
    invitation = dispatch.invitation
    meeting, case = invitation.meeting, invitation.meeting.case
    letter = letters.letter_to(invitation, now, dispatch, paper)
    write = emails.formal_invitation if meeting.is_formal else emails.proposal
    key, before = anew.next_key(emails.letter_key(dispatch))
    needed_by = posting.paper_needed_by(dispatch, now)
    dispatch.email = posting.post(write(letter, key), case=case, needed_by=needed_by)
    anew.link_back(dispatch.email, before, case.opened_by.language)
    dispatch.problem = ""
    dispatch.save(update_fields=["email", "problem"])
    if not meeting.is_formal and not case.has_reached(Case.State.INFORMAL_MEETING):
        cases.advance(case=case, to=Case.State.INFORMAL_MEETING, actor=Actor.portal())
    audit.record(
        Actor.portal(),
        "queued the papers",
        invitation.participant,
        context=case.context,
        after={"to": str(letter.contact), "key": dispatch.email.key},
    )


def mark_sent() -> int:
    """Participants whose paper the mail server accepted, or who got it by post or by hand, have the proposal.

    Only its newest version counts: who comes back after a newer one was approved gets that first.
    """
    newer = ProposalVersion.objects.filter(
        proposal=OuterRef("document__version__proposal"),
        state=ProposalVersion.State.APPROVED,
        number__gt=OuterRef("document__version__number"),
    )
    sent = (
        Dispatch.objects.filter(
            ~Exists(newer),
            Q(email__state=OutgoingEmail.State.SENT) | Q(by_hand__isnull=False),
            document__isnull=False,
            invitation__participant__state__in=BEFORE_SENT,
        )
        .select_related("invitation__participant")
        .distinct()[:BATCH]
    )
    moved = 0
    for dispatch in sent:
        with transaction.atomic():
            moved += participants.step(
                participant=dispatch.invitation.participant,
                to=Participant.State.PROPOSAL_SENT,
                actor=Actor.portal(),
            )
    return moved


def _approved_version(case: Case) -> ProposalVersion:
    approved = ProposalVersion.objects.filter(
        proposal__case=case, state=ProposalVersion.State.APPROVED
    ).order_by("-number")
    return approved[0]
