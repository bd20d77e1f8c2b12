"""Reference data for the curator: municipalities, bodies, seats, functions, evidence, office-holders.

Needs and cases are not here: a curator sees no content of a case.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.models import User
from partners.models import (
    Body,
    Evidence,
    ExistingCooperation,
    Function,
    FundingCall,
    ImportRun,
    Membership,
    Municipality,
    OfficeHolder,
)


class Audited(admin.ModelAdmin[Any]):
    """Every change by the administration site goes on the same trail as all others."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Not here: the page that asks for it would name the cases which hold on to the record."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save and record which fields changed."""
        super().save_model(request, obj, form, change)
        self._record(request, obj, "corrected reference data" if change else "added reference data", form)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Record, then delete."""
        self._record(request, obj, "removed reference data")
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Record each, then delete."""
        for obj in queryset:
            self._record(request, obj, "removed reference data")
        super().delete_queryset(request, queryset)

    def _record(self, request: HttpRequest, obj: Any, verb: str, form: Any = None) -> None:
        changed = list(form.changed_data) if form else []
        if isinstance(request.user, User):
            audit.record(Actor.person(request.user), verb, obj, after={"fields": changed})


@admin.register(Municipality)
class MunicipalityAdmin(Audited):
    """Facts that an import got wrong or does not bring."""

    list_display = ("name", "country", "code", "population", "county_name")
    list_filter = ("country",)
    search_fields = ("name", "code")
    readonly_fields = ("provenance",)


@admin.register(Body)
class BodyAdmin(Audited):
    """Regions, ministries, associations, facilitators."""

    list_display = ("name", "kind", "country")
    list_filter = ("kind",)
    search_fields = ("name",)


@admin.register(Membership)
class MembershipAdmin(Audited):
    """Who acts for whom."""

    list_display = ("user", "role", "municipality", "body")
    list_filter = ("role",)
    list_select_related = ("user", "municipality", "body")
    search_fields = ("user__name", "user__email", "municipality__name", "body__name")
    autocomplete_fields = ("municipality", "body")
    raw_id_fields = ("user",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A seat is given up by removing it; no case holds on to it."""
        return isinstance(request.user, User) and request.user.has_perm("partners.delete_membership")


@admin.register(Function)
class FunctionAdmin(Audited):
    """The catalogue of municipal functions."""

    list_display = ("code", "name", "cofog", "evidence")
    list_select_related = ("evidence",)
    search_fields = ("code", "name")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Which evidence a function uses is changed on the page of evidence, with the reason."""
        return ("evidence",) if obj else ()


@admin.register(Evidence)
class EvidenceAdmin(admin.ModelAdmin[Evidence]):
    """For reading: it is kept on the portal's own page, where each change says why."""

    list_display = ("key", "efficient_scale", "low", "central", "high", "confidence", "checked_on")
    search_fields = ("key", "source")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """On its own page."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """On its own page; “view on site” leads there."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Proposals and drafts reckon with it."""
        return False


@admin.register(OfficeHolder)
class OfficeHolderAdmin(Audited):
    """Who holds which office."""

    list_display = ("name", "office", "municipality", "email", "verified_at", "term_end")
    list_filter = ("office",)
    list_select_related = ("municipality",)
    search_fields = ("name", "email", "municipality__name")
    autocomplete_fields = ("municipality",)


@admin.register(FundingCall)
class FundingCallAdmin(Audited):
    """Calls for joint projects; the portal's own form explains each rule."""

    list_display = ("title", "funder", "country", "deadline", "published")
    list_filter = ("published", "country")
    search_fields = ("title", "funder")
    filter_horizontal = ("functions",)
    formfield_overrides: ClassVar[dict[Any, Any]] = {models.URLField: {"assume_scheme": "https"}}


@admin.register(ExistingCooperation)
class ExistingCooperationAdmin(Audited):
    """What no public register tells: the function, how it went, whether it ended. Members are imported."""

    list_display = ("__str__", "country", "code", "legal_form", "function", "until", "failed")
    list_filter = ("failed", "legal_form")
    list_select_related = ("function",)
    search_fields = ("name", "code")
    fields = (
        "country",
        "code",
        "name",
        "legal_form",
        "function",
        "since",
        "until",
        "outcome",
        "failed",
        "run",
    )
    readonly_fields = ("country", "code", "run")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Cooperations come with their members, by an import."""
        return False


@admin.register(ImportRun)
class ImportRunAdmin(admin.ModelAdmin[ImportRun]):
    """What was imported, when and from where; for reading."""

    list_display = ("kind", "file_name", "source", "licence", "imported_at", "created", "updated")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Imports are made by importing."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """History is not changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nor removed."""
        return False
