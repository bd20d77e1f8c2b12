"""Call meetings and send their papers ahead: what is due and not done, done once.

Every step asks the database what is missing and adds exactly that: it may run twice, at the same time, or
not at all for a while. A recipient who cannot be reached is named to the organiser; the others' papers go on.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from meetings import leadtime
from meetings.models import CaseRules, Dispatch, Invitation, Meeting
from meetings.services import anew, answers, delegations, editions, queueing
from partners.models import Case, Participant
from partners.services import participants
from proposals.models import Annex, Document, ProposalVersion

BATCH = 200
OPEN_CASES = queueing.OPEN_CASES
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
    papers = add_papers(missing_papers(now))
    outcomes = queueing.queue_due(now)
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
    editions.ask_for_agendas(fresh)
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
        ).select_related("case__rules")
    }
    return [
        (meetings[document.version.proposal.case_id], document)
        for document in documents
        if document.version.proposal.case_id in meetings
    ]


def add_papers(found: Sequence[tuple[Meeting, Document]]) -> int:
    """Give each of these papers its dispatch: first papers of those who are invited at once. Returns how
    many were given one."""
    guests = Invitation.objects.filter(meeting__in={meeting for meeting, _document in found})
    invited = {
        (guest.meeting_id, guest.participant_id): guest for guest in guests.filter(dispatches=None).distinct()
    }
    first, others = [], []
    for meeting, document in found:
        invitation = invited.pop((meeting.pk, document.participant_id), None)
        if invitation is None:
            others.append((meeting, document))
            continue
        due = due_at(meeting, document.participant)
        first.append(Dispatch(invitation=invitation, document=document, due_at=due))
    Dispatch.objects.bulk_create(first, ignore_conflicts=True)
    return len(first) + sum(add_paper(meeting=meeting, document=document) for meeting, document in others)


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
        .select_related("invitation__participant__case")
        .distinct()[:BATCH]
    )
    by_case: dict[Case, list[Participant]] = defaultdict(list)
    for dispatch in sent:
        by_case[dispatch.invitation.participant.case].append(dispatch.invitation.participant)
    to, portal = Participant.State.PROPOSAL_SENT, Actor.portal()
    return sum(
        participants.step_all(case=case, participants=those, to=to, actor=portal)
        for case, those in by_case.items()
    )


def _approved_version(case: Case) -> ProposalVersion:
    approved = ProposalVersion.objects.filter(
        proposal__case=case, state=ProposalVersion.State.APPROVED
    ).order_by("-number")
    return approved[0]
