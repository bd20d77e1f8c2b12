"""Needs: list, record, change, read, and open a case on one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, form_status, page
from imc_portal.core.problems import Refusal
from partners import policies
from partners.forms import BaselineForm, NeedForm, OpenCaseForm
from partners.models import Baseline, Case, Need
from partners.services.cases import open_case
from partners.services.needs import keep_need


@page
def need_list(request: PersonRequest) -> HttpResponse:
    """Needs of the person's own municipalities."""
    needs = Need.objects.visible_to(request.user).select_related("municipality", "function", "baseline")
    context = {
        "needs": needs.prefetch_related("cases"),
        "place": "cases",
        "may_record": policies.allows(request.user, "need.record", None),
    }
    return render(request, "partners/need_list.html", context)


@page
def need_create(request: PersonRequest) -> HttpResponse:
    """Record a need."""
    policies.require(request.user, "need.record", None)
    return _need_form(request, Need(owner=request.user))


@page
def need_edit(request: PersonRequest, pk: str) -> HttpResponse:
    """Change a need."""
    need = _need(request, pk)
    policies.require(request.user, "need.edit", need)
    return _need_form(request, need)


def _need_form(request: PersonRequest, need: Need) -> HttpResponse:
    baseline = Baseline.objects.filter(need=need).first() if not need._state.adding else None
    data = request.POST or None
    form = NeedForm(data, instance=need, municipalities=policies.writes_for(request.user))
    figures = BaselineForm(data, instance=baseline)
    if request.method == "POST" and all([form.is_valid(), figures.is_valid()]):
        keep_need(
            need=form.save(commit=False),
            baseline=figures.save(commit=False) if figures.is_given else None,
            actor=Actor.person(request.user),
        )
        messages.success(request, _("The need is recorded."))
        return redirect(need)
    context = {"form": form, "figures": figures, "need": need, "place": "cases"}
    return render(request, "partners/need_form.html", context, status=form_status(request))


@page
def need(request: PersonRequest, pk: str) -> HttpResponse:
    """One need with its baseline and its cases."""
    subject = _need(request, pk)
    policies.require(request.user, "need.read", subject)
    context = {
        "place": "cases",
        "need": subject,
        "baseline": Baseline.objects.filter(need=subject).first(),
        "cases": subject.cases.all(),
        "may_edit": policies.allows(request.user, "need.edit", subject),
        "may_open": policies.allows(request.user, "case.open", subject),
    }
    return render(request, "partners/need.html", context)


@page
def case_open(request: PersonRequest, pk: str) -> HttpResponse:
    """Open a case on a need."""
    subject = _need(request, pk)
    policies.require(request.user, "case.open", subject)
    form = OpenCaseForm(request.POST or None, instance=Case(initiator=subject.municipality))
    if request.method == "POST" and form.is_valid():
        try:
            case = open_case(need=subject, actor=Actor.person(request.user), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            return redirect(case)
    context = {"form": form, "need": subject, "place": "cases"}
    return render(request, "partners/case_open.html", context, status=form_status(request))


def _need(request: PersonRequest, pk: str) -> Need:
    needs = Need.objects.visible_to(request.user).select_related("municipality", "function", "owner")
    return get_object_or_404(needs, pk=pk)
