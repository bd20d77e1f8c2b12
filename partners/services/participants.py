"""Choose partners, set others aside, log contacts, and move each participant along its own steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.problems import Refusal, given
from partners import machine
from partners.machine import Move, PartyEvent
from partners.models import (
    Case,
    ContactLog,
    Municipality,
    OfficeHolder,
    Participant,
    RankingSnapshot,
)
from partners.services.cases import locked

State = Participant.State


@transaction.atomic
def select(
    *, case: Case, municipality: Municipality, actor: Actor, ranking: RankingSnapshot | None = None
) -> Participant:
    """Put a municipality on the short list, by this ranking; also takes back an earlier setting aside."""
    participant, created = Participant.objects.select_for_update().get_or_create(
        case=case, municipality=municipality, defaults={"state": State.SELECTED, "ranking": ranking}
    )
    if not created:
        to = _goal(participant, PartyEvent.SELECT)
        participant.state, participant.reason, participant.ranking = to, "", ranking
        participant.save(update_fields=["state", "reason", "ranking"])
    audit.record(actor, "selected a partner", participant, context=case.context)
    return participant


@transaction.atomic
def set_aside(
    *,
    case: Case,
    municipalities: Iterable[Municipality],
    reason: str,
    actor: Actor,
    ranking: RankingSnapshot | None = None,
) -> int:
    """Set municipalities aside with one reason, by this ranking; those already contacted stay.

    Returns how many.
    """
    reason = given(reason, missing=_("Give a reason: it stays on record for those who ask later."))
    count = 0
    for municipality in municipalities:
        participant, _created = Participant.objects.select_for_update().get_or_create(
            case=case, municipality=municipality
        )
        verdict = machine.on_party(participant.state, PartyEvent.SET_ASIDE)
        if not isinstance(verdict, Move):
            continue
        participant.state, participant.reason, participant.ranking = verdict.to, reason, ranking
        participant.save(update_fields=["state", "reason", "ranking"])
        audit.record(actor, "set a municipality aside", participant, context=case.context, reason=reason)
        count += 1
    return count


def note_attitude(*, participant: Participant, value: str) -> None:
    """Keep the attitude as last stated, for the ranking; its statement is audited where it is made."""
    Participant.objects.filter(pk=participant.pk).update(attitude=value)
    participant.attitude = value


@transaction.atomic
def step(*, participant: Participant, to: str, actor: Actor) -> bool:
    """Move a participant forward; steps may be skipped, nothing moves back. True when it moved.

    What the table refuses, such as a step of somebody who has left, moves nothing and hurts nobody.
    """
    fresh = _locked(participant)
    verdict = machine.on_party(fresh.state, machine.STEPS_TO[to])
    if not isinstance(verdict, Move):
        participant.state = fresh.state
        return False
    before = fresh.state
    fresh.state = participant.state = verdict.to
    fresh.save(update_fields=["state"])
    _note(actor, "moved a participant", fresh, before)
    return True


@transaction.atomic
def step_all(*, case: Case, participants: Iterable[Participant], to: str, actor: Actor) -> int:
    """Move many participants of a case forward at once, as `step` does each. Returns how many moved."""
    # Everybody who moves several holds the case first: no two wait for each other.
    context = locked(case).context
    rows = Participant.objects.select_for_update(of=("self",)).select_related("municipality")
    changes = []
    for fresh in rows.filter(case=case, pk__in=[participant.pk for participant in participants]):
        verdict, before = machine.on_party(fresh.state, machine.STEPS_TO[to]), fresh.state
        if isinstance(verdict, Move):
            fresh.state = verdict.to
            changes.append((fresh, {"state": before}, {"state": verdict.to}))
    Participant.objects.bulk_update([fresh for fresh, _before, _after in changes], ["state"])
    audit.record_all(actor, "moved a participant", changes, context=context)
    return len(changes)


@transaction.atomic
def leave(
    *,
    participant: Participant,
    state: str,
    reason: str,
    actor: Actor,
    until: dt.date | None = None,
    today: dt.date | None = None,
) -> None:
    """A side exit with its reason: declined, withdrew, no response, only observes, or later (until a day).

    The case goes on without it; where it stood is kept, for it may come back.
    """
    fresh = _locked(participant)
    if state not in machine.EXITS_TO:
        raise Refusal(_("Choose from the list."))
    to = _goal(fresh, machine.EXITS_TO[state])
    reason = given(reason, missing=_("Give the reason in a few words."))
    if to == State.DEFERRED and (until is None or until <= (today or timezone.localdate())):
        raise Refusal(_("Choose a day to come on which %(name)s is asked again.") % {"name": fresh})
    before = fresh.state
    fresh.left_from = before if before in Participant.ORDER else fresh.left_from
    fresh.deferred_until = until if to == State.DEFERRED else None
    fresh.state = participant.state = to
    fresh.reason = participant.reason = reason
    fresh.save(update_fields=["state", "reason", "left_from", "deferred_until"])
    _note(actor, "left the case", fresh, before, reason)


@transaction.atomic
def come_back(*, participant: Participant, actor: Actor, reason: str) -> None:
    """Take up again with a municipality that had left, where it stood if its papers still hold."""
    if locked(participant.case).state in Case.RESTING:
        raise Refusal(_("The case is parked or closed: reopen it first."))
    fresh = _locked(participant)
    to = _goal(fresh, PartyEvent.COME_BACK)
    reason = given(reason, missing=_("Say in a few words why it comes back."))
    before, fresh.state, fresh.reason, fresh.left_from, fresh.deferred_until = fresh.state, to, "", "", None
    fresh.save(update_fields=["state", "reason", "left_from", "deferred_until"])
    participant.state, participant.reason = to, ""
    _note(actor, "came back to the case", fresh, before, reason)


def papers_changed(*, case: Case) -> int:
    """Who left before the papers changed needs new ones: it comes back as open to talk at most."""
    gone = case.participants.filter(state__in=Participant.EXITS, left_from__in=machine.WITH_PAPERS)
    return gone.update(left_from=State.ACKNOWLEDGED)


def _locked(participant: Participant) -> Participant:
    rows = Participant.objects.select_for_update(of=("self",)).select_related("case", "municipality")
    return rows.get(pk=participant.pk)


def _goal(participant: Participant, event: PartyEvent) -> str:
    """Where an event leads a participant; Refusal, with its name, when the table does not allow it."""
    verdict = machine.on_party(participant.state, event, left_from=participant.left_from)
    if isinstance(verdict, Move):
        return verdict.to
    why = verdict.reason if isinstance(verdict, machine.Refused) else _("It is so already.")
    raise Refusal(_("%(name)s: %(why)s") % {"name": participant, "why": why})


def _note(actor: Actor, verb: str, participant: Participant, before: str, reason: str = "") -> None:
    after: dict[str, object] = {"state": participant.state}
    if participant.deferred_until:
        after["until"] = participant.deferred_until.isoformat()
    audit.record(
        actor,
        verb,
        participant,
        context=participant.case.context,
        before={"state": before},
        after=after,
        reason=reason,
    )


@transaction.atomic
def log_contact(
    *,
    participant: Participant,
    contact: OfficeHolder,
    channel: str,
    result: str,
    summary: str,
    at: dt.datetime,
    actor: Actor,
) -> ContactLog:
    """Record a contact; the participant is contacted, open to talk, or declines, by what came of it."""
    if not participant.case.has_reached(Case.State.CONTACTING):
        raise Refusal(_("Close the short list first: choose every neighbour or set it aside with a reason."))
    if contact.municipality_id != participant.municipality_id:
        raise Refusal(_("%(contact)s does not hold an office there.") % {"contact": contact})
    if at > timezone.now() + dt.timedelta(minutes=5):
        raise Refusal(_("A contact is logged after it happened: choose a time in the past."))
    entry = ContactLog.objects.create(
        participant=participant,
        contact=contact,
        channel=channel,
        result=result,
        summary=summary,
        at=at,
        logged_by=actor.signed_in(),
    )
    audit.record(
        actor,
        "logged a contact",
        participant,
        context=participant.case.context,
        after={"with": str(contact), "channel": channel, "result": result},
    )
    _follow(participant, contact, result, summary, actor)
    return entry


def _follow(participant: Participant, contact: OfficeHolder, result: str, summary: str, actor: Actor) -> None:
    if participant.contact_id is None:
        participant.contact = contact
        participant.save(update_fields=["contact"])
    _wake(participant, result, summary, actor)
    if result == ContactLog.Result.DECLINED:
        leave(
            participant=participant,
            state=State.DECLINED,
            reason=summary or _("Said no at the first contact."),
            actor=actor,
        )
        return
    step(participant=participant, to=State.CONTACTED, actor=actor)
    if result == ContactLog.Result.OPEN:
        step(participant=participant, to=State.ACKNOWLEDGED, actor=actor)


def _wake(participant: Participant, result: str, summary: str, actor: Actor) -> None:
    """Who had not answered, or wanted to be asked later, and now wants to talk, is back."""
    fresh = _locked(participant)
    gone = fresh.state in (State.NO_RESPONSE, State.DEFERRED, State.DECLINED, State.WITHDRAWN)
    if result == ContactLog.Result.OPEN and gone:
        come_back(participant=fresh, reason=summary[:500] or _("Open to talk after all."), actor=actor)
        participant.state, participant.reason = fresh.state, fresh.reason


@transaction.atomic
def set_recipient(*, participant: Participant, contact: OfficeHolder, actor: Actor) -> None:
    """Choose to whom papers for this municipality go; an address is needed."""
    if contact.municipality_id != participant.municipality_id:
        raise Refusal(_("%(contact)s does not hold an office there.") % {"contact": contact})
    if not contact.email:
        raise Refusal(_("%(contact)s has no e-mail address: add it first.") % {"contact": contact})
    participant.contact = contact
    participant.save(update_fields=["contact"])
    audit.record(
        actor,
        "chose the recipient",
        participant,
        context=participant.case.context,
        after={"contact": str(contact)},
    )
