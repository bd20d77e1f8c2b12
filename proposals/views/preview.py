"""The paper of a draft as its recipient would get it: printed on the spot, kept for minutes at most."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from uuid import UUID

from csp.constants import SELF
from csp.decorators import csp_replace
from django.core.cache import cache
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from imc_portal.core.http import PersonRequest, page
from proposals import policies
from proposals.documents import engine
from proposals.documents.content import NotInTheGroup, compose
from proposals.models import Annex
from proposals.views.frame import find_annex
from proposals.views.keeping import wants_json
from proposals.views.papers import pdf_answer

#: How long a preview waits for another one in the same process.
WAIT = 8
#: How long the same words are not printed a second time: the page asks first, its frame right after.
KEPT_SECONDS = 300


class Unshowable(Exception):
    """There is no paper to show; says why in words, with the status of the answer."""

    def __init__(self, words: str, status: int) -> None:
        super().__init__(words)
        self.status = status


@page
@require_safe
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": [SELF]})  # type: ignore[arg-type]  # django-csp knows plain requests only
def preview(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The draft as this recipient would get it; for the page's script, whether it is ready and of when."""
    annex = find_annex(request, pk)
    policies.require(request.user, "proposal.read", annex.version.proposal)
    try:
        pdf, digest = _printed(annex)
    except Unshowable as problem:
        if wants_json(request):
            return JsonResponse({"ok": False, "message": str(problem)}, status=problem.status)
        return render(request, "proposals/sorry.html", {"text": str(problem)}, status=problem.status)
    if wants_json(request):
        address = f"{reverse('proposals:preview', args=[pk])}?v={digest[:16]}"
        return JsonResponse({"ok": True, "url": address, "message": as_of()})
    return pdf_answer(pdf, f"{_('preview')}.pdf")


def as_of() -> str:
    """When the paper was printed."""
    return _("Paper as of %(time)s") % {"time": f"{timezone.localtime():%H:%M}"}


def _printed(annex: Annex) -> tuple[bytes, str]:
    """The PDF and what tells its words from others."""
    try:
        paper = compose(annex)
        digest = hashlib.sha256(repr(replace(paper, created="")).encode()).hexdigest()
        kept = _kept(digest)
        pdf = kept or engine.print_paper(paper, wait=WAIT)
    except engine.Busy as problem:
        text = _("Somebody else's preview is being made. Try again in a few seconds.")
        raise Unshowable(text, 503) from problem
    except NotInTheGroup as problem:
        text = _("%(name)s has left the case, so there is no paper for it.") % {"name": annex.participant}
        raise Unshowable(text, 409) from problem
    except engine.TooMuch as problem:
        raise Unshowable(str(problem), 422) from problem
    except engine.Unprintable as problem:
        text = _("This text cannot be set as a paper. Shorten it and try again.")
        raise Unshowable(text, 422) from problem
    if not kept:
        _keep(digest, pdf)
    return pdf, digest


def _kept(digest: str) -> bytes | None:
    try:
        found: bytes | None = cache.get(f"preview:{digest}")
    except (RedisError, OSError):
        return None
    return found


def _keep(digest: str, pdf: bytes) -> None:
    try:
        cache.set(f"preview:{digest}", pdf, timeout=KEPT_SECONDS)
    except (RedisError, OSError):
        return
