"""The sender on the envelope: an address of its own for each message, so that what comes back names it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import uuid
from email.utils import parseaddr

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from imc_portal.core.models import OutgoingEmail

SIGNATURE_BYTES = 9
#: Sixteen bytes of the message's id and its signature, in letters that survive a change of case.
TAG_LENGTH = 40
LONGEST_LOCAL_PART = 64


def sender_of(email: OutgoingEmail) -> str:
    """The envelope sender: signed and the message's own when BOUNCE_ADDRESS is set, else the portal's."""
    address: str = settings.BOUNCE_ADDRESS
    if not address:
        return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    local, _at, domain = address.rpartition("@")
    if len(local) + 1 + TAG_LENGTH > LONGEST_LOCAL_PART:
        raise ImproperlyConfigured("BOUNCE_ADDRESS: at most 23 characters before the @.")
    tag = base64.b32encode(email.pk.bytes + _signature(email.pk.bytes)).decode().lower()
    return f"{local}+{tag}@{domain}"


def email_of(envelope_address: str) -> OutgoingEmail | None:
    """The message that was sent with this envelope sender; None when its signature is not ours."""
    local = parseaddr(envelope_address)[1].rpartition("@")[0]
    tag = local.rpartition("+")[2]
    if len(tag) != TAG_LENGTH:
        return None
    try:
        raw = base64.b32decode(tag.upper())
    except (binascii.Error, ValueError):
        return None
    if not hmac.compare_digest(raw[16:], _signature(raw[:16])):
        return None
    return OutgoingEmail.objects.filter(pk=uuid.UUID(bytes=raw[:16])).first()


def _signature(identity: bytes) -> bytes:
    key = hashlib.sha256(b"envelope:" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, identity, hashlib.sha256).digest()[:SIGNATURE_BYTES]
