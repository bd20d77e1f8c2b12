"""Rounds of the seven questions: ask, open the seal, and say who has answered."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal
from meetings import cells
from meetings.models import Answer, CaseRules, ClarificationRound, Invitation, Meeting
from partners.models import Case, Participant
from partners.services import cases, participants

OVER = (Case.State.HANDED_OVER, Case.State.PARKED, Case.State.CLOSED)


@transaction.atomic
def open_round(*, meeting: Meeting, actor: Actor, now: dt.datetime | None = None) -> ClarificationRound:
    """Ask the seven questions of everybody in the talks, by this meeting's deadline.

    What came later (an area, a partner) joins the meeting's round as long as that is sealed; after that, and
    for a further meeting, it is asked in a round of its own. Where nothing is missing nothing is asked.
    """
    now = now or timezone.now()
    case = cases.locked(meeting.case)
    deadline = _deadline(meeting)
    asked = cells.missing(case, _invited(case))
    found = _sealed_round_of(meeting, case)
    if found:
        _follow(found, meeting, deadline if deadline > now else found.deadline, actor)
    else:
        found = ClarificationRound.newest_of(case)
        if found is None or asked:
            late = now + (deadline - meeting.starts_at)
            return _ask(case, asked, deadline if deadline > now else late, actor, meeting)
    return _add(found, asked)


@transaction.atomic
def open_round_for(
    *, participant: Participant, deadline: dt.datetime, actor: Actor, now: dt.datetime | None = None
) -> ClarificationRound:
    """Ask a partner who joins late all that the others were asked, by its own deadline.

    Answers of others on the same subjects stay sealed for it until then. The second time nothing happens.
    """
    case = cases.locked(participant.case)
    fresh = Participant.objects.select_related("municipality").get(pk=participant.pk)
    if fresh.state not in Participant.ACTIVE:
        raise Refusal(_("%(name)s does not take part in this case.") % {"name": fresh})
    asked = cells.missing(case, [fresh])
    if not asked:
        earlier = ClarificationRound.objects.filter(case=case, answers__participant=fresh).first()
        if earlier is None:
            raise Refusal(_("No area is in the talks yet: there is nothing to ask."))
        return earlier
    _ahead(deadline, now)
    return _ask(case, asked, deadline, actor)


@transaction.atomic
def ask_missing(
    *, case: Case, deadline: dt.datetime, actor: Actor, now: dt.datetime | None = None
) -> ClarificationRound:
    """Ask everybody about what came into the talks after the questions went out, in a round of its own."""
    fresh = cases.locked(case)
    if fresh.state in OVER:
        raise Refusal(_("The case is handed over, parked or closed: nothing more is asked."))
    if ClarificationRound.newest_of(fresh) is None:
        raise Refusal(_("The questions go out with the invitation to the informal meeting."))
    asked = cells.missing(fresh, cells.taking_part(fresh))
    if not asked:
        raise Refusal(_("Everybody has been asked about everything in the talks."))
    _ahead(deadline, now)
    return _ask(fresh, asked, deadline, actor)


def open_if_due(*, clarification: ClarificationRound, now: dt.datetime | None = None) -> bool:
    """Open the seal when nobody asked owes an answer or the deadline passed; True when it opened now."""
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
    """Once a seal is open: who has answered all it was asked is marked so; a case whose meeting was held
    and which keeps no answer sealed any more goes on."""
    if clarification.is_sealed:
        return
    actor = Actor.portal()
    case = clarification.case
    of_case = Answer.objects.filter(round__case=case)
    owing = of_case.filter(cells.relevant(), state=Answer.State.OPEN).values("participant")
    before = Participant.ORDER[: Participant.ORDER.index(Participant.State.CLARIFIED)]
    asked = case.participants.filter(pk__in=clarification.answers.order_by().values("participant"))
    for participant in asked.filter(state__in=before).exclude(pk__in=owing):
        participants.step(participant=participant, to=Participant.State.CLARIFIED, actor=actor)
    sealed = ClarificationRound.objects.filter(case=case, opened_at=None)
    if case.state == Case.State.CLARIFICATION and not sealed.exists():
        cases.advance(case=case, to=Case.State.ATTITUDE, actor=actor)


def owed(clarification: ClarificationRound) -> QuerySet[Answer]:
    """Empty cells that keep the seal closed: of the initiator and of everybody invited.

    In a later round, of everybody it asks.
    """
    still = clarification.answers.filter(
        cells.relevant(), state=Answer.State.OPEN, participant__state__in=Participant.ACTIVE
    )
    if clarification.number > 1:
        return still
    invited = Invitation.objects.filter(
        meeting__case=clarification.case_id, meeting__kind=Meeting.Kind.INFORMAL
    ).exclude(meeting__state=Meeting.State.CANCELLED)
    if not invited.exists():
        return still
    return still.filter(
        Q(participant__state=Participant.State.INITIATOR) | Q(participant__in=invited.values("participant"))
    )


def _invited(case: Case) -> list[Participant]:
    """Who takes part and has an invitation: who joins late is asked when its own paper is on its way."""
    known = set(
        Invitation.objects.filter(meeting__case=case, meeting__kind=Meeting.Kind.INFORMAL)
        .exclude(meeting__state=Meeting.State.CANCELLED)
        .values_list("participant", flat=True)
    )
    everybody = list(cells.taking_part(case))
    return [one for one in everybody if one.is_initiator or one.pk in known] if known else everybody


def _why_open(clarification: ClarificationRound, now: dt.datetime) -> str:
    if now >= clarification.deadline:
        return gettext_noop("The deadline has passed.")
    if clarification.answers.exists() and not owed(clarification).exists():
        return gettext_noop("Everybody who was asked has answered.")
    return ""


def _deadline(meeting: Meeting) -> dt.datetime:
    """So many days after the meeting as the rules of the case say."""
    return meeting.starts_at + dt.timedelta(days=CaseRules.of(meeting.case).answer_days)


def _ahead(deadline: dt.datetime, now: dt.datetime | None) -> None:
    if deadline <= (now or timezone.now()):
        raise Refusal(_("Give them a day that is still to come."))


def _sealed_round_of(meeting: Meeting, case: Case) -> ClarificationRound | None:
    """The meeting's own sealed round, or the one of a cancelled meeting that this one takes the place of."""
    cancelled = Q(meeting__state=Meeting.State.CANCELLED) | Q(meeting=None, number=1)
    sealed = ClarificationRound.objects.filter(case=case, opened_at=None)
    return sealed.filter(meeting=meeting).first() or sealed.filter(cancelled).first()


