"""What the estimate is built on beside the evidence: members' own figures, and the terms of each area."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from partners.models import Function, Participant
from partners.models.function import Confidence
from proposals.models.proposal import Proposal


class MemberInput(models.Model):
    """What a function costs and yields one participant today, as the initiator learned it."""

    class Origin(models.TextChoices):
        MEASURED = "measured", _("measured: from its accounts or records")
        ESTIMATED = "estimated", _("estimated: said or reckoned by someone who knows it")
        ASSUMED = "assumed", _("assumed: a working hypothesis")

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="inputs")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="inputs")
    function = models.ForeignKey(Function, on_delete=models.PROTECT, related_name="+")
    annual_cost = models.DecimalField(
        _("cost a year"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    volume = models.DecimalField(
        _("volume a year"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(1990), MaxValueValidator(2100)]
    )
    origin = models.CharField(
        _("how we know"), max_length=10, choices=Origin.choices, default=Origin.ESTIMATED
    )
    source = models.CharField(_("source"), max_length=200)
    confidence = models.CharField(
        _("confidence"), max_length=6, choices=Confidence.choices, default=Confidence.MEDIUM
    )

    class Meta:
        ordering = ("function", "participant__municipality__name")
        constraints = (
            models.UniqueConstraint(
                fields=["proposal", "participant", "function"], name="input_once_per_member_and_function"
            ),
            models.CheckConstraint(
                name="input_says_something",
                condition=Q(annual_cost__isnull=False) | Q(volume__isnull=False),
                violation_error_message=_("Give a cost, a volume, or both."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.participant}, {self.function}: {self.annual_cost} ({self.year})"


class AreaTerms(models.Model):
    """How the cost of one function is reckoned and could be shared, and what grant is open to the group."""

    #: Weights of the mixed key in percent, in the order of its name.
    WEIGHTS: ClassVar[tuple[str, ...]] = ("share_equal", "share_population", "share_fiscal")

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="terms")
    function = models.ForeignKey(Function, on_delete=models.PROTECT, related_name="+")
    unit_cost = models.DecimalField(
        _("cost per inhabitant at efficient scale"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Stands in for members whose own cost is not known."),
    )
    unit_cost_source = models.CharField(_("source of this cost"), max_length=200, blank=True)
    share_equal = models.PositiveSmallIntegerField(_("mixed key: in equal shares, %"), default=20)
    share_population = models.PositiveSmallIntegerField(_("mixed key: by inhabitants, %"), default=50)
    share_fiscal = models.PositiveSmallIntegerField(_("mixed key: by fiscal capacity, %"), default=30)
    base_share = models.PositiveSmallIntegerField(
        _("base fee, %"),
        default=30,
        validators=[MaxValueValidator(100)],
        help_text=_("Part of the cost that is shared equally under the key “base fee and use”."),
    )
    grant_amount = models.DecimalField(
        _("grant that could be applied for"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text=_("For the whole group. Shown on a line of its own, never counted as a saving."),
    )
    grant_years = models.PositiveSmallIntegerField(
        _("paid over how many years"), default=1, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    grant_source = models.CharField(_("which grant, by whom"), max_length=200, blank=True)

    class Meta:
        ordering = ("function",)
        verbose_name_plural = "terms of areas"
        constraints = (
            models.UniqueConstraint(fields=["proposal", "function"], name="terms_once_per_function"),
            models.CheckConstraint(
                name="terms_weights_are_whole",
                condition=Q(share_equal=100 - F("share_population") - F("share_fiscal")),
                violation_error_message=_("The three weights of the mixed key add up to 100."),
            ),
            models.CheckConstraint(name="terms_base_share_up_to_100", condition=Q(base_share__lte=100)),
            models.CheckConstraint(
                name="terms_unit_cost_has_source",
                condition=Q(unit_cost__isnull=True) | ~Q(unit_cost_source=""),
                violation_error_message=_("Say where the cost per inhabitant comes from."),
            ),
            models.CheckConstraint(
                name="terms_grant_has_source",
                condition=Q(grant_amount__isnull=True) | ~Q(grant_source=""),
                violation_error_message=_("Say which grant it is and who gives it."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal}: {self.function}"
