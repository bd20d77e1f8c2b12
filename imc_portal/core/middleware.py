"""What holds for every request: the person's language and time zone, and no character nobody can type."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation
from django_structlog.middlewares import RequestMiddleware

from imc_portal.core import logs
from imc_portal.core.documents import StoreDown, StoreProblem

Handler = Callable[[HttpRequest], HttpResponseBase]
NUL = "\0"
ALIVE = "/healthz"


def alive(get_response: Handler) -> Handler:
    """Answer whether this process lives before anything else is asked: no session, engine or host name."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        if request.path == ALIVE and request.method in {"GET", "HEAD"}:
            return HttpResponse("ok", content_type="text/plain")
        return get_response(request)

    return handle


class RequestLog(RequestMiddleware):
    """Give each request a number, which its lines in the log carry and its answer shows."""

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        """Tell the browser the number."""
        response.headers["X-Request-ID"] = logs.request_id()
        super().handle_response(request, response)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """What was asked, without what was asked after it."""
        return logs.scrub(f"{request.method} {request.path}")


def person(get_response: Handler) -> Handler:
    """Activate what the person chose in the profile; others keep what the browser asks for."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return get_response(request)
        translation.activate(request.user.language)
        request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(zoneinfo.ZoneInfo(request.user.time_zone)):
            response = get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return handle


class NoNul:
    """Refuse NUL bytes with 400: PostgreSQL keeps none, and no keyboard makes them."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on; the look is taken once the view is known."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Look at the address and at what a form sends, but not into uploads, which read themselves."""
        sent = [request.GET] if getattr(view, "csrf_exempt", False) else [request.GET, request.POST]
        words = [word for data in sent for values in data.lists() for word in (values[0], *values[1])]
        if NUL in request.path or any(isinstance(word, str) and NUL in word for word in words):
            raise BadRequest("a NUL byte")


class OutOfReach:
    """Answer 503 in plain words where a page needs a stored document that cannot be had."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        """What is damaged stays so until somebody sees to it; a store that is down comes back."""
        if not isinstance(problem, StoreProblem):
            return None
        told = {"words": problem.words, "request_id": logs.request_id()}
        response = render(request, "503.html", told, status=503)
        if isinstance(problem, StoreDown):
            response.headers["Retry-After"] = "120"
        return response
