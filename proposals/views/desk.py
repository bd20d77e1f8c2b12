"""The desk: the common part, the versions, and the acts on a whole version."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, page
from imc_portal.core.problems import GateClosed, Refusal
from partners import policies as partner_policies
from partners.models import Case
from proposals import policies, services
from proposals.difference import compare
from proposals.documents.facts import facts_of
from proposals.forms import CommonForm
from proposals.models import ProposalVersion
from proposals.views.frame import find_proposal, frame, latest, other_key
from proposals.views.keeping import beside, kept_json, not_kept, told_of, wants_json
from proposals.views.presence import present


@command
def create(request: PersonRequest, case: UUID) -> HttpResponseBase:
    """Begin the proposal of a case; a closed gate is shown, and a lead may go on with a reason."""
    found = get_object_or_404(Case.objects.visible_to(request.user).select_related("initiator"), pk=case)
    policies.require(request.user, "proposal.start", found)
    may_override = partner_policies.allows(request.user, "case.override", found)
    override = request.POST.get("override", "") if may_override else ""
    try:
        proposal = services.start(case=found, actor=Actor.person(request.user), override=override)
    except GateClosed as closed:
        if not may_override:
            raise
        context = {"case": found, "reasons": closed.reasons}
        return render(request, "proposals/gate.html", context, status=409)
    return redirect(proposal)


@page
def desk(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The proposal on the desk: its common part, ready to be written or read."""
    proposal = find_proposal(request, pk)
    policies.require(request.user, "proposal.read", proposal)
    version = latest(proposal)
    form = CommonForm(instance=version, initial={"revision": version.revision})
    printed = version.documents.select_related("participant__municipality")
    return _page(request, version, {"form": form, "printed": printed})


@command
def common(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """Keep the common part: by autosave (JSON) or by the plain form."""
    proposal = find_proposal(request, pk)
    policies.require(request.user, "proposal.draft", proposal)
    version = latest(proposal)
    form = CommonForm(request.POST, instance=latest(proposal))
    if not form.is_valid():
        if wants_json(request):
            return not_kept(_("see the message beside the field"), 422)
        return _page(request, version, {"form": form}, status=422)
    revision, actor = form.cleaned_data["revision"], Actor.person(request.user)
    try:
        kept = services.save_common(version=version, revision=revision, actor=actor, **form.words())
    except Refusal as refusal:
        if wants_json(request):
            return not_kept(str(refusal), 409)
        raise
    if wants_json(request):
        return kept_json(kept, form)
    if kept.stale:
        return _page(request, latest(proposal), beside(kept, form), status=409)
    messages.success(request, " ".join((_("The common part is kept."), told_of(kept, form))))
    return redirect(proposal)


def _page(
    request: PersonRequest, version: ProposalVersion, more: dict[str, Any], status: int = 200
) -> HttpResponse:
    facts = facts_of(version)
    context = frame(request.user, version, facts=facts, paper=request.GET.get("paper", "")) | more
    context["other_key"] = other_key(version, facts)
    context |= present(request, version, may_draft=context["may_draft"])
    return render(request, "proposals/desk.html", context, status=status)


@command
def in_step(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """Give new recipients an annex, drop those of who left."""
    proposal = find_proposal(request, pk)
    policies.require(request.user, "proposal.draft", proposal)
    services.keep_in_step(version=latest(proposal), actor=Actor.person(request.user))
    return redirect(proposal)


@command
def new_version(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """Begin the next version."""
    proposal = find_proposal(request, pk)
    policies.require(request.user, "proposal.draft", proposal)
    version = services.new_version(proposal=proposal, actor=Actor.person(request.user))
    messages.success(request, _("Version %(number)d is a draft now.") % {"number": version.number})
    return redirect(proposal)


@page
def versions(request: PersonRequest, pk: UUID) -> HttpResponse:
    """All versions, and what changed from one to another; to the newest from the one before, unless asked."""
    proposal = find_proposal(request, pk)
    policies.require(request.user, "proposal.read", proposal)
    found = list(
        proposal.versions.select_related("approved_by", "drafted_by", "submitted_by").prefetch_related(
            "annexes__statements", "annexes__participant__municipality"
        )
    )
    by_number = {str(version.number): version for version in found}
    for version in found:
        version.proposal = proposal
    new = by_number.get(request.GET.get("new", ""), found[0])
    old = by_number.get(request.GET.get("old", ""), by_number.get(str(new.number - 1)))
    if old and old.number > new.number:
        old, new = new, old
    context = {
        "case": proposal.case,
        "proposal": proposal,
        "versions": found,
        "new": new,
        "old": old,
        "changes": compare(old, new) if old else [],
    }
    return render(request, "proposals/versions.html", context)
