"""Personal links: issue, resolve, revoke. The token itself is never stored."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import uuid
from base64 import urlsafe_b64encode

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.models import PersonalLink

#: Stands in stored texts where the address of the personal link goes when the message leaves.
PLACEHOLDER = "https://personal.link.invalid/"


def issue(
    *, purpose: str, subject: uuid.UUID, holder: str, language: str, days: int | None = None
) -> PersonalLink:
    """Return the holder's live link for this purpose and subject, now in this language, or make one."""
    live = PersonalLink.objects.filter(
        purpose=purpose, subject=subject, holder=holder, revoked_at=None, expires_at__gt=timezone.now()
    ).first()
    if live and live.language != language:
        live.language = language
        live.save(update_fields=["language"])
    if live:
        return live
    days = settings.PERSONAL_LINK_DAYS if days is None else days
    link = PersonalLink(
        purpose=purpose,
        subject=subject,
        holder=holder,
        language=language,
        expires_at=timezone.now() + dt.timedelta(days=days),
    )
    link.token_hash = _hash(token_of(link))
    link.save(force_insert=True)
    return link


def token_of(link: PersonalLink) -> str:
    """The secret of a link, made anew from the secret key whenever a message leaves."""
    message = f"{link.pk}:{link.purpose}:{link.nonce}".encode()
    digest = hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def find(token: str) -> PersonalLink | None:
    """The link that a token opens, also when expired or revoked (ask `is_live`)."""
    return PersonalLink.objects.filter(token_hash=_hash(token)).first()


def mark_opened(link: PersonalLink, *, now: dt.datetime | None = None) -> bool:
    """Remember the first deliberate opening; True when it was this one."""
    opened = PersonalLink.objects.filter(pk=link.pk, first_opened_at=None)
    return opened.update(first_opened_at=now or timezone.now()) == 1


@transaction.atomic
def revoke(*, link: PersonalLink, actor: Actor, reason: str = "", context: str = "") -> None:
    """Close a link for good."""
    PersonalLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now())
    audit.record(actor, "revoked a personal link", link, context=context, reason=reason)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
