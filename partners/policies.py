"""Who may do what with needs, cases and reference data: one table."""

from __future__ import annotations

from typing import Any

from imc_portal.core.models import User
from imc_portal.core.policies import PolicyTable
from partners.models import (
    Case,
    Interest,
    Listing,
    Membership,
    Municipality,
    Need,
    Participant,
    Probe,
    ProbeQuestion,
)

Role = Membership.Role
WRITERS = frozenset({Role.LEAD, Role.FOCAL_POINT})


def seats(user: User) -> list[Membership]:
    """The person's memberships, read once per request."""
    return Membership.held_by(user)


def has_seat(user: User, municipality: Municipality | int, roles: frozenset[Any] = WRITERS) -> bool:
    """Whether the person holds one of the roles in the municipality."""
    key = municipality if isinstance(municipality, int) else municipality.pk
    return any(seat.municipality_id == key and seat.role in roles for seat in seats(user))


def writes_for(user: User) -> list[Municipality]:
    """Municipalities for which the person may write."""
    held = {seat.municipality_id: seat.municipality for seat in seats(user) if seat.role in WRITERS}
    return [municipality for municipality in held.values() if municipality]


def _writes_need(user: User, need: Need) -> bool:
    return has_seat(user, need.municipality_id)


def _reads_need(user: User, need: Need) -> bool:
    return has_seat(user, need.municipality_id, frozenset(Membership.OF_MUNICIPALITY))


def _runs(user: User, case: Case) -> bool:
    return has_seat(user, case.initiator_id) and case.state != Case.State.CLOSED


def _leads(user: User, case: Case) -> bool:
    return has_seat(user, case.initiator_id, frozenset({Role.LEAD}))


def _inside(user: User, case: Case) -> bool:
    return has_seat(user, case.initiator_id, frozenset(Membership.OF_MUNICIPALITY))


def _speaks_for(user: User, participant: Participant) -> bool:
    return has_seat(user, participant.municipality_id)


def _leads_participant(user: User, participant: Participant) -> bool:
    return has_seat(user, participant.municipality_id, frozenset({Role.LEAD}))


def _writes_listing(user: User, listing: Listing) -> bool:
    return has_seat(user, listing.municipality_id)


def _takes_interest(user: User, listing: Listing) -> bool:
    return any(municipality.pk != listing.municipality_id for municipality in writes_for(user))


def _answers_interest(user: User, interest: Interest) -> bool:
    return has_seat(user, interest.listing.municipality_id)


def _expressed_interest(user: User, interest: Interest) -> bool:
    return has_seat(user, interest.municipality_id)


def _speaks_privately(user: User, said: Probe | ProbeQuestion) -> bool:
    return has_seat(user, said.municipality_id)


def _curates(user: User, target: Any) -> bool:
    return user.is_staff


def _observes(user: User, case: Case) -> bool:
    bodies = {seat.body_id for seat in seats(user) if seat.role == Role.OBSERVER}
    return any(entry.body_id in bodies for entry in case.bodies.all())


def _only_observes(user: User, case: Case) -> bool:
    """Somebody of a municipality that only observes the case."""
    mine = {seat.municipality_id for seat in seats(user) if seat.municipality_id}
    observing = Participant.State.OBSERVING
    return any(p.municipality_id in mine and p.state == observing for p in case.participants.all())


POLICIES = PolicyTable(
    {
        # needs
        "need.record": lambda user, target: bool(writes_for(user)),
        "need.read": _reads_need,
        "need.edit": _writes_need,
        # cases
        "case.open": _writes_need,
        "case.run": _runs,  # screen areas, rank, select, set aside, log contacts, draft, convene, record
        "case.override": _leads,  # go on past a gate, with a reason
        "case.park": _leads,
        "case.inside": _inside,  # see ranking, long list, contact log, drafts
        "case.observe": _only_observes,  # see areas, stances and meetings; no answers, attitudes, decisions
        "stance.state": _observes,
        "stance.record": lambda user, case: _runs(user, case) or _observes(user, case),
        # a municipality in a case
        "participant.speak": _speaks_for,  # answer, reply
        "participant.lead": _leads_participant,  # state the attitude
        # offers, requests, and interest in them
        "listing.add": lambda user, target: bool(writes_for(user)),
        "listing.write": _writes_listing,
        "interest.express": _takes_interest,
        "interest.answer": _answers_interest,
        "interest.withdraw": _expressed_interest,
        # private interest
        "probe.ask": lambda user, target: bool(writes_for(user)),
        "probe.speak": _speaks_privately,
        # reference data
        "data.curate": _curates,
        "portal.operate": _curates,
        "contact.edit": lambda user, municipality: user.is_staff or has_seat(user, municipality),
        "contact.add": lambda user, municipality: user.is_staff or bool(writes_for(user)),
    }
)
allows = POLICIES.allows
require = POLICIES.require
