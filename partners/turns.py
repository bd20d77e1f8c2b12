"""Whose turn it is in a case, as far as this room can tell, and what the next step still lacks."""

from __future__ import annotations

from django.utils.translation import gettext as _

from partners import gates
from partners.models import Case, Participant

State = Case.State
WAITED_FOR = (Participant.State.SELECTED, Participant.State.CONTACTED)


def turn(case: Case, *, inside: bool) -> str:
    """One line for a list; reads the participants that were fetched with the case."""
    if not inside:
        return _("Led by %(name)s") % {"name": case.initiator}
    match case.state:
        case State.DRAFT:
            return _("Your turn: agree on the areas")
        case State.AREAS_SCREENED:
            return _("Your turn: choose partners")
        case State.PARTNERS_RANKED:
            return _("Your turn: complete the short list")
        case State.CONTACTING:
            return _contacting(case)
        case State.PROPOSAL:
            return _("Your turn: proposal and informal meeting")
        case State.INFORMAL_MEETING:
            return _("The informal meeting is called")
        case State.CLARIFICATION:
            return _("Waiting for the answers to the seven questions")
        case State.ATTITUDE:
            return _("Waiting for the attitudes")
        case State.FORMAL_CONVENED:
            return _("The formal meeting is convened")
        case State.FORMAL_HELD:
            return _("Your turn: the minutes")
        case State.MINUTES_AGREED:
            return _("Your turn: hand the case over")
        case State.RATIFICATION:
            return _("Waiting for the resolutions of the councils")
        case _:
            return ""


def lacking(case: Case, undecided: int) -> list[str]:
    """What is missing for the next step of this room, in whole sentences."""
    match case.state:
        case State.DRAFT:
            return gates.areas_screened(case)
        case State.AREAS_SCREENED | State.PARTNERS_RANKED:
            return gates.contacting(case, undecided)
        case State.CONTACTING:
            return gates.proposal(case)
        case _:
            return []


def tone(state: str) -> str:
    """Tone of the badge of a case's state."""
    if state in (State.FORMAL_HELD, State.MINUTES_AGREED, State.HANDED_OVER):
        return "done"
    return "plain" if state in (State.DRAFT, State.PARKED, State.CLOSED) else "note"


def participant_tone(state: str) -> str:
    """Tone of the badge of a participant's state."""
    if state in Participant.EXITS:
        return "plain"
    if state in WAITED_FOR:
        return "waiting"
    return "note" if state in ("longlisted", "initiator") else "done"


def _contacting(case: Case) -> str:
    participants = list(case.participants.all())
    if any(participant.state == Participant.State.ACKNOWLEDGED for participant in participants):
        return _("Your turn: draft the proposal")
    silent = [str(p.municipality) for p in participants if p.state == Participant.State.CONTACTED]
    if silent:
        return _("Waiting for %(names)s") % {"names": ", ".join(silent)}
    return _("Your turn: log the first contacts")
