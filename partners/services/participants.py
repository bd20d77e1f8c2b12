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
from partners.models import (
    Case,
    ContactLog,
    Municipality,
    OfficeHolder,
    Participant,
    RankingSnapshot,
)

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
        if participant.state not in (State.LONGLISTED, State.SET_ASIDE):
            raise Refusal(_("%(name)s is already in the case.") % {"name": municipality})
        participant.state, participant.reason, participant.ranking = State.SELECTED, "", ranking
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
        if participant.state not in (State.LONGLISTED, State.SELECTED):
            continue
        participant.state, participant.reason, participant.ranking = State.SET_ASIDE, reason, ranking
        participant.save(update_fields=["state", "reason", "ranking"])
        audit.record(actor, "set a municipality aside", participant, context=case.context, reason=reason)
        count += 1
    return count


def note_attitude(*, participant: Participant, value: str) -> None:
    """Keep the attitude as last stated, for the ranking; its statement is audited where it is made."""
    Participant.objects.filter(pk=participant.pk).update(attitude=value)
    participant.attitude = value


def step(*, participant: Participant, to: str, actor: Actor) -> bool:
    """Move a participant forward; steps may be skipped, nothing moves back. True when it moved."""
    fresh = (
        Participant.objects.select_for_update().select_related("case", "municipality").get(pk=participant.pk)
    )
    if fresh.state not in Participant.ORDER or Participant.ORDER.index(
        fresh.state
    ) >= Participant.ORDER.index(to):
        participant.state = fresh.state
        return False
    before = fresh.state
    fresh.state = participant.state = to
    fresh.save(update_fields=["state"])
    audit.record(
        actor,
        "moved a participant",
        fresh,
        context=fresh.case.context,
        before={"state": before},
        after={"state": to},
    )
    return True


@transaction.atomic
def leave(*, participant: Participant, state: str, reason: str, actor: Actor) -> None:
    """A side exit (declined, withdrew, no response) with its reason; the case goes on without it."""
    fresh = Participant.objects.select_for_update().select_related("case").get(pk=participant.pk)
    if fresh.is_initiator or fresh.state in Participant.EXITS:
        raise Refusal(_("%(name)s cannot leave the case now.") % {"name": fresh})
    reason = given(reason, missing=_("Give the reason in a few words."))
    before = fresh.state
    fresh.state = participant.state = state
    fresh.reason = participant.reason = reason
    fresh.save(update_fields=["state", "reason"])
    audit.record(
        actor,
        "left the case",
        fresh,
        context=fresh.case.context,
        before={"state": before},
        after={"state": state},
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
