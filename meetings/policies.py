"""Who may do what with meetings, papers, answers and outcomes: one table."""

from __future__ import annotations

from imc_portal.core.models import User
from imc_portal.core.policies import PolicyTable
from meetings.models import FormalMeeting
from partners import policies as partners
from partners.models import Case, Membership, Participant


def _takes_part(user: User, case: Case) -> bool:
    """Somebody of a municipality in the talks, or the facilitator; observers see no answers."""
    if partners.allows(user, "case.inside", case):
        return True
    seats = partners.seats(user)
    bodies = {seat.body_id for seat in seats if seat.role == Membership.Role.FACILITATOR}
    mine = {seat.municipality_id for seat in seats if seat.municipality_id}
    parties = case.participants.filter(municipality__in=mine, state__in=Participant.IN_TOUCH)
    return any(entry.body_id in bodies for entry in case.bodies.all()) or parties.exists()


def _reads_minutes(user: User, meeting: FormalMeeting) -> bool:
    """Whoever takes part, and observers whose body was present: drafts and open versions stay inside.

    Which versions each of them reads, `Minutes.objects.visible_to` says.
    """
    watches = [seat.body_id for seat in partners.seats(user) if seat.role == Membership.Role.OBSERVER]
    return _takes_part(user, meeting.case) or (
        bool(watches) and meeting.guests.filter(body__in=watches, present=True).exists()
    )


def _keeps_package(user: User, case: Case) -> bool:
    """Somebody of the initiating municipality, or the facilitator of the case."""
    bodies = {seat.body_id for seat in partners.seats(user) if seat.role == Membership.Role.FACILITATOR}
    return partners.allows(user, "case.inside", case) or any(
        entry.body_id in bodies for entry in case.bodies.all()
    )


POLICIES = PolicyTable(
    {
        # planning and the post room
        "meeting.plan": lambda user, case: partners.allows(user, "case.run", case),
        "meeting.run": lambda user, meeting: partners.allows(user, "case.run", meeting.case),
        "rules.set": lambda user, case: partners.allows(user, "case.run", case),
        "guest.name": lambda user, guest: any(
            seat.body_id == guest.body_id for seat in partners.seats(user) if seat.body_id
        ),
        "meeting.inside": lambda user, meeting: partners.allows(user, "case.inside", meeting.case),
        "meeting.override": lambda user, case: partners.allows(user, "case.override", case),
        "invitation.reply": lambda user, invitation: partners.allows(
            user, "participant.speak", invitation.participant
        ),
        # every message of the case: who reads them, and who holds, releases, cancels, sends again
        "post.read": lambda user, case: partners.allows(user, "case.inside", case),
        "post.run": lambda user, case: partners.allows(user, "case.run", case),
        # what is said and decided
        "answers.read": _takes_part,
        "answers.give": lambda user, participant: partners.allows(user, "participant.speak", participant),
        "answers.type": lambda user, case: partners.allows(user, "case.run", case),
        "attitude.state": lambda user, participant: partners.allows(user, "participant.lead", participant),
        "attitude.record": lambda user, case: partners.allows(user, "case.run", case),
        "expectation.state": lambda user, participant: partners.allows(
            user, "participant.speak", participant
        ),
        "expectation.record": lambda user, case: partners.allows(user, "case.run", case),
        # a municipality that only observes sees the meeting, not what it decided
        "outcomes.read": lambda user, case: (
            partners.allows(user, "case.inside", case) or not partners.allows(user, "case.observe", case)
        ),
        # minutes, councils and next steps
        "minutes.read": _reads_minutes,
        "participant.speak": lambda user, participant: partners.allows(
            user, "participant.speak", participant
        ),
        "ratification.record": lambda user, row: (
            partners.allows(user, "case.run", row.meeting.case)
            or partners.allows(user, "participant.speak", row.participant)
        ),
        "step.reopen": lambda user, step: partners.allows(user, "case.run", step.meeting.case),
        "step.finish": lambda user, step: (
            partners.allows(user, "case.run", step.meeting.case)
            or partners.allows(user, "participant.speak", step.owner)
        ),
        "handover.read": _keeps_package,
        "handover.make": lambda user, case: partners.allows(user, "case.run", case),
        "preparation.read": _takes_part,
        "preparation.run": lambda user, case: partners.allows(user, "case.run", case),
    }
)
allows = POLICIES.allows
require = POLICIES.require