def _ask(
    case: Case, asked: Sequence[Answer], deadline: dt.datetime, actor: Actor, meeting: Meeting | None = None
) -> ClarificationRound:
    newest = ClarificationRound.objects.filter(case=case).first()
    found = ClarificationRound.objects.create(
        case=case, number=newest.number + 1 if newest else 1, deadline=deadline, meeting_id=_pk(meeting)
    )
    audit.record(
        actor,
        "asked the seven questions",
        found,
        context=case.context,
        after={
            "until": deadline.isoformat(),
            "of": sorted({str(cell.participant) for cell in asked}),
        },
    )
    return _add(found, asked)


def _pk(meeting: Meeting | None) -> uuid.UUID | None:
    # Informal meetings come in, a child of the model; the key alone fits both.
    return meeting.pk if meeting else None


def _add(found: ClarificationRound, asked: Sequence[Answer]) -> ClarificationRound:
    for cell in asked:
        cell.round = found
    Answer.objects.bulk_create(asked, ignore_conflicts=True)
    return found


def _follow(clarification: ClarificationRound, meeting: Meeting, deadline: dt.datetime, actor: Actor) -> None:
    """The deadline moves with the meeting as long as the seal is closed."""
    if clarification.meeting_id == meeting.pk and clarification.deadline == deadline:
        return
    moved = clarification.deadline != deadline
    clarification.deadline, clarification.meeting_id = deadline, meeting.pk
    clarification.save(update_fields=["deadline", "meeting"])
    if moved:
        audit.record(
            actor,
            "moved the deadline of the questions",
            clarification,
            context=meeting.case.context,
            after={"until": deadline.isoformat()},
        )
