"""Contacts with the municipalities of a case."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.case import Participant
from partners.models.municipality import OfficeHolder


class ContactLog(models.Model):
    """One contact with a participant: who, in what role, by what channel, when, what came of it."""

    class Channel(models.TextChoices):
        PHONE = "phone", _("by telephone")
        EMAIL = "email", _("by e-mail")
        LETTER = "letter", _("by letter")
        IN_PERSON = "in_person", _("in person")

    class Result(models.TextChoices):
        OPEN = "open", _("open to talk")
        WAITING = "waiting", _("will come back to us")
        DECLINED = "declined", _("does not want to talk")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="contacts")
    contact = models.ForeignKey(
        OfficeHolder, on_delete=models.PROTECT, related_name="+", verbose_name=_("spoken to")
    )
    channel = models.CharField(_("how"), max_length=10, choices=Channel.choices)
    result = models.CharField(_("what came of it"), max_length=10, choices=Result.choices)
    summary = models.TextField(_("in a few words"), max_length=2000, blank=True)
    at = models.DateTimeField(_("when"))
    logged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.contact} {self.get_channel_display()}"
