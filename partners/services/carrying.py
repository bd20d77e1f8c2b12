"""Take a municipality from one case into another; what it was there stays on record."""

from __future__ import annotations

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from partners.models import Case, ContactLog, Participant

State = Participant.State
#: In these a municipality waits in a case for a first word, and may be brought in by another.
WAITING = (State.LONGLISTED, State.SET_ASIDE, State.SELECTED, State.CONTACTED)


def standing_of(party: Participant) -> str:
    """The step on which it begins elsewhere: open to talk at most, for papers do not carry over."""
    if party.is_initiator or party.state in Participant.ORDER[3:]:
        return State.ACKNOWLEDGED
    return party.state


def bring(*, party: Participant, into: Case, actor: Actor, verb: str) -> Participant | None:
    """Let a municipality of one case take part in another, inside the caller's transaction.

    None when it is there already, or has left there: what it said there counts.
    """
    state = standing_of(party)
    rows = Participant.objects.select_for_update()
    newcomer, created = rows.get_or_create(
        case=into, municipality_id=party.municipality_id, defaults={"state": state, "contact": party.contact}
    )
    if not created and not _is_behind(newcomer, state):
        return None
    before = "" if created else newcomer.state
    newcomer.state, newcomer.reason = state, ""
    newcomer.contact = newcomer.contact or party.contact
    newcomer.save(update_fields=["state", "reason", "contact"])
    audit.record(
        actor,
        verb,
        newcomer,
        context=into.context,
        before={"state": before, "there": party.state},
        after={"state": state, "from": str(party.case)},
    )
    return newcomer


def copy_contacts(*, party: Participant, newcomer: Participant) -> None:
    """The log of contacts goes along: who was spoken to, when, and what came of it."""
    fields = ("contact_id", "channel", "result", "summary", "at", "logged_by_id")
    ContactLog.objects.bulk_create(
        ContactLog(participant=newcomer, **{field: getattr(entry, field) for field in fields})
        for entry in party.contacts.all()
    )


def _is_behind(newcomer: Participant, state: str) -> bool:
    if newcomer.state not in WAITING:
        return False
    here = newcomer.state if newcomer.state in Participant.ORDER else State.LONGLISTED
    return Participant.ORDER.index(here) < Participant.ORDER.index(state)
