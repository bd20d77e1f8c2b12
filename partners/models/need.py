"""Needs: what a municipality cannot meet alone, and what it costs today."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners.models.function import Confidence, Function
from partners.models.municipality import Municipality

if TYPE_CHECKING:
    from imc_portal.core.models import User


class Cause(models.TextChoices):
    """Causes of a problem or a missing service."""

    TOO_SMALL = "too_small", _("too small")
    NO_STAFF = "no_staff", _("not enough staff")
    NO_MONEY = "no_money", _("not enough money")
    NO_EQUIPMENT = "no_equipment", _("no equipment")
    OUTDATED = "outdated", _("outdated technology")
    SPILL_OVER = "spill_over", _("spill-over from a neighbour")
    LEGAL_DUTY = "legal_duty", _("new legal duty")


class Severity(models.IntegerChoices):
    """How bad it is, from nothing to failing."""

    NONE = 0, _("0 – no problem")
    SLIGHT = 1, _("1 – slight")
    NOTABLE = 2, _("2 – notable")
    SERIOUS = 3, _("3 – serious")
    FAILING = 4, _("4 – the service is failing")


class NeedQuerySet(models.QuerySet["Need"]):
    """Needs by who may see them."""

    def visible_to(self, user: User) -> NeedQuerySet:
        """Needs of the person's own municipalities, and no others."""
        return self.filter(municipality__memberships__user=user).distinct()


class Need(models.Model):
    """A municipality's need in one function, with statement, evidence and owner."""

    class Kind(models.TextChoices):
        PERFORMANCE = "performance", _("poor performance")
        MISSING = "missing", _("missing service")
        OPPORTUNITY = "opportunity", _("opportunity")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="needs")
    function = models.ForeignKey(Function, on_delete=models.PROTECT, related_name="needs")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.PERFORMANCE)
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity.choices)
    causes = ArrayField(models.CharField(max_length=12, choices=Cause.choices), default=list, blank=True)
    statement = models.TextField(_("what is the need"), max_length=2000)
    evidence = models.TextField(_("what shows it"), max_length=2000, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = NeedQuerySet.as_manager()

    class Meta:
        ordering = ("-severity", "-created_at")
        constraints = (
            models.CheckConstraint(name="need_severity_0_to_4", condition=Q(severity__range=(0, 4))),
            models.UniqueConstraint(
                fields=["municipality", "function"],
                name="need_once_per_function",
                violation_error_message=_("This municipality has already recorded a need in this function."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.municipality}: {self.function}"

    @property
    def cause_labels(self) -> list[str]:
        """Its causes in words."""
        return [str(Cause(cause).label) for cause in self.causes]

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("partners:need", kwargs={"pk": self.pk})

    @property
    def severity_name(self) -> str:
        """The severity in words."""
        # In lists get_severity_display is dear: for each row it hashes, and so translates, every choice.
        return str(Severity(self.severity).label)


class Baseline(models.Model):
    """What the function costs and yields today, with year, source and confidence."""

    need = models.OneToOneField(Need, on_delete=models.CASCADE, related_name="baseline")
    annual_cost = models.DecimalField(
        _("annual cost"), max_digits=14, decimal_places=2, validators=[MinValueValidator(0)]
    )
    volume = models.DecimalField(
        _("volume"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    volume_unit = models.CharField(_("unit of the volume"), max_length=40, blank=True)
    staff_fte = models.DecimalField(
        _("staff"), max_digits=7, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    quality = models.CharField(_("quality today"), max_length=300, blank=True)
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(1990), MaxValueValidator(2100)]
    )
    source = models.CharField(_("source"), max_length=200, blank=True)
    confidence = models.CharField(
        _("confidence"), max_length=6, choices=Confidence.choices, default=Confidence.MEDIUM
    )

    class Meta:
        constraints = (
            models.CheckConstraint(name="baseline_cost_not_negative", condition=Q(annual_cost__gte=0)),
        )

    def __str__(self) -> str:
        return f"{self.need}: {self.annual_cost} ({self.year})"
