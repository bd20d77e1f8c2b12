"""Meetings in one's own calendar, by a secret address that calendars fetch."""

from __future__ import annotations

import hashlib

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from imc_portal.core import links
from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command
from meetings import calendar, emails
from meetings.services import feeds
from meetings.views.holder import HolderRequest, holder_page

PURPOSES = {feeds.OF_USER, feeds.OF_PARTICIPANT}
HEADERS = {
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """The meetings of one holder: 404 for an unknown address, 410 for one that is closed."""
    link = links.find(token)
    if link is None or link.purpose not in PURPOSES:
        return _plain(_("No calendar has this address."), 404)
    with translation.override(link.language):
        meetings = feeds.meetings_of(link)
        if meetings is None:
            return _plain(_("This calendar address is closed."), 410)
        content = calendar.feed([emails.feed_entry(row) for row in meetings], _("Meetings of the IMC portal"))
    return _unless_known(request, content)


@command
def renew(request: PersonRequest) -> HttpResponseBase:
    """Make my calendar address, or a new one."""
    feeds.renew_for_user(user=request.user, actor=Actor.person(request.user))
    messages.success(request, _("Your calendar has a new address. An older one opens nothing any more."))
    return redirect("meetings:meeting_list")


@require_POST
@holder_page
def renew_by_link(request: HolderRequest) -> HttpResponseBase:
    """The same for the holder of a personal link."""
    feeds.renew_for_holder(link=request.link, actor=Actor.holder(request.link))
    messages.success(request, _("Your calendar has a new address. An older one opens nothing any more."))
    return redirect("personal:home", token=request.token)


def _unless_known(request: HttpRequest, content: bytes) -> HttpResponseBase:
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="meetings.ics"'
    response.headers["ETag"] = etag
    known = get_conditional_response(request, etag=etag, response=response) or response
    return _sealed(known)


def _plain(words: str, status: int) -> HttpResponse:
    response = HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
    _sealed(response)
    return response


def _sealed(response: HttpResponseBase) -> HttpResponseBase:
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response
