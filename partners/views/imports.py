"""The curator's page that takes in files of reference data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, page
from partners import policies
from partners.forms import ImportForm
from partners.imports import FileRefused, SourceFile
from partners.models import ImportRun
from partners.services.boundaries import import_boundaries
from partners.services.imports import (
    ImportResult,
    import_cooperations,
    import_municipalities,
    import_neighbours,
)

#: What the form around the file may weigh.
ENVELOPE = 64 * 1024
SERVICES: dict[str, Callable[..., ImportResult]] = {
    "municipalities": import_municipalities,
    "boundaries": import_boundaries,
    "neighbours": import_neighbours,
    "cooperations": import_cooperations,
}


class Quota(FileUploadHandler):
    """Counts what arrives and stops above the limit, whatever the length that was announced."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.received, self.exceeded = 0, False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Let the data pass on to the handlers that keep it."""
        self.received += len(raw_data)
        if self.received > settings.UPLOAD_LIMIT_BYTES:
            self.exceeded = True
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Others make the file."""
        return


@csrf_exempt  # the token is checked by _import_page, after the length and before anything else
@page
def import_data(request: PersonRequest) -> HttpResponse:
    """Import a file; what is too large is turned away before it is read."""
    policies.require(request.user, "data.curate", None)
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.UPLOAD_LIMIT_BYTES + ENVELOPE:
        return too_large(request)
    quota = Quota(request)
    request.upload_handlers.insert(0, quota)
    answer = _import_page(request)
    return too_large(request) if quota.exceeded else answer


def too_large(request: HttpRequest) -> HttpResponse:
    """Says how much may come, and what to do with more."""
    return render(request, "413.html", {"limit": settings.UPLOAD_LIMIT_BYTES}, status=413)


@csrf_protect
def _import_page(request: PersonRequest) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "runs": ImportRun.objects.all()[:10]}
    if request.method != "POST" or any(getattr(h, "exceeded", False) for h in request.upload_handlers):
        return render(request, "partners/import.html", context)
    if not form.is_valid():
        return render(request, "partners/import.html", context, status=400)
    try:
        context["result"] = _import(form.cleaned_data, Actor.person(request.user))
    except FileRefused as refused:
        context["refused"] = refused
        return render(request, "partners/import.html", context, status=400)
    return render(request, "partners/import.html", context)


def _import(data: dict[str, Any], actor: Actor) -> ImportResult:
    upload = data["file"]
    # On a page somebody waits: what unpacks to more belongs to the command line.
    source = SourceFile(upload.name, upload.file, unpacked_limit=settings.UPLOAD_LIMIT_BYTES)
    return SERVICES[data["kind"]](
        source=source,
        country=data["country"].upper(),
        origin=data["source"],
        licence=data["licence"],
        actor=actor,
        dry_run=data["dry_run"],
    )
