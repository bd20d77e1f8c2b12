"""Tell people at one text of each other, on the page and while it is open."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core.http import PersonRequest, command
from imc_portal.core.models import User
from proposals import policies, presence
from proposals.models import Annex, ProposalVersion
from proposals.services import revisions
from proposals.views.frame import find_annex, find_proposal, latest

MOST_DIGITS = 9


@command
def here(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """A page says that it is open (or, with `leave`, closed) and hears who is there and what is newer."""
    proposal = find_proposal(request, pk)
    policies.require(request.user, "proposal.draft", proposal)
    text = _text(request, pk) or latest(proposal)
    if request.POST.get("leave"):
        presence.leave(text, request.user)
        return JsonResponse({"others": "", "newer": ""})
    presence.arrive(text, request.user)
    told = " ".join(lines(text, request.user))
    return JsonResponse({"others": told, "newer": _newer(text, request)})


def present(request: PersonRequest, text: ProposalVersion | Annex, *, may_draft: bool) -> dict[str, Any]:
    """Context for the page: who else has the text open; who may write it is present from now on."""
    version = text if isinstance(text, ProposalVersion) else text.version
    if not version.is_open:
        return {"present": []}
    if may_draft:
        presence.arrive(text, request.user)
    return {"present": lines(text, request.user)}


def lines(text: ProposalVersion | Annex, user: User) -> list[str]:
    """One sentence for each other person."""
    version = text if isinstance(text, ProposalVersion) else text.version
    return [
        _("%(name)s has this text open since %(time)s.")
        % {"name": one.name, "time": f"{timezone.localtime(one.since):%H:%M}"}
        for one in presence.others(text, version.proposal.case, besides=user)
    ]


def _text(request: PersonRequest, proposal: UUID) -> Annex | None:
    """The annex that the page shows, if it shows one."""
    named = request.POST.get("annex", "")
    if not named:
        return None
    try:
        found = find_annex(request, uuid.UUID(named))
    except ValueError as problem:
        raise Http404("no annex has this key") from problem
    if found.version.proposal_id != proposal:
        raise Http404("an annex of another proposal")
    return found


def _newer(text: ProposalVersion | Annex, request: PersonRequest) -> str:
    """Whether somebody saved after the page was loaded."""
    number = request.POST.get("revision", "")
    if not number.isdecimal() or len(number) > MOST_DIGITS or int(number) >= text.revision:
        return ""
    last = revisions.newest(text)
    if last is None:
        return ""
    when = {"name": str(last.saved_by), "time": f"{timezone.localtime(last.saved_at):%H:%M}"}
    if last.saved_by_id == request.user.pk:
        return _("You saved newer words in another window at %(time)s.") % when
    return _("%(name)s saved newer words at %(time)s.") % when
