"""Municipalities and their office-holders."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from imc_portal.core import languages
from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, form_status, page
from partners import policies
from partners.discovery_data import neighbours_of
from partners.forms import ContactForm
from partners.maps import Shape, draw_map
from partners.models import CooperationMember, ExistingCooperation, ImportRun, Municipality, OfficeHolder
from partners.models.names import fold
from partners.places import counties
from partners.services.contacts import keep_contact

PER_PAGE = 50


@page
def municipality_list(request: PersonRequest) -> HttpResponse:
    """All municipalities, by name and county."""
    name, county = request.GET.get("q", "").strip(), request.GET.get("county", "")
    found = Municipality.objects.only("country", "code", "name", "population", "county_name")
    if name:
        found = found.filter(Q(search_name__contains=fold(name)) | Q(code=name))
    if county:
        found = found.filter(county_name=county)
    context = {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "q": name,
        "county": county,
        "counties": counties(),
        "may_curate": policies.allows(request.user, "data.curate", None),
    }
    return render(request, "partners/municipality_list.html", context)


@page
def municipality(request: PersonRequest, country: str, code: str) -> HttpResponse:
    """Facts with their sources, outline, neighbours, cooperations, office-holders."""
    subject = get_object_or_404(Municipality, country=country, code=code)
    borders = neighbours_of(subject)
    neighbours = list(Municipality.objects.filter(pk__in=list(borders)).select_related("outline"))
    context = {
        "municipality": subject,
        "facts": facts_of(subject),
        "map": _map(subject, neighbours),
        "neighbours": [(neighbour, borders[neighbour.pk]) for neighbour in neighbours],
        "cooperations": cooperations_of(subject),
        "holders": subject.office_holders.in_office(),
        "may_edit": policies.allows(request.user, "contact.edit", subject),
        "may_add": policies.allows(request.user, "contact.add", subject),
    }
    return render(request, "partners/municipality.html", context)


def cooperations_of(subject: Municipality) -> QuerySet[ExistingCooperation]:
    """The cooperations it takes part in, each with the number of all its members."""
    mine = CooperationMember.objects.filter(municipality=subject).values("cooperation")
    found = ExistingCooperation.objects.filter(pk__in=mine).select_related("function", "run")
    return found.annotate(members_count=Count("memberships")).order_by("name", "code")


def facts_of(subject: Municipality) -> list[tuple[str, Any, ImportRun | None]]:
    """Label, value and the import each fact came with."""
    runs = ImportRun.objects.in_bulk(list(set(subject.provenance.values())))
    by_field = {
        field: next((r for r in runs.values() if str(r.pk) == key), None)
        for field, key in subject.provenance.items()
    }
    point = None
    if subject.latitude is not None:
        point = f"{subject.latitude:.4f}, {subject.longitude:.4f}"
    rows = [
        ("population", _("Inhabitants"), subject.population),
        ("area_km2", _("Area in km²"), subject.area_km2),
        ("district", _("District"), subject.district),
        ("county_name", _("County"), subject.county_name),
        ("region_name", _("Region"), subject.region_name),
        ("fiscal_capacity", _("Fiscal capacity per inhabitant"), subject.fiscal_capacity),
        ("property_value", _("Assessed property value per inhabitant"), subject.property_value),
        ("latitude", _("Point (latitude, longitude)"), point),
        ("email", _("Registry mailbox"), subject.email),
    ]
    return [(label, value, by_field.get(field)) for field, label, value in rows]


def _map(subject: Municipality, neighbours: list[Municipality]) -> str:
    shapes = [
        Shape(other.code, other.name, other.boundary, "context", label=True)
        for other in neighbours
        if other.boundary
    ]
    if not subject.boundary:
        return ""
    shapes.append(Shape(subject.code, subject.name, subject.boundary, "self", label=True))
    return draw_map(
        shapes,
        title=_("%(name)s and its neighbours") % {"name": subject},
        desc=", ".join(other.name for other in neighbours),
        source=source_of_outlines(subject),
        width=400,
    )


def source_of_outlines(subject: Municipality) -> str:
    """Where the outline came from."""
    run = ImportRun.objects.filter(pk=subject.provenance.get("boundary")).first()
    return _("Outlines: %(source)s") % {"source": run.attribution} if run else ""


@page
def contact_add(request: PersonRequest, country: str, code: str) -> HttpResponse:
    """Add an office-holder of a municipality."""
    subject = get_object_or_404(Municipality, country=country, code=code)
    policies.require(request.user, "contact.add", subject)
    return _contact_form(request, OfficeHolder(municipality=subject, language=_language(subject)))


@page
def contact_edit(request: PersonRequest, pk: str) -> HttpResponse:
    """Change an office-holder."""
    contact = get_object_or_404(OfficeHolder.objects.select_related("municipality"), pk=pk)
    policies.require(request.user, "contact.edit", contact.municipality)
    return _contact_form(request, contact)


def _language(subject: Municipality) -> str:
    return languages.nearest(subject.language) or settings.LANGUAGE_CODE


def _contact_form(request: PersonRequest, contact: OfficeHolder) -> HttpResponse:
    form = ContactForm(request.POST or None, instance=contact)
    if request.method == "POST" and form.is_valid():
        keep_contact(
            contact=form.save(commit=False),
            verified_on=timezone.localdate() if form.cleaned_data["verified"] else None,
            actor=Actor.person(request.user),
        )
        return redirect(_next(request) or contact.municipality)
    context = {"form": form, "contact": contact, "next": _next(request)}
    return render(request, "partners/contact_form.html", context, status=form_status(request))


def _next(request: PersonRequest) -> str:
    """Where the person came from, when it is one of our own pages."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if ours else ""
