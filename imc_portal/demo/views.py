"""The mailbox of the demo: who was sent what."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from imc_portal.demo import mailbox

# A message may say anything: no script, no request to anywhere, links open beside it.
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


P = ParamSpec("P")


def demo_only(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Outside the demo the page does not exist, nor does a message that is not there."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        try:
            return view(request, *args, **kwargs)
        except mailbox.Unreadable as missing:
            raise Http404 from missing

    return guarded


@require_safe
@demo_only
def inbox(request: HttpRequest) -> HttpResponse:
    """All caught messages, newest first."""
    page = Paginator(mailbox.names(_folder()), 50).get_page(request.GET.get("page"))
    lines = [mailbox.line(_folder(), name) for name in page.object_list]
    return render(request, "demo/inbox.html", {"page": page, "lines": lines})


@require_safe
@demo_only
def letter(request: HttpRequest, name: str) -> HttpResponse:
    """One message: headers, text, HTML, attachments."""
    return render(request, "demo/letter.html", {"letter": mailbox.letter(_folder(), name)})


@require_safe
@demo_only
@xframe_options_sameorigin
def letter_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML of a message, for the frame on its page."""
    html = mailbox.letter(_folder(), name).html
    if not html:
        raise Http404
    # <base> sends a click to a new tab: the portal's own pages refuse to be framed.
    response = HttpResponse(f'<!doctype html><base target="_blank">{html}')
    response.headers["Content-Security-Policy"] = LETTER_POLICY
    return response


@require_safe
@demo_only
def attachment(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Download one file of a message."""
    files = mailbox.letter(_folder(), name).attachments
    if number >= len(files):
        raise Http404
    file = files[number]
    response = HttpResponse(file.content, content_type=file.content_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, file.filename) or "attachment"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "mailbox"
