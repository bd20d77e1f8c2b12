"""The signed-in person's language and time zone for the length of a request."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

Handler = Callable[[HttpRequest], HttpResponseBase]


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
