"""Funding calls: the list, one call with its rules, and what a case's group still lacks for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from imc_portal.core.audit import Actor
from imc_portal.core.countries import country_name
from imc_portal.core.http import PersonRequest, form_status, page
from partners import policies
from partners.discovery.funding import Group, beyond_numbers, completing, eligibility, is_eligible
from partners.discovery.funding_words import Names, Said, said, short_of, verdict
from partners.discovery_data import functions_among
from partners.forms import FundingCallForm
from partners.funding_data import calls_for, group_of, rules_of
from partners.models import CandidateArea, Case, Function, FundingCall, Municipality, Participant
from partners.places import region_names, regions
from partners.services import discovery
from partners.services.funding import keep_call
from partners.views.reach import the_case, visible_cases

PER_PAGE = 20
#: Cases of one's own that a call is held against on its page.
OWN_CASES = 12
AREAS = Prefetch("areas", CandidateArea.objects.select_related("function"))
Choice = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Weighed:
    """One call against one group, as pages show it."""

    call: FundingCall
    lines: Sequence[Said]
    word: str
    tone: str
    eligible: bool
    #: In members and inhabitants; empty where more of them would not help.
    short: str
    #: The fewest candidates of the case that would make the group eligible.
    helpers: Sequence[Municipality] = ()


# --- the calls -----------------------------------------------------------------------------------


@page
def funding_list(request: PersonRequest) -> HttpResponse:
    """Calls by deadline, those that are closed apart; the curator sees drafts too."""
    closed, today = request.GET.get("when") == "closed", timezone.localdate()
    every = FundingCall.objects.visible_to(request.user)
    found = _filtered(every, request)
    found = (
        found.filter(deadline__lt=today).order_by("-deadline", "title")
        if closed
        else found.filter(deadline__gte=today)
    )
    context = {
        "page": Paginator(found.prefetch_related("functions"), PER_PAGE).get_page(request.GET.get("page")),
        "closed": closed,
        "today": today,
        "function": request.GET.get("function", ""),
        "region": request.GET.get("region", ""),
        "functions": Function.objects.all(),
        "regions": [(region.key, region.name) for region in regions()],
        "may_curate": policies.allows(request.user, "data.curate", None),
    }
    return render(request, "partners/funding_list.html", context)


def _filtered(calls: QuerySet[FundingCall], request: PersonRequest) -> QuerySet[FundingCall]:
    """By function and region; a call that names none is for all."""
    if function := request.GET.get("function"):
        chosen = FundingCall.functions.through._default_manager.values("fundingcall")
        calls = calls.filter(Q(pk__in=chosen.filter(function=function)) | ~Q(pk__in=chosen))
    country, _dash, region = request.GET.get("region", "").partition("-")
    if region:
        calls = calls.filter(Q(regions__contains=[region]) | Q(regions=[]), country=country)
    return calls


@page
def funding_call(request: PersonRequest, pk: str) -> HttpResponse:
    """All facts with their source; where the groups of one's own cases stand."""
    call = get_object_or_404(
        FundingCall.objects.visible_to(request.user).prefetch_related("functions"), pk=pk
    )
    names = _names(call.country)
    context = {
        "call": call,
        "country": country_name(call.country),
        "regions": [names.regions.get(code, code) for code in call.regions],
        "own": _own_cases(request, call, names),
        "is_open": _is_open(call),
        "may_curate": policies.allows(request.user, "data.curate", None),
    }
    return render(request, "partners/funding_call.html", context)


def _own_cases(request: PersonRequest, call: FundingCall, names: Names) -> list[tuple[Case, Weighed]]:
    """Open cases whose papers the person may read, held against the call."""
    seats = [seat.municipality_id for seat in policies.seats(request.user) if seat.municipality_id]
    cases = visible_cases(request).filter(initiator__in=seats, initiator__country=call.country)
    cases = cases.exclude(state__in=[Case.State.CLOSED, Case.State.PARKED])
    listed = cases.prefetch_related(AREAS)[:OWN_CASES]
    return [
        (case, weigh(call, case_group(case), names))
        for case in listed
        if policies.allows(request.user, "case.inside", case)
    ]


