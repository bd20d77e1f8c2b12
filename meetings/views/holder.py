"""The door for people who come by a personal link: who they are, or plain words why it does not open."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache

from imc_portal.core import links
from imc_portal.core.models import PersonalLink
from partners.models import Participant

P = ParamSpec("P")
PURPOSE = "participant"


class HolderRequest(HttpRequest):
    """A request by the holder of a live personal link, who speaks for one participant."""

    link: PersonalLink
    participant: Participant
    token: str


View = Callable[Concatenate[HolderRequest, P], HttpResponseBase]


def holder_page(view: View[P]) -> Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]:
    """A page by personal link: 404 for an unknown or altered one, 410 for one expired or revoked."""

    @never_cache
    @wraps(view)
    def opened(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        link = links.find(token)
        participant = _participant(link)
        if link is None or participant is None:
            return _closed(request, "personal/unknown.html", 404)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(link.language)
            request.LANGUAGE_CODE = link.language
        if not link.is_live:
            return _closed(request, "personal/gone.html", 410, revoked=link.revoked_at is not None)
        known = _as_holder(request, link, participant, token)
        return view(known, *args, **kwargs)

    return opened


def _participant(link: PersonalLink | None) -> Participant | None:
    if link is None or link.purpose != PURPOSE:
        return None
    parties = Participant.objects.select_related("case__initiator", "municipality", "contact")
    return parties.filter(pk=link.subject).first()


def _as_holder(
    request: HttpRequest, link: PersonalLink, participant: Participant, token: str
) -> HolderRequest:
    request.link, request.participant, request.token = link, participant, token  # type: ignore[attr-defined]  # now a HolderRequest
    return request  # type: ignore[return-value]  # as above


def _closed(request: HttpRequest, template: str, status: int, **context: object) -> HttpResponse:
    return render(request, template, context, status=status)
