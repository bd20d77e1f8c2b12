"""Benefits, costs and risks of an annex: add, change, put in order, take out, use and confirm."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command
from imc_portal.core.problems import Stale
from proposals import policies, services
from proposals.forms import StatementForm
from proposals.models import Annex, Proposal, Statement
from proposals.views.annexes import show
from proposals.views.frame import VERSION, find_annex

MOST_DIGITS = 4


@command
def statement_add(request: PersonRequest, pk: UUID) -> HttpResponseBase:
    """Add a benefit, cost or risk."""
    found = _annex(request, pk)
    form = StatementForm(request.POST)
    if not form.is_valid():
        return show(request, found, None, status=422, statement_form=form)
    services.add_statement(annex=found, actor=Actor.person(request.user), **form.cleaned_data)
    messages.success(request, _("Added for %(name)s.") % {"name": found.participant})
    return _back(found)


@command
def statement_change(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Change a statement in place; the digest says what the writer had before them."""
    found = _statement(request, pk)
    form = StatementForm(request.POST, auto_id=f"id_%s_{pk}")
    annex = find_annex(request, found.annex_id)
    if not form.is_valid():
        return show(request, annex, None, status=422, changing=(pk, form))
    try:
        services.change_statement(
            statement=found,
            seen=request.POST.get("seen", ""),
            actor=Actor.person(request.user),
            **form.cleaned_data,
        )
    except Stale as stale:
        return show(request, annex, None, status=409, changing=(pk, form), stale_statement=str(stale))
    messages.success(request, _("The statement is kept."))
    return _back(annex)


@command
def statement_move(request: PersonRequest, pk: int) -> HttpResponse:
    """Put a statement one place earlier or later."""
    found = _statement(request, pk)
    earlier = request.POST.get("to") != "later"
    services.move_statement(statement=found, earlier=earlier, actor=Actor.person(request.user))
    return _back(found.annex, pk)


@command
def statement_remove(request: PersonRequest, pk: int) -> HttpResponse:
    """Take a statement out."""
    found = _statement(request, pk)
    services.remove_statement(statement=found, actor=Actor.person(request.user))
    messages.success(request, _("Taken out. Its words stay on record."))
    return _back(found.annex)


@command
def statement_confirm(request: PersonRequest, pk: int) -> HttpResponse:
    """Say that a suggested statement is right."""
    found = _statement(request, pk)
    services.confirm_statements(annex=found.annex, statement=found, actor=Actor.person(request.user))
    return _back(found.annex, pk)


@command
def statements_confirm(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Say that all suggested statements of an annex are right."""
    found = _annex(request, pk)
    count = services.confirm_statements(annex=found, actor=Actor.person(request.user))
    words = ngettext("%(count)d statement is confirmed.", "%(count)d statements are confirmed.", count)
    messages.success(request, words % {"count": count})
    return _back(found)


@command
def suggestions_renew(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Suggest anew from today's figures, in the place of what nobody has confirmed."""
    found = _annex(request, pk)
    count = services.renew_suggestions(annex=found, actor=Actor.person(request.user))
    words = ngettext(
        "%(count)d statement is suggested from today's figures.",
        "%(count)d statements are suggested from today's figures.",
        count,
    )
    messages.success(request, words % {"count": count})
    return _back(found)


@command
def suggestion_use(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Write a suggestion into the annex; number and digest say which one was read."""
    found = _annex(request, pk)
    number = request.POST.get("index", "")
    index = int(number) if number.isdecimal() and len(number) <= MOST_DIGITS else -1
    made = services.use_suggestion(
        annex=found,
        index=index,
        digest=request.POST.get("digest", ""),
        actor=Actor.person(request.user),
    )
    messages.success(request, _("It stands in the annex now: check it, change it, or take it out."))
    return _back(found, made.pk)


def _annex(request: PersonRequest, pk: UUID) -> Annex:
    found = find_annex(request, pk)
    policies.require(request.user, "proposal.draft", found.version.proposal)
    return found


def _statement(request: PersonRequest, pk: int) -> Statement:
    visible = Proposal.objects.visible_to(request.user)
    statements = Statement.objects.filter(annex__version__proposal__in=visible)
    found = get_object_or_404(statements.select_related(f"annex__{VERSION}", "annex__participant"), pk=pk)
    policies.require(request.user, "proposal.draft", found.annex.version.proposal)
    return found


def _back(annex: Annex, statement: int | None = None) -> HttpResponse:
    place = f"statement-{statement}" if statement else "statements"
    return redirect(f"{reverse('proposals:annex', args=[annex.pk])}#{place}")
