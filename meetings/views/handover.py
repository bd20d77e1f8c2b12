"""The package for the legal check and the feasibility study: make it, see it, fetch it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _

from imc_portal.core import documents
from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, page
from meetings import gates, policies
from meetings.models import HandOver
from meetings.services import handover as services
from partners.models import Case


@page
def handover(request: PersonRequest, case: uuid.UUID) -> HttpResponse:
    """What the package will hold, what is still missing, and the packages made so far."""
    found = get_object_or_404(Case.objects.visible_to(request.user).select_related("initiator"), pk=case)
    policies.require(request.user, "handover.read", found)
    packages = HandOver.objects.visible_to(request.user).filter(case=found).select_related("made_by")
    context = {
        "case": found,
        "packages": packages,
        "reasons": gates.hand_over(found),
        "makes": policies.allows(request.user, "handover.make", found),
    }
    return render(request, "meetings/handover.html", context)


@command
def make_package(request: PersonRequest, case: uuid.UUID) -> HttpResponseBase:
    """Make the package now and keep it with its checksum."""
    found = get_object_or_404(Case.objects.visible_to(request.user).select_related("initiator"), pk=case)
    policies.require(request.user, "handover.make", found)
    services.hand_over(case=found, actor=Actor.person(request.user))
    messages.success(
        request, _("The package is made. Send it to those who check the law and the feasibility.")
    )
    return redirect("meetings:handover", case=found.pk)


@page
def package(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """The ZIP, checked against its checksum; a damaged one is never handed out."""
    found = get_object_or_404(HandOver.objects.visible_to(request.user).select_related("case"), pk=pk)
    try:
        content = documents.read(found.file_name, sha256=found.sha256)
    except documents.Damaged:
        return render(request, "meetings/handover_damaged.html", {"case": found.case}, status=503)
    response = HttpResponse(content, content_type="application/zip")
    name = f"{slugify(found.case.title) or 'case'}-{found.made_at:%Y-%m-%d}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Checksum-SHA256"] = found.sha256
    return response
