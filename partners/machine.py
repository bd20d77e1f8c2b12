"""The tables of the talks: which event moves a case or a municipality from where to where, and why not.

Pure: a verdict is reckoned from words alone. The services ask here first, under the lock of the case.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from partners.models import Case, Participant

C = Case.State
P = Participant.State


@dataclass(frozen=True, slots=True)
class Move:
    """The event is allowed. `against` is what speaks against it: then a lead gives a reason on record."""

    to: str
    against: str = ""


@dataclass(frozen=True, slots=True)
class Stay:
    """Nothing to do: what the event brings about is so already."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The event is not allowed; the reason is a whole sentence."""

    reason: str


Verdict = Move | Stay | Refused


class CaseEvent(StrEnum):
    """What happens to a case."""

    AREAS_AGREED = "areas_agreed"
    RANKED = "ranked"
    CONTACTING_BEGUN = "contacting_begun"
    PROPOSAL_BEGUN = "proposal_begun"
    INFORMAL_CALLED = "informal_called"
    INFORMAL_HELD = "informal_held"
    SEAL_OPENED = "seal_opened"
    FORMAL_CONVENED = "formal_convened"
    RECORD_CLOSED = "record_closed"
    MINUTES_AGREED = "minutes_agreed"
    COUNCILS_AWAITED = "councils_awaited"
    HANDED_OVER = "handed_over"
    AREAS_REVISITED = "areas_revisited"
    PARKED = "parked"
    CLOSED = "closed"
    REOPENED = "reopened"
    SPLIT = "split"
    #: It is carried on inside another case; it takes another case in.
    MERGED_AWAY = "merged_away"
    MERGED_IN = "merged_in"


@dataclass(frozen=True, slots=True)
class CaseRule:
    """Where an event leads, from where, and from where only with a lead's reason."""

    to: str
    regular: Collection[str]
    with_reason: Collection[str] = ()


def _from(first: str, last: str) -> tuple[str, ...]:
    return Case.ORDER[Case.ORDER.index(first) : Case.ORDER.index(last) + 1]


#: The chain: each event with the step it reaches.
CHAIN: Mapping[CaseEvent, CaseRule] = {
    CaseEvent.AREAS_AGREED: CaseRule(C.AREAS_SCREENED, [C.DRAFT]),
    CaseEvent.RANKED: CaseRule(C.PARTNERS_RANKED, [C.AREAS_SCREENED], [C.DRAFT]),
    # A case that went back to its areas may have all its partners already.
    CaseEvent.CONTACTING_BEGUN: CaseRule(C.CONTACTING, [C.AREAS_SCREENED, C.PARTNERS_RANKED], [C.DRAFT]),
    CaseEvent.PROPOSAL_BEGUN: CaseRule(C.PROPOSAL, [C.CONTACTING]),
    CaseEvent.INFORMAL_CALLED: CaseRule(C.INFORMAL_MEETING, [C.PROPOSAL]),
    CaseEvent.INFORMAL_HELD: CaseRule(C.CLARIFICATION, [C.PROPOSAL, C.INFORMAL_MEETING]),
    CaseEvent.SEAL_OPENED: CaseRule(C.ATTITUDE, [C.CLARIFICATION]),
    CaseEvent.FORMAL_CONVENED: CaseRule(
        C.FORMAL_CONVENED, [C.ATTITUDE], [C.PROPOSAL, C.INFORMAL_MEETING, C.CLARIFICATION]
    ),
    CaseEvent.RECORD_CLOSED: CaseRule(C.FORMAL_HELD, [C.FORMAL_CONVENED]),
    CaseEvent.MINUTES_AGREED: CaseRule(C.MINUTES_AGREED, [C.FORMAL_HELD]),
    CaseEvent.COUNCILS_AWAITED: CaseRule(C.RATIFICATION, [C.MINUTES_AGREED]),
    CaseEvent.HANDED_OVER: CaseRule(C.HANDED_OVER, [C.MINUTES_AGREED, C.RATIFICATION], [C.FORMAL_HELD]),
}
#: The event that reaches each step of the chain.
REACHES: Mapping[str, CaseEvent] = {rule.to: event for event, rule in CHAIN.items()}
_TALKS = _from(C.CONTACTING, C.ATTITUDE)
#: What happens beside the chain; an empty goal leaves the case where it stands.
LOOPS: Mapping[CaseEvent, CaseRule] = {
    CaseEvent.AREAS_REVISITED: CaseRule(C.AREAS_SCREENED, [C.CLARIFICATION, C.ATTITUDE]),
    CaseEvent.PARKED: CaseRule(C.PARKED, _from(C.DRAFT, C.RATIFICATION)),
    CaseEvent.CLOSED: CaseRule(C.CLOSED, [*Case.ORDER, C.PARKED]),
    CaseEvent.SPLIT: CaseRule("", _TALKS),
    CaseEvent.MERGED_AWAY: CaseRule(C.CLOSED, [*_from(C.DRAFT, C.ATTITUDE), C.PARKED]),
    CaseEvent.MERGED_IN: CaseRule("", _from(C.AREAS_SCREENED, C.ATTITUDE)),
}
#: Why not, by event and by state; "" stands for every other state.
_WHY_NOT: Mapping[CaseEvent, Mapping[str, str]] = {
    CaseEvent.AREAS_REVISITED: {
        "": gettext_noop("The areas can still be changed: there is nothing to go back to."),
        **dict.fromkeys(
            _from(C.FORMAL_CONVENED, C.HANDED_OVER),
            gettext_noop(
                "The formal meeting is convened or over: it speaks about the areas that were agreed."
            ),
        ),
    },
    CaseEvent.PARKED: {"": gettext_noop("The case is handed over: there is nothing left to park.")},
    CaseEvent.CLOSED: {"": gettext_noop("The case is closed already.")},
    CaseEvent.SPLIT: {
        "": gettext_noop("A case is split during the talks, before the formal meeting is convened.")
    },
    CaseEvent.MERGED_AWAY: {
        "": gettext_noop("The formal meeting is convened or over: the case is brought to its own end.")
    },
    CaseEvent.MERGED_IN: {
        "": gettext_noop("The other case takes nobody in now: its talks have not begun, or are over.")
    },
}
_RESTS = gettext_noop("The case is parked or closed: reopen it first.")
_SKIPS = gettext_noop("The case stands at “%(here)s”: steps before “%(there)s” are left out.")
_TOO_EARLY = gettext_noop("The case stands at “%(here)s”: “%(there)s” comes later.")


