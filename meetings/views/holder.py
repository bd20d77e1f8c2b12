"""The door for people who come by a personal link: who they are, or plain words why it does not open.

The token stands in the address, so the address must not travel: browsers and proxies store nothing, robots
stay out, no other site learns it. The referrer policy is "same-origin", not "no-referrer": under the latter
browsers send `Origin: null` with a form, and the protection against forged requests refuses it.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation

from imc_portal.core import languages, links
from imc_portal.core.models import PersonalLink
from partners.models import Participant

P = ParamSpec("P")
PURPOSE = "participant"
HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


class HolderRequest(HttpRequest):
    """A request by the holder of a live personal link, who speaks for one participant."""

    link: PersonalLink
    participant: Participant
    token: str


View = Callable[Concatenate[HolderRequest, P], HttpResponseBase]


def holder_page(view: View[P]) -> Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]:
    """A page by personal link: 404 for an unknown or altered one, 410 for one expired or revoked, or whose
    municipality has left the talks."""

    @wraps(view)
    def opened(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        link = links.find(token)
        participant = _participant(link)
        speak(request, link)
        if link is None or participant is None:
            return sealed(render(request, "personal/unknown.html", status=404))
        with timezone.override(zoneinfo.ZoneInfo(participant.municipality.time_zone)):
            if not link.is_live or participant.state not in Participant.ACTIVE:
                return sealed(_gone(request, link, participant))
            known = _as_holder(request, link, participant, token)
            return sealed(view(known, *args, **kwargs))

    return opened  # type: ignore[return-value]  # wraps() hides that the names of its arguments are its own


def speak(request: HttpRequest, link: PersonalLink | None) -> None:
    """The language chosen here, else that of the link; where no link is known, what the browser wants."""
    wanted = languages.chosen(request) or languages.nearest(link.language) if link else None
    code = wanted or languages.asked_for(request) or settings.LANGUAGE_CODE
    translation.activate(code)
    request.LANGUAGE_CODE = code


def _participant(link: PersonalLink | None) -> Participant | None:
    if link is None or link.purpose != PURPOSE:
        return None
    parties = Participant.objects.select_related(
        "case__initiator", "case__opened_by", "municipality", "contact"
    )
    return parties.filter(pk=link.subject).first()


def _as_holder(
    request: HttpRequest, link: PersonalLink, participant: Participant, token: str
) -> HolderRequest:
    request.link, request.participant, request.token = link, participant, token  # type: ignore[attr-defined]  # now a HolderRequest
    return request  # type: ignore[return-value]  # as above


def _gone(request: HttpRequest, link: PersonalLink, participant: Participant) -> HttpResponse:
    context = {
        "link": link,
        "participant": participant,
        "revoked": link.revoked_at is not None,
        "left": link.is_live,
    }
    return render(request, "personal/gone.html", context, status=410)


def sealed(response: HttpResponseBase) -> HttpResponseBase:
    """The response with headers that keep the address of the page to itself."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response
