"""The way of papers to their recipients, ahead of a meeting."""

from __future__ import annotations

import datetime as dt
import uuid
import zoneinfo

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imc_portal.core.models import OutgoingEmail
from meetings.models.meeting import Invitation
from proposals.models import Document


class Dispatch(models.Model):
    """The way of one paper to one recipient, ahead of the meeting: due, mailed, opened, answered, waived."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="dispatches")
    document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.PROTECT, related_name="dispatches"
    )
    due_at = models.DateTimeField(help_text=_("The recipient must have the paper by then."))
    email = models.OneToOneField(
        OutgoingEmail, null=True, blank=True, on_delete=models.PROTECT, related_name="dispatch"
    )
    problem = models.CharField(max_length=300, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    waived_at = models.DateTimeField(null=True, blank=True)
    waived_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("invitation__participant__municipality__name",)
        verbose_name_plural = "dispatches"
        constraints = (
            models.UniqueConstraint(
                fields=["invitation", "document"], nulls_distinct=False, name="dispatched_once"
            ),
            models.CheckConstraint(name="waiver_names_who", condition=Q(waived_at=None) | ~Q(waived_by="")),
        )

    def __str__(self) -> str:
        return f"{self.invitation.participant}: {self.document}"

    @property
    def sent_at(self) -> dt.datetime | None:
        """When the mail server accepted it, and it did not come back."""
        if self.email is None or self.email.state == OutgoingEmail.State.BOUNCED:
            return None
        return self.email.sent_at

    @property
    def handed(self) -> HandDelivery | None:
        """How it came by post or by hand, if it did."""
        found: HandDelivery | None = getattr(self, "by_hand", None)
        return found

    @property
    def arrived_at(self) -> dt.datetime | None:
        """When the recipient had it: accepted by the mail server and not come back, or by post or by hand."""
        zone = zoneinfo.ZoneInfo(self.invitation.participant.municipality.time_zone)
        handed = self.handed and dt.datetime.combine(self.handed.received_on, dt.time.min, zone)
        return min((moment for moment in (self.sent_at, handed) if moment), default=None)

    def is_late_at(self, now: dt.datetime) -> bool:
        """Whether it arrived, or would arrive at this moment, after its due time without a waiver."""
        return self.waived_at is None and (self.arrived_at or now) > self.due_at

    @property
    def is_late(self) -> bool:
        """The same, now."""
        return self.is_late_at(timezone.now())


class HandDelivery(models.Model):
    """A paper that reached its recipient by post or by hand: the paper log."""

    class How(models.TextChoices):
        POST = "post", _("by post")
        HAND = "hand", _("by hand")

    dispatch = models.OneToOneField(Dispatch, on_delete=models.CASCADE, related_name="by_hand")
    how = models.CharField(_("how"), max_length=4, choices=How.choices, default=How.POST)
    received_on = models.DateField(_("received on"))
    received_by = models.CharField(_("received by"), max_length=200)
    note = models.CharField(_("note"), max_length=500, blank=True)
    mail_too = models.BooleanField(_("send the e-mail all the same"), default=False)
    noted_by = models.CharField(max_length=200)
    noted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "hand deliveries"
        constraints = (
            models.CheckConstraint(
                name="hand_delivery_names_people", condition=~Q(received_by="") & ~Q(noted_by="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.dispatch}: {self.get_how_display()}"
