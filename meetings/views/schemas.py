"""The published schema of our data: the same for everybody, no account needed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from meetings.package import schema


@require_safe
@cache_control(public=True, max_age=86400)
def hand_over(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of hand-over packages, version 2, byte for byte as in the packages."""
    response = HttpResponse(schema.text(), content_type="application/schema+json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
