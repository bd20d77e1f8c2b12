"""Finding a date: ask those in the talks, take their answers, fix one time or take the question back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit, outbox
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from imc_portal.core.outbox import Message
from imc_portal.core.problems import Refusal
from meetings.emails import dates as words
from meetings.models import DateAnswer, DatePoll, DateSlot, Meeting
from meetings.services import letters, planning, posting
from meetings.services.planning import Plan
from partners.models import Body, Case, Participant
from partners.services import cases

REMIND_BEFORE = dt.timedelta(days=2)
MOST_SLOTS = 12
MOST_NAMES = 20
READY = Participant.ORDER[Participant.ORDER.index(Participant.State.ACKNOWLEDGED) :]
AHEAD = (Meeting.State.PLANNED, Meeting.State.CALLED)
#: From which step of the case on a date of this kind can be sought.
FROM = {Meeting.Kind.INFORMAL: Case.State.PROPOSAL, Meeting.Kind.FORMAL: Case.State.CLARIFICATION}


@dataclass(frozen=True, slots=True)
class Offer:
    """What the host asks: times, where, until when, and a word."""

    slots: Sequence[tuple[dt.datetime, dt.datetime]]
    time_zone: str
    answer_by: dt.datetime
    place: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """For whom somebody answers: a municipality in the talks, or an observer or facilitator."""

    participant: Participant | None = None
    body: Body | None = None

    @property
    def of_answers(self) -> dict[str, Any]:
        """As a filter of answers."""
        return {"participant": self.participant, "body": self.body}


@transaction.atomic
def ask(*, case: Case, kind: str, offer: Offer, actor: Actor, now: dt.datetime | None = None) -> DatePoll:
    """Offer times; everybody in the talks who can be reached is asked by e-mail."""
    now = now or timezone.now()
    fresh = cases.locked(case)
    _may_ask(fresh, kind)
    _sensible(offer, now)
    poll = DatePoll(
        case=fresh,
        kind=kind,
        time_zone=offer.time_zone,
        place=offer.place,
        message=offer.message,
        answer_by=offer.answer_by,
        asked_by=actor.name[:200],
    )
    poll.full_clean(validate_unique=False, validate_constraints=False)
    poll.save()
    DateSlot.objects.bulk_create(
        DateSlot(poll=poll, starts_at=start, ends_at=end) for start, end in offer.slots
    )
    audit.record(
        actor,
        "asked for a date",
        poll,
        context=fresh.context,
        after={"kind": kind, "times": [start.isoformat() for start, _end in offer.slots]},
    )
    _write(poll, words.asked, now)
    return poll


@transaction.atomic
def answer(
    *,
    poll: DatePoll,
    party: Party,
    name: str,
    values: Mapping[uuid.UUID, str],
    actor: Actor,
    now: dt.datetime | None = None,
) -> None:
    """What one person says to every time; the same name may change it while the question is open."""
    fresh = _locked(poll)
    slots = list(fresh.slots.all())
    name = " ".join(name.split())[:150]
    if not name:
        raise Refusal(_("Say who answers."))
    if {slot.pk for slot in slots} != set(values) or not set(values.values()) <= set(DateAnswer.Value.values):
        raise Refusal(_("Say for each time whether you can come."))
    known = DateAnswer.objects.filter(slot__poll=fresh, **party.of_answers)
    same = known.filter(name__iexact=name).values_list("name", flat=True).first()
    if same is None and known.values("name").distinct().count() >= MOST_NAMES:
        raise Refusal(_("At most %(count)d people of one party can answer.") % {"count": MOST_NAMES})
    for slot in slots:
        DateAnswer.objects.update_or_create(
            slot=slot,
            **party.of_answers,
            name=same or name,
            defaults={
                "value": values[slot.pk],
                "answered_by": actor.name[:200],
                "answered_at": now or timezone.now(),
            },
        )
    audit.record(
        actor,
        "answered when to meet",
        party.participant or fresh,
        context=fresh.case.context,
        after={"name": same or name, "can": sum(value != DateAnswer.Value.NO for value in values.values())},
    )


@transaction.atomic
def fix(
    *,
    slot: DateSlot,
    plan: Plan,
    actor: Actor,
    override: str = "",
    now: dt.datetime | None = None,
) -> Meeting:
    """Take one of the times, once: the meeting is planned, or the formal one called; everybody is told."""
    now = now or timezone.now()
    case = cases.locked(slot.poll.case)
    poll = _locked(slot.poll)
    if (plan.starts_at, plan.ends_at) != (slot.starts_at, slot.ends_at):
        raise Refusal(_("This is not the time that was offered: change the meeting once it is planned."))
    if poll.kind == Meeting.Kind.FORMAL:
        meeting: Meeting = planning.convene_formal(
            case=case, plan=plan, actor=actor, override=override, now=now
        )
    else:
        meeting = planning.plan_meeting(case=case, plan=plan, actor=actor, now=now)
    poll.slots.filter(pk=slot.pk).update(fixed=True)
    poll.state, poll.closed_at, poll.meeting_id = DatePoll.State.FIXED, now, meeting.pk
    poll.save(update_fields=["state", "closed_at", "meeting"])
    audit.record(
        actor,
        "fixed the date",
        poll,
        context=case.context,
        after={"starts": slot.starts_at.isoformat()},
    )
    _write(poll, words.fixed, now)
    return meeting


@transaction.atomic
def withdraw(*, poll: DatePoll, actor: Actor, now: dt.datetime | None = None) -> None:
    """Take the question back; everybody who was asked is told."""
    now = now or timezone.now()
    fresh = _locked(poll)
    fresh.state, fresh.closed_at = DatePoll.State.WITHDRAWN, now
    fresh.save(update_fields=["state", "closed_at"])
    audit.record(actor, "took the question for a date back", fresh, context=fresh.case.context)
    waiting = OutgoingEmail.objects.filter(key__startswith=f"dates:{fresh.pk}/")
    outbox.cancel(emails=waiting, actor=actor, reason=_("The question for a date is taken back."))
    _write(fresh, words.withdrawn, now)


def remind_due(*, now: dt.datetime | None = None) -> int:
    """Remind those who are silent two days before the answers are due, once. Returns how many."""
    now = now or timezone.now()
    nearly = DatePoll.objects.filter(
        state=DatePoll.State.OPEN, answer_by__gt=now, answer_by__lte=now + REMIND_BEFORE
    ).exclude(case__state__in=Case.RESTING)
    count = 0
    for poll in nearly.select_related("case__initiator", "case__opened_by"):
        if poll.asked_at > poll.answer_by - REMIND_BEFORE:
            continue  # asked at short notice: the question itself is still fresh
        with transaction.atomic():
            count += _write(poll, words.reminder, now, silent(poll))
    return count


def asked_of(case: Case) -> QuerySet[Participant]:
    """Municipalities in the talks, beside the initiator."""
    return case.participants.filter(state__in=READY).select_related("municipality", "contact")


def silent(poll: DatePoll) -> QuerySet[Participant]:
    """Those of them who have not answered."""
    answers = DateAnswer.objects.filter(slot__poll=poll, participant=OuterRef("pk"))
    return asked_of(poll.case).filter(~Exists(answers))


def _may_ask(case: Case, kind: str) -> None:
    if kind not in Meeting.Kind:
        raise Refusal(_("There is no such meeting."))
    if case.state in (*Case.RESTING, Case.State.HANDED_OVER) or not case.has_reached(
        FROM[Meeting.Kind(kind)]
    ):
        raise Refusal(_("The case is not at the step at which a date for this meeting is sought."))
    if case.meetings.filter(kind=kind, state__in=AHEAD).exists():
        raise Refusal(_("There is such a meeting already: change it, or cancel it first."))
    if case.date_polls.filter(kind=kind, state=DatePoll.State.OPEN).exists():
        raise Refusal(_("A date for this meeting is being sought already."))
    if not asked_of(case).exists():
        raise Refusal(_("Nobody is open to talk yet: there is nobody to ask."))


def _sensible(offer: Offer, now: dt.datetime) -> None:
    starts = [start for start, _end in offer.slots]
    if not starts or len(starts) > MOST_SLOTS:
        raise Refusal(_("Offer at least one time, and at most %(count)d.") % {"count": MOST_SLOTS})
    if len(set(offer.slots)) != len(starts):
        raise Refusal(_("The same time stands here twice."))
    if min(starts) <= now:
        raise Refusal(_("A meeting cannot be planned in the past: choose a time to come."))
    if any(end <= start for start, end in offer.slots):
        raise Refusal(_("This time ends before it starts."))
    if not now < offer.answer_by < min(starts):
        raise Refusal(_("Answers are due after today and before the first of these times."))


def _locked(poll: DatePoll) -> DatePoll:
    """The question, if it is still open; nobody else writes to it meanwhile."""
    fresh = (
        DatePoll.objects.select_for_update(of=("self",))
        .select_related("case__initiator", "case__opened_by")
        .get(pk=poll.pk)
    )
    if fresh.state == DatePoll.State.FIXED:
        raise Refusal(_("The date is fixed already."))
    if fresh.state == DatePoll.State.WITHDRAWN:
        raise Refusal(_("The host has taken this question back."))
    return fresh


def _write(
    poll: DatePoll,
    write: Callable[[words.DateLetter], Message],
    now: dt.datetime,
    to: QuerySet[Participant] | None = None,
) -> int:
    """One message to each who can be reached, once; returns how many are new."""
    slots = list(poll.slots.all())
    own = OutgoingEmail.objects.filter(key__startswith=f"dates:{poll.pk}/")
    before = own.count()
    for participant in asked_of(poll.case) if to is None else to:
        if letters.trouble_of(participant, poll.case.opened_by.language, now):
            continue
        participant.case = poll.case
        link = letters.link_of(participant)
        letter = words.DateLetter(
            poll, participant, letters.recipient_of(participant), link, slots, letters.thread_of(link)
        )
        posting.post(write(letter), case=poll.case, needed_by=_needed_by(slots, now))
    return own.count() - before


def _needed_by(slots: list[DateSlot], now: dt.datetime) -> dt.datetime | None:
    """Nobody needs a word about a date once the last of the times asked about has come."""
    return max((slot.starts_at for slot in slots if slot.starts_at > now), default=None)
