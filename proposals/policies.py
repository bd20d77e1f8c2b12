"""Who may do what with proposals and their documents: one table."""

from __future__ import annotations

from imc_portal.core.models import User
from imc_portal.core.policies import PolicyTable
from partners import policies as partners
from partners.models import Case, Membership
from partners.policies import WRITERS, has_seat
from proposals.models import Document, Proposal


def writers(case: Case) -> list[int]:
    """Keys of the people who may write for the initiator."""
    seats = Membership.objects.filter(municipality=case.initiator_id, role__in=WRITERS, user__is_active=True)
    return list(seats.values_list("user", flat=True).distinct())


def is_single_handed(user: User, case: Case) -> bool:
    """Whether the initiator has this one writing person and nobody else."""
    return writers(case) == [user.pk]


def _reads(user: User, proposal: Proposal) -> bool:
    return partners.allows(user, "case.inside", proposal.case)


def _drafts(user: User, proposal: Proposal) -> bool:
    return partners.allows(user, "case.run", proposal.case)


def _approves(user: User, proposal: Proposal) -> bool:
    if partners.allows(user, "case.override", proposal.case):
        return True
    return has_seat(user, proposal.case.initiator_id) and is_single_handed(user, proposal.case)


def _reads_document(user: User, document: Document) -> bool:
    case = document.version.proposal.case
    own = frozenset(Membership.OF_MUNICIPALITY)
    return partners.allows(user, "case.inside", case) or has_seat(
        user, document.participant.municipality_id, own
    )


POLICIES = PolicyTable(
    {
        "proposal.start": lambda user, case: partners.allows(user, "case.run", case),
        "proposal.read": _reads,  # desk, preview, versions
        "proposal.draft": _drafts,  # write, submit, take back, begin a new version
        "proposal.approve": _approves,  # or return it with a reason
        "document.read": _reads_document,
    }
)
allows = POLICIES.allows
require = POLICIES.require
