"""The languages of papers, e-mails and personal pages: which fits a code, and which way it is written.

The interface of people with an account speaks settings.LANGUAGES; what leaves the house speaks
settings.DOCUMENT_LANGUAGES, a wider choice.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

#: Registers name languages in which no paper is written: the offered language that the town halls of the
#: place use beside it. Nothing is guessed for others; they fall back to English.
BESIDE = {
    **dict.fromkeys(("ca", "gl", "eu", "ast", "an", "oc-es"), "es"),
    **dict.fromkeys(("br", "co", "oc", "wa"), "fr"),
    **dict.fromkeys(("lb", "rm", "gsw", "nds", "hsb", "dsb"), "de"),
    **dict.fromkeys(("crh", "rue"), "uk"),
    **dict.fromkeys(("arb", "arz", "ary", "arq", "aeb", "apc"), "ar"),
}


def nearest(code: str) -> str | None:
    """The offered language for a code such as fr, de-AT or ca; None where none is near."""
    offered = dict(settings.DOCUMENT_LANGUAGES)
    whole = code.strip().lower().replace("_", "-")
    for known in (whole, whole.partition("-")[0]):
        found = BESIDE.get(known, known)
        if found in offered:
            return found
    return None


def direction(code: str) -> str:
    """The value of the attribute dir: "rtl" or "ltr"."""
    return "rtl" if code.lower().replace("_", "-").partition("-")[0] in settings.LANGUAGES_BIDI else "ltr"


def asked_for(request: HttpRequest) -> str | None:
    """The offered language that a reader without an account chose here, else wants by the browser."""
    return chosen(request) or next(
        (found for code, _weight in _wished(request) if (found := nearest(code))), None
    )


def chosen(request: HttpRequest) -> str | None:
    """The offered language that the reader chose with the switch."""
    return nearest(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""))


def _wished(request: HttpRequest) -> tuple[tuple[str, float], ...]:
    return parse_accept_lang_header(request.headers.get("accept-language", ""))
