"""Candidate areas: screen, take into the talks, set aside, and what authorities say."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, form_status, page
from imc_portal.core.problems import Refusal
from partners import policies
from partners.forms import AreaForm, ReasonForm, StanceForm
from partners.models import AuthorityStance, CandidateArea, Case, Membership
from partners.services import areas as service
from partners.services.cases import advance
from partners.views.reach import the_case

TONES = {"agreed": "done", "set_aside": "plain", "candidate": "waiting"}


@page
def areas(request: PersonRequest, pk: str) -> HttpResponse:
    """The areas of a case and their screening."""
    case = the_case(request, pk)
    inside = policies.allows(request.user, "case.inside", case)
    listed = case.areas.select_related("function").prefetch_related("stances__body")
    if not inside:
        listed = listed.exclude(state=CandidateArea.State.SET_ASIDE)
    may_record = policies.allows(request.user, "stance.record", case)
    context = {
        "case": case,
        "rows": [(area, TONES[area.state], ReasonForm(auto_id=f"aside_{area.pk}_%s")) for area in listed],
        "inside": inside,
        "may_run": policies.allows(request.user, "case.run", case),
        "may_record_stance": may_record,
        "may_see_stances": inside or may_record or _watches(request, case),
    }
    return render(request, "partners/areas.html", context)


def _watches(request: PersonRequest, case: Case) -> bool:
    bodies = {seat.body_id for seat in policies.seats(request.user) if seat.body_id}
    attached = any(entry.body_id in bodies for entry in case.bodies.all())
    return attached or policies.allows(request.user, "case.observe", case)


@page
def area_add(request: PersonRequest, pk: str) -> HttpResponse:
    """Add a candidate area."""
    case = the_case(request, pk, "case.run")
    return _area_form(request, CandidateArea(case=case))


@page
def area_edit(request: PersonRequest, pk: str, area: str) -> HttpResponse:
    """Screen an area again."""
    case = the_case(request, pk, "case.run")
    return _area_form(request, _area(case, area))


def _area_form(request: PersonRequest, area: CandidateArea) -> HttpResponse:
    form = AreaForm(request.POST or None, instance=area)
    if request.method == "POST" and form.is_valid():
        service.keep_area(area=form.save(commit=False), actor=Actor.person(request.user))
        return redirect("partners:areas", pk=area.case_id)
    context = {"form": form, "case": area.case, "area": area}
    return render(request, "partners/area_form.html", context, status=form_status(request))


@command
def area_agree(request: PersonRequest, pk: str, area: str) -> HttpResponse:
    """Take an area into the talks; the first one moves the case."""
    case = the_case(request, pk, "case.run")
    actor = Actor.person(request.user)
    service.agree_area(area=_area(case, area), actor=actor)
    advance(case=case, to=Case.State.AREAS_SCREENED, actor=actor)
    return redirect("partners:areas", pk=case.pk)


@command
def area_set_aside(request: PersonRequest, pk: str, area: str) -> HttpResponse:
    """Leave an area out, with a reason."""
    case = the_case(request, pk, "case.run")
    service.set_area_aside(
        area=_area(case, area), reason=request.POST.get("reason", ""), actor=Actor.person(request.user)
    )
    return redirect("partners:areas", pk=case.pk)


@page
def stance_record(request: PersonRequest, pk: str, area: str) -> HttpResponse:
    """Record what an authority said about an area: its own observer, or those who run the case."""
    case = the_case(request, pk, "stance.record")
    subject = _area(case, area)
    runs = policies.allows(request.user, "case.run", case)
    form = StanceForm(
        request.POST or None,
        instance=AuthorityStance(area=subject),
        bodies=None if runs else _own_bodies(request),
    )
    if request.method == "POST" and form.is_valid():
        try:
            service.record_stance(area=subject, actor=Actor.person(request.user), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, list(refusal.reasons))
        else:
            return redirect("partners:areas", pk=case.pk)
    context = {"form": form, "case": case, "area": subject}
    return render(request, "partners/stance_form.html", context, status=form_status(request))


def _own_bodies(request: PersonRequest) -> list[Any]:
    return [
        seat.body
        for seat in policies.seats(request.user)
        if seat.role == Membership.Role.OBSERVER and seat.body
    ]


def _area(case: Case, pk: str) -> CandidateArea:
    return get_object_or_404(case.areas.select_related("function", "case__initiator"), pk=pk)
