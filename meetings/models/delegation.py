"""Who else comes: companions and deputies of a delegation, observers and the facilitator."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from meetings.models.meeting import Invitation, Meeting
from partners.models import Body, OfficeHolder


class Delegate(models.Model):
    """Somebody beside the head of a delegation: a deputy who can stand in, or a companion."""

    class Capacity(models.TextChoices):
        DEPUTY = "deputy", _("stands in for the head of the delegation")
        COMPANION = "companion", _("accompanies")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="delegates")
    name = models.CharField(_("who comes"), max_length=150)
    office = models.CharField(_("office"), max_length=16, blank=True, choices=OfficeHolder.Office.choices)
    capacity = models.CharField(
        _("capacity"), max_length=10, choices=Capacity.choices, default=Capacity.COMPANION
    )
    present = models.BooleanField(_("was present"), null=True, blank=True)

    class Meta:
        ordering = ("capacity", "name")
        constraints = (models.UniqueConstraint(fields=["invitation", "name"], name="delegate_once"),)

    def __str__(self) -> str:
        return self.name


class MeetingGuest(models.Model):
    """An observer or facilitator at a meeting: may speak, decides nothing."""

    class Role(models.TextChoices):
        OBSERVER = "observer", _("observer")
        FACILITATOR = "facilitator", _("facilitator")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="guests")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    name = models.CharField(_("who comes"), max_length=150, blank=True)
    present = models.BooleanField(_("was present"), null=True, blank=True)

    class Meta:
        ordering = ("role", "body__name")
        constraints = (models.UniqueConstraint(fields=["meeting", "body"], name="guest_once_per_meeting"),)

    def __str__(self) -> str:
        return f"{self.body}: {self.name}"
