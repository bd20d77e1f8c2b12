"""The page of a receiver, by its own link: what the package is, fetch it, confirm it.

Reading and downloading change nothing: mail scanners fetch links. That it was fetched is noted by the
button "Fetch the package", that it is taken on by the form.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from imc_portal.core import links
from imc_portal.core.audit import Actor
from imc_portal.core.models import PersonalLink
from imc_portal.core.problems import Refusal
from meetings.forms.handover import ConfirmForm
from meetings.models import HandOverReceiver
from meetings.services import receivers as services
from meetings.views.handover import download
from meetings.views.holder import sealed, speak

P = ParamSpec("P")


class ReceiverRequest(HttpRequest):
    """A request by the holder of a receiver's live link."""

    link: PersonalLink
    receiver: HandOverReceiver
    token: str


View = Callable[Concatenate[ReceiverRequest, P], HttpResponseBase]


def receiver_page(view: View[P]) -> Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]:
    """A page by a receiver's link: 404 for an unknown, altered or other one, 410 for one that is closed."""

    @wraps(view)
    def opened(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        link = links.find(token)
        receiver = _receiver(link)
        speak(request, link)
        if link is None or receiver is None:
            return sealed(render(request, "personal/unknown.html", status=404))
        with timezone.override(zoneinfo.ZoneInfo(receiver.package.case.initiator.time_zone)):
            if not link.is_live:
                context = {"link": link, "receiver": receiver, "case": receiver.package.case}
                return sealed(render(request, "personal/package_gone.html", context, status=410))
            request.link, request.receiver, request.token = link, receiver, token  # type: ignore[attr-defined]  # now a ReceiverRequest
            return sealed(view(request, *args, **kwargs))  # type: ignore[arg-type]  # as above

    return opened  # type: ignore[return-value]  # wraps() hides that the names of its arguments are its own


@require_GET
@receiver_page
def package(request: ReceiverRequest) -> HttpResponse:
    """What it is, its checksum, the two buttons."""
    return _show(request, None)


@require_POST
@receiver_page
def fetch(request: ReceiverRequest) -> HttpResponseBase:
    """Note that the package was fetched, then hand it out."""
    services.fetch(receiver=request.receiver, link=request.link, actor=Actor.holder(request.link))
    return redirect("personal:package_file", token=request.token)


@require_GET
@receiver_page
def package_file(request: ReceiverRequest) -> HttpResponse:
    """The ZIP, checked against its checksum; reading it here records nothing."""
    response = download(request.receiver.package)
    return response or _show(request, None, status=503, damaged=True)


@require_POST
@receiver_page
def confirm(request: ReceiverRequest) -> HttpResponseBase:
    """Take the package on, by name and once."""
    form = ConfirmForm(request.POST)
    if form.is_valid():
        try:
            services.confirm(receiver=request.receiver, actor=Actor.holder(request.link), **form.cleaned_data)
        except Refusal as refusal:
            for reason in refusal.reasons:
                form.add_error(None, reason)
            return _show(request, form, status=409)
        return redirect("personal:package", token=request.token)
    return _show(request, form, status=422)


def _receiver(link: PersonalLink | None) -> HandOverReceiver | None:
    if link is None or link.purpose != services.PURPOSE:
        return None
    rows = HandOverReceiver.objects.select_related("package__case__initiator")
    return rows.filter(pk=link.subject).first()


def _show(
    request: ReceiverRequest, form: ConfirmForm | None, *, status: int = 200, damaged: bool = False
) -> HttpResponse:
    receiver = HandOverReceiver.objects.select_related("package__case__initiator").get(pk=request.receiver.pk)
    context = {
        "receiver": receiver,
        "package": receiver.package,
        "case": receiver.package.case,
        "token": request.token,
        "form": form or ConfirmForm(initial={"name": f"{receiver.name}, {receiver.role}"[:150]}),
        "damaged": damaged,
    }
    return render(request, "personal/package.html", context, status=status)
