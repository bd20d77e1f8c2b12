"""Municipal functions and the evidence on what cooperation does to their cost."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Mode(models.TextChoices):
    """The five modes of inter-municipal cooperation."""

    JOINT_PRODUCTION = "joint_production", _("joint service production")
    JOINT_ADMIN = "joint_admin", _("joint administration")
    BUY_SELL = "buy_sell", _("selling and buying of services")
    JOINT_PLANNING = "joint_planning", _("joint planning and development")
    JOINT_FUNDING = "joint_funding", _("joint funding of projects")


class Confidence(models.TextChoices):
    """How far a figure can be trusted."""

    HIGH = "high", _("high")
    MEDIUM = "medium", _("medium")
    LOW = "low", _("low")
    NONE = "none", _("no evidence")


class Evidence(models.Model):
    """Efficient scale and steady-state effect on running cost (share; negative = cost falls)."""

    key = models.CharField(max_length=30, unique=True)
    efficient_scale = models.PositiveIntegerField(
        _("efficient scale"),
        null=True,
        blank=True,
        help_text=_("Inhabitants beyond which unit cost stops falling."),
    )
    low = models.DecimalField(_("low benefit"), max_digits=5, decimal_places=3, default=Decimal(0))
    central = models.DecimalField(_("central"), max_digits=5, decimal_places=3, default=Decimal(0))
    high = models.DecimalField(_("high benefit"), max_digits=5, decimal_places=3, default=Decimal(0))
    measured_curve = models.BooleanField(
        _("the curve of cost by size was measured"),
        default=False,
        help_text=_("Then the high benefit is the excess cost at the smallest size studied."),
    )
    studied_from = models.PositiveIntegerField(
        _("smallest size studied"),
        default=10_000,
        help_text=_("In inhabitants. Below it nothing is extrapolated."),
    )
    source = models.CharField(_("source"), max_length=300)
    confidence = models.CharField(_("confidence"), max_length=6, choices=Confidence.choices)
    checked_on = models.DateField(_("checked on"))

    class Meta:
        ordering = ("key",)
        verbose_name_plural = "evidence"
        constraints = (
            models.CheckConstraint(
                name="evidence_in_order",
                condition=Q(high__lte=F("central"), central__lte=F("low")),
                violation_error_message=_(
                    "The high benefit is the largest fall of cost, the low benefit the smallest."
                ),
            ),
        )

    def __str__(self) -> str:
        return self.key


class Function(models.Model):
    """A municipal function of the catalogue, apart from its COFOG group and its modes."""

    code = models.CharField(max_length=10, primary_key=True)
    name = models.CharField(_("name"), max_length=120)
    cofog = models.CharField("COFOG", max_length=6)
    modes = ArrayField(models.CharField(max_length=20, choices=Mode.choices), default=list)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="functions")

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return gettext(self.name)
