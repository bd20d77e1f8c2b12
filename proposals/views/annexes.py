"""The annex of one recipient: words, statements, estimate."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, page
from imc_portal.core.problems import Refusal
from proposals import policies, services
from proposals.documents import money, wording
from proposals.documents.context import Money
from proposals.documents.facts import Facts, facts_of
from proposals.forms import AnnexForm, StatementForm
from proposals.models import Annex
from proposals.views.frame import find_annex, frame
from proposals.views.keeping import beside, kept_json, not_kept, told_of, wants_json
from proposals.views.presence import present
from proposals.views.said import said


@page
def annex(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """One recipient's annex: written on POST (autosave or plain form), shown on GET."""
    found = find_annex(request, pk)
    policies.require(request.user, "proposal.read", found.version.proposal)
    if request.method == "POST":
        return _save(request, found)
    return show(request, found, None)


def _save(request: PersonRequest, found: Annex) -> HttpResponseBase:
    policies.require(request.user, "proposal.draft", found.version.proposal)
    form = AnnexForm(request.POST, instance=Annex.objects.get(pk=found.pk))
    if not form.is_valid():
        if wants_json(request):
            return not_kept(_("see the message beside the field"), 422)
        return show(request, found, form, status=422)
    revision, actor = form.cleaned_data["revision"], Actor.person(request.user)
    try:
        kept = services.save_annex(annex=found, revision=revision, actor=actor, **form.words())
    except Refusal as refusal:
        if wants_json(request):
            return not_kept(str(refusal), 409)
        messages.error(request, str(refusal))
        return redirect("proposals:annex", found.pk)
    if wants_json(request):
        return kept_json(kept, form)
    if kept.stale:
        return show(request, find_annex(request, found.pk), status=409, **beside(kept, form))
    said = _("The annex for %(name)s is kept.") % {"name": found.participant}
    messages.success(request, " ".join((said, told_of(kept, form))))
    return redirect("proposals:annex", found.pk)


def show(
    request: PersonRequest, found: Annex, form: AnnexForm | None, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The page of an annex; `more` is what came of an act on it."""
    facts = facts_of(found.version)
    paper = request.GET.get("paper", "")
    context = frame(request.user, found.version, found, facts=facts, paper=paper) | {
        "annex": found,
        "form": form or AnnexForm(instance=found, initial={"revision": found.revision}),
        "told": _told(found, facts),
        "statement_form": StatementForm(),
    }
    context |= present(request, found, may_draft=context["may_draft"])
    context |= said(found, facts, may_draft=context["may_draft"], changing=more.pop("changing", None))
    return render(request, "proposals/annex.html", context | more, status=status)


def _told(found: Annex, facts: Facts) -> list[Money]:
    reader = str(found.participant_id)
    if reader not in {member.key for member in facts.members}:
        return []
    currency = wording.currency_of(facts.country)
    return [money.tell(estimate, reader, currency) for estimate in facts.estimates]
