"""Two cases on the same area that become one."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.models.case import Case


class CaseMerge(models.Model):
    """An offer to carry on one case inside another; the lead of the other one accepts or declines it.

    Making it discloses title, areas and partners of the case to the people of the other initiator.
    """

    class State(models.TextChoices):
        OFFERED = "offered", _("offered")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", pgettext_lazy("state of an offer to merge", "declined")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="merges")
    into = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="merges_offered")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OFFERED)
    reason = models.CharField(_("why together"), max_length=500)
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField(auto_now_add=True)
    answer = models.CharField(_("a word to them"), max_length=500, blank=True)
    answered_by = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-offered_at",)
        constraints = (
            models.CheckConstraint(name="merge_needs_two_cases", condition=~Q(case=F("into"))),
            models.CheckConstraint(name="merge_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="merge_answered_has_time",
                condition=Q(state="offered") | (Q(answered_at__isnull=False) & ~Q(answered_by="")),
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state="offered"), name="one_open_offer_to_merge"
            ),
        )

    def __str__(self) -> str:
        return f"{self.case} → {self.into}"
