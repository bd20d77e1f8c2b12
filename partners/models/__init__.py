"""Records of the first room: who could work with whom, on what."""

from partners.models.case import CandidateArea, Case, CaseBody, ContactLog, Participant, RankingSnapshot
from partners.models.function import Evidence, Function
from partners.models.municipality import (
    Body,
    ImportRun,
    Membership,
    Municipality,
    NeighbourLink,
    OfficeHolder,
    Outline,
)
from partners.models.need import Baseline, Cause, Need
from partners.models.register import AuthorityStance, CooperationMember, ExistingCooperation

__all__ = [
    "AuthorityStance",
    "Baseline",
    "Body",
    "CandidateArea",
    "Case",
    "CaseBody",
    "Cause",
    "ContactLog",
    "CooperationMember",
    "Evidence",
    "ExistingCooperation",
    "Function",
    "ImportRun",
    "Membership",
    "Municipality",
    "Need",
    "NeighbourLink",
    "OfficeHolder",
    "Outline",
    "Participant",
    "RankingSnapshot",
]
