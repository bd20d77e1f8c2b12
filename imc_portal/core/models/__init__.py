"""Records of the floor: people, the trail, the post room, personal links."""

from imc_portal.core.models.audit import AuditEntry
from imc_portal.core.models.link import PersonalLink
from imc_portal.core.models.mail import EmailAttachment, OutgoingEmail
from imc_portal.core.models.user import User

__all__ = ["AuditEntry", "EmailAttachment", "OutgoingEmail", "PersonalLink", "User"]
