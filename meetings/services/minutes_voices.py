"""What delegations say to the minutes, and how minutes end: agreed by all, or closed with the objections."""

from __future__ import annotations

import datetime as dt
import logging
import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.models import OutgoingEmail
from imc_portal.core.problems import Refusal, given
from meetings import minutes_facts
from meetings.models import Invitation, MeetingPaper, Minutes, MinutesVoice
from meetings.services import minutes as drafting
from meetings.services import ratification
from partners.models import Case, Participant
from partners.services import cases

log = logging.getLogger(__name__)

State, Voice = Minutes.State, MinutesVoice.Voice


@transaction.atomic
def say(
    *,
    minutes: Minutes,
    participant: Participant,
    voice: str,
    name: str,
    actor: Actor,
    text: str = "",
    how: str = "",
    now: dt.datetime | None = None,
) -> MinutesVoice:
    """Record that a delegation agrees or objects, by name; the later word counts, none is lost.

    The same word once more changes nothing. When the last one agrees, the minutes are agreed at once.
    """
    now = now or timezone.now()
    fresh = drafting.locked(minutes)
    _require_open(fresh, participant, now)
    row = MinutesVoice(
        minutes=fresh,
        participant=participant,
        voice=voice,
        text=text.strip() if voice == Voice.OBJECTS else "",
        name=name.strip(),
        how=how.strip(),
        recorded_by=actor.name[:200],
        recorded_at=now,
    )
    row.full_clean(exclude=["minutes", "participant"])
    before = minutes_facts.latest_voices(fresh).get(str(participant.pk))
    if before and _same(before, row):
        return before
    row.save()
    audit.record(
        actor,
        "said something to the minutes",
        row,
        context=fresh.meeting.case.context,
        after={"voice": voice, "name": row.name, "text": row.text, "how": row.how},
    )
    if not silent(fresh) and not objecting(fresh):
        _end(fresh, State.AGREED, actor, now)
    return row


@transaction.atomic
def let_stand(*, voice: MinutesVoice, answer: str, actor: Actor) -> None:
    """Answer an objection without changing the minutes: it stands, and both are appended to them."""
    fresh = drafting.locked(voice.minutes)
    if fresh.state != State.SENT:
        raise Refusal(_("These minutes are not open any more."))
    row = MinutesVoice.objects.select_for_update().get(pk=voice.pk)
    if row.voice != Voice.OBJECTS:
        raise Refusal(_("Only an objection can be answered."))
    row.answer = given(answer, missing=_("Say why the minutes stay as they are."), limit=2000)
    row.answered_by, row.answered_at = actor.name[:200], timezone.now()
    row.save(update_fields=["answer", "answered_by", "answered_at"])
    audit.record(
        actor,
        "let an objection stand",
        row,
        context=fresh.meeting.case.context,
        after={"objection": row.text, "answer": row.answer},
    )


@transaction.atomic
def close_all_the_same(
    *, minutes: Minutes, because: str, actor: Actor, now: dt.datetime | None = None
) -> None:
    """Close minutes whose time is over although somebody could not be written to; the reason is appended."""
    now = now or timezone.now()
    fresh = drafting.locked(minutes)
    if fresh.is_ended:
        return
    if fresh.state != State.SENT or not _is_over(fresh, now):
        raise Refusal(_("The time to object is not over yet."))
    because = given(because, missing=_("Say why the minutes are closed all the same."))
    _end(fresh, State.CLOSED, actor, now, because)


def close_due(now: dt.datetime) -> int:
    """Close all minutes whose time to object is over; the clock asks again when one could not be closed."""
    due = Minutes.objects.filter(state=State.SENT, objections_until__lt=now).exclude(
        meeting__case__state__in=Case.RESTING
    )
    return sum(_closed(pk, now) for pk in due.values_list("pk", flat=True))


def silent(minutes: Minutes) -> list[Participant]:
    """Delegations that were asked, still take part and have said nothing."""
    said = minutes_facts.latest_voices(minutes)
    return [party for party in _parties(minutes) if str(party.pk) not in said]


def objecting(minutes: Minutes) -> list[Participant]:
    """Delegations that still take part and whose last word is an objection."""
    said = minutes_facts.latest_voices(minutes)
    return [
        party
        for party in _parties(minutes)
        if str(party.pk) in said and said[str(party.pk)].voice == Voice.OBJECTS
    ]


