"""Requests of signed-in people, and refusals as answers that somebody can act on."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from imc_portal.core.models import User
from imc_portal.core.problems import Refusal

P = ParamSpec("P")


class PersonRequest(HttpRequest):
    """A request whose user is known to have signed in."""

    user: User


View = Callable[Concatenate[PersonRequest, P], HttpResponseBase]


def page(view: View[P]) -> View[P]:
    """A page for signed-in people."""
    return login_required(view)


def command(view: View[P]) -> View[P]:
    """A POST-only act for signed-in people; a refusal becomes a message on the page they came from."""

    @wraps(view)
    def guarded(request: PersonRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            return refused(request, refusal)

    return login_required(require_POST(guarded))


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Say why, where the person came from."""
    for reason in refusal.reasons:
        messages.error(request, reason)
    return redirect(back_to(request))


def form_status(request: HttpRequest) -> int:
    """Status of a page with a form: 422 when it comes back with what is wrong."""
    return 422 if request.method == "POST" else 200


def back_to(request: HttpRequest, fallback: str = "/") -> str:
    """The page the person came from, if it is ours."""
    referer: Any = request.headers.get("referer", "")
    if url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return str(referer)
    return fallback
