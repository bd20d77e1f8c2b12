"""The way of papers to their recipients, ahead of a meeting."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imc_portal.core.models import OutgoingEmail
from meetings.models.meeting import Invitation
from proposals.models import Document

if TYPE_CHECKING:
    import datetime as dt


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
    def is_late(self) -> bool:
        """Whether it arrived, or would arrive now, after its due time without a waiver."""
        return self.waived_at is None and (self.sent_at or timezone.now()) > self.due_at


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