def unwritten(minutes: Minutes) -> list[Participant]:
    """Silent delegations whom the letter with the minutes has not left for: no silence is counted yet."""
    waiting = [party for party in silent(minutes) if not (party.is_initiator and party.contact_id is None)]
    keys = {letter_key(minutes, party.pk): party for party in waiting}
    sent = OutgoingEmail.objects.filter(key__in=keys, state=OutgoingEmail.State.SENT)
    gone = set(sent.values_list("key", flat=True))
    return [party for key, party in keys.items() if key not in gone]


def letter_key(minutes: Minutes, participant_id: uuid.UUID) -> str:
    """What the message that carries these minutes is about: once asked, once with the final copy."""
    ended = "/final" if minutes.is_ended else ""
    return f"minutes:{minutes.pk}{ended}/to:{participant_id}"


def _closed(pk: uuid.UUID, now: dt.datetime) -> bool:
    try:
        return _close(pk, now)
    except Refusal:
        log.warning("minutes %s cannot be closed now", pk)
        return False


@transaction.atomic
def _close(pk: uuid.UUID, now: dt.datetime) -> bool:
    fresh = drafting.locked(Minutes.objects.select_related("meeting").get(pk=pk))
    if fresh.state != State.SENT or not _is_over(fresh, now) or unwritten(fresh):
        return False
    quiet = silent(fresh) or objecting(fresh) or not fresh.voices.exists()
    _end(fresh, State.CLOSED if quiet else State.AGREED, Actor.portal(), now)
    return True


def _end(minutes: Minutes, state: str, actor: Actor, now: dt.datetime, because: str = "") -> None:
    """Freeze what was said, ask for the final copies, move the case, ask the councils; one transaction."""
    minutes.ending = minutes_facts.ending(minutes, now, because)
    minutes.state, minutes.closed_at, minutes.posted_at = state, now, None
    minutes.save(update_fields=["ending", "state", "closed_at", "posted_at"])
    drafting.ask_papers(minutes, MeetingPaper.Kind.FINAL, receivers(minutes))
    context = minutes.meeting.case.context
    verb = "agreed to the minutes" if state == State.AGREED else "closed the minutes"
    audit.record(actor, verb, minutes, context=context, after=minutes.ending, reason=because)
    # A case that went back to its areas meanwhile stays there; its minutes end all the same.
    if minutes.meeting.case.has_reached(Case.State.FORMAL_HELD):
        cases.advance(case=minutes.meeting.case, to=Case.State.MINUTES_AGREED, actor=actor)
    ratification.open_for(meeting=minutes.meeting, actor=actor, now=now)


def receivers(minutes: Minutes) -> list[Invitation]:
    """Who gets this state of the minutes: first those asked; in the end everybody invited who takes part."""
    asked = {one["id"] for one in minutes_facts.asked_in(minutes)}
    return [
        row
        for row in minutes_facts.delegations(minutes.meeting)
        if row.participant.state in Participant.ACTIVE
        and (minutes.is_ended or str(row.participant_id) in asked)
    ]


def _parties(minutes: Minutes) -> list[Participant]:
    asked = [one["id"] for one in minutes_facts.asked_in(minutes)]
    return list(
        Participant.objects.filter(pk__in=asked, state__in=Participant.ACTIVE).select_related("municipality")
    )


def _require_open(minutes: Minutes, participant: Participant, now: dt.datetime) -> None:
    if minutes.state == State.REPLACED:
        raise Refusal(_("There is a newer version of the minutes: read that one."))
    if minutes.state != State.SENT:
        raise Refusal(_("These minutes are not open any more."))
    if participant.pk not in {party.pk for party in _parties(minutes)}:
        raise Refusal(
            _("%(name)s was not present, or no longer takes part: it is not asked.") % {"name": participant}
        )
    if _is_over(minutes, now) and not unwritten(minutes):
        raise Refusal(_("The time to object is over."))


def _is_over(minutes: Minutes, now: dt.datetime) -> bool:
    return minutes.objections_until is not None and now > minutes.objections_until


def _same(one: MinutesVoice, other: MinutesVoice) -> bool:
    return (one.voice, one.text, one.name, one.how) == (other.voice, other.text, other.name, other.how)
