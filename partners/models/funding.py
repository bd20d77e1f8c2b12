"""Funding calls: money for joint projects, and the rules a group has to meet."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models.function import Function

if TYPE_CHECKING:
    from imc_portal.core.models import User


class FundingCallQuerySet(models.QuerySet["FundingCall"]):
    """Calls by who may see them, and by their dates."""

    def visible_to(self, user: User) -> FundingCallQuerySet:
        """Published calls for all who are signed in; drafts for the curator."""
        return self if user.is_staff else self.filter(published=True)

    def open(self, day: dt.date | None = None) -> FundingCallQuerySet:
        """Published, opened and not past the deadline on that day."""
        day = day or timezone.localdate()
        return self.filter(Q(opens_on=None) | Q(opens_on__lte=day), published=True, deadline__gte=day)


class FundingCall(models.Model):
    """A call for joint projects; a rule left empty is no rule."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(_("title"), max_length=200)
    funder = models.CharField(_("funder"), max_length=200)
    country = models.CharField(_("country"), max_length=2)
    regions = ArrayField(
        models.CharField(max_length=20),
        default=list,
        blank=True,
        verbose_name=_("eligible regions"),
        help_text=_("Codes of regions, separated by commas; empty: the whole country."),
    )
    functions = models.ManyToManyField(
        Function,
        blank=True,
        related_name="funding_calls",
        verbose_name=_("eligible functions"),
        help_text=_("None chosen: every function."),
    )
    min_partners = models.PositiveSmallIntegerField(
        _("least number of municipalities"), default=2, validators=[MinValueValidator(2)]
    )
    min_population = models.PositiveIntegerField(_("least joint population"), null=True, blank=True)
    max_member_population = models.PositiveIntegerField(
        _("most inhabitants of one municipality"), null=True, blank=True
    )
    min_years = models.PositiveSmallIntegerField(_("least duration in years"), null=True, blank=True)
    own_share = models.PositiveSmallIntegerField(
        _("own share, in %"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    amount_max = models.DecimalField(
        _("highest grant"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    opens_on = models.DateField(_("opens on"), null=True, blank=True)
    deadline = models.DateField(_("deadline"))
    source = models.CharField(_("source"), max_length=300)
    url = models.URLField(_("address of the call"), blank=True)
    published = models.BooleanField(_("published"), default=False)
    illustrative = models.BooleanField(_("illustrative"), default=False, editable=False)

    objects = FundingCallQuerySet.as_manager()

    class Meta:
        ordering = ("deadline", "title")
        constraints = (
            models.CheckConstraint(
                name="call_opens_before_its_deadline",
                condition=Q(opens_on=None) | Q(opens_on__lte=F("deadline")),
                violation_error_message=_("A call opens before its deadline."),
            ),
            models.CheckConstraint(name="call_needs_two_municipalities", condition=Q(min_partners__gte=2)),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("partners:funding_call", kwargs={"pk": self.pk})
