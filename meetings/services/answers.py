"""The seven questions: open the round, save answers, open the seal."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, Stale
from meetings.models import Answer, ClarificationRound, Invitation, Meeting
from meetings.models.clarification import Question
from partners.models import CandidateArea, Case, Participant
from partners.services import cases, participants

ANSWER_TIME = dt.timedelta(days=7)
OVER = (Case.State.HANDED_OVER, Case.State.PARKED, Case.State.CLOSED)


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody wrote into one cell, and the revision of the cell they had before them."""

    answer: uuid.UUID
    revision: int
    state: str
    choice: str = ""
    causes: Sequence[str] = field(default_factory=tuple)
    text: str = ""
    owner: str = ""
    due: dt.date | None = None


@transaction.atomic
def open_round(*, meeting: Meeting, actor: Actor) -> ClarificationRound:
    """Ask the seven questions of everybody active about each agreed area; adds what came later."""
    case = cases.locked(meeting.case)
    opened, created = ClarificationRound.objects.get_or_create(
        case=case, defaults={"deadline": meeting.starts_at + ANSWER_TIME}
    )
    if not created:
        _follow(opened, meeting, actor)
    areas = case.areas.filter(state=CandidateArea.State.AGREED)
    active = case.participants.filter(state__in=Participant.ACTIVE)
    known = set(opened.answers.values_list("participant", "question", "area"))
    missing = [
        Answer(round=opened, participant=participant, question=question, area=area)
        for participant in active
        for question in Question
        for area in areas
        if (participant.pk, question.value, area.pk) not in known
    ]
    Answer.objects.bulk_create(missing, ignore_conflicts=True)
    if created:
        audit.record(
            actor,
            "asked the seven questions",
            opened,
            context=case.context,
            after={"until": opened.deadline.isoformat()},
        )
    return opened


@transaction.atomic
def save(
    *,
    participant: Participant,
    replies: Sequence[Reply],
    actor: Actor,
    by_host: bool = False,
    now: dt.datetime | None = None,
) -> list[Answer]:
    """Write one screen of a municipality's answers, all or none; opens the seal if these were the last.

    Raises Stale when somebody else saved one of the cells in between. A host who types for the municipality
    fills empty cells only as long as the seal is closed: what it has answered itself stays unseen.
    """
    now = now or timezone.now()
    clarification = _round_to_write(participant)
    cells = {
        cell.pk: cell
        for cell in Answer.objects.select_for_update(of=("self",))
        .select_related("area__function", "participant__municipality")
        .filter(round=clarification, participant=participant, pk__in=[reply.answer for reply in replies])
    }
    if len(cells) != len(replies):
        raise Refusal(_("These questions are not asked of %(name)s.") % {"name": participant})
    written = [
        _write(cells[reply.answer], reply, clarification, actor, by_host, now)
        for reply in replies
        if reply.state != Answer.State.OPEN
    ]
    if written:
        audit.record(
            actor,
            "answered a question",
            participant,
            context=participant.case.context,
            after={"questions": sorted({cell.question for cell in written}), "for": str(participant)},
        )
        open_if_due(clarification=clarification, now=now)
    return written


def open_if_due(*, clarification: ClarificationRound, now: dt.datetime | None = None) -> bool:
    """Open the seal when nobody invited owes an answer or the deadline passed; True when it opened now."""
    now = now or timezone.now()
    with transaction.atomic():
        cases.locked(clarification.case)
        fresh = ClarificationRound.objects.select_for_update(of=("self",), no_key=True).select_related("case")
        clarification = fresh.get(pk=clarification.pk)
        if clarification.case.state in OVER:
            return False
        because = _why_open(clarification, now) if clarification.is_sealed else ""
        if because:
            clarification.opened_at, clarification.opened_because = now, because
            clarification.save(update_fields=["opened_at", "opened_because"])
            audit.record(
                Actor.portal(),
                "opened the sealed answers",
                clarification,
                context=clarification.case.context,
                reason=because,
            )
        settle(clarification=clarification)
    return bool(because)


def open_due(*, now: dt.datetime | None = None) -> int:
    """Open every seal that is due; returns how many. Called by the clock."""
    waiting = ClarificationRound.objects.filter(
        Q(opened_at=None) | Q(case__state=Case.State.CLARIFICATION)
    ).exclude(case__state__in=OVER)
    return sum(open_if_due(clarification=clarification, now=now) for clarification in waiting)


