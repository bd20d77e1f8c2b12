"""The register of cooperations that exist, and the stances of authorities on areas."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models.case import CandidateArea
from partners.models.function import Function
from partners.models.municipality import Body, ImportRun, Municipality
from partners.models.names import Folded


class ExistingCooperation(models.Model):
    """A cooperation that exists or existed: a joint body, an agreement."""

    country = models.CharField(_("country"), max_length=2)
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=250, blank=True)
    search_name = models.GeneratedField(
        expression=Folded("name"), output_field=models.TextField(), db_persist=True, editable=False
    )
    legal_form = models.CharField(_("legal form"), max_length=60, blank=True)
    function = models.ForeignKey(Function, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    since = models.CharField(_("since"), max_length=10, blank=True)
    until = models.CharField(_("until"), max_length=10, blank=True)
    outcome = models.CharField(_("outcome"), max_length=200, blank=True)
    failed = models.BooleanField(
        _("ended in failure"),
        default=False,
        help_text=_("Counts against the track record of its members."),
    )
    members = models.ManyToManyField(Municipality, through="CooperationMember", related_name="cooperations")
    run = models.ForeignKey(ImportRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("name", "code")
        constraints = (
            models.UniqueConstraint(fields=["country", "code"], name="cooperation_code_in_country"),
        )

    def __str__(self) -> str:
        return self.name or self.code


class CooperationMember(models.Model):
    """A municipality's place in a cooperation."""

    cooperation = models.ForeignKey(ExistingCooperation, on_delete=models.CASCADE, related_name="memberships")
    municipality = models.ForeignKey(
        Municipality, on_delete=models.CASCADE, related_name="cooperation_memberships"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["cooperation", "municipality"], name="cooperation_member_once"),
        )

    def __str__(self) -> str:
        return f"{self.municipality} in {self.cooperation}"


class AuthorityStance(models.Model):
    """What an authority said about an area: who said it, when and how. Unknown is never assumed."""

    class Stance(models.TextChoices):
        FAVOUR = "favour", _("in favour")
        NEUTRAL = "neutral", _("neutral")
        AGAINST = "against", _("against")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.ForeignKey(CandidateArea, on_delete=models.CASCADE, related_name="stances")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="stances")
    stance = models.CharField(_("stance"), max_length=8, choices=Stance.choices)
    said_by = models.CharField(_("who said so"), max_length=150)
    said_on = models.DateField(_("when"))
    how = models.CharField(_("how"), max_length=300)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-said_on", "-recorded_at")
        constraints = (
            models.CheckConstraint(name="stance_has_evidence", condition=~Q(said_by="") & ~Q(how="")),
        )

    def __str__(self) -> str:
        return f"{self.body}: {self.get_stance_display()}"


class DataRevision(models.Model):
    """One transaction that changed what rankings are computed from.

    Written by triggers of the database, whoever writes: an import, the admin, a shell. All rows together
    name the revision of the data, see `partners.catalogue_data`.
    """

    transaction = models.BigIntegerField(primary_key=True)
    statements = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.transaction}: {self.statements}"
