"""Submit, return, approve."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, page
from imc_portal.core.problems import Refusal
from proposals import policies, services
from proposals.documents.content import language_for
from proposals.documents.facts import facts_of
from proposals.documents.money import headline
from proposals.documents.wording import currency_of
from proposals.forms import ReturnForm
from proposals.models import ProposalVersion
from proposals.views.frame import find_proposal, frame, latest, other_key


@command
def submit(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """Hand the draft to the lead."""
    proposal = find_proposal(request, pk)
    policies.require(request.user, "proposal.draft", proposal)
    services.submit(version=latest(proposal), actor=Actor.person(request.user))
    messages.success(request, _("Submitted. The lead can approve it now."))
    return redirect(proposal)


@page
def approval(request: PersonRequest, pk: UUID) -> HttpResponse:
    """What will be sent to whom, on one page a lead can read on a phone."""
    proposal = find_proposal(request, pk)
    policies.require(request.user, "proposal.read", proposal)
    return _page(request, latest(proposal), ReturnForm())


@command
def give_back(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """Return the version to draft, with the reason; its author may take it back too."""
    proposal = find_proposal(request, pk)
    policies.require(request.user, "proposal.draft", proposal)
    form = ReturnForm(request.POST)
    version = latest(proposal)
    if not form.is_valid():
        return _page(request, version, form, status=422)
    services.return_to_draft(
        version=version, reason=form.cleaned_data["reason"], actor=Actor.person(request.user)
    )
    messages.success(request, _("Returned to draft with your reason."))
    return redirect(proposal)


@command
def approve(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """Approve: freeze, and print one paper per recipient."""
    proposal = find_proposal(request, pk)
    policies.require(request.user, "proposal.approve", proposal)
    try:
        version = services.approve(version=latest(proposal), actor=Actor.person(request.user))
    except Refusal as refusal:
        for reason in refusal.reasons:
            messages.error(request, reason)
        return redirect("proposals:approval", proposal.pk)
    messages.success(request, _("Version %(number)d is approved and frozen.") % {"number": version.number})
    return redirect(proposal)


def _page(
    request: PersonRequest, version: ProposalVersion, form: ReturnForm, status: int = 200
) -> HttpResponse:
    facts = facts_of(version)
    context = frame(request.user, version, facts=facts)
    known = {member.key: member for member in facts.members}
    currency = currency_of(facts.country)
    context |= {
        "form": form,
        "going": [
            (
                annex,
                language_for(annex.participant),
                headline(facts.estimates, key, known[key].name, currency),
            )
            for annex in context["annexes"]
            if (key := str(annex.participant_id)) in known
        ],
        "other_key": other_key(version, facts),
        "own_submission": version.submitted_by_id == request.user.pk
        and not policies.is_single_handed(request.user, version.proposal.case),
    }
    return render(request, "proposals/approval.html", context, status=status)