def _is_open(call: FundingCall) -> bool:
    today = timezone.localdate()
    return call.published and call.deadline >= today and (call.opens_on is None or call.opens_on <= today)


@page
def funding_create(request: PersonRequest) -> HttpResponse:
    """Record a call."""
    policies.require(request.user, "data.curate", None)
    return _form(request, FundingCall())


@page
def funding_edit(request: PersonRequest, pk: str) -> HttpResponse:
    """Change a call, publish or withdraw it."""
    call = get_object_or_404(FundingCall.objects.visible_to(request.user), pk=pk)
    policies.require(request.user, "data.curate", None)
    return _form(request, call)


def _form(request: PersonRequest, call: FundingCall) -> HttpResponse:
    new = call._state.adding
    known = regions()
    countries = {region.country for region in known}
    form = FundingCallForm(
        request.POST or None,
        instance=call,
        regions=[(region.code, f"{region.name} ({region.country} {region.code})") for region in known],
        initial={"country": next(iter(countries))} if new and len(countries) == 1 else None,
    )
    if request.method == "POST" and form.is_valid():
        keep_call(
            call=form.save(commit=False),
            functions=form.chosen_functions(),
            actor=Actor.person(request.user),
        )
        messages.success(request, _("The call is kept."))
        return redirect(call)
    title = "" if new else FundingCall.objects.values_list("title", flat=True).get(pk=call.pk)
    context = {"form": form, "call": None if new else call, "title": title}
    return render(request, "partners/funding_form.html", context, status=form_status(request))


# --- a case -----------------------------------------------------------------------------------------


@page
def case_funding(request: PersonRequest, pk: str) -> HttpResponse:
    """Each open call for the functions of the case, rule by rule against the group as it stands."""
    case = the_case(request, pk, "case.inside")
    prefetch_related_objects([case], AREAS)
    group, names = case_group(case), _names(case.initiator.country)
    candidates = _candidates(case)
    weighed = [
        weigh(call, group, names, candidates) for call in calls_for(case.initiator.country, group.functions)
    ]
    weighed.sort(key=lambda one: not one.eligible)
    context = {
        "case": case,
        "weighed": weighed,
        "members": members_of(case),
        "functions": functions_among(case.areas.all()),
        "population": round(sum(group.populations)),
    }
    return render(request, "partners/case_funding.html", context)


def members_of(case: Case) -> list[Municipality]:
    """The group as it stands: the initiator, then the chosen who have not left."""
    active = [p for p in case.participants.all() if p.state in Participant.ACTIVE and not p.is_initiator]
    return [case.initiator, *(participant.municipality for participant in active)]


def case_group(case: Case) -> Group:
    """The group as the rules read it; how long it would last nobody has promised at this stage."""
    return group_of(members_of(case), [function.pk for function in functions_among(case.areas.all())])


def _candidates(case: Case) -> list[Municipality]:
    """On whom nothing is decided, best first as ranked."""
    decided = discovery.decided_about(case)
    keys = [row.key for row in discovery.ranking_for(case) if row.key not in decided]
    found = Municipality.objects.only("country", "code", "name", "population", "region").in_bulk(keys)
    return [found[key] for key in keys]


def weigh(call: FundingCall, group: Group, names: Names, candidates: Sequence[Municipality] = ()) -> Weighed:
    """Hold the call against the group, in words."""
    rules = rules_of(call)
    found = eligibility(rules, group)
    word, tone = verdict([rule.met for rule in found])
    rows = completing(
        rules,
        group,
        np.array([candidate.population for candidate in candidates], dtype=np.float64),
        [candidate.region for candidate in candidates],
    )
    return Weighed(
        call=call,
        lines=said(found, names),
        word=word,
        tone=tone,
        eligible=is_eligible(found),
        short="" if beyond_numbers(found) else short_of(rules, group),
        helpers=[candidates[row] for row in rows],
    )


def _names(country: str) -> Names:
    functions = {function.pk: str(function) for function in Function.objects.only("code", "name")}
    return Names(regions=region_names(country), functions=functions)
