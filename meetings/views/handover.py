"""The package for the legal check and the feasibility study: make it, see it, fetch it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from imc_portal.core import documents
from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, page
from meetings import gates, policies
from meetings.forms.handover import PackageForm
from meetings.models import HandOver
from meetings.services import handover as services
from partners.models import Case


@page
def handover(request: PersonRequest, case: uuid.UUID) -> HttpResponse:
    """What the package will hold, what is still missing, and the packages made so far."""
    found = _case(request, case)
    policies.require(request.user, "handover.read", found)
    packages = HandOver.objects.visible_to(request.user).filter(case=found).select_related("made_by")
    firm = gates.hand_over_firm(found)
    context = {
        "case": found,
        "packages": packages.annotate(
            named=Count("receivers"),
            confirmed=Count("receivers", filter=Q(receivers__confirmed_at__isnull=False)),
        ),
        "firm": firm,
        "reasons": firm or gates.hand_over(found),
        "makes": policies.allows(request.user, "handover.make", found),
        "may_override": policies.allows(request.user, "meeting.override", found),
        "form": PackageForm(initial={"language": request.user.language, "kind": HandOver.Kind.FULL}),
        "questions": [] if firm else _open_questions(request, found),
    }
    return render(request, "meetings/handover.html", context)


@command
def make_package(request: PersonRequest, case: uuid.UUID) -> HttpResponseBase:
    """Make the package now and keep it with its checksum; a lead may pass an open gate with a reason."""
    found = _case(request, case)
    policies.require(request.user, "handover.make", found)
    override = request.POST.get("override", "")
    if override:
        policies.require(request.user, "meeting.override", found)
    made = services.hand_over(
        case=found,
        actor=Actor.person(request.user),
        language=request.POST.get("language", ""),
        kind=request.POST.get("kind", HandOver.Kind.FULL),
        override=override[:500],
    )
    if made.kind == HandOver.Kind.PUBLIC:
        messages.success(request, _("The public copy is made."))
        return redirect("meetings:handover", case=found.pk)
    messages.success(request, _("The package is made. Now name who takes it on."))
    return redirect("meetings:receivers", pk=made.pk)


@page
def package(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """The ZIP, checked against its checksum; a damaged one is never handed out."""
    found = get_object_or_404(HandOver.objects.visible_to(request.user).select_related("case"), pk=pk)
    response = download(found)
    return response or render(request, "meetings/handover_damaged.html", {"case": found.case}, status=503)


def download(found: HandOver) -> HttpResponse | None:
    """The stored bytes as a download; None when they are missing or not what they were."""
    try:
        content = documents.read(found.file_name, sha256=found.sha256, context=found.case.context)
    except documents.Damaged:
        return None
    response = HttpResponse(content, content_type="application/zip")
    # The title of a case is free text: the name of a public copy says nothing that somebody typed.
    public = found.kind == HandOver.Kind.PUBLIC
    title = "public-copy" if public else slugify(found.case.title) or "case"
    name = f"{title}-{timezone.localtime(found.made_at):%Y-%m-%d}-{found.language}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Checksum-SHA256"] = found.sha256
    return response


def _case(request: PersonRequest, case: uuid.UUID) -> Case:
    return get_object_or_404(Case.objects.visible_to(request.user).select_related("initiator"), pk=case)


def _open_questions(request: PersonRequest, case: Case) -> list[str]:
    """What the package would list as open, made now."""
    actor, now = Actor.person(request.user), timezone.now()
    wish = services.Wish(services.language_of(request.LANGUAGE_CODE))
    known = services.tell(case=case, wish=wish, actor=actor, now=now, sent=[])
    questions: list[str] = known["open_questions"]
    return questions
