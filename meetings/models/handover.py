"""The package that the legal check and the feasibility study start from."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from partners.models import Case

if TYPE_CHECKING:
    from imc_portal.core.models import User


class HandOverQuerySet(models.QuerySet["HandOver"]):
    """Packages by who may fetch them."""

    def visible_to(self, user: User) -> HandOverQuerySet:
        """The initiator's people and the facilitator of the case."""
        return self.filter(
            pk__in=HandOver.objects.filter(
                Q(case__initiator__memberships__user=user)
                | Q(
                    case__bodies__body__memberships__user=user,
                    case__bodies__body__memberships__role="facilitator",
                )
            ).values("pk")
        )


class HandOver(models.Model):
    """One ZIP, stored once with its checksum."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="hand_overs")
    file_name = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    objects = HandOverQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at",)

    def __str__(self) -> str:
        return f"{self.case}: hand-over"

    def get_absolute_url(self) -> str:
        """The ZIP."""
        return reverse("meetings:package", kwargs={"pk": self.pk})
