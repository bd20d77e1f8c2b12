"""Municipalities, their neighbours, their office-holders, and who works for whom."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imc_portal.core.models.user import validate_time_zone
from partners.models.names import Folded

if TYPE_CHECKING:
    from imc_portal.core.models import User


class ImportRun(models.Model):
    """One import of reference data: where the facts come from and when they came."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    source = models.CharField(_("source"), max_length=300, blank=True)
    licence = models.CharField(_("licence"), max_length=200, blank=True)
    imported_at = models.DateTimeField(auto_now_add=True)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-imported_at",)

    def __str__(self) -> str:
        return f"{self.kind}: {self.source or self.file_name}"

    @property
    def attribution(self) -> str:
        """Source and licence, as they are named wherever the facts are shown."""
        return ", ".join(filter(None, (self.source or self.file_name, self.licence)))


class Municipality(models.Model):
    """A municipality with its imported facts; `provenance` names the import run of each."""

    country = models.CharField(_("country"), max_length=2)
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=150)
    search_name = models.GeneratedField(
        expression=Folded("name"), output_field=models.TextField(), db_persist=True, editable=False
    )
    population = models.PositiveIntegerField(_("inhabitants"))
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    region = models.CharField(max_length=20, blank=True)
    region_name = models.CharField(_("region"), max_length=150, blank=True)
    county = models.CharField(max_length=20, blank=True)
    county_name = models.CharField(_("county"), max_length=150, blank=True)
    district = models.CharField(_("district"), max_length=20, blank=True)
    area_km2 = models.FloatField(_("area"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=8, default="en")
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    fiscal_capacity = models.DecimalField(
        _("fiscal capacity per inhabitant"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    property_value = models.DecimalField(
        _("assessed property value per inhabitant"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    email = models.EmailField(_("registry mailbox"), blank=True)
    provenance = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("name", "code")
        verbose_name_plural = "municipalities"
        indexes = (
            models.Index(fields=["country", "latitude", "longitude"]),
            models.Index(fields=["name", "code"]),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["country", "code"],
                name="municipality_code_in_country",
                violation_error_message=_("This code is already used in this country."),
            ),
            models.CheckConstraint(
                name="municipality_on_the_globe",
                condition=Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                violation_error_message=_(
                    "Latitude lies between -90 and 90, longitude between -180 and 180."
                ),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("partners:municipality", kwargs={"country": self.country, "code": self.code})

    @property
    def boundary(self) -> Any:
        """Its outline as GeoJSON geometry, if one is known; ask with select_related("outline")."""
        outline: Outline | None = getattr(self, "outline", None)
        return outline.geometry if outline else None


class Outline(models.Model):
    """The outline of a municipality: heavy, drawn on few pages, so it lies in a table of its own."""

    municipality = models.OneToOneField(
        Municipality, primary_key=True, on_delete=models.CASCADE, related_name="outline"
    )
    geometry = models.JSONField(help_text=_("GeoJSON geometry in WGS 84."))

    def __str__(self) -> str:
        return f"{self.municipality_id}"


class NeighbourLink(models.Model):
    """Two municipalities that share a border; stored once, with the lower key first."""

    a = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="+")
    b = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="+")
    shared_km = models.FloatField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["a", "b"], name="neighbours_once"),
            models.CheckConstraint(name="neighbours_in_order", condition=Q(a__lt=F("b"))),
        )
        indexes = (models.Index(fields=["b"]),)

    def __str__(self) -> str:
        return f"{self.a} – {self.b}"


class Body(models.Model):
    """A body that is no municipality: a region, a ministry, an association, a facilitator."""

    class Kind(models.TextChoices):
        REGION = "region", _("region")
        MINISTRY = "ministry", _("ministry")
        ASSOCIATION = "association", _("association of municipalities")
        FACILITATOR = "facilitator", _("facilitator")

    name = models.CharField(_("name"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    country = models.CharField(_("country"), max_length=2)
    language = models.CharField(
        _("language"), max_length=8, choices=settings.DOCUMENT_LANGUAGES, default="en"
    )

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "bodies"

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """What a person may do for a municipality or another body."""

    class Role(models.TextChoices):
        LEAD = "lead", _("lead")
        FOCAL_POINT = "focal_point", _("IMC focal point")
        OFFICER = "officer", _("finance or legal officer")
        READER = "reader", _("reader")
        OBSERVER = "observer", _("observer")
        FACILITATOR = "facilitator", _("facilitator")

    OF_MUNICIPALITY = (Role.LEAD, Role.FOCAL_POINT, Role.OFFICER, Role.READER)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    municipality = models.ForeignKey(
        Municipality, null=True, blank=True, on_delete=models.CASCADE, related_name="memberships"
    )
    body = models.ForeignKey(
        Body, null=True, blank=True, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)

    class Meta:
        ordering = ("role",)
        constraints = (
            models.UniqueConstraint(
                fields=["user", "municipality", "body", "role"], nulls_distinct=False, name="membership_once"
            ),
            models.CheckConstraint(
                name="membership_role_fits_party",
                condition=Q(
                    municipality__isnull=False,
                    body=None,
                    role__in=["lead", "focal_point", "officer", "reader"],
                )
                | Q(municipality=None, body__isnull=False, role__in=["observer", "facilitator"]),
                violation_error_message=_(
                    "Leads, focal points, officers and readers belong to a municipality; "
                    "observers and facilitators to another body."
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}, {self.municipality or self.body}"

    @classmethod
    def held_by(cls, user: User) -> list[Membership]:
        """The person's memberships, read once for each user object: that is, for each request."""
        held: list[Membership] | None = getattr(user, "_seats", None)
        if held is None:
            held = list(user.memberships.select_related("municipality", "body"))
            user._seats = held  # type: ignore[attr-defined]  # lives as long as the request's user object
        return held


class OfficeHolderQuerySet(models.QuerySet["OfficeHolder"]):
    """Office-holders by their term."""

    def in_office(self, day: dt.date | None = None) -> OfficeHolderQuerySet:
        """Whose term has begun and not ended on that day."""
        day = day or timezone.localdate()
        return self.filter(
            Q(term_start__isnull=True) | Q(term_start__lte=day),
            Q(term_end__isnull=True) | Q(term_end__gte=day),
        )


class OfficeHolder(models.Model):
    """Who holds an office of a municipality, with the verified address; office data only."""

    class Office(models.TextChoices):
        MAYOR = "mayor", _("mayor")
        DEPUTY = "deputy", _("deputy mayor")
        CHIEF_EXECUTIVE = "chief_executive", _("chief executive")
        FINANCE = "finance", _("head of finance")
        LEGAL = "legal", _("legal officer")
        REGISTRY = "registry", _("registry")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="office_holders")
    office = models.CharField(_("office"), max_length=16, choices=Office.choices)
    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail address"), blank=True)
    language = models.CharField(
        _("language"),
        max_length=8,
        choices=settings.DOCUMENT_LANGUAGES,
        default="en",
        help_text=_("Papers and e-mails come in this language."),
    )
    term_start = models.DateField(_("in office since"), null=True, blank=True)
    term_end = models.DateField(_("in office until"), null=True, blank=True)
    verified_at = models.DateField(_("address verified on"), null=True, blank=True)
    fictitious = models.BooleanField(_("fictitious"), default=False, editable=False)

    objects = OfficeHolderQuerySet.as_manager()

    class Meta:
        ordering = ("municipality", "office", "name")
        constraints = (
            models.CheckConstraint(
                name="term_ends_after_start",
                condition=Q(term_end__isnull=True)
                | Q(term_start__isnull=True)
                | Q(term_end__gte=F("term_start")),
                violation_error_message=_("The term cannot end before it starts."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}, {self.get_office_display()}"
