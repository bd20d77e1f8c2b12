"""The annex of one recipient: words, statements, estimate."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, page
from imc_portal.core.problems import Refusal
from proposals import policies, services
from proposals.documents import money, wording
from proposals.documents.context import Money
from proposals.documents.facts import facts_of
from proposals.forms import AnnexForm, StatementForm
from proposals.models import Annex, Proposal, Statement
from proposals.views.frame import find_annex, frame
from proposals.views.keeping import beside, kept_json, not_kept, told_of, wants_json


@page
def annex(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """One recipient's annex: written on POST (autosave or plain form), shown on GET."""
    found = find_annex(request, pk)
    policies.require(request.user, "proposal.read", found.version.proposal)
    if request.method == "POST":
        return _save(request, found)
    return _show(request, found, AnnexForm(instance=found, initial={"revision": found.revision}))


def _save(request: PersonRequest, found: Annex) -> HttpResponseBase:
    policies.require(request.user, "proposal.draft", found.version.proposal)
    form = AnnexForm(request.POST, instance=Annex.objects.get(pk=found.pk))
    if not form.is_valid():
        if wants_json(request):
            return not_kept(_("see the message beside the field"), 422)
        return _show(request, found, form, status=422)
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
        return _show(request, find_annex(request, found.pk), status=409, **beside(kept, form))
    said = _("The annex for %(name)s is kept.") % {"name": found.participant}
    messages.success(request, " ".join((said, told_of(kept, form))))
    return redirect("proposals:annex", found.pk)


def _show(
    request: PersonRequest,
    found: Annex,
    form: AnnexForm,
    *,
    status: int = 200,
    statement_form: StatementForm | None = None,
    **more: object,
) -> HttpResponse:
    context = frame(request.user, found.version, found) | {
        "annex": found,
        "form": form,
        "statements": sorted(found.statements.all(), key=lambda one: not one.is_benefit),
        "statement_form": statement_form or StatementForm(),
        "told": _told(found),
        **more,
    }
    return render(request, "proposals/annex.html", context, status=status)


def _told(found: Annex) -> list[Money]:
    facts = facts_of(found.version)
    reader = str(found.participant_id)
    if reader not in {member.key for member in facts.members}:
        return []
    currency = wording.currency_of(facts.country)
    return [money.tell(estimate, reader, currency) for estimate in facts.estimates]


@command
def statement_add(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """Add a benefit, cost or risk."""
    found = find_annex(request, pk)
    policies.require(request.user, "proposal.draft", found.version.proposal)
    form = StatementForm(request.POST)
    if not form.is_valid():
        words = AnnexForm(instance=found, initial={"revision": found.revision})
        return _show(request, found, words, status=422, statement_form=form)
    services.add_statement(annex=found, actor=Actor.person(request.user), **form.cleaned_data)
    messages.success(request, _("Added for %(name)s.") % {"name": found.participant})
    return redirect("proposals:annex", found.pk)


@command
def statement_remove(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Take a statement out."""
    visible = Proposal.objects.visible_to(request.user)
    statements = Statement.objects.filter(annex__version__proposal__in=visible)
    found = get_object_or_404(
        statements.select_related("annex__version__proposal__case__initiator", "annex__participant"), pk=pk
    )
    policies.require(request.user, "proposal.draft", found.annex.version.proposal)
    services.remove_statement(statement=found, actor=Actor.person(request.user))
    return redirect("proposals:annex", found.annex_id)