def on_case(state: str, event: CaseEvent, *, rested_from: str = "", merged: bool = False) -> Verdict:
    """What an event does to a case that stands here, or rests from there."""
    if event == CaseEvent.REOPENED:
        return _reopened(state, rested_from, merged=merged)
    rule = CHAIN.get(event) or LOOPS[event]
    if state in rule.regular:
        return Move(rule.to or state)
    if state in Case.RESTING and event != CaseEvent.CLOSED:
        return Refused(_(_RESTS))
    if event in LOOPS:
        reasons = _WHY_NOT[event]
        return Refused(_(reasons.get(state, reasons[""])))
    words = {"here": C(state).label, "there": C(rule.to).label}
    if state in rule.with_reason:
        return Move(rule.to, against=_(_SKIPS) % words)
    if Case.ORDER.index(state) >= Case.ORDER.index(rule.to):
        return Stay()
    return Refused(_(_TOO_EARLY) % words)


def _reopened(state: str, rested_from: str, *, merged: bool) -> Verdict:
    if state not in Case.RESTING:
        return Refused(_("The case is neither parked nor closed."))
    if merged:
        return Refused(_("The case goes on inside another one: it cannot be reopened."))
    return Move(rested_from or C.DRAFT)


class PartyEvent(StrEnum):
    """What happens to a municipality in a case."""

    SELECT = "select"
    SET_ASIDE = "set_aside"
    CONTACT = "contact"
    ACKNOWLEDGE = "acknowledge"
    SEND = "send"
    READ = "read"
    MEET = "meet"
    CLARIFY = "clarify"
    STATE_ATTITUDE = "state_attitude"
    INVITE_FORMAL = "invite_formal"
    COMMIT = "commit"
    NO_RESPONSE = "no_response"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    OBSERVE = "observe"
    DEFER = "defer"
    COME_BACK = "come_back"


