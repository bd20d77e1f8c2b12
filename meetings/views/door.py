"""The door for those who come by a personal link: who they are, in what language, or why it stays shut.

The token stands in the address, so the address must not travel: browsers and proxies store nothing, robots stay
out, and no other site learns it. The referrer policy is "same-origin", not "no-referrer": under the latter
browsers send `Origin: null` with a form, and the protection against forged requests refuses it.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods

from imc_portal.core import links
from imc_portal.core.audit import Actor
from imc_portal.core.models import PersonalLink
from partners.models import Participant

P = ParamSpec("P")
PURPOSE = "participant"


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who came by a live link: the link and the participant it stands for."""

    token: str
    link: PersonalLink
    participant: Participant

    @property
    def actor(self) -> Actor:
        """Who acts, for the trail."""
        return Actor.holder(self.link)


View = Callable[Concatenate[HttpRequest, Visit, P], HttpResponseBase]


def visit(*methods: str) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]]:
    """A page behind a personal link: the view gets the Visit in place of the token."""

    def decorate(view: View[P]) -> Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]:
        @wraps(view)
        @require_http_methods(methods or ("GET", "HEAD"))
        def guarded(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            link = links.find(token)
            with translation.override(_language(request, link)):
                request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
                return _sealed(_answer(request, token, link, view, args, kwargs))

        return guarded

    return decorate


def _answer(
    request: HttpRequest,
    token: str,
    link: PersonalLink | None,
    view: Callable[..., HttpResponseBase],
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> HttpResponseBase:
    if link is None or link.purpose != PURPOSE:
        return render(request, "personal/unknown.html", status=404)
    participant = (
        Participant.objects.filter(pk=link.subject)
        .select_related("municipality", "contact", "case__initiator", "case__opened_by")
        .first()
    )
    if participant is None:
        return render(request, "personal/unknown.html", status=404)
    if not link.is_live or participant.state not in Participant.ACTIVE:
        context = {"link": link, "participant": participant, "left": link.is_live}
        return render(request, "personal/closed.html", context, status=410)
    with timezone.override(zoneinfo.ZoneInfo(participant.municipality.time_zone)):
        return view(request, Visit(token, link, participant), *args, **kwargs)


def _language(request: HttpRequest, link: PersonalLink | None) -> str:
    """What the reader chose on the page, else the language of the link, else what the browser asks for."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    if chosen in dict(settings.LANGUAGES):
        return str(chosen)
    return link.language if link else translation.get_language() or settings.LANGUAGE_CODE


def _sealed(response: HttpResponseBase) -> HttpResponseBase:
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    patch_vary_headers(response, ["Cookie"])  # type: ignore[arg-type]  # takes any response with headers
    return response
