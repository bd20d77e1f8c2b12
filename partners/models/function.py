"""Municipal functions and the evidence on what cooperation does to their cost."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
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

    #: Sizes in inhabitants that can be meant; anything else is a slip of the pen.
    SIZES: ClassVar[tuple[int, int]] = (100, 50_000_000)

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

    def get_absolute_url(self) -> str:
        """Its page, with its history."""
        return reverse("partners:evidence", kwargs={"pk": self.pk})

    def clean(self) -> None:
        """Sizes that can be, scenarios in their order, a curve that has its ends, a date that has come."""
        problems = self._sizes() | self._order() | self._curve()
        if self.checked_on and self.checked_on > timezone.localdate():
            problems["checked_on"] = gettext("This day has not come yet.")
        if problems:
            raise ValidationError(problems)

    def _sizes(self) -> dict[str, str]:
        least, most = self.SIZES
        words = gettext("Between %(least)s and %(most)s inhabitants, please.") % {
            "least": number_format(least, force_grouping=True),
            "most": number_format(most, force_grouping=True),
        }
        return {
            name: words
            for name in ("efficient_scale", "studied_from")
            if (size := getattr(self, name)) is not None and not least <= size <= most
        }

    def _order(self) -> dict[str, str]:
        if None in (self.low, self.central, self.high):
            return {}
        problems = {}
        if self.central > self.low:
            problems["central"] = gettext("Cost cannot fall less here than with low benefit.")
        if self.high > self.central:
            problems["high"] = gettext("Cost cannot fall less here than in the central scenario.")
        return problems

    def _curve(self) -> dict[str, str]:
        if not self.measured_curve:
            return {}
        problems = {}
        if not self.efficient_scale:
            problems["efficient_scale"] = gettext("A measured curve ends at an efficient scale: give it.")
        elif self.studied_from is not None and self.studied_from >= self.efficient_scale:
            problems["studied_from"] = gettext("The curve begins below the efficient scale.")
        if self.high is not None and self.high >= 0:
            problems["high"] = gettext("A measured curve has its excess cost here: less than 0.")
        return problems


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