#: Steps forward: what each reaches, and the least step from which it may be reached; steps may be skipped.
STEPS: Mapping[PartyEvent, tuple[str, str]] = {
    PartyEvent.CONTACT: (P.CONTACTED, P.SELECTED),
    PartyEvent.ACKNOWLEDGE: (P.ACKNOWLEDGED, P.SELECTED),
    # Nobody enters the talks silently: first a contact, and the word that one is open to talk.
    PartyEvent.SEND: (P.PROPOSAL_SENT, P.ACKNOWLEDGED),
    PartyEvent.READ: (P.PROPOSAL_READ, P.ACKNOWLEDGED),
    PartyEvent.MEET: (P.MET, P.ACKNOWLEDGED),
    PartyEvent.CLARIFY: (P.CLARIFIED, P.ACKNOWLEDGED),
    PartyEvent.STATE_ATTITUDE: (P.ATTITUDE_STATED, P.ACKNOWLEDGED),
    PartyEvent.INVITE_FORMAL: (P.INVITED_FORMAL, P.PROPOSAL_SENT),
    PartyEvent.COMMIT: (P.COMMITTED, P.ACKNOWLEDGED),
}
#: The event that reaches each step.
STEPS_TO: Mapping[str, PartyEvent] = {to: event for event, (to, _least) in STEPS.items()}
EXITS: Mapping[PartyEvent, str] = {
    PartyEvent.NO_RESPONSE: P.NO_RESPONSE,
    PartyEvent.DECLINE: P.DECLINED,
    PartyEvent.WITHDRAW: P.WITHDRAWN,
    PartyEvent.OBSERVE: P.OBSERVING,
    PartyEvent.DEFER: P.DEFERRED,
}
#: The event that leads to each side exit.
EXITS_TO: Mapping[str, PartyEvent] = {to: event for event, to in EXITS.items()}
#: Steps of somebody who holds papers of the case.
WITH_PAPERS = Participant.ORDER[Participant.ORDER.index(P.PROPOSAL_SENT) :]
#: Those who stand aside without having said no, and may still say more.
ASIDE_FOR_NOW = (P.NO_RESPONSE, P.OBSERVING, P.DEFERRED)
_MAY_RETURN = (*ASIDE_FOR_NOW, P.DECLINED, P.WITHDRAWN)


def on_party(state: str, event: PartyEvent, *, left_from: str = "") -> Verdict:
    """What an event does to a municipality that stands here, or left from there."""
    if state == P.INITIATOR:
        # It is asked, present and decides like the others, but its place does not change.
        return Stay() if event in STEPS else Refused(_("The initiator stays in its own case."))
    if event in STEPS:
        return _stepped(state, *STEPS[event])
    if event in EXITS:
        return _left(state, EXITS[event])
    if event == PartyEvent.SELECT:
        return (
            Move(P.SELECTED)
            if state in (P.LONGLISTED, P.SET_ASIDE)
            else Refused(_("It is already in the case."))
        )
    if event == PartyEvent.SET_ASIDE:
        return (
            Move(P.SET_ASIDE)
            if state in (P.LONGLISTED, P.SELECTED)
            else Refused(_("Only who has not been contacted yet is set aside."))
        )
    return _returned(state, left_from)


def may_return_to(left_from: str) -> str:
    """The step a municipality comes back to: the one it left, but what it decided then does not revive."""
    if left_from not in Participant.ORDER:
        return P.CONTACTED
    return P.INVITED_FORMAL if left_from == P.COMMITTED else left_from


def _stepped(state: str, to: str, least: str) -> Verdict:
    if state not in Participant.ORDER:
        return Refused(_("It does not take part now: it would have to come back first."))
    here = Participant.ORDER.index(state)
    if here >= Participant.ORDER.index(to):
        return Stay()
    if here < Participant.ORDER.index(least):
        words = {"here": P(state).label, "least": P(least).label}
        return Refused(_("It stands at “%(here)s”: “%(least)s” comes first.") % words)
    return Move(to)


def _left(state: str, to: str) -> Verdict:
    if state == P.LONGLISTED:
        return Refused(_("Nobody has asked it yet: it is selected or set aside."))
    if state == P.COMMITTED and to in (P.NO_RESPONSE, P.DECLINED, P.DEFERRED):
        return Refused(_("It has decided to explore feasibility: it can only withdraw, or observe."))
    again = to != P.DEFERRED and state == to
    if state in Participant.ORDER or (state in ASIDE_FOR_NOW and not again):
        return Move(to)
    return Refused(_("It has left the case already."))


def _returned(state: str, left_from: str) -> Verdict:
    if state in _MAY_RETURN:
        return Move(may_return_to(left_from))
    if state == P.SET_ASIDE:
        return Refused(_("It was set aside: select it, and it is in."))
    return Refused(_("It has not left the case."))
