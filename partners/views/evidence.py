"""Evidence on what cooperation does to cost: everybody signed in reads it, a curator keeps it."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core import audit
from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, form_status, page
from imc_portal.core.models import AuditEntry
from imc_portal.core.problems import Refusal, Stale
from partners import policies
from partners.evidence_words import change_of
from partners.forms import EvidenceForm
from partners.models import Evidence, Function
from partners.services.evidence import change_evidence, seen_mark

CHANGES_PER_PAGE = 20


@page
def evidence_list(request: PersonRequest) -> HttpResponse:
    """All evidence with the functions that use it."""
    context = {
        "rows": Evidence.objects.prefetch_related("functions"),
        "may_curate": policies.allows(request.user, "data.curate", None),
    }
    return render(request, "partners/evidence_list.html", context)


@page
def evidence(request: PersonRequest, pk: int) -> HttpResponse:
    """One piece of evidence, and who changed it, when, from what to what, and why."""
    subject = get_object_or_404(Evidence.objects.prefetch_related("functions"), pk=pk)
    entries = AuditEntry.objects.filter(target_key=audit.key_of(subject))
    found = Paginator(entries, CHANGES_PER_PAGE).get_page(request.GET.get("page"))
    names = {function.pk: str(function) for function in Function.objects.only("code", "name")}
    context = {
        "evidence": subject,
        "page": found,
        "changes": [change_of(entry, names) for entry in found],
        "may_curate": policies.allows(request.user, "data.curate", None),
    }
    return render(request, "partners/evidence.html", context)


@page
def evidence_add(request: PersonRequest) -> HttpResponse:
    """Record evidence and the functions that use it."""
    policies.require(request.user, "data.curate", None)
    return _form(request, Evidence(checked_on=timezone.localdate()))


@page
def evidence_edit(request: PersonRequest, pk: int) -> HttpResponse:
    """Change evidence, with the reason."""
    subject = get_object_or_404(Evidence.objects.prefetch_related("functions"), pk=pk)
    policies.require(request.user, "data.curate", None)
    return _form(request, subject)


def _form(request: PersonRequest, subject: Evidence) -> HttpResponse:
    new = subject._state.adding
    form = EvidenceForm(request.POST or None, instance=subject)
    if request.method == "POST" and form.is_valid() and _kept(request, form):
        messages.success(request, _("The evidence is kept. Proposals that were sent keep their figures."))
        return redirect(subject)
    context = {"form": form, "evidence": None if new else Evidence.objects.get(pk=subject.pk)}
    return render(request, "partners/evidence_form.html", context, status=form_status(request))


def _kept(request: PersonRequest, form: EvidenceForm) -> bool:
    """Save; a refusal stands in the form, beside all that was typed."""
    try:
        change_evidence(
            evidence=form.instance,
            functions=form.cleaned_data["functions"],
            reason=form.cleaned_data["reason"],
            seen=form.cleaned_data["seen"],
            actor=Actor.person(request.user),
        )
    except Stale as stale:
        typed = request.POST.copy()
        typed["seen"] = seen_mark(Evidence.objects.get(pk=form.instance.pk))
        form.data = typed
        form.add_error(None, f"{stale} {_('Look at its history, then keep your words again if they hold.')}")
        return False
    except Refusal as refusal:
        form.add_error("functions", str(refusal))
        return False
    return True
