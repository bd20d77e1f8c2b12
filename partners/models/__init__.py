"""Records of the first room: who could work with whom, on what."""

from partners.models.case import CandidateArea, Case, CaseBody, Participant
from partners.models.contact import ContactLog
from partners.models.exchange import Interest, Listing, Probe, ProbeQuestion
from partners.models.function import Evidence, Function
from partners.models.funding import FundingCall
from partners.models.merging import CaseMerge
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
from partners.models.ranking import RankingSnapshot, RankingWeights
from partners.models.register import AuthorityStance, CooperationMember, DataRevision, ExistingCooperation

__all__ = [
    "AuthorityStance",
    "Baseline",
    "Body",
    "CandidateArea",
    "Case",
    "CaseBody",
    "CaseMerge",
    "Cause",
    "ContactLog",
    "CooperationMember",
    "DataRevision",
    "Evidence",
    "ExistingCooperation",
    "Function",
    "FundingCall",
    "ImportRun",
    "Interest",
    "Listing",
    "Membership",
    "Municipality",
    "Need",
    "NeighbourLink",
    "OfficeHolder",
    "Outline",
    "Participant",
    "Probe",
    "ProbeQuestion",
    "RankingSnapshot",
    "RankingWeights",
]
