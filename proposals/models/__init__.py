"""Records of the second room: what we suggest and why it pays."""

from proposals.models.document import Document
from proposals.models.inputs import AreaTerms, MemberInput
from proposals.models.proposal import Annex, CostKey, DraftRevision, Proposal, ProposalVersion, Statement

__all__ = [
    "Annex",
    "AreaTerms",
    "CostKey",
    "Document",
    "DraftRevision",
    "MemberInput",
    "Proposal",
    "ProposalVersion",
    "Statement",
]
