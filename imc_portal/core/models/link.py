"""Personal links: how somebody without an account takes part."""

from __future__ import annotations

import secrets
import uuid

from django.db import models
from django.utils import timezone


def new_nonce() -> str:
    """Randomness from which, with the secret key, the token of a link is made."""
    return secrets.token_hex(16)


class PersonalLink(models.Model):
    """A single-purpose, expiring, revocable key for one holder; only the token's hash is stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=40)
    subject = models.UUIDField()
    holder = models.CharField(max_length=200)
    language = models.CharField(max_length=8, default="en")
    nonce = models.CharField(max_length=32, default=new_nonce, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    first_opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)
        indexes = (models.Index(fields=["purpose", "subject"]),)

    def __str__(self) -> str:
        return f"{self.purpose}: {self.holder}"

    @property
    def is_live(self) -> bool:
        """Whether the link still opens."""
        return self.revoked_at is None and self.expires_at > timezone.now()
