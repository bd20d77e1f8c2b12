"""PDFs: the preview of a draft, and the documents that were printed for good."""

from __future__ import annotations

from uuid import UUID

from csp.constants import SELF
from csp.decorators import csp_replace
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from imc_portal.core import documents
from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, page
from proposals import policies, services
from proposals.documents import engine
from proposals.documents.content import NotInTheGroup, compose
from proposals.documents.press import file_name
from proposals.models import Document
from proposals.views.frame import find_annex

#: How long a preview waits for another one in the same process.
WAIT = 8


@page
@require_safe
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": [SELF]})  # type: ignore[arg-type]  # django-csp knows plain requests only
def preview(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The draft as this recipient would get it, printed on the spot and not kept."""
    annex = find_annex(request, pk)
    policies.require(request.user, "proposal.read", annex.version.proposal)
    try:
        pdf = engine.print_paper(compose(annex), wait=WAIT)
    except engine.Busy:
        text = _("Somebody else's preview is being made. Try again in a few seconds.")
        return _sorry(request, text, 503)
    except NotInTheGroup:
        text = _("%(name)s has left the case, so there is no paper for it.") % {"name": annex.participant}
        return _sorry(request, text, 409)
    except engine.Unprintable:
        return _sorry(request, _("This text cannot be set as a paper. Shorten it and try again."), 422)
    return _pdf(pdf, f"{_('preview')}.pdf")


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
        content = documents.read(found.file_name, sha256=found.sha256)
    except documents.Damaged:
        text = _("The stored document is missing or was altered, so we do not hand it out. Tell the curator.")
        return _sorry(request, text, 503)
    return _pdf(content, file_name(found))


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


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = content_disposition_header(False, name) or ""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _sorry(request: PersonRequest, text: str, status: int) -> HttpResponse:
    return render(request, "proposals/sorry.html", {"text": text}, status=status)
