"""Who takes a package on: for the host, who confirmed since when, reminding and closing a link."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, page
from imc_portal.core.models import PersonalLink
from imc_portal.core.problems import Refusal
from meetings import policies
from meetings.forms.handover import ReceiverForm
from meetings.models import HandOver, HandOverReceiver
from meetings.services import receivers as services


@page
def receivers(request: PersonRequest, pk: uuid.UUID) -> HttpResponse:
    """One package: what it is, who was named, who fetched and confirmed it."""
    return _show(request, _package(request, pk), None)


@command
def receiver_add(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Name a receiver, who gets a letter with a link of its own."""
    found = _package(request, pk)
    policies.require(request.user, "handover.make", found.case)
    form = ReceiverForm(request.POST)
    if form.is_valid():
        try:
            services.name_receiver(package=found, named=form.named(), actor=Actor.person(request.user))
        except Refusal as refusal:
            for reason in refusal.reasons:
                form.add_error(None, reason)
        else:
            messages.success(request, _("The letter is on its way, with a link of its own."))
            return redirect("meetings:receivers", pk=found.pk)
    return _show(request, found, form, status=422)


@command
def receiver_remind(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Write to a receiver once more."""
    found = _receiver(request, pk)
    services.remind(receiver=found, actor=Actor.person(request.user))
    messages.success(request, _("A reminder to %(name)s is on its way.") % {"name": found.name})
    return redirect("meetings:receivers", pk=found.package_id)


@command
def receiver_revoke(request: PersonRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Close a receiver's link."""
    found = _receiver(request, pk)
    reason = str(request.POST.get("reason", ""))
    services.revoke(receiver=found, actor=Actor.person(request.user), reason=reason)
    messages.success(request, _("The link of %(name)s is closed.") % {"name": found.name})
    return redirect("meetings:receivers", pk=found.package_id)


def _show(
    request: PersonRequest, found: HandOver, form: ReceiverForm | None, status: int = 200
) -> HttpResponse:
    rows = list(found.receivers.select_related("message"))
    links = {
        link.subject: link
        for link in PersonalLink.objects.filter(
            purpose=services.PURPOSE, subject__in=[row.pk for row in rows]
        ).order_by("expires_at")
    }
    context: dict[str, Any] = {
        "case": found.case,
        "package": found,
        "rows": [{"receiver": row, "link": links.get(row.pk)} for row in rows],
        "makes": policies.allows(request.user, "handover.make", found.case),
        "form": form or ReceiverForm(initial={"language": found.language}),
    }
    return render(request, "meetings/receivers.html", context, status=status)


def _package(request: PersonRequest, pk: uuid.UUID) -> HandOver:
    rows = HandOver.objects.visible_to(request.user).select_related("case__initiator", "made_by")
    return get_object_or_404(rows, pk=pk)


def _receiver(request: PersonRequest, pk: uuid.UUID) -> HandOverReceiver:
    """A receiver of a package that the person may see, to be acted upon."""
    rows = HandOverReceiver.objects.filter(package__in=HandOver.objects.visible_to(request.user))
    found = get_object_or_404(rows.select_related("package__case__initiator"), pk=pk)
    policies.require(request.user, "handover.make", found.package.case)
    return found
