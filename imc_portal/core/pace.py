"""How often people who have not signed in may ask for what is costly to make."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
MINUTE = 60


def paced(per_minute: int) -> Callable[[View[P]], View[P]]:
    """Answer 429 when one address asks more often; people who have signed in are not counted."""

    def wrap(view: View[P]) -> View[P]:
        name = f"{view.__module__}.{view.__qualname__}"

        @wraps(view)
        def counted(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated and _asked(name, request) > per_minute:
                words = _("Too many files at once. Try again in a minute.")
                return HttpResponse(
                    words,
                    status=429,
                    content_type="text/plain; charset=utf-8",
                    headers={"Retry-After": MINUTE},
                )
            return view(request, *args, **kwargs)

        return counted

    return wrap


def _asked(name: str, request: HttpRequest) -> int:
    """How often this address has asked in this minute, this time included."""
    key = f"pace:{name}:{request.META.get('REMOTE_ADDR', '')}:{this_minute()}"
    cache.add(key, 0, timeout=2 * MINUTE)
    return int(cache.incr(key))


def this_minute() -> int:
    """Number of the minute in which it is."""
    return int(timezone.now().timestamp()) // MINUTE
