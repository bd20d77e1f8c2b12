"""Records of the second room: what we suggest and why it pays."""

from proposals.models.document import Document
from proposals.models.proposal import Annex, Proposal, ProposalVersion, Statement

__all__ = ["Annex", "Document", "Proposal", "ProposalVersion", "Statement"]
