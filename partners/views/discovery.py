"""The discovery page: ranked candidates beside their map, and what is decided about each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imc_portal.core.audit import Actor
from imc_portal.core.http import PersonRequest, command, page
from imc_portal.core.problems import GateClosed, Refusal
from partners import policies
from partners.discovery.wish import fitting
from partners.forms import ReasonForm
from partners.models import Case, Municipality, Participant
from partners.services import discovery
from partners.views.asked import asked_of, found_by_name, places_of, wish_form
from partners.views.reach import the_case
from partners.views.rows import map_of, rows_of, tray_of


@page
def discover(request: PersonRequest, pk: str) -> HttpResponse:
    """Candidates ranked, on a list and a map."""
    case = the_case(request, pk, "case.inside")
    return _show(request, case)


def _show(
    request: PersonRequest, case: Case, gate: GateClosed | None = None, status: int = 200
) -> HttpResponse:
    asked = asked_of(request, case)
    ranked = asked.ranking()
    places = places_of(case, ranked)
    form = wish_form(request, asked, places)
    if not form.is_valid():
        status = 400
    rows = rows_of(case, ranked, places)
    listed = {one.key for one in fitting(ranked, places, form.wish)}
    shown = [row for row in rows if row.ranked.key in listed]
    name = request.GET.get("name", "").strip()
    context = {
        "case": case,
        "asked": asked,
        "form": form,
        "rows": shown,
        "total": len(rows),
        "counts": {state: sum(row.state == state for row in rows) for state in ("open", "chosen", "aside")},
        "map": map_of(case, rows, shown),
        "tray": tray_of(case, asked.functions),
        "scale_of": next((f for f in asked.functions if f.evidence.efficient_scale), None),
        "name": name,
        "found": [
            {"municipality": one, "query": asked.query_with(one.pk)}
            for one in found_by_name(case, name, ranked)
        ],
        # Read once: every row ends its address with it.
        "query": asked.query,
        "base": reverse("partners:discover", kwargs={"pk": case.pk}),
        "rest_form": ReasonForm(auto_id="rest_%s"),
        "gate": gate,
        "ticked": _ticked(request),
        "may_run": policies.allows(request.user, "case.run", case),
        "may_override": policies.allows(request.user, "case.override", case),
        "may_begin": not case.has_reached(Case.State.CONTACTING),
    }
    return render(request, "partners/discover.html", context, status=status)


def _ticked(request: PersonRequest) -> list[str]:
    """Keys of the rows that were ticked: one set of boxes serves choosing and comparing."""
    return [*request.POST.getlist("chosen"), *request.POST.getlist("with")]


def _back(request: PersonRequest, case: Case) -> HttpResponse:
    """The page as it was asked for."""
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return HttpResponseRedirect(reverse("partners:discover", kwargs={"pk": case.pk}) + query)


def _candidates(case: Case, keys: Sequence[str]) -> list[Municipality]:
    """Municipalities by primary key, the initiator's own country and never itself."""
    wanted = [int(key) for key in keys if key.isdecimal() and len(key) < 12]
    found = Municipality.objects.filter(pk__in=wanted, country=case.initiator.country)
    return list(found.exclude(pk=case.initiator_id))


@command
def select(request: PersonRequest, pk: str) -> HttpResponse:
    """Put the ticked on the short list."""
    case = the_case(request, pk, "case.run")
    listed = {p.municipality_id for p in case.participants.all() if p.state in Participant.ACTIVE}
    ticked = _candidates(case, _ticked(request))
    chosen = [one for one in ticked if one.pk not in listed]
    if ticked and not chosen:
        raise Refusal(_("Those that you ticked are chosen already."))
    try:
        discovery.choose(
            case=case,
            municipalities=chosen,
            actor=Actor.person(request.user),
            functions=asked_of(request, case).functions,
            override=_override(request, case),
        )
    except GateClosed as gate:
        return _show(request, case, gate, status=409)
    words = ngettext("%(n)d municipality is chosen.", "%(n)d municipalities are chosen.", len(chosen))
    messages.success(request, words % {"n": len(chosen)})
    return _back(request, case)


@command
def set_aside(request: PersonRequest, pk: str) -> HttpResponse:
    """Set one municipality aside, with a reason."""
    case = the_case(request, pk, "case.run")
    named = get_object_or_404(
        Municipality, pk__in=[c.pk for c in _candidates(case, request.POST.getlist("municipality"))]
    )
    discovery.set_aside(
        case=case,
        municipality=named,
        reason=request.POST.get("reason", ""),
        actor=Actor.person(request.user),
        functions=asked_of(request, case).functions,
    )
    return _back(request, case)


@command
def set_rest_aside(request: PersonRequest, pk: str) -> HttpResponse:
    """Set all aside on whom nothing is decided, with one reason."""
    case = the_case(request, pk, "case.run")
    count = discovery.set_rest_aside(
        case=case,
        reason=request.POST.get("reason", ""),
        actor=Actor.person(request.user),
        functions=asked_of(request, case).functions,
    )
    words = ngettext("%(n)d municipality is set aside.", "%(n)d municipalities are set aside.", count)
    messages.success(request, words % {"n": count})
    return _back(request, case)


@command
def begin_contacting(request: PersonRequest, pk: str) -> HttpResponse:
    """Close the short list and begin to speak with them."""
    case = the_case(request, pk, "case.run")
    try:
        discovery.begin_contacting(
            case=case, actor=Actor.person(request.user), override=_override(request, case)
        )
    except GateClosed as gate:
        return _show(request, case, gate, status=409)
    return HttpResponseRedirect(reverse("partners:contacts", kwargs={"pk": case.pk}))


def _override(request: PersonRequest, case: Case) -> str:
    """A lead's reason to go on all the same; nobody else's counts."""
    reason: Any = request.POST.get("override", "")
    return str(reason) if policies.allows(request.user, "case.override", case) else ""
