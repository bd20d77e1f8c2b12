"""What every template may know."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    """Whether this is the demo, and the languages to choose from."""
    return {"demo": settings.DEMO, "document_languages": settings.DOCUMENT_LANGUAGES}
