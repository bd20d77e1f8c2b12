"""The documents that were printed for good."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from imc_portal.core import documents
from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, page
from proposals import policies, services
from proposals.documents.press import file_name
from proposals.models import Document


@page
@require_safe
def document(request: PersonRequest, pk: UUID) -> HttpResponse:
    """A printed document, its checksum verified; damaged bytes never leave."""
    found = get_object_or_404(
        Document.objects.visible_to(request.user).select_related(
            "version__proposal__case__initiator", "participant__municipality"
        ),
        pk=pk,
    )
    policies.require(request.user, "document.read", found)
    if found.state != Document.State.RENDERED:
        return _sorry(request, _("This document is not printed yet. Come back in a minute."), 404)
    try:
        content = documents.read(found.file_name, sha256=found.sha256, context=_context(found))
    except documents.StoreProblem as problem:
        return _sorry(request, problem.words, 503)
    return pdf_answer(content, file_name(found))


@command
def render_again(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """Send a failed document to the press again."""
    found = get_object_or_404(
        Document.objects.visible_to(request.user).select_related("version__proposal__case__initiator"), pk=pk
    )
    policies.require(request.user, "proposal.draft", found.version.proposal)
    services.render_again(document=found, actor=Actor.person(request.user))
    messages.success(request, _("The document is on its way to the press again."))
    return redirect(found.version.proposal)


def pdf_answer(content: bytes, name: str) -> HttpResponse:
    """A PDF to be looked at, never stored on the way."""
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = content_disposition_header(False, name) or ""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _context(document: Document) -> str:
    return document.version.proposal.case.context


def _sorry(request: PersonRequest, text: str, status: int) -> HttpResponse:
    return render(request, "proposals/sorry.html", {"text": text}, status=status)
