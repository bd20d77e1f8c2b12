"""The package that the legal check and the feasibility study start from."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from imc_portal.core.models import OutgoingEmail
from partners.models import Case, CaseBody, Membership

if TYPE_CHECKING:
    from imc_portal.core.models import User


class HandOverQuerySet(models.QuerySet["HandOver"]):
    """Packages by who may fetch them."""

    def visible_to(self, user: User) -> HandOverQuerySet:
        """The initiator's people and the facilitator of the case."""
        mine = user.memberships.exclude(municipality=None).values("municipality")
        helping = user.memberships.filter(role=Membership.Role.FACILITATOR).exclude(body=None)
        helped = CaseBody.objects.filter(body__in=helping.values("body"))
        return self.filter(Q(case__initiator__in=mine) | Q(case__in=helped.values("case")))


class HandOver(models.Model):
    """One ZIP, stored once with its checksum."""

    class Kind(models.TextChoices):
        FULL = "full", _("full copy")
        PUBLIC = "public", _("public copy, without personal data")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="hand_overs")
    kind = models.CharField(_("copy"), max_length=6, choices=Kind.choices, default=Kind.FULL)
    language = models.CharField(
        _("language"), max_length=8, choices=settings.DOCUMENT_LANGUAGES, default="en"
    )
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


class HandOverReceiver(models.Model):
    """Who takes a package on, and that they confirmed it, by a link of their own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    package = models.ForeignKey(HandOver, on_delete=models.PROTECT, related_name="receivers")
    name = models.CharField(_("name"), max_length=150)
    role = models.CharField(_("role"), max_length=150)
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(
        _("language"), max_length=8, choices=settings.DOCUMENT_LANGUAGES, default="en"
    )
    message = models.OneToOneField(
        OutgoingEmail, null=True, blank=True, on_delete=models.PROTECT, related_name="receiver"
    )
    named_at = models.DateTimeField(auto_now_add=True)
    fetched_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=200, blank=True)
    remark = models.CharField(_("remark"), max_length=1000, blank=True)

    class Meta:
        ordering = ("named_at",)
        constraints = (
            models.UniqueConstraint(fields=["package", "email"], name="receiver_named_once"),
            models.CheckConstraint(
                name="confirmed_by_somebody", condition=Q(confirmed_at=None) | ~Q(confirmed_by="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}, {self.role}"