def settle(*, clarification: ClarificationRound) -> None:
    """Once the seal is open: who has answered is marked so, and a case whose meeting was held goes on."""
    if clarification.is_sealed:
        return
    actor = Actor.portal()
    owing = clarification.answers.filter(state=Answer.State.OPEN).values("participant")
    before = Participant.ORDER[: Participant.ORDER.index(Participant.State.CLARIFIED)]
    done = clarification.case.participants.filter(state__in=before)
    for participant in done.filter(answers__round=clarification).exclude(pk__in=owing).distinct():
        participants.step(participant=participant, to=Participant.State.CLARIFIED, actor=actor)
    if clarification.case.state == Case.State.CLARIFICATION:
        cases.advance(case=clarification.case, to=Case.State.ATTITUDE, actor=actor)


def owed(clarification: ClarificationRound) -> QuerySet[Answer]:
    """Empty cells that keep the seal closed: of the initiator and of everybody invited."""
    cells = clarification.answers.filter(
        state=Answer.State.OPEN,
        participant__state__in=Participant.ACTIVE,
        area__state=CandidateArea.State.AGREED,
    )
    invited = Invitation.objects.filter(
        meeting__case=clarification.case_id, meeting__kind=Meeting.Kind.INFORMAL
    ).exclude(meeting__state=Meeting.State.CANCELLED)
    if not invited.exists():
        return cells
    return cells.filter(
        Q(participant__state=Participant.State.INITIATOR) | Q(participant__in=invited.values("participant"))
    )


def _why_open(clarification: ClarificationRound, now: dt.datetime) -> str:
    if now >= clarification.deadline:
        return gettext_noop("The deadline has passed.")
    if clarification.answers.exists() and not owed(clarification).exists():
        return gettext_noop("Everybody who was asked has answered.")
    return ""


def _round_to_write(participant: Participant) -> ClarificationRound:
    """The round, locked after its case: every move of a case takes the locks in this order."""
    cases.locked(participant.case)
    clarification = (
        ClarificationRound.objects.select_for_update(of=("self",), no_key=True)
        .select_related("case")
        .filter(case=participant.case_id)
        .first()
    )
    if clarification is None:
        raise Refusal(_("The questions are not asked yet."))
    if clarification.case.state in OVER:
        raise Refusal(_("The case is handed over, parked or closed: answers can no longer be changed."))
    if not Participant.objects.filter(pk=participant.pk, state__in=Participant.ACTIVE).exists():
        raise Refusal(_("%(name)s no longer takes part in this case.") % {"name": participant})
    return clarification


def _write(
    cell: Answer,
    reply: Reply,
    clarification: ClarificationRound,
    actor: Actor,
    by_host: bool,
    now: dt.datetime,
) -> Answer:
    if cell.revision != reply.revision:
        raise Stale(
            _("Somebody else has just answered on %(area)s. Yours is not saved yet: compare, then save.")
            % {"area": cell.area}
        )
    if by_host and clarification.is_sealed and cell.state != Answer.State.OPEN:
        raise Refusal(_("%(name)s has given this answer already; it is sealed.") % {"name": cell.participant})
    deferred = reply.state == Answer.State.DEFERRED
    cell.state, cell.choice, cell.causes = reply.state, reply.choice, list(reply.causes)
    cell.text = reply.text.strip()
    cell.owner, cell.due = (reply.owner.strip(), reply.due) if deferred else ("", None)
    cell.answered_at = None if deferred else now
    who = _("%(host)s, for %(name)s") if by_host else "%(host)s"
    cell.answered_by = (who % {"host": actor.name, "name": cell.participant})[:200]
    cell.revision += 1
    cell.full_clean(exclude=["round", "participant", "area"])
    cell.save()
    return cell


def _follow(clarification: ClarificationRound, meeting: Meeting, actor: Actor) -> None:
    """The deadline moves with the meeting as long as the seal is closed."""
    deadline = meeting.starts_at + ANSWER_TIME
    if clarification.is_sealed and clarification.deadline != deadline:
        clarification.deadline = deadline
        clarification.save(update_fields=["deadline"])
        audit.record(
            actor,
            "moved the deadline of the questions",
            clarification,
            context=meeting.case.context,
            after={"until": deadline.isoformat()},
        )
