"""Records of the floor: people, the trail, the post room, personal links, signs of life and of trouble."""

from imc_portal.core.models.audit import AuditEntry
from imc_portal.core.models.link import PersonalLink
from imc_portal.core.models.mail import (
    AcceptedBefore,
    EmailAttachment,
    EmailEvent,
    MailPace,
    OutgoingEmail,
    UndeliverableAddress,
)
from imc_portal.core.models.user import User
from imc_portal.core.models.watch import CheckRound, Incident, WorkerBeat

__all__ = [
    "AcceptedBefore",
    "AuditEntry",
    "CheckRound",
    "EmailAttachment",
    "EmailEvent",
    "Incident",
    "MailPace",
    "OutgoingEmail",
    "PersonalLink",
    "UndeliverableAddress",
    "User",
    "WorkerBeat",
]
